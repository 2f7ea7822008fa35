"""The tables that `forestall backtest` prints."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from forestall.cli.terminal import month_text, new_table

if TYPE_CHECKING:
    from rich.table import Table

Row = dict[str, Any]

DIGITS = {"crps": 2, "ign": 3, "mis": 0}
"""Scores and the digits they are shown with."""
NO_EXTRA = {"year", "origin", "model", *DIGITS, "n"}


def backtest_tables(rows: list[Row], published: list[Row], figures: str) -> list["Table"]:
    """Mean scores by model and year; with rolling origins, a year is the mean of its origins."""
    names = list(dict.fromkeys(row["model"] for row in rows))
    years = sorted({row["year"] for row in rows})
    # six years of scores fit 80 columns; --json has them all
    shown = years if len(years) <= 6 else years[-5:]
    count = len(rows) // len(names)
    crps = new_table(
        "CRPS by year, deaths per country and month (lower is better)",
        ["model"],
        [*(str(year) for year in shown), "CRPS", "IGN", "MIS"],
        f"last three columns: means of {count} windows, {years[0]} to {years[-1]}; {figures}",
    )
    extras = [key for key in rows[0] if key not in NO_EXTRA]
    extra = new_table("More, means of the windows", ["score"], names)
    means: dict[str, dict[str, float]] = {}
    for name in names:
        own = [row for row in rows if row["model"] == name]
        mean = means[name] = {key: _mean([row[key] for row in own]) for key in (*DIGITS, *extras)}
        by_year = (_mean([row["crps"] for row in own if row["year"] == year]) for year in shown)
        crps.add_row(name, *(f"{value:.2f}" for value in by_year), *_scores(mean))
    for key in extras:
        extra.add_row(key, *(f"{means[name][key]:.3f}" for name in names))
    tables = [crps, extra] if extras else [crps]
    if published:
        tables.append(_published(published))
    return tables


def detail_tables(found: Row, published: list[Row], figures: str) -> list["Table"]:
    """A report of `forestall.verify.report`: windows, intervals, breakdowns, calibration."""
    against = [name for name in (found["reference"], found["peer"]) if name is not None]
    years = {str(row["year"]) for row in found["windows"]}
    later = [row for row in published if row["window"] not in years]
    return [
        _windows(found, published, figures),
        *(_saved(found, other) for other in against),
        *(_records(found, other) for other in against),
        _groups(found["by_region"], "region", "By region"),
        _groups(found["by_horizon"], "step", "By months ahead"),
        _groups(found["by_state"], "state", "By deaths a month in the year before the forecast"),
        _calibration(found),
        *([_published(later)] if later else []),
    ]


def _windows(found: Row, published: list[Row], figures: str) -> "Table":
    made = _wide(
        "Scores by window, and without its three largest country-months",
        ["window", "model"],
        ["CRPS", "IGN", "MIS", "CRPS-3", "IGN-3", "MIS-3"],
        f"-3: without {_largest(found)}; {figures}; (name): as published",
    )
    years = list(dict.fromkeys(row["year"] for row in found["windows"]))
    for year in years:
        for row in (one for one in found["windows"] if one["year"] == year):
            made.add_row(str(year), row["model"], *_scores(row), *_scores(row["without_largest"]))
        for row in (one for one in published if one["window"] == str(year)):
            made.add_row(str(year), f"({row['model']})", *_scores(row), "", "", "")
        made.add_section()
    for row in found["overall"]:
        made.add_row("all", row["model"], *_scores(row), *_scores(row["without_largest"]))
    return made


def _largest(found: Row) -> str:
    """The months left out, as far as a caption can hold them."""
    names = [f"{row['iso3']} {month_text(row['month_id'])}" for row in found["largest"]]
    return (
        ", ".join(names)
        if len(names) <= 6
        else f"the three country-months with the most deaths of each window ({names[0]} ...)"
    )


def _saved(found: Row, other: str) -> "Table":
    """The share of another model's score that each model saves, with its interval."""
    made = _wide(
        f"Saved against {other}, % (below 0: worse)",
        ["year", "model"],
        ["CRPS", "IGN", "MIS"],
        f"[{found['level'] * 100:.0f} % interval] of a paired bootstrap of whole countries, "
        f"{found['resamples']:,} resamples",
    )
    for row in (*found["windows"], *found["overall"]):
        pairs = {one["metric"]: one for one in row["comparisons"] if one["with"] == other}
        if pairs:
            made.add_row(str(row.get("year", "all")), row["model"], *(_interval(pairs[key]) for key in DIGITS))
    return made


