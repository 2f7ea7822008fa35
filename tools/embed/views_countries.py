"""Which number VIEWS gives a state on a date: `python -m tools.embed.views_countries --shared ../shared/data`.

The key of VIEWS lists its country numbers with Gleditsch-Ward numbers and without dates. Where a state has one number
only, its dates are those of our table of states. VIEWS renumbers a state when its borders change; those dates are kept
here by hand, each with the event it stands for.
"""

import hashlib
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import polars as pl

from forestall.errors import SourceError
from forestall.ids.state_table import rows
from forestall.store import files
from forestall.store.manifest import EmbeddedTable
from tools.embed import command, held
from tools.embed.build import parquet, source_of
from tools.embed.inputs import Inputs, integer

COMMAND = "python -m tools.embed.views_countries --shared ../shared/data"
KEY = "challenge/views_country_key.csv"
NOTE = (
    "numbers and codes from the key; dates are those of our table of states, and where VIEWS renumbers a state at a "
    "change of borders, those of the event (tools/embed/views_countries.py); the months of 1991 in which the Soviet "
    "Union was renumbered at every departure are taken whole"
)

SCHEMA = {
    "country_id": pl.Int32,
    "gw_id": pl.Int32,
    "iso3": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "in_challenge": pl.Boolean,
}
Span = tuple[date | None, date | None]

_EVENTS: dict[int, Span] = {
    # German unification, 3 October 1990
    185: (None, date(1990, 10, 2)),
    184: (date(1990, 10, 3), None),
    # Yugoslavia: Macedonia leaves in November 1991, the federation of Serbia and Montenegro is founded on 27 April 1992
    188: (None, date(1991, 11, 19)),
    247: (date(1991, 11, 20), date(1992, 4, 26)),
    227: (date(1992, 4, 27), date(2006, 6, 4)),
    # Serbia: alone from 5 June 2006, without Kosovo from 17 February 2008
    230: (date(2006, 6, 5), date(2008, 2, 16)),
    233: (date(2008, 2, 17), None),
    # the Soviet Union of 1991, by month
    189: (None, date(1991, 7, 31)),
    248: (date(1991, 8, 1), date(1991, 8, 31)),
    250: (date(1991, 9, 1), date(1991, 9, 30)),
    252: (date(1991, 10, 1), date(1991, 10, 31)),
    253: (date(1991, 11, 1), date(1991, 11, 30)),
    254: (date(1991, 12, 1), date(1991, 12, 25)),
    65: (date(1991, 12, 26), None),
    # Tanzania: a change of borders that VIEWS dates to the turn of January 1996
    236: (None, date(1996, 1, 31)),
    242: (date(1996, 2, 1), None),
    # Eritrea leaves Ethiopia, 24 May 1993; Namibia leaves South Africa, 21 March 1990
    191: (None, date(1993, 5, 23)),
    57: (date(1993, 5, 24), None),
    192: (None, date(1990, 3, 20)),
    163: (date(1990, 3, 21), None),
    # South Sudan leaves Sudan, 9 July 2011; Timor-Leste leaves Indonesia, 20 May 2002
    59: (None, date(2011, 7, 8)),
    245: (date(2011, 7, 9), None),
    208: (None, date(2002, 5, 19)),
    209: (date(2002, 5, 20), None),
    # Yemen: union on 22 May 1990, border with Saudi Arabia settled by the treaty of 12 June 2000
    196: (None, date(1990, 5, 21)),
    240: (date(1990, 5, 22), date(2000, 6, 11)),
    124: (date(2000, 6, 12), None),
    239: (None, date(2000, 6, 11)),
    131: (date(2000, 6, 12), None),
}
# Numbers that the key lists for single days of 1991.
_DAYS_ONLY = {249, 251, 255}
_RECODED = {"UNK": "XKX"}


def build(inputs: Inputs) -> pl.DataFrame:
    """One row a number of VIEWS: country_id, gw_id, iso3, valid_from, valid_to (null: since before 1990, to today).

    Raises SourceError if the key holds a state that our table lacks, or two numbers of one state overlap.
    """
    key = inputs.csv(KEY, ("country_id", "gwcode", "iso3", "in_challenge"))
    key = key.with_columns(integer(name) for name in ("country_id", "gwcode", "in_challenge"))
    spans = _spans()
    found = []
    for row in key.filter(~pl.col("country_id").is_in(_DAYS_ONLY)).sort("gwcode", "country_id").iter_rows(named=True):
        number, state = row["country_id"], row["gwcode"]
        if state not in spans:
            raise SourceError(f"{KEY}: country_id {number} is Gleditsch-Ward {state}, which our table of states lacks")
        first, last = _EVENTS.get(number, (None, None))
        begins, ends = spans[state]
        found.append(
            {
                "country_id": number,
                "gw_id": state,
                "iso3": _RECODED.get(row["iso3"], row["iso3"]),
                "valid_from": first or begins,
                "valid_to": last or ends,
                "in_challenge": row["in_challenge"] == 1,
            }
        )
    frame = pl.DataFrame(found, schema=SCHEMA).sort("gw_id", "valid_from")
    for one, other in pairwise(frame.iter_rows(named=True)):
        if one["gw_id"] == other["gw_id"] and (one["valid_to"] is None or other["valid_from"] <= one["valid_to"]):
            raise SourceError(f"{KEY}: two numbers of Gleditsch-Ward {one['gw_id']} overlap: give their dates")
    return frame


def _spans() -> dict[int, Span]:
    """First and last day of each state, over all its rows."""
    spans: dict[int, Span] = {}
    for state in rows():
        if state.gw_id is not None:
            first, _ = spans.get(state.gw_id, (state.start, None))
            spans[state.gw_id] = (min(first or state.start, state.start), state.end)
    return spans


def write(shared: Path, out: Path) -> str:
    """Write `views_countries.parquet` and enter it in the manifest; returns a line about it."""
    inputs = Inputs(shared)
    frame = build(inputs)
    content = parquet(frame)
    source = source_of(KEY, inputs)
    table = EmbeddedTable(
        file="views_countries.parquet",
        rows=frame.height,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        sources=(source,),
        command=COMMAND,
        note=NOTE,
    )
    files.write(out / table.file, content)
    held.enter(out, tables={"views_countries": table})
    return f"views_countries: {table.rows:,} rows, {table.bytes:,} bytes"


def main() -> int:
    """Build the table; returns the exit code."""
    return command.run("tools.embed.views_countries", __doc__, write)


if __name__ == "__main__":
    sys.exit(main())
