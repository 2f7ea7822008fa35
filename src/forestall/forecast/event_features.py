"""What event models look at, by country and month: own violence, neighbours, and covariates as known then."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forestall.forecast.event_definitions import ACTIVE, last
from forestall.forecast.event_inputs import ConflictYears
from forestall.forecast.levels import ewma, highest, months_since, shifted
from forestall.panel.covariates import Covariates
from forestall.panel.frame import FloatArray

HALF_LIVES = (1.0, 3.0, 6.0, 12.0, 24.0, 60.0)
LOG_HALF_LIVES = (6.0, 24.0, 96.0)
COVARIATES = (
    "log_population",
    "log_gdp_per_capita",
    "gdp_growth",
    "age_dependency",
    "log_infant_mortality",
    "liberal_democracy",
    "excluded_share",
    "log_refugees_from",
    "refugees_from_change",
    "log_refugees_in",
    "refugees_in_change",
    "coup_attempts_12",
    "coup_attempts_60",
    "news_conflict_level",
    "news_conflict_surge",
    "news_protest_surge",
)
"""Those that helped on origins whose outcomes end before 2018; docs/methods/events.md says what did not."""

NEVER = 480  # months since something that has not happened in the panel


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Features by country and month. names: (k,). values: (n, t, k) float64, NaN where not known."""

    names: tuple[str, ...]
    values: FloatArray


def fading(values: FloatArray, half_life: float) -> FloatArray:
    """(n, t) fading mean of all known months up to each, NaN where none is; see `levels.ewma`."""
    return ewma(values, half_life, nothing=np.nan)


def since(happened: npt.NDArray[np.bool_]) -> FloatArray:
    """(n, t) log of 1 + months since it last happened, 0 in the month itself; log(1 + 480) if it never did."""
    return np.log1p(months_since(happened.astype(np.float64), most=NEVER))


def history(values: FloatArray) -> dict[str, FloatArray]:
    """Features of a country's own months."""
    filled = np.nan_to_num(values)
    found = {f"sum_{m}": np.log1p(last(filled, m)) for m in (1, 3, 6, 12)}
    found |= {f"fading_{h:g}": np.log1p(12 * fading(values, h)) for h in HALF_LIVES}
    found |= {f"fading_log_{h:g}": fading(np.log1p(values), h) for h in LOG_HALF_LIVES}
    year = np.nan_to_num(last(filled, 12))
    found["since_1"] = since(filled >= 1)
    found["since_25"] = since(filled >= ACTIVE)
    found["since_active_year"] = since(year >= ACTIVE)
    found["high_12"] = np.log1p(highest(values, 12))
    found["high_60"] = np.log1p(highest(values, 60))
    found["months_with_deaths_12"] = 12 * share_of_months(filled >= 1, 12)
    found["months_with_deaths_60"] = 60 * share_of_months(filled >= 1, 60)
    found["trend_3"] = found["sum_3"] - np.log1p(shifted(np.nan_to_num(last(filled, 3)), 3))
    found["trend_6"] = found["sum_6"] - np.log1p(shifted(np.nan_to_num(last(filled, 6)), 6))
    onset = (year >= ACTIVE) & (shifted(year, 1) < ACTIVE)
    found["onsets_120"] = 120 * share_of_months(onset, 120)
    return found


def share_of_months(happened: npt.NDArray[np.bool_], months: int) -> FloatArray:
    """(n, t) share of the last `months` months in which it happened; months before the first count as without."""
    total = np.cumsum(np.pad(happened.astype(np.float64), ((0, 0), (months, 0))), axis=1)
    found: FloatArray = (total[:, months:] - total[:, :-months]) / months
    return found


def surroundings(values: FloatArray, near: npt.NDArray[np.bool_]) -> dict[str, FloatArray]:
    """Features of a country's neighbours. near: (t, n, n) neighbours in each month."""
    filled = np.nan_to_num(values)
    year = np.nan_to_num(last(filled, 12))
    short, long = np.nan_to_num(fading(values, 3.0)), np.nan_to_num(fading(values, 24.0))
    started = np.exp(-since((year >= ACTIVE) & (shifted(year, 1) < ACTIVE)))  # 1 / (1 + months)

    beside = near.astype(np.float64)

    def around(x: FloatArray) -> FloatArray:
        # One product a month: (n, n) neighbours times (n,) figures.
        found: FloatArray = np.matmul(beside, x.T[:, :, None])[:, :, 0].T
        return found

    active = around((year >= ACTIVE).astype(np.float64))
    count = near.sum(axis=2).T
    return {
        "neighbours_fading_3": np.log1p(12 * around(short)),
        "neighbours_fading_24": np.log1p(12 * around(long)),
        "neighbours_active": active,
        "neighbours_active_share": active / np.maximum(count, 1),
        "neighbours_started": around(started),
        "neighbours": np.log1p(count),
    }


def of_all_types(values: FloatArray, every: FloatArray) -> dict[str, FloatArray]:
    """Features of violence of all types, beside a panel of one type. values, every: (n, t) deaths."""
    filled = np.nan_to_num(every)
    other = np.maximum(filled - np.nan_to_num(values), 0)
    found = {
        "all_types_sum_3": np.log1p(last(filled, 3)),
        "all_types_sum_12": np.log1p(last(filled, 12)),
        "all_types_fading_6": np.log1p(12 * fading(filled, 6.0)),
        "all_types_fading_24": np.log1p(12 * fading(filled, 24.0)),
        "all_types_since_25": since(filled >= ACTIVE),
        "other_types_fading_6": np.log1p(12 * fading(other, 6.0)),
        "other_types_fading_24": np.log1p(12 * fading(other, 24.0)),
    }
    unknown = np.isnan(every).all(axis=0)
    return {name: np.where(unknown, np.nan, array) for name, array in found.items()}


def of_conflicts(counts: dict[str, FloatArray], past: ConflictYears) -> dict[str, FloatArray]:
    """Features of how many events there were of each type, and of conflict since 1946."""
    found = {
        f"events_{kind}_{half_life:g}": np.log1p(12 * fading(count, half_life))
        for kind, count in counts.items()
        for half_life in (6.0, 24.0)
    }
    return found | {"years_since_conflict": np.log1p(past.since), "years_of_conflict": past.weight}


def features(
    values: FloatArray,
    *,
    near: npt.NDArray[np.bool_],
    known: Covariates,
    counts: dict[str, FloatArray],
    past: ConflictYears,
    every: FloatArray | None = None,
) -> Features:
    """All features of a panel's months: each month's follow from that month and those before it.

    values: (n, t) deaths of the panel's type. near: (t, n, n) neighbours. known: covariates of the same countries and
    months. counts: (n, t) events by type. past: years of conflict. every: (n, t) deaths of all types, where the panel
    is of one type.
    """
    found = history(values) | surroundings(values, near) | of_conflicts(counts, past)
    if every is not None:
        found |= of_all_types(values, every)
    found |= {name: known.of(name) for name in COVARIATES}
    return Features(tuple(found), np.stack(list(found.values()), axis=2))
