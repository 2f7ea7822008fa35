"""peace_missions and peace_mission_hosts: every UN mission that our sources name, and where it was.

Run: `python -m tools.embed.peacekeeping.missions --shared ../shared/data`. The list of missions of the UN's Peace and
Security Data Hub (2024-02-19) gives names and spans; missions.csv beside this module what the list lacks or has wrong,
with a UN symbol. Sources and defects: docs/sources/peacekeeping-register.md.
"""

import calendar
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from forestall.errors import SourceError
from forestall.ids import countries
from forestall.ids.state_table import rows as state_rows
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command
from tools.embed.inputs import Inputs
from tools.embed.peacekeeping.facts import Fact, facts
from tools.embed.peacekeeping.names import FAMILIES, OTHER_SPELLINGS
from tools.embed.writing import write

MISSIONS, HOSTS = "peace_missions", "peace_mission_hosts"
COMMAND = "python -m tools.embed.peacekeeping.missions --shared ../shared/data"
LIST = "peacekeeping/un_pko_missions.csv"
LIST_DATE = date(2024, 2, 19)
COLUMNS = ("mission_acronym", "mission_name", "lead_department", "start_date", "end_date", "mission_location")
_DAY = timedelta(days=1)


def listed(inputs: Inputs) -> dict[str, dict[str, str | None]]:
    """The list by acronym, without family names and second spellings. Raises SourceError on one without facts."""
    found = {str(row["mission_acronym"]): row for row in inputs.csv(LIST, COLUMNS).iter_rows(named=True)}
    kept = {name: row for name, row in found.items() if name not in FAMILIES and name not in OTHER_SPELLINGS}
    if strange := sorted(set(kept) - set(facts())):
        raise SourceError(f"{LIST} names missions without facts: {', '.join(strange)}; add them to missions.csv")
    return kept


def decided_on() -> dict[str, date]:
    """Days of the Council's resolutions by symbol, from the embedded table."""
    frame = pl.read_parquet(command.DATA / "council_resolutions.parquet", columns=["symbol", "date"])
    return dict(frame.drop_nulls().rows())


def missions(inputs: Inputs) -> pl.DataFrame:
    """One row a mission.

    A date of the list that falls on the first of a month stands for the month: the start is given as its first day, the
    end as its last. Where the founding resolution is of that very month, its day is the start.
    """
    listing, adopted = listed(inputs), decided_on()
    rows = []
    for fact in facts().values():
        entry = listing.get(fact.mission, {})
        founded = adopted.get(fact.founding or "")
        start, start_precision = _start(fact, entry, founded)
        end, end_precision = _end(fact, entry)
        name = fact.name or entry.get("mission_name")
        if name is None:
            raise SourceError(f"{fact.mission} has a name neither in {LIST} nor in missions.csv")
        rows.append(
            {
                "mission": fact.mission,
                "name": " ".join(name.split()),
                "mission_kind": fact.kind,
                "counted": fact.counted,
                "department": entry.get("lead_department"),
                "start": start,
                "start_precision": start_precision,
                "end": end,
                "end_precision": end_precision,
                "headquarters": fact.headquarters or _blank(entry.get("mission_location")),
                "founding": fact.founding,
                "founded_on": founded,
                "in_list": bool(entry),
                "source": "; ".join(filter(None, ("UN list of 2024-02-19" if entry else None, fact.source))) or None,
                "note": fact.note,
            }
        )
    frame = pl.DataFrame(rows, schema=dict(SCHEMAS[MISSIONS]))
    wrong = frame.filter(pl.col("end") < pl.col("start"))
    if wrong.height:
        raise SourceError(f"missions that end before they start: {wrong['mission'].to_list()}")
    return frame.sort("start", "mission", nulls_last=True)


def _start(fact: Fact, entry: dict[str, str | None], founded: date | None) -> tuple[date | None, str | None]:
    if fact.start is not None:
        return fact.start, "day"
    text = entry.get("start_date")
    if not text:
        return None, None
    given = date.fromisoformat(text)
    if given.day > 1:
        return given, "day"
    if founded is not None and (founded.year, founded.month) == (given.year, given.month):
        return founded, "day"
    return given, "month"


