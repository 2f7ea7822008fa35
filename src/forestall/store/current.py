"""One release for each month or year: what to show when several releases of a table are held."""

from datetime import date

import polars as pl

RANK = {"final": 2, "candidate": 1, "provisional": 0}
"""Which status goes before which; `panel.merge` ranks releases by it too."""

_PARTS = dict.fromkeys(("ucdp_conflict_year", "ucdp_termination"), pl.col("dyad_id").is_null())
"""Rows of one table that come from two datasets, and so from two releases: conflicts (ACD) and dyads (Dyadic)."""

_LISTS = ("ucdp_peace_agreements", "ucdp_actors", "pax_agreements")
"""Tables whose releases are whole lists: the later one stands for all."""


def best_release(frame: pl.DataFrame, register: pl.DataFrame, name: str, known_on: date | None = None) -> pl.DataFrame:
    """The rows of table `name` in which every month (or year) comes from its best release, whole.

    frame: all rows of the table, with a column release and month_id or year. register: rows of `release_register`.
    Final releases go before candidate before provisional ones, then the later published. A release without a span (an
    extract) counts for nothing. known_on: only releases published on or before that day. Of agreements and actors the
    latest list stands. A table without releases, or otherwise without months and years, comes back as it is.
    """
    if name in _LISTS:
        return _latest_list(frame, register.filter(pl.col("table") == name), known_on)
    time = next((column for column in ("month_id", "year") if column in frame.columns), None)
    if time is None or "release" not in frame.columns:
        return frame
    rows = register.filter(pl.col("table") == name, pl.col("first_month").is_not_null())
    if known_on is not None:
        rows = rows.filter(pl.col("published").is_not_null(), pl.col("published") <= known_on)
    parts = frame.with_columns(_part=_PARTS.get(name, pl.lit(False)))
    kept = []
    for part in parts.partition_by("_part", maintain_order=True):
        present = set(part["release"].unique())
        winners = _winners(rows.filter(pl.col("release").is_in(present)), time)
        kept.append(part.join(winners, on=[time, "release"], how="semi", maintain_order="left"))
    return pl.concat(kept).drop("_part") if kept else frame


def _latest_list(frame: pl.DataFrame, rows: pl.DataFrame, known_on: date | None) -> pl.DataFrame:
    if known_on is not None:
        rows = rows.filter(pl.col("published").is_not_null(), pl.col("published") <= known_on)
    # Lists mostly come without a date of publication, but their versions (22.1) sort by name.
    return frame.filter(pl.col("release").is_in(rows["release"].sort().tail(1).to_list()))


def _winners(rows: pl.DataFrame, time: str) -> pl.DataFrame:
    best: dict[int, tuple[tuple[int, date, str], str]] = {}
    for row in rows.iter_rows(named=True):
        key = (RANK[row["status"]], row["published"] or date.min, row["release"])
        first, last = row["first_month"], row["last_month"]
        if time == "year":  # month_id 1 is January 1980
            first, last = 1980 + (first - 1) // 12, 1980 + (last - 1) // 12
        for moment in range(first, last + 1):
            if moment not in best or key > best[moment][0]:
                best[moment] = key, row["release"]
    return pl.DataFrame(
        [(moment, release) for moment, (_, release) in best.items()],
        schema={time: pl.Int32, "release": pl.String},
        orient="row",
    )
