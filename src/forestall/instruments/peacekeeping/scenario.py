"""A scenario as the reader sees it: the country or mission meant, the notes beside the figures, the dossier's part."""

from dataclasses import dataclass
from datetime import date

from forestall.errors import UsageError
from forestall.ids.countries import by_gw, resolve
from forestall.ids.months import format_month
from forestall.instruments.peacekeeping import register
from forestall.instruments.peacekeeping.cases import KINDS, MINIMUM
from forestall.instruments.peacekeeping.comparable import (
    FEATURES,
    NOTICED,
    Answer,
    Outcome,
    Summary,
    answer,
    open_missions,
    over,
)
from forestall.instruments.peacekeeping.situations import MAPS, record
from forestall.store import Workspace

SOURCES = (
    "deaths: UCDP GED and candidate events, best estimate, all types, as revised since",
    "strength: International Peace Institute, uniformed personnel at the end of each month, 1990-11 to 2017-03",
    "operations of others: Bara & Hultman (2020), 1993-01 to 2016-12",
    "strength later: Geo-PKO 2.3, troops that the units on deployment maps stand for, by year to 2024; no police",
)


def standing(strength: float, source: str) -> str:
    """A strength in words: persons, or what the units on maps stand for."""
    if source.startswith(MAPS):
        return f"about {strength:,.0f} troops by the units on maps ({source}: a nominal count, police left out)"
    return f"{strength:,.0f} uniformed personnel ({source})"


def place(text: str, on: date, workspace: Workspace) -> tuple[str, str]:
    """Code and name of the country that a person means, by its own name or by a mission's, on a day.

    Raises UnknownCountryError if nobody knows it, UsageError for a mission that had several hosts on the day or none.
    """
    if not register.is_mission(text, workspace):
        state = resolve(text, on)
        return state.series_iso3, state.name
    one = register.mission(text, on, workspace)
    there = [
        host.iso3
        for host in one.hosts
        if host.first is not None and host.first <= on and (host.last is None or host.last >= on)
    ]
    if len(there) != 1:
        held = (
            f"in {', '.join(there)}: give one of these"
            if there
            else "nowhere: give a country, or another day with --on"
        )
        raise UsageError(f"{one.mission} was {held} (on {on})")
    return there[0], resolve(there[0], on).name


def notes(found: Answer) -> tuple[str, ...]:
    """What a reader must know of an answer: the rule, what may be read and what may not, and where the data end."""
    features = "; ".join(FEATURES.values())
    said = [
        f"Cases: {found.rule}; at least {MINIMUM:,.0f} uniformed personnel "
        f"{'before it' if found.scenario == 'withdraw' else 'more than before'}. Years are counted from the eve of the "
        f"change, and a case is used only if the twelve months after it were over by {format_month(found.deaths_to)}.",
        f"Nearest by: {features}; root mean square difference in standard deviations of the cases.",
        f"Rose or fell: by {NOTICED:.0f} deaths or more and a quarter of the lower figure or more. Times: median of "
        "(1 + deaths after) / (1 + deaths before). Usual: median of the same for all countries at a like level of "
        "deaths without such a change. Worse: cases above their usual; half of them would be no difference.",
        "May be read: what followed, in how many cases, and how that compares with the usual. May not: that the change "
        "of the mission caused it. Missions leave where peace holds and where war drives them out, and grow where war "
        "is worst, from where deaths mostly fall in any event.",
        "Nearness says little: with each case left out in turn, the nearest guessed whether deaths rose no better than "
        "all cases did (docs/methods/peacekeeping-effect.md). Read the line of all cases beside that of the nearest.",
        "Cases in one country, and hosts of one mission, are not independent: the true intervals are wider.",
    ]
    if found.situation.strength < MINIMUM:
        said.append(
            f"This presence ({found.situation.strength:,.0f}) is smaller than any that the cases of a drawdown begin "
            f"with ({MINIMUM:,.0f}): none is like it."
        )
    forces = [one for one in found.outcomes[:10] if one.others]
    if forces:
        named = "; ".join(
            f"{one.case.iso3} {format_month(one.case.eve)} {', '.join(one.others or ())}" for one in forces
        )
        said.append(
            f"Marked *: military operations of others were there in the year after the eve (known 1993-2016): {named}."
        )
    if found.unknown:
        said.append(f"{found.unknown} cases are left out because deaths before or after them are not known.")
    if any(one.case.source != "IPI" for one in found.outcomes):
        said.append(
            "Closures after the monthly series of strength ended are dated to their last month, with the strength last "
            "known; drawdowns after it that closed no mission are not among the cases."
        )
    said.append(
        f"Data: {'; '.join(SOURCES)}. Used here: deaths to {format_month(found.deaths_to)}, monthly strength to "
        f"{format_month(found.strength_to)}."
    )
    return tuple(said)


@dataclass(frozen=True, slots=True)
class Section:
    """For a country's dossier: what followed the ten nearest drawdowns, and all of them.

    missions: open on the day. note: why there are no cases, where nearest is None. strength: uniformed personnel,
    strength_source: whose figure and of when. first: the three nearest cases. deaths_to: last month of deaths used.
    """

    missions: tuple[str, ...]
    note: str
    strength: float | None
    strength_source: str
    nearest: Summary | None
    every: Summary | None
    first: tuple[Outcome, ...]
    deaths_to: int | None
    rule: str
    sources: tuple[str, ...] = SOURCES


def section(gw_id: int, iso3: str, as_of: date, workspace: Workspace | None = None) -> Section | None:
    """The dossier's part on withdrawals for a country, as of a day; None where no UN operation is open.

    gw_id: valid on the day. Raises StoreError if a table is missing, UsageError if `as_of` lies before all deaths.
    """
    held = workspace or Workspace.open()
    known = record(held, as_of=over(as_of))
    missions = open_missions(known, iso3, as_of)
    if not missions:
        return None
    try:
        found = answer(held, iso3, by_gw(gw_id, as_of).name, "withdraw", on=as_of, known=known)
    except UsageError as error:
        return Section(missions, str(error), None, "", None, None, (), None, KINDS["withdraw"])
    by_name = {one.asked: one for one in found.summaries}
    return Section(
        missions=missions,
        note="",
        strength=found.situation.strength,
        strength_source=found.strength_source,
        nearest=by_name.get("10"),
        every=by_name["all"],
        first=found.outcomes[:3],
        deaths_to=found.deaths_to,
        rule=found.rule,
    )
