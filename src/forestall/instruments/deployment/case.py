"""Preventive deployment for one country: where a few teams would stand, what they would reach, what is not known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forestall.errors import UsageError
from forestall.forecast.cells.outlook import CellRisk
from forestall.ids.cells import centre
from forestall.ids.countries import states
from forestall.ids.months import format_month, long_month, month_end
from forestall.instruments import phrases
from forestall.instruments.assessment import Assessment, Case, Evidence, Finding, Option
from forestall.instruments.deployment import explain, scenarios, standing
from forestall.instruments.deployment import plan as plans
from forestall.instruments.deployment.areas import Area
from forestall.instruments.deployment.classes import TeamClass
from forestall.instruments.deployment.coverage import points, within
from forestall.instruments.deployment.hindcasts import Hindcast
from forestall.instruments.deployment.plan import Plan
from forestall.instruments.deployment.problem import Floats
from forestall.instruments.deployment.sites import Site, positions
from forestall.panel.country_month import country_month
from forestall.panel.frame import Panel
from forestall.panel.land import Land, land
from forestall.store import Workspace

TEAMS, REACH_KM = 5, 100.0
FEWEST = 10.0
"""Deaths expected in a country, of fewer of which a handful of draws decides where they fall: no sites are named."""
APART = ("ESH", "PSE")
"""Western Sahara and Palestine: UCDP files both under another state's number, of which the United Nations does not
count them a part. Whose consent a team needs there is not for this page to say."""
WORTH = 1.0  # deaths that a team has to add to be placed
FIRM = 0.8
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The assessment of a country, the plan behind it (None where too few deaths are expected), and the sites of UN
    missions within reach of its cells."""

    assessment: Assessment
    plan: Plan | None
    missions: tuple[Site, ...]


def assess(case: Case, as_of: int, *, workspace: Workspace) -> Assessment:
    """Five teams of 100 km in a country, for the twelve months after `as_of` (month_id).

    Raises UsageError for a month without data, or a country without a cell of its own.
    """
    panel = country_month(workspace, as_of=as_of, target="deaths_total")
    return answer(case, panel, scenarios.ahead(workspace, panel), land(workspace), workspace).assessment


def answer(case: Case, panel: Panel, ahead: scenarios.Ahead, ground: Land, workspace: Workspace) -> Answer:
    """The same from what is at hand already. Raises UsageError for a country without a cell of its own."""
    cells = np.flatnonzero(ground.gw_id == case.gw_id).astype(np.int64)
    if not cells.size:
        raise UsageError(f"{case.name} has no cell of its own on the half-degree land grid")
    where, seen = Area(case.name, cells), ahead.inside(ground.pg_id[cells])
    evidence = {"expected": _expected(seen)}
    if seen.expected.sum() < FEWEST:
        return Answer(_quiet(case, panel, seen, evidence), None, ())
    made = _plan(workspace, panel, where, ahead, TEAMS)
    worth = sum(one.why.adds >= WORTH for one in made.stands)
    if worth < len(made.stands):
        made = _plan(workspace, panel, where, ahead, max(1, worth))
    kept = _missions(workspace, ground, where, panel)
    evidence |= _evidence(made, seen.risk)
    findings = [_regret(made), *([] if made.hindcast is None else [_hindcast(made.hindcast)]), _firm(made)]
    if kept:
        evidence["missions"] = _of_missions(kept, seen)
        findings.append(_beside(kept, evidence["missions"]))
    others = _others(case, panel)
    assessment = Assessment(
        instrument="deployment",
        case=case,
        as_of=format_month(panel.as_of),
        headline=_headline(case, made, seen),
        findings=tuple(findings),
        options=(_option(made, others),),
        evidence=tuple(evidence.values()),
        caveats=(*_together(case, others), *made.caveats, *standing.caveats(kept, month_end(panel.as_of))),
    )
    return Answer(assessment, made, kept)


def _plan(workspace: Workspace, panel: Panel, where: Area, ahead: scenarios.Ahead, teams: int) -> Plan:
    return plans.plan(
        workspace,
        panel,
        where,
        teams=teams,
        classes=(TeamClass("team", 1.0, REACH_KM),),
        stability=True,
        ahead=ahead,
        with_outcome=False,  # a page as of a past month knows nothing of what came
    )


def _quiet(case: Case, panel: Panel, seen: scenarios.Ahead, evidence: dict[str, Evidence]) -> Assessment:
    """What is said of a country where hardly a death is expected."""
    said = phrases.estimated_deaths(float(seen.expected.sum()))
    return Assessment(
        instrument="deployment",
        case=case,
        as_of=format_month(panel.as_of),
        headline=Finding(
            sentence=f"{case.name}: {said} {'is' if said.endswith('death') else 'are'} expected in its cells from "
            f"{_span(seen)}. Of so few, chance decides where they fall: no site for a team is told from others, and "
            "none is named.",
            evidence=("expected",),
        ),
        evidence=tuple(evidence.values()),
        caveats=(*seen.risk.caveats, *plans.CAVEATS),
    )


