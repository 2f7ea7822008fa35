"""Contingents by contributor, mission and year or map, as Geo-PKO's maps name them.

Geo-PKO reads the deployment maps that are annexed to reports of the Secretary-General: each unit on a map has a
contributor and a standard size (a battalion 650 or more, a company 150, a platoon 35), so that the figures are sizes of
units, not head counts. Police officers and observers who are not in units do not count.
"""

import csv
import gzip
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from forestall.errors import SourceError
from forestall.store.manifest import Source
from tools.embed.inputs import Inputs
from tools.embed.peacekeeping.sites import CITATION, LICENCE, RAW
from tools.embed.peacekeeping.sites import CONTRIBUTORS as SITES

CONTRIBUTORS_A_ROW = 17
_UNSIZED = ("unknown", "Unknown", "NA", "")
_ONE = re.compile(r"((?:[^,()]|\(ROK\))+?) \((\d+|size unknown)\)(?:, |$)")
_SCHEMA = {
    "contributor": pl.String,
    "written": pl.String,
    "year": pl.Int32,
    "periods": pl.Int32,
    "troops": pl.Float64,
    "units_unsized": pl.Int32,
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A contributor at a site on a map. mission: as written. troops: None where the map gives no size."""

    mission: str
    year: int
    month: int
    site: str
    contributor: str
    troops: int | None


def units(inputs: Inputs) -> Iterator[Unit]:
    """All contributors at all sites of all maps, 1994-2020. Raises SourceError if a size is no number.

    Where two sources show one site in one month, the larger figure of each contributor counts, once.
    """
    with gzip.open(inputs.path(RAW), "rt", encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    by_source: dict[tuple[str, int, int, str, str], dict[str, int | None]] = {}
    for row in rows:
        place = (row["mission"], int(row["year"]), int(row["month"]), f"{row['location']}|{row['latitude']}")
        for number in range(1, CONTRIBUTORS_A_ROW + 1):
            name, size = row[f"nameoftcc_{number}"], row[f"notroopspertcc_{number}"]
            if name in ("NA", ""):
                continue
            if size not in _UNSIZED and not size.isdigit():
                raise SourceError(f"{RAW}: {size!r} is no number of troops ({row['mission']} {row['year']})")
            of = by_source.setdefault((*place, name), {})
            known = of.get(row["source"])
            of[row["source"]] = known if size in _UNSIZED else int(size) + (known or 0)
    for (mission, year, month, site, name), of in by_source.items():
        sizes = [size for size in of.values() if size is not None]
        yield Unit(mission, year, month, site, name, max(sizes) if sizes else None)


def maps(inputs: Inputs) -> dict[tuple[str, int], set[int]]:
    """The months for which there is a map, by mission (as written) and year."""
    with gzip.open(inputs.path(RAW), "rt", encoding="utf-8", newline="") as handle:
        found: dict[tuple[str, int], set[int]] = {}
        for row in csv.DictReader(handle):
            found.setdefault((row["mission"], int(row["year"])), set()).add(int(row["month"]))
    return found


def map_means(inputs: Inputs) -> pl.DataFrame:
    """One row a contributor, mission and year, 1994-2020: mean over the year's maps of its troops on each.

    periods: maps of the mission in the year. troops: null where no map gives a size. units_unsized: sites without a
    size, mean of maps, rounded up.
    """
    months = maps(inputs)
    totals: dict[tuple[str, str, int], list[int]] = {}
    for unit in units(inputs):
        of = totals.setdefault((unit.contributor, unit.mission, unit.year), [0, 0, 0])
        of[0] += unit.troops or 0
        of[1] += unit.troops is not None
        of[2] += unit.troops is None
    rows = []
    for (contributor, written, year), (troops, sized, unsized) in sorted(totals.items()):
        n = len(months[(written, year)])
        rows.append((contributor, written, year, n, troops / n if sized else None, -(-unsized // n)))
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def site_sums(inputs: Inputs) -> pl.DataFrame:
    """One row a contributor, mission and year, 1994-2024: sum over sites of the largest figure of the year at each.

    A unit that moved within the year counts at every site, so that these sums lie above the means of maps. Raises
    SourceError on a list of contributors that cannot be read whole.
    """
    with gzip.open(inputs.path(SITES), "rt", encoding="utf-8", newline="") as handle:
        text = handle.read()
    totals: dict[tuple[str, str, int], list[int]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        listed = row["year.overview"]
        read = _ONE.findall(listed)
        if ", ".join(f"{name} ({size})" for name, size in read) != listed.strip(", "):
            raise SourceError(f"{SITES}: cannot read the contributors {listed!r}")
        for name, size in read:
            of = totals.setdefault((name.strip(), row["mission"], int(row["year"])), [0, 0, 0])
            of[0] += int(size) if size.isdigit() else 0
            of[1] += size.isdigit()
            of[2] += not size.isdigit()
    rows = [
        (contributor, written, year, 1, float(troops) if sized else None, unsized)
        for (contributor, written, year), (troops, sized, unsized) in sorted(totals.items())
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def sources(inputs: Inputs) -> tuple[Source, ...]:
    """The two files of Geo-PKO, with digests."""
    versions = {RAW: "1994-2020", SITES: "2.3, 1994-2024"}
    return tuple(
        Source(
            name="Geo-PKO, contributors",
            version=version,
            licence=LICENCE,
            citation=CITATION,
            url="https://www.uu.se/en/department/peace-and-conflict-research/research/research-data",
            sha256_of_input=inputs.digests[file],
        )
        for file, version in versions.items()
    )
