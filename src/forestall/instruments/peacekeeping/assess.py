"""Peacekeeping's answer on a country: which missions are there, whether they stand where deaths come, who sends.

Each sentence names where its series ends: they end in different years, from 2014 (contributions by month) to the
edition's own month (expected deaths). Nothing is said of what a mission causes; the record of past changes is given as
a record.
"""

from datetime import date, timedelta

from forestall.ids.countries import by_gw, states
from forestall.ids.months import month_end
from forestall.instruments import phrases
from forestall.instruments.assessment import Assessment, Case, Evidence, Finding, Said
from forestall.instruments.peacekeeping import contributor_section, fit_section, overview, register, scenario, sentences
from forestall.instruments.peacekeeping.sentences import Parts
from forestall.panel.country_month import country_month
from forestall.store import Workspace

VIOLENT = 25
"""Deaths in twelve months from which possible contributors to a new mission are named where none is present."""
SHOWN_MISSIONS = 3


def parts(case: Case, as_of: int, *, workspace: Workspace) -> Parts:
    """All sections of a country as of the end of a month (month_id). Raises StoreError if a table is missing."""
    on = month_end(as_of)
    code = by_gw(case.gw_id).series_iso3
    panel = country_month(workspace, as_of=as_of)
    recent = panel.values[panel.units == case.gw_id, -12:].sum()  # NaN, which is not violent, where one is not known
    there = overview.section(case.gw_id, code, on, workspace)
    return Parts(
        register=there,
        # The forecast speaks of the twelve months that begin on the day after.
        fit=fit_section.section(case.gw_id, code, on + timedelta(days=1), workspace),
        withdrawals=scenario.section(case.gw_id, code, on, workspace),
        contributors=contributor_section.section(
            case.gw_id, code, on, rank=bool(there.present) or recent >= VIOLENT, workspace=workspace
        ),
        apart=_apart(case, on, workspace),
    )


def assess(case: Case, as_of: int, *, workspace: Workspace) -> Assessment:
    """Assess a case with data through month `as_of` (month_id). Raises UsageError for a month without data."""
    return said(case, as_of, parts(case, as_of, workspace=workspace))


def said(case: Case, as_of: int, found: Parts) -> Assessment:
    """The assessment that follows from a country's parts."""
    on, text = month_end(as_of), Said()
    headline = _headline(case, on, found, text)
    for line in found.register.present[:SHOWN_MISSIONS]:
        sentences.mission(line, on, text)
    for one in found.fit.fits[:SHOWN_MISSIONS]:
        sentences.fit(one, text)
    sentences.withdrawals(found.withdrawals, text)
    sentences.senders(found, text)
    sentences.sent(case, found, text)
    sentences.candidates(case, found, text)
    return text.assessment("peacekeeping", case, as_of, headline, _caveats(found))


def _headline(case: Case, on: date, found: Parts, text: Said) -> Finding:
    present, past = found.register.present, found.register.past
    key = text.of(
        Evidence(
            key="missions",
            says=f"UN missions in {case.name}, there and earlier",
            figure=f"{len(present)} there, {len(past)} earlier",
            unit="missions",
            source=sentences.REGISTER,
            date=on.isoformat(),
            vintage=sentences.registered(on),
            kind="recorded",
        )
    )
    earlier = ", ".join(line.mission.mission for line in past)
    if present:
        names = " and ".join(line.mission.mission for line in present)
        sentence = f"UN missions in {case.name}: {names}."
        if past:
            sentence += f" Earlier ones: {earlier}."
    elif past:
        last = past[-1].mission
        until = f", which ended on {phrases.day(last.end)}" if last.end else ""
        sentence = f"No UN mission of the register is in {case.name}; the last was {last.mission}{until}."
        if len(past) > 1:
            sentence += f" Of {len(past)} in all: {earlier}."
    else:
        sentence = f"The register holds no UN mission in {case.name}, now or earlier."
    for land, missions in found.apart:
        sentence += f" {land}, which UCDP counts with {case.name}, has {' and '.join(missions)}."
    return Finding(sentence=sentence, evidence=(key,))


def _apart(case: Case, on: date, workspace: Workspace) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = []
    for one in states(on, territories=True):
        if one.counted_with == case.gw_id and one.gw_id is None:
            there = tuple(mission.mission for mission in register.in_country(one.iso3, on, workspace))
            if there:
                found.append((one.name, there))
    return tuple(found)


def _caveats(found: Parts) -> tuple[str, ...]:
    ends = "; ".join(f"{one.name} {one.data_end.isoformat()}" for one in found.register.series)
    out = [
        f"Series end in different years: {ends}; contributions by month 2014-08, sites on maps 2024, operations of "
        "others than the UN 2016.",
        "No figure here says what a mission does to violence: missions go where war is or has just ended, and the "
        "sign of what is measured depends on what is held fixed (forestall missions --effect).",
    ]
    if found.fit.missing and found.register.present:
        out.append(f"Fit of sites to expected deaths: {found.fit.missing}.")
    return tuple(out)
