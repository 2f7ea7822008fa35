"""nuclear_facilities and nuclear_reactors: yearly counts by state of sensitive facilities and of power reactors.

Run: `python -m tools.embed.nonproliferation.facilities --shared ../shared/data`. Enrichment and reprocessing facilities
1941-2012 (Fuhrmann and Tkach 2015; derived counts only). Power reactors to March 2024 (GeoNuclearData, ODbL: its own
table, under the same licence). Sources and defects: docs/sources/nonproliferation-capabilities.md.
"""

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

from forestall.errors import SourceError, UnknownCountryError
from forestall.ids import countries
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command
from tools.embed.inputs import Inputs
from tools.embed.nonproliferation.states_named import iso3_of_cow
from tools.embed.writing import write

FACILITIES, REACTORS = "nuclear_facilities", "nuclear_reactors"
COMMAND = "python -m tools.embed.nonproliferation.facilities --shared ../shared/data"
LATENCY = "nonproliferation/nuclear_latency_v1_2.xlsx"
PRIS = "nonproliferation/reactors_2024-03.csv"
LAST_YEAR, LAST_DAY = 2012, date(2024, 3, 31)
FIRST_REACTOR = 1954
NOT_KNOWN, STILL, NEVER = -99, 7777, 9999
"""Codes of years in the list of facilities: not known; still operating at the end of 2012; not operating by then."""
SPANS = (("operation_start", "operation_end"), ("operation2_start", "operation2_end"))


def facilities(inputs: Inputs) -> pl.DataFrame:
    """Facilities operating at some time in a year, one row a state, year and kind with at least one.

    uncertain: of the operating, those the authors are not sure were such facilities. pilot_or_larger: those beyond the
    laboratory. safeguarded: those they list under IAEA safeguards, at whatever time. A facility whose year of beginning
    isn't known counts in no year; one whose end isn't known counts in its first year only, and as `end_unknown` then.
    """
    frame = pl.read_excel(inputs.path(LATENCY), infer_schema_length=0)
    wanted = ("ccode", "enr_type", "size", "facility_ambiguity", "iaea", *SPANS[0], *SPANS[1])
    missing = set(wanted) - set(frame.columns)
    if missing:
        raise SourceError(f"{LATENCY} lacks the columns {sorted(missing)}")
    counts: dict[tuple[str, int, str], list[int]] = {}
    for ccode, kind, size, unsure, iaea, *years in frame.select(wanted).rows():
        what = "reprocessing" if kind == "1" else "enrichment"
        marks = (1, int(unsure != "0"), int(int(size) >= 2), int(iaea == "1"))
        for year, open_ended in _years(tuple(NEVER if text == "NA" else int(text) for text in years)).items():
            place = counts.setdefault((iso3_of_cow(int(ccode), year), year, what), [0] * 5)
            for at, mark in enumerate((*marks, int(open_ended))):
                place[at] += mark
    rows = [(*key, *values) for key, values in counts.items()]
    return pl.DataFrame(rows, schema=SCHEMAS[FACILITIES], orient="row").sort("iso3", "year", "facility")


def _years(spans: tuple[int, ...]) -> dict[int, bool]:
    """The years of operation, and whether the end of the span that a year belongs to is not known."""
    found: dict[int, bool] = {}
    for start, end in (spans[:2], spans[2:]):
        if start in (NOT_KNOWN, NEVER):
            continue
        last = LAST_YEAR if end == STILL else start if end == NOT_KNOWN else end
        if last < start:
            raise SourceError(f"{LATENCY}: operation from {start} to {end}")
        found |= dict.fromkeys(range(start, last + 1), end == NOT_KNOWN)
    return found


def reactors(inputs: Inputs) -> pl.DataFrame:
    """Power reactors by state and year, 1954 to 2024: in operation at the year's end (2024: on 31 March).

    megawatts: net capacity of these. One whose end is not given and that is shut down counts in no year.
    """
    columns = ("CountryCode", "Status", "ConstructionStartAt", "OperationalFrom", "OperationalTo", "Capacity")
    frame = inputs.csv(PRIS, columns)
    counts: dict[tuple[str, int], list[int]] = {}
    for code, status, _, start, end, capacity in frame.rows():
        closed = status in ("Shutdown", "Decommissioning Completed")
        if start is None or (closed and end is None):
            continue
        began = date.fromisoformat(start[:10])
        until = None if end is None else date.fromisoformat(end[:10])
        for year in range(max(began.year, FIRST_REACTOR), LAST_DAY.year + 1):
            day = min(date(year, 12, 31), LAST_DAY)
            if began <= day and (until is None or until > day):
                place = counts.setdefault((_iso3(code, day), year), [0, 0])
                place[0] += 1
                place[1] += int(float(capacity or 0))
    rows = [(*key, *values) for key, values in counts.items()]
    return pl.DataFrame(rows, schema=SCHEMAS[REACTORS], orient="row").sort("iso3", "year")


def _iso3(code: str, day: date) -> str:
    try:
        return countries.resolve(code, day).series_iso3
    except UnknownCountryError:
        # Reactors stand where they stand: Ukraine's before 1991 are listed as Ukraine's.
        return countries.resolve(code).series_iso3


def put(shared: Path, out: Path) -> Iterable[str]:
    """Write both tables and their entries in the manifest."""
    inputs = Inputs(shared)
    sensitive, power = facilities(inputs), reactors(inputs)
    return [
        write(
            out,
            FACILITIES,
            sensitive,
            Source(
                name="Nuclear Latency",
                version="1.2",
                licence="none stated; derived figures with citation",
                citation="Fuhrmann and Tkach (2015), Almost nuclear: introducing the Nuclear Latency dataset, Conflict "
                "Management and Peace Science 32(4), doi:10.1177/0738894214559672; counts by state and year",
                url="https://doi.org/10.1177/0738894214559672",
                sha256_of_input=inputs.digests[LATENCY],
            ),
            command=COMMAND,
            note="to the end of 2012; a state and year without a row has no facility in the list",
            span="year",
        ),
        write(
            out,
            REACTORS,
            power,
            Source(
                name="GeoNuclearData",
                version="2024-03",
                licence="ODbL-1.0",
                citation="Stoica, GeoNuclearData, under the Open Database License 1.0, from WNA and IAEA PRIS; this "
                "table, too, is under it",
                url="https://github.com/cristianst85/GeoNuclearData",
                sha256_of_input=inputs.digests[PRIS],
            ),
            command=COMMAND,
            note="power reactors in operation at the end of each year, 2024: on 31 March; counts only",
            span="year",
        ),
    ]


def main() -> int:
    """Build the tables; returns the exit code."""
    return command.run("tools.embed.nonproliferation.facilities", __doc__, put)


if __name__ == "__main__":
    sys.exit(main())
