"""How rarely nuclear weapons programmes begin, and whether what was known the year before tells where.

A discrete-time hazard: logistic regression with a ridge penalty on state-years at risk (`onset_panel`), judged on
decades that it had not seen beside base rates of the years before. What benchmarks/nonproliferation.py measured stands
in onset.json; at run time only that file is read. Where the model does not beat the base rate, `result` gives the base
rate alone. Singh and Way (2004, doi:10.1177/0022002704269655) and Bleek (2010) model the same onsets.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from forestall.errors import StoreError, UsageError

if TYPE_CHECKING:
    import numpy.typing as npt

    Real = npt.NDArray[np.float64]

FILE = "onset.json"
RIDGE = 5.0
"""Penalty on the squares of weights of standardised covariates, set beforehand; the benchmark shows others."""


@dataclass(frozen=True, slots=True, eq=False)
class Hazard:
    """A fitted hazard. mean, scale (k,): of the covariates in the years learned from. weights (k + 1,): of the
    standardised covariates, the constant first, not penalised.
    """

    mean: "Real"
    scale: "Real"
    weights: "Real"

    def probability(self, x: "Real") -> "Real":
        """Probability of an onset within the year for rows x (n, k), each between 0 and 1."""
        z = self.weights[0] + ((x - self.mean) / self.scale) @ self.weights[1:]
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(z, -35.0, 35.0))))


def fit(x: "Real", y: "Real", *, ridge: float = RIDGE, steps: int = 60) -> Hazard:
    """The hazard of largest penalised likelihood, by Newton's method with halved steps.

    x: (n, k); y: (n,) of 0 and 1, with at least one of each. Raises UsageError otherwise or if ridge is not positive.
    """
    if ridge <= 0 or not 0 < y.sum() < len(y):
        raise UsageError("a hazard needs years with and without an onset and a positive penalty")
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    design = np.column_stack([np.ones(len(y)), (x - mean) / scale])
    penalty = np.full(design.shape[1], ridge)
    penalty[0] = 0.0
    weights = np.zeros(design.shape[1])
    weights[0] = math.log(y.mean() / (1 - y.mean()))
    best = _objective(design, y, weights, penalty)
    for _ in range(steps):
        p = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -35.0, 35.0)))
        gradient = design.T @ (y - p) - penalty * weights
        curvature = (design * (p * (1 - p))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        for _ in range(30):
            now = _objective(design, y, weights + step, penalty)
            if now >= best:
                break
            step = step / 2
        weights = weights + step
        if abs(now - best) < 1e-10:
            break
        best = now
    return Hazard(mean, scale, weights)


def _objective(design: "Real", y: "Real", weights: "Real", penalty: "Real") -> float:
    z = np.clip(design @ weights, -35.0, 35.0)
    return float(y @ z - np.logaddexp(0.0, z).sum() - 0.5 * (penalty * weights**2).sum())


def log_score(p: "Real", y: "Real") -> float:
    """Mean logarithmic score, natural logarithm, lower is better; probabilities are kept 1e-9 from 0 and 1."""
    q = np.clip(p, 1e-9, 1 - 1e-9)
    return float(-np.mean(y * np.log(q) + (1 - y) * np.log1p(-q)))


def brier(p: "Real", y: "Real") -> float:
    """Mean squared difference of probability and outcome, lower is better."""
    return float(np.mean((p - y) ** 2))


def auc(p: "Real", y: "Real") -> float | None:
    """Chance that a state-year with an onset had the higher probability, ties by half; None without both kinds."""
    onsets, others = p[y == 1], np.sort(p[y == 0])
    if not len(onsets) or not len(others):
        return None
    below = np.searchsorted(others, onsets, side="left")
    same = np.searchsorted(others, onsets, side="right") - below
    return float(np.mean((below + 0.5 * same) / len(others)))


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured of one outcome, exploration or pursuit.

    onsets, state_years: all of 1947-2022. recent_onsets, recent_state_years: of the last 30 years, from 1993 on. rate:
    onsets per state-year in these, with low and high (Jeffreys interval of 95 %). last: state and year of the latest
    onset. beats: whether the hazard beat the best base rate on held-out decades: the interval of 95 % of the difference
    in logarithmic score (`difference`, per 1,000 state-years, with low and high) clear of 0 and the Brier score no
    worse. scores: what each forecast scored. data_end: last year of the histories.
    """

    outcome: str
    onsets: int
    state_years: int
    recent_onsets: int
    recent_state_years: int
    rate: float
    low: float
    high: float
    last: tuple[str, int]
    beats: bool
    scores: tuple[dict[str, Any], ...]
    difference: tuple[float, float, float]
    data_end: int

    def sentence(self) -> str:
        """One sentence for a reader."""
        return (
            f"Beginnings of {self.outcome} of nuclear weapons are rare: {self.onsets} in {self.state_years:,} "
            f"state-years 1947-{self.data_end}, {self.recent_onsets} in {self.recent_state_years:,} since 1993 "
            f"({1000 * self.rate:.2f} per 1,000 state-years, 95 % interval {1000 * self.low:.2f} to "
            f"{1000 * self.high:.2f}; as coded by Bleek and NTI, data to {self.data_end}). "
            + (
                "A hazard model told states apart better than this rate on decades it had not seen."
                if self.beats
                else "No model tested here forecast them reliably better than this rate, so only the rate is shown."
            )
        )


def result(outcome: str) -> Result:
    """What was measured, from onset.json.

    Raises UsageError for an unknown outcome, StoreError if the file is damaged.
    """
    found = _results().get(outcome)
    if found is None:
        raise UsageError(f"outcome {outcome!r} is not known: give {' or '.join(sorted(_results()))}")
    return found


@cache
def _results() -> dict[str, Result]:
    text = files("forestall.instruments.nonproliferation").joinpath(FILE).read_text(encoding="utf-8")
    try:
        document = json.loads(text)
        return {name: _result(name, row) for name, row in document["outcomes"].items()}
    except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise StoreError(f"{FILE} is damaged ({error}): run benchmarks/nonproliferation.py --write") from None


def _result(name: str, row: dict[str, Any]) -> Result:
    return Result(
        outcome=name,
        onsets=int(row["onsets"]),
        state_years=int(row["state_years"]),
        recent_onsets=int(row["recent_onsets"]),
        recent_state_years=int(row["recent_state_years"]),
        rate=float(row["rate"]),
        low=float(row["low"]),
        high=float(row["high"]),
        last=(str(row["last"][0]), int(row["last"][1])),
        beats=bool(row["beats"]),
        scores=tuple(row["scores"]),
        difference=_three(row["difference"]),
        data_end=int(row["data_end"]),
    )


def _three(values: Sequence[float]) -> tuple[float, float, float]:
    value, low, high = (float(one) for one in values)
    return value, low, high