def _records(found: Row, other: str) -> "Table":
    made = _wide(
        f"Windows in which a model beat {other}, and how far it was behind at worst",
        ["model"],
        ["CRPS", "worst", "IGN", "worst", "MIS", "worst"],
    )
    for row in found["overall"]:
        cells: list[str] = []
        for one in (entry for entry in row["record"] if entry["with"] == other):
            worst = "-" if math.isnan(one["worst"]) else f"{100 * one['worst']:+.1f} %"
            cells += [f"{one['better']} of {one['of']}", worst]
        if cells:
            made.add_row(row["model"], *cells)
    return made


def _groups(rows: Sequence[Row], key: str, title: str) -> "Table":
    made = _wide(
        title,
        [key, "model"],
        ["countries", "cells", "CRPS", "of all", "IGN", "MIS"],
        "of all: what the group adds to the CRPS over all cells; --json has intervals",
    )
    held = None
    for row in rows:
        if held is not None and row[key] != held:
            made.add_section()
        held = row[key]
        crps, ign, mis = _scores(row)
        share = f"{row['crps_share']:.2f}"
        made.add_row(str(row[key]), row["model"], f"{row['units']}", f"{row['n']:,}", crps, share, ign, mis)
    return made


def _calibration(found: Row) -> "Table":
    rows = found["calibration"]
    levels = sorted({row["level"] for row in rows})
    made = _wide(
        "Outcomes inside central intervals (randomised PIT)",
        ["cells", "model"],
        ["n", *(f"{level:.0%}" for level in levels)],
        "active: a death a month or more in the twelve months before the forecast",
    )
    for cells in ("all", "active"):
        for name in dict.fromkeys(row["model"] for row in rows):
            own = {row["level"]: row for row in rows if (row["model"], row["cells"]) == (name, cells)}
            n = next(iter(own.values()))["n"]
            made.add_row(cells, name, f"{n:,}", *(f"{own[level]['inside']:.3f}" for level in levels))
    return made


def _published(published: list[Row]) -> "Table":
    made = _wide("Published scores (compare within one window only)", ["window", "entry"], ["CRPS", "IGN", "MIS"])
    for row in published:
        made.add_row(row["window"], row["model"], *_scores(row))
    return made


def _wide(title: str, left: Sequence[str], right: Sequence[str], caption: str = "") -> "Table":
    """A table in which a long name of a model breaks over two lines before a figure is cut short."""
    made = new_table(title, left, right, caption)
    column = made.columns[len(left) - 1]
    column.no_wrap, column.overflow = False, "fold"
    return made


def _scores(row: Row) -> list[str]:
    return ["" if row.get(key) is None else f"{row[key]:.{digits}f}" for key, digits in DIGITS.items()]


def _interval(one: Row) -> str:
    """`+3.1 [-2,+8]`, in percent; without a space, so that three of them fit a terminal of 80."""
    if math.isnan(one["saved"]):
        return "-"
    digits = 1 if abs(one["saved"]) < 1 else 0
    text = f"{100 * one['saved']:+.{digits}f}"
    if math.isnan(one["saved_lower"]):
        return text
    return f"{text} [{100 * one['saved_lower']:+.0f},{100 * one['saved_upper']:+.0f}]"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