def _end(fact: Fact, entry: dict[str, str | None]) -> tuple[date | None, str | None]:
    if fact.end is not None:
        return fact.end, "day"
    text = entry.get("end_date")
    if not text:
        return None, None
    given = date.fromisoformat(text)
    if given.day > 1:
        return given, "day"
    return given.replace(day=calendar.monthrange(given.year, given.month)[1]), "month"


def hosts(frame: pl.DataFrame) -> pl.DataFrame:
    """One row a mission, host and number of the host: a state that changes number has a row for each."""
    spans = {row["mission"]: (row["start"], row["end"]) for row in frame.iter_rows(named=True)}
    rows = []
    for fact in facts().values():
        start, end = spans[fact.mission]
        for iso3, first, last in fact.hosts:
            for part in numbered(iso3, first or start, last or end):
                rows.append({"mission": fact.mission, **part})
    return pl.DataFrame(rows, schema=dict(SCHEMAS[HOSTS])).sort("first", "mission", "iso3", nulls_last=True)


def numbered(iso3: str, first: date | None, last: date | None) -> Iterator[dict[str, object]]:
    """The span cut where the host's Gleditsch-Ward number changes; a territory without one has null.

    A land that was to become a state during the mission (Namibia, Timor-Leste, Croatia) bears its later number from
    the start, as UCDP files it.
    """
    if first is None:
        yield {"iso3": iso3, "gw_id": _number(iso3, last or LIST_DATE), "first": None, "last": last}
        return
    until = last or date.max
    begun = first
    for change in sorted({state.start for state in state_rows() if first < state.start <= until}):
        if _number(iso3, change) != _number(iso3, begun):
            yield {"iso3": iso3, "gw_id": _number(iso3, begun), "first": begun, "last": change - _DAY}
            begun = change
    yield {"iso3": iso3, "gw_id": _number(iso3, begun), "first": begun, "last": last}


def _number(iso3: str, on: date) -> int | None:
    own = [state for state in state_rows() if state.iso3 == iso3]
    if own and on < own[0].start and own[0].continuing_iso3 in ("", iso3) and iso3 not in _CONTINUING:
        return own[0].gw_id
    return countries.resolve(iso3, on).gw_id


_CONTINUING = {"SRB", "YEM", "RUS"}
"""States whose series goes back to a predecessor's, whose number is meant on the dates before."""


def _blank(text: str | None) -> str | None:
    return " ".join(text.split()) or None if text else None


def differences(inputs: Inputs, frame: pl.DataFrame) -> list[str]:
    """Where the register gives another day than the list."""
    found = []
    for name, entry in listed(inputs).items():
        row = frame.row(by_predicate=pl.col("mission") == name, named=True)
        for what in ("start", "end"):
            given = entry[f"{what}_date"]
            if (given or "none")[:7] != str(row[what] or "none")[:7]:
                found.append(f"{name}: {what} {given or 'none'} in the list, {row[what]} here ({row['source']})")
    return found


def source_of(inputs: Inputs) -> Source:
    """The list of missions as a source of the manifest."""
    return Source(
        name="UN peacekeeping missions",
        version="2024-02-19",
        licence="CC-BY-4.0",
        citation="United Nations Peace and Security Data Hub, UN PKO missions (2024-02-19); kinds, hosts, founding "
        "documents and corrected days from the UN documents named in the rows",
        url="https://psdata.un.org/",
        published=LIST_DATE,
        sha256_of_input=inputs.digests[LIST],
    )


def build(shared: Path, out: Path) -> list[str]:
    """Write both tables and their entries in the manifest; returns lines on what was found."""
    inputs = Inputs(shared)
    frame = missions(inputs)
    source = source_of(inputs)
    note = "the list is of 2024-02-19; later beginnings and ends by the documents named in the rows"
    return [
        write(out, MISSIONS, frame, source, command=COMMAND, note=note),
        write(out, HOSTS, hosts(frame), source, command=COMMAND, note=note),
        f"{frame.filter('counted').height} in the UN's count of peacekeeping operations",
        *differences(inputs, frame),
    ]


def main() -> int:
    """Build the tables; returns the exit code."""
    return command.run("tools.embed.peacekeeping.missions", __doc__, build)


if __name__ == "__main__":
    sys.exit(main())
