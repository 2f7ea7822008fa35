"""Tables and lines on contributors, burden and candidates, for a terminal of 80 columns."""

from typing import TYPE_CHECKING

from forestall.cli.terminal import new_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.table import Table

    from forestall.instruments.peacekeeping.burden import Burden, Share
    from forestall.instruments.peacekeeping.candidates import Candidate, Candidates
    from forestall.instruments.peacekeeping.contributors import FromCountry, Month, Series, ToMission

_MOST = 15
_TOP = 10
_PARTS = 3
EXPLAINED = 10
"""Candidates whose reasons are printed."""
ABOUT_TO = (
    "Persons: troops, police and experts, as far as the series has them. +: more units, of sizes no map gives. Maps "
    "show units: observers, staff officers and single police are not among their persons.",
    "Named: first and last year in which any series by mission names the contributor.",
)
ABOUT_BURDEN = (
    "Share: of person-months (of persons in units for maps). People: share of the population of all UN members "
    "(World Bank WDI, the year before or the newest, which is 2023). Ratio: share over people.",
    "Regional groups are today's; a Council seat is the seat held at the end of each month (year, for maps).",
    "Units on maps leave out single officers, observers and police outside units: a share beside that of the months, "
    "not its continuation.",
)


def to_mission(one: "ToMission") -> "Table":
    """The contributors to a mission in its newest known year, with the years each is named."""
    newest = one.newest
    if newest is None:
        raise ValueError(f"{one.mission} has no year to show")
    table = new_table(
        f"{one.mission} in {newest.year}: {newest.series.what}",
        ["Contributor"],
        ["Persons", "Share", "Named"],
        f"Contributors: {len(newest.contributions)}; {newest.persons:,.0f} {newest.series.unit}.",
    )
    spans = {named.iso3: f"{named.first_year}-{named.last_year}" for named in one.ever}
    for part in newest.contributions[:_MOST]:
        persons = part.persons
        more = "+" if part.unsized else ""
        share = "-" if persons is None or not newest.persons else f"{persons / newest.persons:.1%}"
        table.add_row(
            part.name, "-" + more if persons is None else f"{persons:,.0f}{more}", share, spans.get(part.iso3 or "", "")
        )
    left = newest.contributions[_MOST:]
    if left:
        rest = sum(part.persons or 0.0 for part in left)
        share = f"{rest / newest.persons:.1%}" if newest.persons else "-"
        table.add_row(f"{len(left)} other{'' if len(left) == 1 else 's'}", f"{rest:,.0f}", share, "")
    return table


def sent(one: "FromCountry") -> "Iterator[Table]":
    """The missions a country is named in."""
    if not one.missions:
        return
    table = new_table(
        f"{one.name}: UN missions it is named in, latest first", ["Mission"], ["First", "Last", "Most troops", "in"]
    )
    for named in one.missions[:_MOST]:
        most = "-" if named.largest is None else f"{named.largest:,.0f}"
        table.add_row(
            named.mission,
            str(named.first_year),
            str(named.last_year),
            most,
            "" if named.largest_year is None else str(named.largest_year),
        )
    if len(one.missions) > _MOST:
        table.add_row(f"{len(one.missions) - _MOST} more", "", "", "", "")
    yield table


def about_sent(one: "FromCountry") -> "Iterator[str]":
    """A country's newest and largest month."""
    if one.series_end is None:
        yield "Contributions by month are known from 1990-11 on: none by this day."
    elif one.newest is None and one.peak is None:
        yield f"{one.name} had nobody in UN operations in any month from 1990-11 to {one.series_end} (IPI)."
    else:
        if one.newest is None:
            yield f"{one.name} had nobody in UN operations at the end of {one.series_end}, where the series ends (IPI)."
        else:
            yield f"At the end of {_month(one.newest)}; the series ends in 2014-08 (IPI)."
        if one.peak is not None:
            yield f"Its largest month: {_month(one.peak)} (IPI)."


def _month(one: "Month") -> str:
    parts = [
        f"{label} {value:,}"
        for label, value in (("troops", one.troops), ("police", one.police), ("experts", one.experts))
        if value is not None
    ]
    return f"{one.month}: {one.persons:,} persons ({', '.join(parts)}), number {one.rank} of {one.contributors}"


