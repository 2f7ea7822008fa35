"""Tables and lines of `forestall missions`, for a terminal of 80 columns."""

from datetime import date
from typing import TYPE_CHECKING

from forestall.cli.terminal import month_text, new_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.table import Table

    from forestall.instruments.peacekeeping.fatalities import Rate
    from forestall.instruments.peacekeeping.overview import Line, Overview, Series
    from forestall.instruments.peacekeeping.register import Mandate, Mission

_BAR = 8
"""Characters of the longest bar."""
_WHOLE_YEAR = 12
_FEW = 10
"""Person-years below which a decimal is printed."""
_TOLD = 100
"""Person-years below which a rate says nothing: the interval would reach from none to more than all."""
ABOUT_LISTS = "Persons: uniformed, at the end of the month. Deaths: of all causes, and by malicious acts. -: not known."
ABOUT_YEARS = (
    "A year of which some months are missing says how many it has. Lacking: authorised less deployed, mean of the "
    "months with both; negative where more were deployed."
)
GROUPS = (
    ("Peacekeeping operations", frozenset({"peacekeeping"})),
    ("Political and observer missions", frozenset({"political", "observer"})),
    ("Offices, support and parts of missions", frozenset({"office", "support", "component", "guards"})),
)


def lists(found: "Iterable[Line | Overview]", on: date, where: str, *, ended: bool = False) -> "Iterator[Table]":
    """Missions in short, a table for each group of kinds that has any. where: `on 2016-05-31`, `in Mali`.

    ended: the missions may have ended; then their ends stand in the place of their hosts.
    """
    rows = list(found)
    for title, kinds in GROUPS:
        held = [one for one in rows if one.mission.kind in kinds]
        if not held:
            continue
        table = new_table(
            f"{title} {where}: {len(held)}",
            ["Mission", "From", "To", "Mandate to"] if ended else ["Mission", "Hosts", "From", "Mandate to"],
            ["Persons", "in", "Deaths"],
        )
        table.columns[1].no_wrap = ended
        for one in held:
            last, mission = one.strength, one.mission
            start = _day(mission.start, mission.start_precision, "-")
            until = _day(mission.end, mission.end_precision, "" if mission.start else "-")
            table.add_row(
                mission.mission,
                *([start, until] if ended else [hosts(mission), start]),
                _short(one.mandate, mission, on),
                "-" if last is None else f"{last.total:,}",
                "" if last is None else month_text(last.month_id),
                f"{one.deaths.all:,}, {one.deaths.malicious:,}",
            )
        yield table


def years(one: "Overview") -> "Table | None":
    """Strength of a mission by year beside what was authorised; None if no year is known."""
    if not one.years:
        return None
    most = max((year.total or 0 for year in one.years), default=0)
    table = new_table(
        f"{one.mission.mission}: uniformed persons, mean of the months known",
        ["Year"],
        ["Troops", "Police", "Observers", "Total", "", "Authorised", "Lacking"],
    )
    table.columns[5].justify = "left"
    for year in one.years:
        table.add_row(
            str(year.year) if year.months == _WHOLE_YEAR else f"{year.year} ({year.months})",
            *(_whole(part) for part in (year.troops, year.police, year.observers, year.total)),
            "█" * (round(_BAR * (year.total or 0) / most) if most else 0),
            _whole(year.authorised),
            _whole(year.gap),
        )
    return table


def rates(found: "Iterable[Overview]") -> "Table | None":
    """Death rates of missions; None if none has one."""
    held = [(one.mission.mission, one.rate, one.rate_malicious) for one in found]
    spans = [
        f"{name} {month_text(rate.first_month)} to {month_text(rate.last_month)}" for name, rate, _ in held if rate
    ]
    table = new_table(
        "Uniformed deaths per 1,000 uniformed person-years, with 95 % interval",
        ["Mission"],
        ["All causes", "Malicious acts", "Deaths", "Person-years"],
        f"Deaths: of all causes, and by malicious acts. -: fewer than {_TOLD} person-years. Months with known strength "
        f"in {', '.join(spans)}.",
    )
    for name, rate, malicious in held:
        if rate is not None and malicious is not None:
            table.add_row(
                name,
                _rate(rate),
                _rate(malicious),
                f"{rate.deaths:,}, {malicious.deaths:,}",
                f"{rate.person_years:,.{0 if rate.person_years >= _FEW else 1}f}",
            )
    return table if table.row_count else None


def footnotes(found: "Iterable[Line | Overview]", on: date) -> "Iterator[str]":
    """Lines on mandates whose day has passed, and on decisions, under a list of missions."""
    rows = [one for one in found if one.mandate is not None and one.mission.end is None]
    if rows:
        said = ", ".join(f"{one.mission.mission} {one.mandate.symbol}" for one in rows if one.mandate)
        yield f"Mandates by {said}."
    if any(_passed(one.mandate, one.mission, on) for one in rows):
        yield "A mandate day in brackets has passed, and what was decided for the time after it is not known here."
    if any(one.mandate and one.mandate.final for one in rows):
        ends = ", ".join(
            f"{one.mission.mission} {one.mandate.until}{f' ({one.mandate.note})' if one.mandate.note else ''}"
            for one in rows
            if one.mandate and one.mandate.final
        )
        yield f"Not to be extended, by decision: {ends}."


def ends(series: "Iterable[Series]") -> "Iterator[str]":
    """Where each series comes from and ends."""
    for one in series:
        yield f"{one.name[:1].upper()}{one.name[1:]}: {one.source}; data end on {one.data_end}."


def hosts(one: "Mission") -> str:
    """The hosts' codes, each once."""
    return ", ".join(dict.fromkeys(host.iso3 for host in one.hosts)) or "-"


def span(one: "Mission") -> str:
    """From when to when."""
    if one.start is None:
        return "dates not known"
    until = "and goes on" if one.end is None else f"to {_day(one.end, one.end_precision, '')}"
    return f"{_day(one.start, one.start_precision, '')} {until}"


def mandate(one: "Mandate | None", mission: "Mission", on: date) -> str:
    """Until when the mandate runs, in words."""
    if one is None:
        return "not known here (decisions since late 2023 only)"
    about = f"to {one.until} by {one.symbol}{', not to be extended' if one.final else ''}"
    about += f"; {one.note}" if one.note else ""
    return f"{about}; that day has passed, what followed is not known here" if _passed(one, mission, on) else about


def _passed(one: "Mandate | None", mission: "Mission", on: date) -> bool:
    return one is not None and mission.end is None and one.until < on and not one.final


def _short(one: "Mandate | None", mission: "Mission", on: date) -> str:
    if one is None or mission.end is not None:
        return ""
    return f"({one.until})" if _passed(one, mission, on) else str(one.until)


def _day(value: date | None, precision: str | None, otherwise: str) -> str:
    return otherwise if value is None else value.isoformat() if precision == "day" else value.isoformat()[:7]


def _rate(one: "Rate") -> str:
    if one.person_years < _TOLD:
        return "-"
    return f"{one.per_1000:.2f} ({one.low:.2f}-{one.high:.2f})"


def _whole(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"
