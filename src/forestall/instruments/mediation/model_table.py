"""What the ranking learned, by year, as a table: table `mediation_model`, written by a build command, read here."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache

import numpy as np
import polars as pl

from forestall.errors import StoreError, UsageError
from forestall.instruments.mediation.features import NAMES
from forestall.instruments.mediation.model import PLACED, USED, Ranker
from forestall.store import Workspace
from forestall.store.schemas import SCHEMAS

TABLE = "mediation_model"
_USED = tuple(NAMES[at] for at in USED)
_PARTS = ("chance_there", "chance_new")


def frame(rankers: Mapping[int, Ranker]) -> pl.DataFrame:
    """One row a year, part, replicate (0: from all events) and figure, rounded to six significant digits."""
    rows = [row for year, ranker in sorted(rankers.items()) for row in _rows(year, ranker)]
    table = pl.DataFrame(rows, schema=dict(SCHEMAS[TABLE]), orient="row")
    return table.with_columns(pl.col("coefficient").round_sig_figs(6)).sort("year", "model_part", "replicate", "figure")


def _rows(year: int, ranker: Ranker) -> Iterator[tuple[int, str, int, str, float, int]]:
    for part, values in (("mean", ranker.means), ("scale", ranker.scales)):
        for figure, value in zip(_USED, values, strict=True):
            yield year, part, 0, figure, float(value), ranker.events
    for replicate, weights in enumerate(ranker.weights):
        for figure, value in zip(_USED, weights, strict=True):
            yield year, "weight", replicate, figure, float(value), ranker.events
    for replicate, both in enumerate(ranker.chances):
        for part, values in zip(_PARTS, both, strict=True):
            for at, value in enumerate(values):
                yield year, part, replicate, f"placed_{at}", float(value), ranker.events


def ranker(workspace: Workspace, on: date) -> tuple[int, Ranker]:
    """The year whose model speaks on a day, and the model: learned from events before the first of that January.

    Raises UsageError for a day before the first model, StoreError if the table is missing or damaged.
    """
    table = workspace.table(TABLE)
    years = sorted(set(table["year"].to_list()))
    if not years:
        raise StoreError(f"table {TABLE} is empty: install forestall again")
    if on.year < years[0]:
        raise UsageError(
            f"mediators cannot be ranked as of {on}: too few events with third parties are known before {years[0]}; "
            f"give a day from {years[0]}-01-01 on"
        )
    year = max(one for one in years if one <= on.year)
    return year, _read(workspace, year)


@lru_cache(maxsize=8)
def _read(workspace: Workspace, year: int) -> Ranker:
    table = workspace.table(TABLE).filter(pl.col("year") == year)
    parts = {
        (part, replicate): dict(rows.select("figure", "coefficient").iter_rows())
        for (part, replicate), rows in table.group_by("model_part", "replicate")
    }
    replicates = range(1 + max(table["replicate"].to_list()))
    try:
        return Ranker(
            means=np.array([parts["mean", 0][one] for one in _USED]),
            scales=np.array([parts["scale", 0][one] for one in _USED]),
            weights=np.array([[parts["weight", at][one] for one in _USED] for at in replicates]),
            chances=np.array(
                [[[parts[one, at][f"placed_{n}"] for n in range(PLACED)] for one in _PARTS] for at in replicates]
            ),
            events=int(table["events_learned"][0]),
        )
    except KeyError as error:
        raise StoreError(f"table {TABLE} lacks {error} for {year}: install forestall again") from None
