"""What the scores of single cells say: means by origin, where deaths were foreseen, intervals, calibration.

Input is a frame with the columns of `cell_backtest.SCHEMA`, any number of cases and models in it. A mean over several
origins is the mean of the origins, each weighing the same.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall import scores
from forestall.errors import ShapeError, UsageError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TOPS = (0.005, 0.01, 0.02, 0.05)
PROPER = ("crps", "ign", "mis", "brier")
EDGES = (0.0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
LEAST_CHANCE = 0.1
"""Intervals of a cell whose chance is smaller are 0 to 0, which hold nearly every outcome and say nothing."""


@dataclass(frozen=True, slots=True)
class Gain:
    """A model's mean less a reference's over the same origins, and its interval at `level`. blocks: how many."""

    mean: float
    reference: float
    interval: tuple[float, float]
    level: float
    blocks: int

    @property
    def difference(self) -> float:
        """mean - reference."""
        return self.mean - self.reference


def subset(frame: pl.DataFrame, cells: str) -> pl.DataFrame:
    """Rows of "all" cells or of "quiet" ones, with no deaths in three years. Raises UsageError for another name."""
    if cells not in ("all", "quiet"):
        raise UsageError(f"cells {cells!r} are not known: expected 'all' or 'quiet'")
    return frame if cells == "all" else frame.filter("quiet")


def summary(frame: pl.DataFrame) -> pl.DataFrame:
    """One row an origin, horizon, model and kind of cells ("all", "quiet"): mean crps, ign, mis and brier, auprc, the
    share of deaths in the top 0.5, 1, 2 and 5 % of those cells by expected deaths (top_0.5 ...; NaN without deaths),
    and the number of cells, of cells with deaths, and of deaths."""
    made = []
    for cells in ("all", "quiet"):
        for (origin, ahead, model), rows in subset(frame, cells).group_by(
            "origin", "ahead", "model", maintain_order=True
        ):
            deaths = rows["observed"].to_numpy().astype(np.float64)
            some = deaths > 0
            chance = rows["chance"].to_numpy().astype(np.float64)
            expected = rows["expected"].to_numpy().astype(np.float64)
            brier = float(scores.brier(np.clip(chance, 0, 1), some).mean())
            made.append(
                {"origin": origin, "ahead": ahead, "model": model, "cells": cells}
                | {name: float(rows[name].cast(pl.Float64).to_numpy().mean()) for name in ("crps", "ign", "mis")}
                | {"brier": brier, "auprc": scores.auprc(chance, some)}
                | {f"top_{100 * share:g}": captured(expected, deaths, share) for share in TOPS}
                | {"n": rows.height, "active": int(some.sum()), "deaths": float(deaths.sum())}
            )
    return pl.DataFrame(made)


def captured(expected: npt.ArrayLike, deaths: npt.ArrayLike, share: float) -> float:
    """The share of all deaths that fell in the `share` of cells with the highest expectation.

    expected, deaths: (n,). Cells of one expectation that only partly belong to the top count by that part, as if it
    were drawn from them. NaN (not known) if nobody died. Raises ShapeError if the shapes differ, ValueError on a share
    outside 0..1.
    """
    e, y = np.asarray(expected, dtype=np.float64), np.asarray(deaths, dtype=np.float64)
    if e.ndim != 1 or e.shape != y.shape:
        raise ShapeError(f"expected deaths have shape {e.shape} and deaths {y.shape}, expected both (n,)")
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share}, expected 0 to 1")
    if y.sum() == 0:
        return float("nan")
    value, group = np.unique(-e, return_inverse=True)
    size = np.bincount(group, minlength=value.size)
    total = np.bincount(group, weights=y, minlength=value.size)
    left = np.clip(share * e.size - (np.cumsum(size) - size), 0, size)
    return float((total * left / size).sum() / y.sum())


def compared(
    frame: pl.DataFrame, model: str, reference: str, metric: str = "crps", *, cells: str = "all", by: str = "origin"
) -> scores.Comparison:
    """Paired block bootstrap of the mean of a proper score (PROPER) of two models; skill is the share saved.

    by: "origin" (years; few, so the interval is rather too narrow) or "gw_id" (countries, all years of one together).
    Raises UsageError on a metric that is none, or if the models were not scored on the same cells.
    """
    if metric not in PROPER:
        raise UsageError(f"metric {metric!r} is not known: expected one of {', '.join(PROPER)}")
    a, b = _pair(subset(frame, cells), model, reference)
    return scores.compare(_values(a, metric), _values(b, metric), a[by].to_numpy().astype(np.int64))


def auprc_gain(
    frame: pl.DataFrame,
    model: str,
    reference: str,
    *,
    cells: str = "all",
    by: str = "origin",
    level: float = 0.9,
    resamples: int = 500,
    seed: int = 0,
) -> Gain:
    """The difference of two models' mean AUPRC over origins, with a paired block bootstrap by "origin" or "gw_id".

    By country, whole countries are drawn and AUPRC is worked out again in every origin, a cell counting as often as
    its country was drawn. Raises UsageError as `compared`.
    """
    a, b = _pair(subset(frame, cells), model, reference)
    rng = np.random.default_rng(seed)
    cases = a.select(pl.struct("origin", "ahead").rank("dense").cast(pl.Int64)).to_series().to_numpy() - 1
    count = int(cases.max()) + 1
    block, group = np.unique(a["gw_id"].to_numpy(), return_inverse=True)
    some = a["observed"].to_numpy() > 0
    curves = [
        [_Curve.of(f["chance"].to_numpy()[cases == c], some[cases == c], group[cases == c]) for c in range(count)]
        for f in (a, b)
    ]
    once = np.ones(block.size)
    each = np.array([[curve.auprc(once) for curve in model_curves] for model_curves in curves])
    if by == "origin":
        drawn = rng.integers(count, size=(resamples, count))
        differences = (each[0] - each[1])[drawn].mean(axis=1)
    else:
        differences = np.empty(resamples)
        for r in range(resamples):
            weight = np.bincount(rng.integers(block.size, size=block.size), minlength=block.size).astype(np.float64)
            pair = [np.mean([curve.auprc(weight) for curve in model_curves]) for model_curves in curves]
            differences[r] = pair[0] - pair[1]
    low, high = (float(q) for q in np.quantile(differences, [(1 - level) / 2, (1 + level) / 2]))
    means = each.mean(axis=1)
    return Gain(float(means[0]), float(means[1]), (low, high), level, count if by == "origin" else block.size)


def reliability(frame: pl.DataFrame, model: str) -> scores.ReliabilityCurve:
    """How often cells saw deaths, by the chance stated, in bins that are finer near 0 (EDGES)."""
    rows = frame.filter(pl.col("model") == model)
    chance = np.clip(rows["chance"].to_numpy().astype(np.float64), 0, 1)
    return scores.reliability_curve(chance, rows["observed"].to_numpy() > 0, EDGES)


def calibration(frame: pl.DataFrame, model: str, *, least: float = LEAST_CHANCE) -> dict[str, float | list[float]]:
    """Of cells with a chance of `least` or more: the share inside the central 50, 80 and 90 % intervals ("in50" ...),
    the same by randomised PIT ("pit50" ...), which does not profit from ties at zero, the PIT by tenths ("pit"), n."""
    rows = frame.filter((pl.col("model") == model) & (pl.col("chance") >= least))
    pit = rows["pit"].to_numpy().astype(np.float64)
    found: dict[str, float | list[float]] = {"n": float(rows.height)}
    for level in (50, 80, 90):
        inside = rows[f"in{level}"].to_numpy()
        found[f"in{level}"] = float(inside.mean()) if rows.height else float("nan")
        tail = (1 - level / 100) / 2
        found[f"pit{level}"] = float(((pit >= tail) & (pit <= 1 - tail)).mean()) if rows.height else float("nan")
    found["pit"] = (np.histogram(pit, bins=10, range=(0, 1))[0] / max(rows.height, 1)).tolist()
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Curve:
    """Cells of one case by falling chance. some: (n,) whether deaths came. group: (n,) block. ends: last of ties."""

    some: Floats
    group: Ints
    ends: Ints

    @classmethod
    def of(cls, chance: npt.NDArray[np.float32], some: npt.NDArray[np.bool_], group: Ints) -> "_Curve":
        order = np.argsort(-chance, kind="stable")
        ends = np.append(np.flatnonzero(np.diff(chance[order])), chance.size - 1)
        return cls(some[order].astype(np.float64), group[order], ends)

    def auprc(self, weight: Floats) -> float:
        """As `scores.auprc`, a cell counting `weight` (by block) times; 0 if no cell with deaths is left."""
        times = weight[self.group]
        hits, cells = np.cumsum(times * self.some)[self.ends], np.cumsum(times)[self.ends]
        if hits[-1] == 0:
            return 0.0
        precision = hits / np.maximum(cells, 1e-12)
        return float((np.diff(hits, prepend=0.0) * precision).sum() / hits[-1])


def _pair(frame: pl.DataFrame, model: str, reference: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    key = ["origin", "ahead", "pg_id"]
    a, b = (frame.filter(pl.col("model") == name).sort(key) for name in (model, reference))
    if a.is_empty() or not a.select(key).equals(b.select(key)):
        raise UsageError(f"{model} and {reference} were not scored on the same cells: nothing to compare")
    return a, b


def _values(rows: pl.DataFrame, metric: str) -> Floats:
    if metric != "brier":
        found: Floats = rows[metric].to_numpy().astype(np.float64)
        return found
    chance = np.clip(rows["chance"].to_numpy().astype(np.float64), 0, 1)
    return scores.brier(chance, rows["observed"].to_numpy() > 0)
