"""Comparisons and breakdowns from per-cell scores: what a backtest says beyond its means.

Everything here works on the table of `forestall.verify.cells`, so models may come from anywhere (our registry, a
submission read from files, a peer's saved scores) as long as they were scored on the same cells.

* Every window, with and without its three largest cells: the three country-months with the most deaths observed in it
  (every row of theirs, if several origins forecast them). They are chosen by outcome, not by score, so the choice is
  the same for every model; read it as "how much hangs on three months", not as a score in its own right.
* Paired block-bootstrap intervals against a reference and against a peer, whole countries drawn together
  (`forestall.scores.compare`).
* By region, months ahead, and conflict state at the origin; and how often central PIT intervals held the outcome.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall import scores
from forestall.errors import UsageError
from forestall.verify.cells import ACTIVE, KEY, METRICS, SHARED, STATES, UNKNOWN_STATE

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Row = dict[str, Any]

REFERENCE = "conflictology_12"
LARGEST = 3
LEVELS = (0.5, 0.8, 0.9)
RESAMPLES = 1000
INTERVAL = 0.9


@dataclass(frozen=True, eq=False)
class Paired:
    """Scores of several models on the same cells, in one order.

    cells: the columns of `cells.SHARED`, n rows. scores: model -> (n, 3) in the order of METRICS. pit: model -> (n,).
    """

    cells: pl.DataFrame
    scores: dict[str, FloatArray]
    pit: dict[str, FloatArray]


@dataclass(frozen=True)
class Settings:
    """How intervals are made: who is compared with, at what level, from how many resamples."""

    against: tuple[str, ...]
    level: float = INTERVAL
    resamples: int = RESAMPLES
    seed: int = 0


def paired(frame: pl.DataFrame) -> Paired:
    """The table as one array a model. Raises UsageError if models were scored on different cells, or a cell twice."""
    parts = frame.partition_by("model", maintain_order=True, as_dict=True)
    if not parts:
        raise UsageError("no scores were given: a report needs at least one model")
    first: pl.DataFrame | None = None
    found: dict[str, FloatArray] = {}
    pit: dict[str, FloatArray] = {}
    for (name,), part in parts.items():
        ordered = part.sort(KEY)
        if ordered.select(KEY).is_duplicated().any():
            raise UsageError(f"the scores of {name} hold a cell twice: one row a model, origin, country and month")
        if first is None:
            first = ordered
        elif not ordered.select(*KEY, "observed").equals(first.select(*KEY, "observed")):
            raise UsageError(
                f"{name} was scored on {ordered.height:,} cells and {first['model'][0]} on {first.height:,}, or with "
                "other outcomes: only scores of the same countries, months and figures can be compared"
            )
        found[str(name)] = ordered.select(METRICS).to_numpy()
        pit[str(name)] = ordered["pit"].to_numpy()
    assert first is not None  # noqa: S101 - parts is not empty
    return Paired(cells=first.select(SHARED), scores=found, pit=pit)


def report(
    frame: pl.DataFrame,
    *,
    reference: str | None = REFERENCE,
    peer: str | None = None,
    level: float = INTERVAL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Row:
    """All comparisons and breakdowns of a table of per-cell scores, as plain values (NaN where there is no value).

    frame: the columns of `cells.SCHEMA`, every model on the same cells. reference, peer: models in the table to compare
    with; None for neither. level, resamples, seed: of the bootstrap intervals.

    Returns {"reference", "peer", "level", "resamples", "blocks": "country", "largest": [{"year", "iso3", "unit",
    "month_id", "observed"}], "windows": [...], "overall": [...], "by_region": [...], "by_horizon": [...], "by_state":
    [...], "calibration": [...]}. A row of windows, overall and the breakdowns holds its key ("year"; "windows" for
    overall; "region", "step" or "state"), "model", "n", "units", "crps", "ign", "mis" and "comparisons", one entry for
    each of reference and peer and each metric: {"with", "metric", "difference", "lower", "upper", "saved",
    "saved_lower", "saved_upper", "better"}, where saved is the share of the other's score that is saved and better the
    share of the resamples that came out so. Rows of windows and overall have the same again under "without_largest",
    those of overall also "record": for each metric in how many windows the model was better, and its largest excess
    over the other ("worst", a share; below 0 if it was better everywhere).
    Breakdown rows carry "crps_share", the part of the model's mean CRPS over all cells that the group contributes.

    Means are over cells; in windows of equal size that is also the mean of the windows.
    Raises UsageError if a named model is missing or models were scored on different cells.
    """
    table = paired(frame)
    against = tuple(name for name in (reference, peer) if name is not None)
    for name in against:
        if name not in table.scores:
            raise UsageError(f"no scores of {name!r} to compare with; there are {', '.join(table.scores)}")
    settings = Settings(against=against, level=level, resamples=resamples, seed=seed)
    years = table.cells["year"].to_numpy()
    largest = _largest(table.cells)
    kept = _without(table.cells, largest)
    windows = [
        {"year": int(year), **row, "without_largest": without}
        for year in np.unique(years)
        for row, without in zip(
            _entries(table, years == year, settings), _entries(table, (years == year) & kept, settings), strict=True
        )
    ]
    everything = np.ones(years.size, dtype=np.bool_)
    whole = zip(_entries(table, everything, settings), _entries(table, kept, settings), strict=True)
    count = int(np.unique(years).size)
    overall = [
        {"windows": count, **row, "without_largest": without, "record": _record(windows, row, against)}
        for row, without in whole
    ]
    return {
        "reference": reference,
        "peer": peer,
        "level": level,
        "resamples": resamples,
        "blocks": "country",
        "largest": largest.to_dicts(),
        "windows": windows,
        "overall": overall,
        "by_region": _breakdown(table, "region", sorted(set(table.cells["region"])), settings),
        "by_horizon": _breakdown(table, "step", sorted(set(table.cells["step"])), settings),
        "by_state": _breakdown(table, "state", (*STATES, UNKNOWN_STATE), settings),
        "calibration": calibration(table),
    }


def calibration(table: Paired, levels: Sequence[float] = LEVELS) -> list[Row]:
    """How often central intervals of the randomised PIT held the outcome, over all cells and over active ones.

    Active: a death a month or more in the twelve months up to the origin. A calibrated forecast holds `level` of them,
    whatever share of the outcomes are ties at zero. Rows {"model", "cells" ("all" or "active"), "level", "inside",
    "n"}.
    """
    before = table.cells["before"].fill_null(0.0).to_numpy()
    groups = {"all": np.ones(before.size, dtype=np.bool_), "active": before >= ACTIVE}
    return [
        {
            "model": name,
            "cells": group,
            "level": level,
            "inside": float((np.abs(values[chosen] - 0.5) <= level / 2).mean()) if chosen.any() else float("nan"),
            "n": int(chosen.sum()),
        }
        for name, values in table.pit.items()
        for group, chosen in groups.items()
        for level in levels
    ]


def _largest(cells: pl.DataFrame) -> pl.DataFrame:
    """The three country-months of each window with the most deaths observed, ties by unit and month."""
    return (
        cells.select("year", "iso3", "unit", "month_id", "observed")
        .unique(["year", "unit", "month_id"])
        .sort(["year", "observed", "unit", "month_id"], descending=[False, True, False, False])
        .group_by("year", maintain_order=True)
        .head(LARGEST)
    )


def _without(cells: pl.DataFrame, largest: pl.DataFrame) -> Mask:
    key = ["year", "unit", "month_id"]
    marked = cells.select(key).join(
        largest.select(key).with_columns(here=pl.lit(value=True)), on=key, how="left", maintain_order="left"
    )
    kept: Mask = marked["here"].is_null().to_numpy()
    return kept


def _entries(table: Paired, chosen: Mask, settings: Settings) -> list[Row]:
    """A row for each model over the chosen cells."""
    units = table.cells["unit"].to_numpy()[chosen]
    base = {"n": int(units.size), "units": int(np.unique(units).size)}
    picked = {name: values[chosen] for name, values in table.scores.items()}
    rows = []
    for name, values in picked.items():
        means = dict(zip(METRICS, (float(mean) for mean in values.mean(axis=0)), strict=True)) if units.size else {}
        comparisons = [
            {"with": other, "metric": metric, **_comparison(values[:, k], picked[other][:, k], units, settings)}
            for other in settings.against
            if other != name and units.size
            for k, metric in enumerate(METRICS)
        ]
        rows.append({"model": name, **base, **means, "comparisons": comparisons})
    return rows


def _comparison(own: FloatArray, other: FloatArray, units: npt.NDArray[np.int32], settings: Settings) -> Row:
    found = scores.compare(
        own, other, blocks=units, level=settings.level, resamples=settings.resamples, seed=settings.seed
    )
    return {
        "difference": found.difference,
        "lower": found.difference_interval[0],
        "upper": found.difference_interval[1],
        "saved": found.skill,
        "saved_lower": found.skill_interval[0],
        "saved_upper": found.skill_interval[1],
        "better": found.better,
    }


def _breakdown(table: Paired, column: str, values: Sequence[Any], settings: Settings) -> list[Row]:
    held = table.cells[column].to_numpy()
    rows = []
    for value in values:
        chosen: Mask = held == value
        if chosen.any():
            for row in _entries(table, chosen, settings):
                share = row["crps"] * row["n"] / chosen.size
                rows.append({column: value, **row, "crps_share": share})
    return rows


def _record(windows: Sequence[Row], row: Row, against: Sequence[str]) -> list[Row]:
    """Window by window: how often was the model better, and how far was it behind at worst?"""
    own = {entry["year"]: entry for entry in windows if entry["model"] == row["model"]}
    record = []
    for other in against:
        if other == row["model"]:
            continue
        theirs = {entry["year"]: entry for entry in windows if entry["model"] == other}
        for metric in METRICS:
            pairs = [(entry[metric], theirs[year][metric]) for year, entry in own.items()]
            better = sum(mine < base for mine, base in pairs)
            worst = max((mine / base - 1 for mine, base in pairs if base > 0), default=float("nan"))
            record.append({"with": other, "metric": metric, "better": better, "of": len(own), "worst": worst})
    return record