def _span(seen: scenarios.Ahead) -> str:
    return f"{long_month(seen.risk.first_month)} to {long_month(seen.risk.last_month)}"


def _expected(seen: scenarios.Ahead) -> Evidence:
    return _estimated(
        seen.risk,
        "expected",
        "deaths expected in cells of the country with a chance of a death of 1 % or more",
        float(seen.expected.sum()),
        draws=seen.draws.sum(axis=1),
        note=f"interval: all cells, over {seen.draws.shape[0]} of the forecast's draws",
    )


def _estimated(
    risk: CellRisk,
    key: str,
    says: str,
    figure: float,
    *,
    draws: Floats | None = None,
    note: str = "",
    sites: str = "",
) -> Evidence:
    """A number of deaths by the forecast. draws: the same in each scenario, for its 80 % interval."""
    low, high = (None, None) if draws is None else (float(q) for q in np.quantile(draws, [0.1, 0.9]))
    return Evidence(
        key=key,
        says=says,
        figure=round(figure, 1),
        unit="deaths",
        source=f"forestall's forecast of cells, from UCDP events{sites}",
        date=f"{format_month(risk.first_month)}..{format_month(risk.last_month)}",
        vintage=f"{risk.model}; places known for {risk.located_to}",
        kind="estimated",
        low=None if low is None else round(low, 1),
        high=None if high is None else round(high, 1),
        level=None if low is None else 0.8,
        note=note,
    )


def _evidence(made: Plan, risk: CellRisk) -> dict[str, Evidence]:
    """What the plan reaches, each site's part, perfect foresight, and the record of such plans."""
    f = made.foresight

    def estimated(key: str, says: str, figure: float, note: str = "") -> Evidence:
        return _estimated(risk, key, says, figure, note=note, sites="; places: GeoNames")

    reached = estimated("reached", f"expected deaths within {REACH_KM:g} km of a team", made.value)
    found = [
        reached.model_copy(
            update={
                "low": round(f.reached_low80, 1),
                "high": round(f.reached_high80, 1),
                "level": 0.8,
                "note": f"interval: over {f.scenarios} draws; no plan of these sites has more than {made.bound:,.1f}",
            }
        ),
        estimated("reached.scenarios", "deaths reached, mean of scenarios", f.reached),
        estimated("best.scenarios", "deaths that plans made in knowledge of each scenario reach, mean", f.best),
    ]
    for k, one in enumerate(made.stands, 1):
        again = "" if one.why.again is None else f"; chosen again in {100 * one.why.again:.0f} % of resampled plans"
        found.append(
            estimated(
                f"site.{k}",
                f"expected deaths that a team {one.site.name} adds to those before it",
                one.why.adds,
                f"{one.why.alone:,.1f} alone, {one.why.lost:,.1f} lost if dropped{again}",
            )
        )
    if made.hindcast is not None:
        found += _of_record(made.hindcast)
    return {one.key: one for one in found}


def _of_record(h: Hindcast) -> list[Evidence]:
    """What such plans reached in past years, and what perfect foresight would have."""

    def measured(key: str, says: str, figure: float, note: str = "") -> Evidence:
        return Evidence(
            key=key,
            says=says,
            figure=round(figure, 3),
            unit="share",
            source="our own hindcast (docs/methods/deployment.md)",
            date=f"{h.first}..{h.last}",
            vintage=f"{h.model}; {h.teams} teams of {h.reach_km:g} km in {h.area}; revised figures",
            kind="measured",
            note=note,
        )

    return [
        measured(
            "hindcast.reached",
            "mean share of a year's deaths within reach of teams placed by what was known",
            h.reached,
            f"least {h.reached_low:.2f} and most {h.reached_high:.2f} of any year",
        ),
        measured("hindcast.best", "the same of teams placed with perfect foresight", h.best),
    ]


def _headline(case: Case, made: Plan, seen: scenarios.Ahead) -> Finding:
    n = len(made.stands)
    share = f" ({100 * made.share:.0f} %)" if made.share is not None else ""
    return Finding(
        sentence=f"{case.name}: {NUMBERS[n]} team{'' if n == 1 else 's'} of {REACH_KM:g} km would have "
        f"{phrases.count(made.value)} of the {phrases.count(made.total)} deaths expected from {_span(seen)} within "
        f"reach{share}.",
        evidence=("reached", "expected"),
    )


def _regret(made: Plan) -> Finding:
    f = made.foresight
    return Finding(
        sentence=f"In {f.scenarios} draws of the forecast the same sites reach {phrases.count(f.reached_low80)} to "
        f"{phrases.count(f.reached_high80)} deaths (80 % of draws), {phrases.count(f.reached)} on average; plans that "
        f"knew each draw would reach {phrases.count(f.best)}: a regret of {phrases.count(f.regret)} even if the "
        "forecast is right.",
        evidence=("reached", "reached.scenarios", "best.scenarios"),
    )


