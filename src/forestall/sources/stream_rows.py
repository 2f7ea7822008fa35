"""The row contract of event streams: what a reader hands on, whoever publishes the events, and the counts it keeps.

A stream is too large to be one table: its rows go to partitioned Parquet (`streams.py`). A reader of a publisher's
files gives batches of rows in `ROWS`, every row either kept or set aside for one stated reason, so that sums agree:
rows read = rows kept + rows set aside, rows kept = sum over `places` = sum over `countries`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from forestall.sources.report import Remark

ROWS: dict[str, type[pl.DataType]] = {
    "event_id": pl.Int64,  # the publisher's number, unique in a stream
    "date": pl.Date,  # the day the event happened
    "month_id": pl.Int32,  # the month of `date`
    "added": pl.Date,  # the day from which the publisher had it
    "gw_id": pl.Int32,  # the state in which it happened, on the last day of the month; null if none is known
    "country_code": pl.String,  # the publisher's own code of the place; null if it gives none
    "precision": pl.Int8,  # 1 country, 2 first-level division, 3 place; null if no location is given
    "lat": pl.Float32,  # degrees, as given; null if not usable
    "lon": pl.Float32,
    "place": pl.String,  # one of `PLACES`
    "pg_id": pl.Int32,  # the cell; only where `place` is "land" or "sea"
    "root_code": pl.Int8,  # CAMEO root category, 1 to 20
    "event_code": pl.String,  # CAMEO code as written
    "quad_class": pl.Int8,  # 1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict
    "goldstein": pl.Float32,  # -10 to 10
    "tone": pl.Float32,  # -100 to 100
    "is_root": pl.Boolean,  # from the lead of a report
    "mentions": pl.Int32,
    "sources": pl.Int32,
    "articles": pl.Int32,
    "actor1": pl.String,  # CAMEO country or group of each side; null if none
    "actor2": pl.String,
}
"""The columns of a stream, in order."""

PLACES: dict[str, str] = {
    "land": "in a grid cell with land",
    "sea": "in a grid cell without land (sea, or an island too small for the grid)",
    "area": "known to the country or its division only: the coordinates are a centroid, so no cell",
    "none": "without coordinates",
    "unreadable": "with coordinates that are no numbers",
    "out_of_range": "with a latitude beyond 90 or a longitude beyond 180 degrees",
    "swapped": "with latitude and longitude the wrong way round",
    "null_island": "at 0 N 0 E, which stands for an unknown place",
}
"""Where a row lies, one of these. Only "land" and "sea" have a cell: nothing is guessed or moved."""

COUNTRIES: dict[str, str] = {
    "state": "in a state",
    "none": "without a country",
    "not_a_state": "in a place without a state (oceans, Antarctica, islands under dispute)",
    "not_then": "in a place that had no state of the table then",
    "unknown_code": "with a country code that is not in our table",
}
"""Whether a row has a state, one of these. Only "state" has a gw_id."""

MOST_REMARKS = 50


@dataclass(slots=True)
class Tally:
    """What happened to the rows of a file or a stream; tallies add up.

    set_aside: rows left out, by reason. places, countries: rows kept, by the keys of `PLACES` and `COUNTRIES`.
    unknown_codes: rows by country code that our table lacks. remarks: the first rows left out, with line and column.
    notes: sentences about a file as a whole.
    """

    rows_read: int = 0
    rows_kept: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)
    unknown_codes: Counter[str] = field(default_factory=Counter)
    remarks: list[Remark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def rows_set_aside(self) -> int:
        """Rows left out, whatever the reason."""
        return self.set_aside.total()

    def take(self, other: "Tally") -> None:
        """Add what another part of the same file, or another file, had to say."""
        self.rows_read += other.rows_read
        self.rows_kept += other.rows_kept
        for mine, theirs in (
            (self.set_aside, other.set_aside),
            (self.places, other.places),
            (self.countries, other.countries),
            (self.unknown_codes, other.unknown_codes),
        ):
            mine.update(theirs)
        self.remarks = (self.remarks + other.remarks)[:MOST_REMARKS]
        self.notes += [note for note in other.notes if note not in self.notes]

    def leave_out(self, reason: str, remark: Remark) -> None:
        """Count one row that is left out."""
        self.set_aside[reason] += 1
        if len(self.remarks) < MOST_REMARKS:
            self.remarks.append(remark)

    def lines(self, most: int = 5) -> list[str]:
        """The counts as sentences for a person: what was kept, where it lies, what was left out and why."""
        said = [f"{self.rows_read:,} rows read, {self.rows_kept:,} kept, {self.rows_set_aside:,} set aside"]
        said += self.notes
        said += [f"{n:,} set aside: {reason}" for reason, n in self.set_aside.most_common()]
        said += [
            f"line {r.line}, {r.column} {r.value[:60]!r}: {r.reason}"
            for r in sorted(self.remarks, key=lambda r: r.line)[:most]
        ]
        said += _counted(self.places, PLACES, ("land",)) + _counted(self.countries, COUNTRIES, ("state",))
        if self.unknown_codes:
            said.append("codes not known: " + ", ".join(f"{c!r} ({n:,})" for c, n in self.unknown_codes.most_common(8)))
        return said


def _counted(counts: Mapping[str, int], meanings: Mapping[str, str], quiet: tuple[str, ...]) -> list[str]:
    shown = [f"{counts[key]:,} kept {meaning}" for key, meaning in meanings.items() if counts.get(key)]
    return shown if any(counts.get(key) for key in meanings if key not in quiet) else []


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Some rows of a file, in `ROWS`, with the tally of all rows they were read from."""

    frame: pl.DataFrame
    tally: Tally


def conform(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with exactly the columns of `ROWS` in their types. Raises polars' errors if one does not fit."""
    return frame.select(pl.col(name).cast(kind) for name, kind in ROWS.items())
