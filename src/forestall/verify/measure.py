"""One forecast against what happened: the challenge's three scores, and more where asked."""

from typing import Any

import numpy as np
import numpy.typing as npt

from forestall import scores
from forestall.errors import ShapeError, UsageError
from forestall.forecast.frame import Forecast
from forestall.panel.frame import Panel

FloatArray = npt.NDArray[np.float64]

# P(1 or more deaths) and P(25 or more), the lines that VIEWS and UCDP draw
THRESHOLDS = (1, 25)
LEVELS = (0.5, 0.8, 0.9)


def observed(panel: Panel, forecast: Forecast) -> FloatArray:
    """What the panel says happened in the forecast's units and months, (n_units, n_months), NaN where not known.

    Raises UsageError if units or months of the forecast lie outside the panel.
    """
    if panel.unit_key != forecast.unit_key:
        raise UsageError(f"the forecast numbers units by {forecast.unit_key}, the actual figures by {panel.unit_key}")
    first, last = int(panel.months[0]), int(panel.months[-1])
    if forecast.months[0] < first or forecast.months[-1] > last:
        raise UsageError(
            f"the forecast covers month_ids {forecast.months[0]}..{forecast.months[-1]}, "
            f"the actual figures {first}..{last}"
        )
    order = np.argsort(panel.units)
    place = np.searchsorted(panel.units, forecast.units, sorter=order)
    rows = order[np.minimum(place, order.size - 1)]
    lacking = forecast.units[panel.units[rows] != forecast.units]
    if lacking.size:
        raise UsageError(
            f"the actual figures lack {lacking.size} units of the forecast, first {forecast.unit_key} {lacking[0]}"
        )
    found: FloatArray = panel.values[np.ix_(rows, forecast.months - first)]
    return found


def measure(forecast: Forecast, actual: FloatArray, *, extras: bool = False) -> dict[str, float | int]:
    """Scores of a forecast, as means over all units and months whose outcome is known.

    actual: (n_units, n_months), deaths per month, NaN where not known. Returns crps (deaths per month), ign
    (bits; the challenge's bins), mis (deaths per month; 90 % interval) and n, the number of unit-months scored.
    With `extras` also coverage_50, _80 and _90, and brier_K, auroc_K and auprc_K for K or more deaths, K = 1
    and 25 (NaN where it never or always happened). Raises ShapeError if the shapes don't match, UsageError if
    nothing is known.
    """
    if actual.shape != forecast.draws.shape[:2]:
        raise ShapeError(
            f"actual figures have shape {actual.shape}, expected (units, months) = {forecast.draws.shape[:2]}"
        )
    known = ~np.isnan(actual)
    if not known.any():
        raise UsageError(
            "no actual figure is known for the units and months of this forecast, so there is nothing to score"
        )
    draws = forecast.draws.reshape(-1, forecast.n_draws) if known.all() else forecast.draws[known]
    outcome = actual[known]
    row: dict[str, float | int] = {
        "crps": float(scores.crps(draws, outcome).mean()),
        "ign": float(scores.ignorance(draws, outcome).mean()),
        "mis": float(scores.interval_score(draws, outcome, level=0.9).mean()),
        "n": int(outcome.size),
    }
    if extras:
        for level in LEVELS:
            row[f"coverage_{level * 100:.0f}"] = float(scores.coverage(draws, outcome, level=level).mean())
        for threshold in THRESHOLDS:
            chance, happened = scores.exceedance(draws, threshold), outcome >= threshold
            row[f"brier_{threshold}"] = float(scores.brier(chance, happened).mean())
            row[f"auroc_{threshold}"] = float(scores.auroc(chance, happened))
            row[f"auprc_{threshold}"] = float(scores.auprc(chance, happened))
    return row


def without_nan(value: Any) -> Any:
    """The same document with null in place of NaN and infinity, all the way down: JSON has neither."""
    if isinstance(value, dict):
        return {key: without_nan(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(one) for one in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