def _hindcast(h: Hindcast) -> Finding:
    return Finding(
        sentence=f"How right forecasts of this kind were: {h.teams} teams of {h.reach_km:g} km in {h.area}, placed "
        f"each January of {h.first} to {h.last} by what was known, had {100 * h.reached:.0f} % of the year's deaths "
        f"within reach; with perfect foresight {100 * h.best:.0f} %.",
        evidence=("hindcast.reached", "hindcast.best"),
    )


def _firm(made: Plan) -> Finding:
    """Which sites plans from resampled scenarios have too."""
    loose = [(s.site.name, s.why.again) for s in made.stands if s.why.again is not None and s.why.again < FIRM]
    keys = tuple(f"site.{k}" for k in range(1, len(made.stands) + 1))
    if not loose:
        return Finding(
            sentence=f"Every site, or one within half its reach, is chosen again in {100 * FIRM:.0f} % or more of "
            "plans from resampled draws.",
            evidence=keys,
        )
    named = phrases.listing([f"{name} {100 * again:.0f} %" for name, again in loose])
    rest = "" if len(loose) == len(made.stands) else f"; at the others {100 * FIRM:.0f} % or more"
    return Finding(
        sentence=f"Of {explain.RESAMPLES} plans from resampled draws, those with a team there or within half its "
        f"reach: {named}{rest}.",
        evidence=keys,
    )


def _others(case: Case, panel: Panel) -> tuple[str, ...]:
    """Lands apart whose deaths and cells UCDP and the grid hold under this country's number."""
    listed = states(month_end(panel.as_of), territories=True)
    return tuple(one.name for one in listed if one.counted_with == case.gw_id and one.iso3 in APART)


def _together(case: Case, others: Sequence[str]) -> tuple[str, ...]:
    if not others:
        return ()
    return (
        f"UCDP counts {phrases.listing(others)} with {case.name}: deaths and places here may lie there, and nothing "
        "here says whose consent a team would need, or speaks to status.",
    )


def _option(made: Plan, others: Sequence[str]) -> Option:
    names = phrases.listing([one.site.name for one in made.stands])
    n = len(made.stands)
    sent, more = (
        ("one team can be sent, this place", "no other has more")
        if n == 1
        else (f"{NUMBERS[n]} teams can be sent, these places", f"no other {NUMBERS[n]} have more")
    )
    return Option(
        what=f"If {sent} first: {names}",
        who="the United Nations, a regional organisation or a state, with the consent needed at each place"
        if others
        else "the country itself, and with its consent the United Nations, a regional organisation or a state",
        why=f"of the places looked at, {more} of the expected deaths within {REACH_KM:g} km (a gap of 1 % may be left)",
        evidence=("reached", *(f"site.{k}" for k in range(1, n + 1))),
    )


def _missions(workspace: Workspace, ground: Land, where: Area, panel: Panel) -> tuple[Site, ...]:
    try:
        return standing.mission_sites(workspace, ground, where, month_end(panel.as_of), REACH_KM)
    except UsageError:  # no map is known so early
        return ()


def _of_missions(kept: Sequence[Site], seen: scenarios.Ahead) -> Evidence:
    near = within(points(*positions(kept)), points(*centre(seen.pg_id)), REACH_KM)
    on = np.asarray(near.sum(axis=0)).ravel() > 0
    return _estimated(
        seen.risk,
        "missions",
        f"expected deaths within {REACH_KM:g} km of a cell with sites of a UN mission",
        float(seen.expected[on].sum()),
        draws=seen.draws[:, on].sum(axis=1),
        note="; ".join(f"{name}: {count} cells, {source}" for name, count, source in _grouped(kept)),
        sites="; sites: Geo-PKO 2.3",
    )


def _grouped(kept: Sequence[Site]) -> list[tuple[str, int, str]]:
    """Missions with their number of cells and where these are known from, most cells first."""
    names = sorted({site.group for site in kept})
    found = [(name, [site for site in kept if site.group == name]) for name in names]
    return sorted(((name, len(of), of[0].source) for name, of in found), key=lambda one: (-one[1], one[0]))


def _beside(kept: Sequence[Site], held: Evidence) -> Finding:
    said = phrases.listing([f"{name} ({count} cells, {source})" for name, count, source in _grouped(kept)])
    figure = held.figure if isinstance(held.figure, float) else None
    return Finding(
        sentence=f"Sites of UN missions that stand already, {said}, have {phrases.count(figure)} of the expected "
        f"deaths within {REACH_KM:g} km; the plan above does not count on them.",
        evidence=("missions",),
    )