def shares(one: "Burden") -> "Table":
    """Shares by regional group, M49 region and Council seat."""
    from rich.text import Text

    table = new_table(
        f"{_span(one)}: who bears the burden", ["By"], ["Share", "People", "Ratio", "Contributors", "of members"]
    )
    for title, rows in (("UN regional group", one.groups), ("M49 region", one.regions), ("Council seat", one.seats)):
        table.add_row(Text(title, style="bold"), "", "", "", "")
        for row in rows:
            table.add_row(f"  {row.name}", *_share(row))
    return table


def _share(row: "Share") -> tuple[str, ...]:
    ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
    return f"{row.share:.1%}", f"{row.population_share:.1%}", ratio, str(row.contributors), str(row.members or "-")


def top(one: "Burden") -> "Table":
    """The largest contributors."""
    table = new_table(f"{_span(one)}: largest contributors", ["Contributor"], ["Amount", "Share"], one.unit)
    for each in one.top[:_TOP]:
        table.add_row(each.name, f"{each.person_months:,.0f}", f"{each.share:.1%}")
    return table


def about_burden(one: "Burden") -> "Iterator[str]":
    """Concentration, and what is wrong with the period's figures."""
    held = one.concentration
    yield (
        f"{_span(one)}: {one.total:,.0f} {one.unit}, of {held.contributors} contributors; the ten largest bear "
        f"{held.ten_largest:.1%}, {held.half} bear half; as unequal as {held.effective:.1f} equal ones. {one.source}."
    )
    if one.not_named:
        yield f"Of {_span(one)}, {one.not_named:.1%} is in units whose contributor no map names: in no share."
    if one.repeats:
        yield f"Months that repeat the one before in the source: {', '.join(one.repeats)}."


def _span(one: "Burden") -> str:
    return one.first if one.first == one.last else f"{one.first} to {one.last}"


def ends(series: "Iterable[Series]") -> "Iterator[str]":
    """Where each series comes from and ends."""
    for one in series:
        yield f"{one.what[0].upper()}{one.what[1:]}: {one.first} to {one.last}, {one.unit}. {one.source}."


def candidates(found: "Candidates") -> "Table":
    """The ranked candidates."""
    table = new_table(
        f"Possible contributors, {found.name}, {found.on}",
        ["", "Contributor"],
        ["Score", "90 % interval", "Cautions"],
        f"Of {found.considered} members of the United Nations.",
    )
    for one in found.candidates:
        span = "" if one.low is None or one.high is None else f"{one.low:.2f} to {one.high:.2f}"
        table.add_row(
            str(one.rank),
            one.name,
            "-" if one.score is None else f"{one.score:.2f}",
            span,
            str(len(one.cautions) or "none"),
        )
    return table


def reasons(one: "Candidate") -> str:
    """A candidate's reasons and cautions as text."""
    said = [f"{one.rank}. {one.name}", *(f"   + {each.text}" for each in one.reasons)]
    said += [f"   - {each.text}" for each in one.cautions]
    if one.parts:
        most = ", ".join(f"{part.what} {part.log_odds:+.1f}" for part in one.parts[:_PARTS])
        said.append(f"   = most in the score: {most}")
    return "\n".join(said)


def bands(found: "Candidates") -> "Table":
    """What came of each rank on held-out missions."""
    table = new_table("What came of such ranks", ["Rank"], ["States", "Contributed", "Share", "90 % interval"])
    for one in found.bands:
        rank = f"{one.first}-{one.last}" if one.last < found.considered else f"{one.first} and lower"
        table.add_row(
            rank, str(one.ranked), str(one.contributed), f"{one.share:.0%}", f"{one.low:.0%} to {one.high:.0%}"
        )
    return table


def about_candidates(found: "Candidates", method: str) -> "Iterator[str]":
    """Method, caveats, and where the figures end."""
    yield f"Method: {method}." + (f" Learned from {found.learned_from} missions." if found.learned_from else "")
    if found.learned_from:
        yield "+ for, - caution, = parts of the score in log odds, against a member of mean figures."
    if found.tested:
        missions = ", ".join(found.tested)
        yield f"Ranks are those on {len(found.tested)} new missions the ranking had not learned from: {missions}."
    yield from (f"{each[0].upper()}{each[1:]}." for each in found.caveats)
    yield from (f"{one.what[0].upper()}{one.what[1:]}: {one.end}. {one.source}." for one in found.ends)
