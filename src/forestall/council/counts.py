"""Decisions and vetoes counted by year and by what they are on: the rows of the charts and of the yearly tables."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

from forestall.council.decisions import Decision
from forestall.council.vetoes import Veto
from forestall.errors import UnknownCountryError
from forestall.ids import countries

REGIONS = ("Africa", "Americas", "Asia and Oceania", "Western Asia", "Europe", "more than one", "no country named")
"""Groups by the M49 region of the countries concerned; Western Asia is apart from the rest of Asia."""


def by_kind(records: Iterable[Decision]) -> list[tuple[int, str, int]]:
    """(year, kind, number), by year; records without a date are left out."""
    counts = Counter((one.date.year, one.kind) for one in records if one.date)
    return sorted((year, kind, n) for (year, kind), n in counts.items())


def by_region(records: Iterable[Decision]) -> list[tuple[int, str, int]]:
    """(year, region, number) of `REGIONS`, by year; records without a date are left out."""
    counts = Counter((one.date.year, region(one.countries)) for one in records if one.date)
    return sorted((year, name, n) for (year, name), n in counts.items())


def region(iso3: Sequence[str]) -> str:
    """The region that countries share, `more than one`, or `no country named`."""
    found = {_region(one) for one in iso3}
    if not found:
        return REGIONS[-1]
    return found.pop() if len(found) == 1 else REGIONS[-2]


@cache
def _region(iso3: str) -> str:
    try:
        state = countries.lineage(iso3)[-1]
    except UnknownCountryError:
        return REGIONS[-2]
    if state.subregion == "Western Asia":
        return "Western Asia"
    return {"Asia": "Asia and Oceania", "Oceania": "Asia and Oceania"}.get(state.region, state.region)


def vetoes_by_member(found: Iterable[Veto]) -> list[tuple[int, str, int]]:
    """(year, member, vetoes), by year: a draft that two members vetoed counts for both."""
    counts = Counter((one.date.year, one.member) for one in found)
    return sorted((year, member, n) for (year, member), n in counts.items())


def vetoes_by_topic(found: Iterable[Veto], most: int = 12) -> list[tuple[str, str, int]]:
    """(topic, member, vetoes), most vetoes first; topics beyond `most` are put together as other topics."""
    rows = list(found)
    totals = Counter(one.topic or "other topics" for one in rows)
    ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    top = [name for name, _ in ranked if name != "other topics"][:most]
    counts = Counter((one.topic if one.topic in top else "other topics", one.member) for one in rows)
    order = [*top, "other topics"]
    return sorted(
        ((topic or "other topics", member, n) for (topic, member), n in counts.items()),
        key=lambda row: (order.index(row[0]), row[1]),
    )
