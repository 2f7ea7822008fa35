"""How a plan of `forestall deploy` looks on a terminal: sites, regret, and what stands already."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from forestall.instruments.deployment.plan import Plan

OBJECTIVES = {
    "expected": "expected deaths",
    "cvar": "deaths, mean of the tenth of scenarios in which least is reached",
    "worst": "deaths in the scenario in which least is reached",
}


def sites_table(found: "Plan") -> "Table":
    """The teams, what each does and why it stands there."""
    from rich.text import Text

    from forestall.cli.terminal import new_table

    firm = any(one.why.again is not None for one in found.stands)
    several = len({(one.team.name, one.team.reach_km) for one in found.stands}) > 1
    plural = "s" if len(found.stands) != 1 else ""
    reach = "" if several or not found.stands else f" of {found.stands[0].team.reach_km:g} km"
    made = new_table(
        f"{len(found.stands)} team{plural}{reach} in {found.area}, {found.first}..{found.last}, data to {found.as_of}",
        ["", "site", *(["class"] if several else []), "country"],
        ["alone", "adds", "lost", *(["again"] if firm else [])],
        f"{OBJECTIVES[found.objective]} within reach: alone, added to those above, lost if dropped"
        + ("; again: share of 50 plans from resampled scenarios with a team near by" if firm else ""),
    )
    for k, one in enumerate(found.stands, 1):
        near = [code for code in one.iso3s if code != one.site.iso3]
        made.add_row(
            str(k),
            Text(one.site.name[:26]),  # plain text: a name never becomes markup
            *([Text(f"{one.team.name[:14]}, {one.team.reach_km:g} km")] if several else []),
            " ".join([one.site.iso3, *near[:2], *(["..."] if near[2:] else [])]),
            *(_deaths(value) for value in (one.why.alone, one.why.adds, one.why.lost)),
            *([] if one.why.again is None else [f"{100 * one.why.again:.0f} %"]),
        )
    return made


def summary(found: "Plan") -> str:
    """How much lies within reach, and how much more any plan could reach."""
    share = "-" if found.share is None else f"{100 * found.share:.1f} %"
    kept = f" ({_deaths(found.by_kept)} of them of what is kept: {len(found.kept)})" if found.kept else ""
    w = found.weighted
    limit = (
        f"No plan of these sites reaches more than {_deaths(found.bound)}"
        if w is None
        else f"Chosen with each death in a quiet place counted {w.weight:g} times: {_deaths(w.value)} so weighted, of "
        f"at most {_deaths(found.bound)}; in quiet places {_deaths(w.quiet_reached)} of {_deaths(w.quiet_total)} are "
        f"reached. Quiet: {w.basis}"
    )
    return (
        f"Within reach: {_deaths(found.value)} of {_deaths(found.total)} {OBJECTIVES[found.objective]}, {share}{kept}. "
        f"{limit}: gap {100 * found.gap:.2f} % "
        f"({found.method}; {found.candidates:,} choices). Model {found.model}; located: {found.located_to}. "
        "Sources: UCDP, GeoNames."
    )


def _deaths(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"


def regret_table(found: "Plan") -> "Table":
    """What perfect foresight would have reached instead: in scenarios, in past years, and in what came."""
    from forestall.cli.terminal import new_table

    f, h, o = found.foresight, found.hindcast, found.outcome
    table = new_table(
        "Regret to perfect foresight: what plans that know the deaths to come would reach beside this one",
        [""],
        ["in all", "reached", "best plan", "regret"],
        "Scenarios say how far these differ, not how wrong the forecast may be: the hindcast does. Best plan: the best "
        "found for each scenario or year (greedy choice with exchanges).",
    )
    table.add_row(
        f"{f.scenarios} scenarios, deaths",
        *(f"{x:,.0f}" for x in (f.total, f.reached, f.best, f.regret)),
    )
    table.add_row("  80 % interval", _range(f.total_low80, f.total_high80), _range(f.reached_low80, f.reached_high80))
    if h is not None:
        table.add_row(
            f"hindcast {h.first}-{h.last}*, share", "1.00", *(f"{x:.2f}" for x in (h.reached, h.best, h.regret))
        )
        table.add_row(
            "  years; 90 % interval",
            "",
            f"{h.reached_low:.2f}–{h.reached_high:.2f}",
            "",
            f"{h.regret_low90:.2f}–{h.regret_high90:.2f}",
        )
    if o is not None:
        table.add_row("recorded since, deaths", *(f"{x:,.0f}" for x in (o.total, o.reached, o.best, o.regret)))
        table.add_row("  in quiet cells", f"{o.quiet_total:,.0f}", f"{o.quiet_reached:,.0f}")
    return table


def _range(low: float, high: float) -> str:
    return f"{low:,.0f}–{high:,.0f}"


def regret_note(found: "Plan") -> str:
    """Where the figures of the regret come from."""
    h, o = found.hindcast, found.outcome
    came = (
        "What came in these months is not located in the figures on hand."
        if o is None
        else f"Recorded since: {o.release}, events known only to a province or country spread over it; quiet cells "
        "had no death in the three years before."
    )
    if h is None:
        return f"* Hindcasts of enough years that had ended by then are not on record. {came}"
    return (
        f"* Our own hindcast of {h.teams} teams of {h.reach_km:g} km in {h.area}, not of this plan: placed each "
        f"January by what was known (model {h.model}, revised figures); mean, least and most of the years. Of deaths "
        f"in cells quiet for three years {100 * h.quiet_reached:.0f} % were reached, {100 * h.quiet_best:.0f} % by the "
        f"best plan. {came}"
    )


def standing_table(found: "Plan") -> "Table":
    """What stands already and what it reaches without any team."""
    from rich.text import Text

    from forestall.cli.terminal import new_table

    table = new_table(
        f"Kept sites that stand already: {len(found.kept)}",
        ["", "from"],
        ["sites", "reach alone"],
        f"{OBJECTIVES[found.objective]} within reach of these alone; together {_deaths(found.by_kept)} of "
        f"{_deaths(found.total)}",
    )
    for one in found.standing:
        known = sorted({site.source for site in found.kept if (site.group or "given") == one.name and site.source})
        table.add_row(Text(one.name), Text(", ".join(known) or "the file given"), f"{one.sites}", _deaths(one.reaches))
    return table
