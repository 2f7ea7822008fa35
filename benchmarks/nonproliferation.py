"""Is the beginning of a nuclear weapons programme foreseeable? A hazard beside base rates, decade after decade.

For each decade from the 1960s to 2022 a hazard learns from all years before it and is scored on it; the base rates are
the share of onsets among all state-years before, among those of the twenty years before, and among those with and
without an earlier programme. The hazard with all covariates and the penalty set beforehand is the one that is judged;
the others show how much depends on such choices. It beats the best base rate only if its gain in logarithmic score is
clear of 0 and its Brier score is not worse. Scores are per state-year;
intervals come from resampled states. Reads embedded tables only. Run:

    .venv/bin/python -m benchmarks.nonproliferation [--write]

--write puts what was measured into src/forestall/instruments/nonproliferation/onset.json. It also prints how fast
`capabilities` answers.
"""

import json
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import beta

from forestall.instruments.nonproliferation import onset
from forestall.instruments.nonproliferation.capabilities import capabilities
from forestall.instruments.nonproliferation.onset_panel import COVARIATES, LAST, OUTCOMES, AtRisk, at_risk
from forestall.store import Workspace

if TYPE_CHECKING:
    import numpy.typing as npt

    Real = npt.NDArray[np.float64]

DECADES = (1960, 1970, 1980, 1990, 2000, 2010)
RECENT_YEARS = 20
RECENT_FROM = 1993
RESAMPLES = 1000
REFITS = 60
MODELS = {"hazard, all covariates": COVARIATES, "hazard, facilities and rivals": ("facilities", "rivals")}
JUDGED = "hazard, all covariates"
RIDGES = (1.0, 5.0, 25.0)
SEED = 8
OUT = Path(__file__).parents[1] / "src/forestall/instruments/nonproliferation/onset.json"


def forecasts(panel: AtRisk, ridges: Sequence[float] = RIDGES) -> tuple[AtRisk, dict[str, "Real"]]:
    """Held-out state-years and what each forecast said of them."""
    said: dict[str, list[Real]] = {}
    held = panel.year >= DECADES[0]
    for start in DECADES:
        end = LAST + 1 if start == DECADES[-1] else start + 10
        before, now = panel.rows(panel.year < start), panel.rows((panel.year >= start) & (panel.year < end))
        n = len(now.y)
        said.setdefault("base rate, all years before", []).append(np.full(n, before.y.mean()))
        late = before.y[before.year >= start - RECENT_YEARS]
        said.setdefault("base rate, twenty years before", []).append(np.full(n, (late.sum() + 0.5) / (len(late) + 1)))
        said.setdefault("base rate, by earlier programme", []).append(_by_history(before, now))
        for name, wanted in MODELS.items():
            at = [COVARIATES.index(one) for one in wanted]
            for ridge in ridges if len(at) > 2 else (onset.RIDGE,):
                label = name if ridge == onset.RIDGE else f"{name}, penalty {ridge:g}"
                p = onset.fit(before.x[:, at], before.y, ridge=ridge).probability(now.x[:, at])
                said.setdefault(label, []).append(p)
                # Levels fall over time: the same order of states at the base rate of the twenty years before.
                level = float(said["base rate, twenty years before"][-1][0])
                said.setdefault(f"{label}, at the recent level", []).append(_at_level(p, level))
    return panel.rows(held), {name: np.concatenate(parts) for name, parts in said.items()}


def _by_history(before: AtRisk, now: AtRisk) -> "Real":
    """The share of onsets among state-years before with and without an earlier programme, each as it applies now."""
    at = COVARIATES.index("earlier_programme")
    rates = [
        (before.y[before.x[:, at] == with_one].sum() + 0.5) / (float((before.x[:, at] == with_one).sum()) + 1)
        for with_one in (0, 1)
    ]
    return np.asarray(np.where(now.x[:, at] == 1, rates[1], rates[0]), dtype=np.float64)


def _at_level(p: "Real", level: float) -> "Real":
    """Probabilities with their logits shifted so that the mean is `level`."""
    logit = np.log(p) - np.log1p(-p)
    low, high = -30.0, 30.0
    for _ in range(80):
        middle = (low + high) / 2
        if float(np.mean(1 / (1 + np.exp(-(logit + middle))))) > level:
            high = middle
        else:
            low = middle
    return np.asarray(1 / (1 + np.exp(-(logit + low))))


def per_row(p: "Real", y: "Real") -> "Real":
    """Logarithmic score of each row."""
    q = np.clip(p, 1e-9, 1 - 1e-9)
    return np.asarray(-(y * np.log(q) + (1 - y) * np.log1p(-q)))


def difference(panel: AtRisk, one: "Real", other: "Real") -> tuple[float, float, float]:
    """Mean gain of `one` over `other` in logarithmic score per 1,000 state-years, interval of 95 % over states."""
    gain = 1000 * (per_row(other, panel.y) - per_row(one, panel.y))
    states = sorted(set(panel.iso3))
    number = {iso3: at for at, iso3 in enumerate(states)}
    of = np.array([number[iso3] for iso3 in panel.iso3])
    sums, sizes = np.bincount(of, gain), np.bincount(of)
    rng = np.random.default_rng(SEED)
    drawn = [rng.integers(len(states), size=len(states)) for _ in range(RESAMPLES)]
    means = [float(sums[at].sum() / sizes[at].sum()) for at in drawn]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(gain.mean()), float(low), float(high)


