"""peace_operations: UN and other peace operations in civil conflicts 1993-2016, from Bara & Hultman.

Run: `python -m tools.embed.peacekeeping.operations --shared ../shared/data`. The file gives months of an operation in a
conflict; here they become spells, one row an operation, conflict and state. What the file does not say, whose operation
it was and where one stood that is filed under another state, stands in operations.csv with its source.
"""

import csv
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from forestall.errors import SourceError
from forestall.ids import countries
from forestall.ids.months import month_end
from forestall.ids.state_table import State
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command, writing
from tools.embed.inputs import Inputs, integer, month_id
from tools.embed.peacekeeping import names
from tools.embed.peacekeeping.ground import state_then

TABLE = "peace_operations"
COMMAND = "python -m tools.embed.peacekeeping.operations --shared ../shared/data"
FILE = "peacekeeping/un_and_nonun_peacekeeping_v2.csv.gz"
FACTS = Path(__file__).with_name("operations.csv")
PERSONNEL = "SIPRI_totals"
"""The one personnel column that is reported, once a year; all others are interpolated or filled from it."""
UN = 1
YUGOSLAVIA, SERBIA = 345, "SRB"
"""The file keeps the number 345 after 2006."""
CITATION = (
    "Bara, C. & Hultman, L. (2020), Just different hats? Comparing UN and non-UN peacekeeping, International "
    "Peacekeeping 27(3): 341-368, doi:10.1080/13533312.2020.1737023; personnel there from SIPRI, multilateral peace "
    "operations"
)


def months(inputs: Inputs) -> pl.DataFrame:
    """One row an operation, conflict and month: operation, organisation_code, conflict_gw, conflict_id, month_id,
    only_police, persons (null in months without a report)."""
    columns = ("ccode", "conflictid", "date", "mission", "org", "onlypolice", PERSONNEL)
    frame = inputs.csv(FILE, columns).select(
        pl.col("mission").str.strip_chars().alias("operation"),
        integer("org").cast(pl.Int8).alias("organisation_code"),
        integer("ccode").cast(pl.Int32).alias("conflict_gw"),
        integer("conflictid").cast(pl.Int32).alias("conflict_id"),
        pl.col("date").str.to_date("%Y-%m-%d"),
        month_id("date"),
        (pl.col("onlypolice") == "1.0").alias("only_police"),
        pl.col(PERSONNEL).cast(pl.Float64, strict=True).alias("persons"),
    )
    named = pl.struct("operation", "organisation_code", "date").map_elements(_name, return_dtype=pl.String)
    return frame.with_columns(named.alias("operation")).drop("date").unique()


def _name(row: dict[str, object]) -> str:
    name, day = str(row["operation"]), row["date"]
    if row["organisation_code"] != UN:
        return name
    found = names.mission(name.split(" (", maxsplit=1)[0], day if isinstance(day, date) else None)
    if found is None:
        raise SourceError(f"{FILE}: {name!r} is no UN mission of the register (tools/embed/peacekeeping/names.py)")
    return found


def build(inputs: Inputs) -> pl.DataFrame:
    """Table `peace_operations`: spells of months without a gap."""
    facts = {(row["operation"], row["conflict_location"]): row for row in _facts()}
    used: set[tuple[str, str]] = set()
    rows: list[dict[str, object]] = []
    keys = ["operation", "organisation_code", "conflict_gw", "conflict_id"]
    for key, group in sorted(months(inputs).group_by(keys), key=lambda pair: str(pair[0])):
        operation, kind, conflict_gw, conflict_id = key
        first = int(str(group["month_id"].min()))
        begun = month_end(first)
        where = SERBIA if conflict_gw == YUGOSLAVIA else countries.by_gw(int(str(conflict_gw)), begun).series_iso3
        fact = facts.get((str(operation), where))
        used |= {(row["operation"], row["conflict_location"]) for row in [fact] if row is not None}
        if fact is None and kind != UN:
            raise SourceError(f"{FACTS.name} lacks {operation} in {where}")
        about = {
            "operation": operation,
            "name": fact["name"] or None if fact is not None else None,
            "is_un": kind == UN,
            "led_by": "UN" if kind == UN else (fact or {}).get("organisation") or None,
            "organisation_code": kind,
            "conflict_id": conflict_id,
            "only_police": bool(group["only_police"].any()),
        }
        for spell in _spells(group.sort("month_id"), (fact or {}).get("host") or where):
            rows.append(about | spell | {"source": fact["source"] or None if fact is not None else None})
    if left := facts.keys() - used:
        raise SourceError(f"{FACTS.name} speaks of operations that are not there: {sorted(left)}")
    return pl.DataFrame(rows, schema=dict(SCHEMAS[TABLE])).sort(
        "operation", "conflict_id", "gw_id", "spell_first_month"
    )


def _spells(group: pl.DataFrame, host: str) -> Iterator[dict[str, object]]:
    """Runs of months in one state. host: ISO3 code of the ground."""
    ground = countries.by_iso3(host)
    run: list[tuple[int, float | None]] = []
    before: tuple[int | None, str] | None = None
    by_month = group.group_by("month_id", maintain_order=True).agg(pl.col("persons").max())
    for month, persons in by_month.iter_rows():
        state = _of(state_then(ground, month_end(month)))
        if run and before is not None and (month != run[-1][0] + 1 or state != before):
            yield _spell(run, before)
            run = []
        run.append((month, persons))
        before = state
    if run and before is not None:
        yield _spell(run, before)


def _spell(run: list[tuple[int, float | None]], state: tuple[int | None, str]) -> dict[str, object]:
    told = [persons for _, persons in run if persons is not None]
    return {
        "gw_id": state[0],
        "iso3": state[1],
        "spell_first_month": run[0][0],
        "spell_last_month": run[-1][0],
        "personnel_max": max(told) if told else None,
        "personnel_mean": round(sum(told) / len(told), 1) if told else None,
        "personnel_reports": len(told),
    }


def _of(state: State) -> tuple[int | None, str]:
    return state.gw_id, state.series_iso3


def _facts() -> list[dict[str, str]]:
    with FACTS.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write(shared: Path, out: Path) -> str:
    """Write the table and enter it in the manifest; returns a line on it."""
    inputs = Inputs(shared)
    frame = build(inputs)
    source = Source(
        name="UN and Non-UN Peacekeeping Dataset",
        version="2",
        licence="none stated; derived figures with citation",
        citation=CITATION,
        url="https://www.corinnebara.net/",
        sha256_of_input=inputs.digests[FILE],
    )
    note = (
        "operations in civil conflicts, 1993-01 to 2016-12; one operation in several conflicts has a row for each, "
        "with the same persons: never sum over conflicts"
    )
    return writing.write(out, TABLE, frame, source, command=COMMAND, note=note)


if __name__ == "__main__":
    sys.exit(command.run("tools.embed.peacekeeping.operations", __doc__, write))
