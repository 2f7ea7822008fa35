"""The peacekeeping part of a dossier: the instrument's assessment, with the missions, cases and states it speaks of."""

from forestall.brief.document_response import ContributorRow, MissionRow, PastCase, PeacekeepingPart
from forestall.brief.situation import Situation
from forestall.errors import UsageError
from forestall.ids.countries import resolve
from forestall.ids.months import format_month, month_end
from forestall.instruments.peacekeeping.assess import parts, said
from forestall.instruments.peacekeeping.candidates import Candidates
from forestall.instruments.peacekeeping.overview import Line
from forestall.instruments.peacekeeping.sentences import Parts

CASES, REASONS = 3, 4


def part(s: Situation, gw_id: int) -> PeacekeepingPart | None:
    """What is known of UN missions in a country as of the edition's month; None in a month without figures of deaths."""
    case = s.case(gw_id)
    try:
        found = parts(case, s.as_of, workspace=s.workspace)
    except UsageError:
        return None
    series = [*((line, True) for line in found.register.present), *((line, False) for line in found.register.past)]
    return PeacekeepingPart(
        assessment=said(case, s.as_of, found),
        missions=tuple(_mission(line, there) for line, there in series),
        contributors=_contributors(found.contributors.candidates),
        contributors_record=_record(found.contributors.candidates),
        cases=_cases(s, found),
        cases_rule=found.withdrawals.rule if found.withdrawals else "",
        deaths_end=format_month(found.withdrawals.deaths_to)
        if found.withdrawals and found.withdrawals.deaths_to is not None
        else "",
    )


def _mission(line: Line, there: bool) -> MissionRow:
    one = line.mission
    return MissionRow(
        mission=one.mission,
        name=one.name,
        there=there,
        since=one.start.isoformat() if one.start else "",
        until=one.end.isoformat() if one.end else "",
        mandate_to=line.mandate.until.isoformat() if line.mandate else "",
        mandate_symbol=line.mandate.symbol if line.mandate else "",
        persons=line.strength.total if line.strength else None,
        persons_month=format_month(line.strength.month_id) if line.strength else "",
        deaths=line.deaths.all,
        malicious=line.deaths.malicious,
    )


def _contributors(ranked: Candidates | None) -> tuple[ContributorRow, ...]:
    if ranked is None:
        return ()
    return tuple(
        ContributorRow(
            iso3=one.iso3,
            name=one.name,
            reasons=tuple(reason.text for reason in one.reasons[:REASONS]),
            cautions=tuple(reason.text for reason in one.cautions[:REASONS]),
        )
        for one in ranked.candidates
    )


def _record(ranked: Candidates | None) -> str:
    """How often the first places of such a ranking did send, on missions that it had not seen."""
    if ranked is None or not ranked.bands:
        return ""
    first = ranked.bands[0]
    return (
        f"On {len(ranked.tested)} missions that the ranking had not seen, {first.contributed} of {first.ranked} states in "
        f"places {first.first} to {first.last} sent in the first year (90 % interval {100 * first.low:.0f} to "
        f"{100 * first.high:.0f} %)."
    )


def _cases(s: Situation, found: Parts) -> tuple[PastCase, ...]:
    if found.withdrawals is None:
        return ()
    return tuple(
        PastCase(
            country=resolve(one.case.iso3, on=month_end(s.as_of)).name,
            month=format_month(one.case.eve),
            missions=", ".join(one.case.missions),
            before=one.before,
            after=one.first_year,
            usual=one.usual,
        )
        for one in found.withdrawals.first[:CASES]
    )