def auc_interval(panel: AtRisk, p: "Real") -> tuple[float, float]:
    """Interval of 95 % of the area under the curve, over resampled states."""
    rows: dict[str, list[int]] = {}
    for at, iso3 in enumerate(panel.iso3):
        rows.setdefault(iso3, []).append(at)
    states = [np.array(where) for where in rows.values()]
    rng = np.random.default_rng(SEED)
    found = []
    for _ in range(RESAMPLES // 4):
        where = np.concatenate([states[at] for at in rng.integers(len(states), size=len(states))])
        value = onset.auc(p[where], panel.y[where])
        if value is not None:
            found.append(value)
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def weights(panel: AtRisk) -> list[dict[str, Any]]:
    """Weights of the hazard learned from all years, per standard deviation, with intervals over resampled states."""
    rows: dict[str, list[int]] = {}
    for at, iso3 in enumerate(panel.iso3):
        rows.setdefault(iso3, []).append(at)
    states = [np.array(where) for where in rows.values()]
    rng = np.random.default_rng(SEED)
    fits = []
    for _ in range(REFITS):
        where = np.concatenate([states[at] for at in rng.integers(len(states), size=len(states))])
        if panel.y[where].sum() > 0:
            fits.append(onset.fit(panel.x[where], panel.y[where]).weights[1:])
    whole = onset.fit(panel.x, panel.y).weights[1:]
    low, high = np.quantile(np.array(fits), [0.025, 0.975], axis=0)
    return [
        {"covariate": name, "weight": round(float(whole[at]), 3), "low": round(float(low[at]), 3),
         "high": round(float(high[at]), 3)}
        for at, name in enumerate(COVARIATES)
    ]  # fmt: skip


def _rates_by_history(panel: AtRisk) -> dict[str, list[int]]:
    """Onsets and state-years with and without an earlier programme."""
    earlier = panel.x[:, COVARIATES.index("earlier_programme")] == 1
    return {
        "with an earlier programme": [int(panel.y[earlier].sum()), int(earlier.sum())],
        "without": [int(panel.y[~earlier].sum()), int((~earlier).sum())],
    }


def measure(outcome: str, workspace: Workspace) -> dict[str, Any]:
    """Everything about one outcome, as plain values."""
    panel = at_risk(outcome, workspace)
    test, said = forecasts(panel)
    scores = []
    for name, p in said.items():
        area = onset.auc(p, test.y)
        low, high = auc_interval(test, p)
        scores.append(
            {
                "forecast": name,
                "log_score_per_1000": round(1000 * onset.log_score(p, test.y), 3),
                "brier_per_1000": round(1000 * onset.brier(p, test.y), 4),
                "auc": None if area is None else round(area, 3),
                "auc_low": round(low, 3),
                "auc_high": round(high, 3),
                "expected_onsets": round(float(p.sum()), 1),
            }
        )
    base = min((n for n in said if n.startswith("base rate")), key=lambda name: onset.log_score(said[name], test.y))
    gain = difference(test, said[JUDGED], said[base])
    others = {name: difference(test, p, said[base]) for name, p in said.items() if name != base}
    recent = panel.rows(panel.year >= RECENT_FROM)
    onsets, n = int(recent.y.sum()), len(recent.y)
    last = max((year, iso3) for iso3, year, y in zip(panel.iso3, panel.year.tolist(), panel.y, strict=True) if y)
    return {
        "onsets": int(panel.y.sum()),
        "state_years": len(panel.y),
        "held_out_onsets": int(test.y.sum()),
        "held_out_state_years": len(test.y),
        "held_out_from": DECADES[0],
        "recent_onsets": onsets,
        "recent_state_years": n,
        "rate": onsets / n,
        "low": float(beta.ppf(0.025, onsets + 0.5, n - onsets + 0.5)),
        "high": float(beta.ppf(0.975, onsets + 0.5, n - onsets + 0.5)),
        "last": [last[1], last[0]],
        "compared_with": base,
        "difference": [round(one, 3) for one in gain],
        "differences": {name: [round(one, 3) for one in values] for name, values in others.items()},
        "brier_gain": round(1000 * (onset.brier(said[base], test.y) - onset.brier(said[JUDGED], test.y)), 4),
        "beats": gain[1] > 0 and onset.brier(said[JUDGED], test.y) <= onset.brier(said[base], test.y),
        "by_history": _rates_by_history(recent),
        "scores": scores,
        "weights": weights(panel),
        "data_end": LAST,
    }


def main() -> int:
    """Print what was measured and, with --write, keep it; the exit code."""
    workspace = Workspace.open()
    document = {
        "about": "made by benchmarks/nonproliferation.py from embedded tables",
        "outcomes": {outcome: measure(outcome, workspace) for outcome in OUTCOMES},
    }
    for outcome, found in document["outcomes"].items():  # type: ignore[attr-defined]
        print(f"\n{outcome}: {found['onsets']} onsets in {found['state_years']:,} state-years, held out "
              f"{found['held_out_onsets']} in {found['held_out_state_years']:,}; since {RECENT_FROM}: "
              f"{found['recent_onsets']} in {found['recent_state_years']:,}; last {found['last']}")  # fmt: skip
        for row in found["scores"]:
            gain = found["differences"].get(row["forecast"])
            print(f"  {row['forecast']:62} log {row['log_score_per_1000']:7.3f}  Brier {row['brier_per_1000']:7.4f}  "
                  f"AUC {row['auc']:.3f} ({row['auc_low']:.3f}-{row['auc_high']:.3f})  expects "
                  f"{row['expected_onsets']:5.1f}  gain {gain}")  # fmt: skip
        for row in found["weights"]:
            print(f"    {row['covariate']:24} {row['weight']:+.2f} ({row['low']:+.2f} to {row['high']:+.2f})")
    started = time.perf_counter()
    capabilities("KAZ", date(1995, 12, 31), workspace)
    print(f"\ncapabilities, first call: {time.perf_counter() - started:.3f} s")
    if "--write" in sys.argv[1:]:
        OUT.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
