"""`forestall missions --effect` and `--scenario`: what strength and later deaths say together, and comparable cases."""

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from forestall.cli.common import note, print_json
from forestall.cli.terminal import month_text, new_table, show

if TYPE_CHECKING:
    from rich.table import Table

    from forestall.instruments.peacekeeping.comparable import Answer, Outcome, Share
    from forestall.instruments.peacekeeping.effect import Effect

READ = (
    "What may be read: how the association of UN troops with later deaths depends on what is held fixed. Missions go "
    "where war is or has just ended, so none of these figures is what troops do, and none is a forecast.",
    "Placebo: troops in the year after the deaths cannot have caused them. Where it is as far from 0 as the estimate, "
    "the specification has not removed the choice of places.",
    "Held fixed: nothing (pooled); the deaths of the year of the troops (deaths now); each country's mean (country); "
    "and each year's. In differences, the change in deaths is set beside the change in troops a year before: they are "
    "sent when deaths have risen, and high deaths mostly fall by themselves, so compare the line with deaths now, its "
    "placebo, and the figures by month.",
    "Estimate: change in log(1 + deaths) of a year for one unit more of log(1 + troops / 1,000) in the year before "
    "(0 to 5,000 troops is 1.79 units); 95 % interval, clustered by country.",
)
LABELS = {
    "pooled": "pooled",
    "current_deaths": "deaths now",
    "country": "country",
    "country_period": "country, year",
    "country_period_current": "+ deaths now",
    "differences": "differences",
    "differences_current": "+ deaths now",
}


def show_effect(as_json: bool) -> None:
    """Print every specification side by side, with placebos and published findings."""
    from forestall.instruments.peacekeeping import effect
    from forestall.instruments.peacekeeping.effect_panel import SAMPLES, SCALE
    from forestall.store import Workspace

    rows = effect.table(Workspace.open())
    if as_json:
        print_json(
            {
                "outcome": "log(1 + deaths) in the period after",
                "unit": {name: f"log(1 + {name} / {scale:,.0f})" for name, scale in SCALE.items()},
                "interval": "95 %, clustered by country",
                "specifications": effect.SPECIFICATIONS,
                "timings": effect.TIMINGS,
                "samples": SAMPLES | {"all_whole": "all countries; a mission with several hosts whole in each"},
                "targets": effect.TARGETS,
                "rows": [_row(one) for one in rows],
                "published": [asdict(one) for one in effect.published()],
                "sources": list(effect.SOURCES),
                "read": list(READ),
            }
        )
        return
    show(_main(rows), _types(rows), _doses(rows), _samples(rows))
    for line in (*READ, *(f"Source, {source}." for source in effect.SOURCES)):
        typer.echo(f"* {line}")
    typer.echo("Published, with other designs:")
    for one in effect.published():
        typer.echo(
            f"* {one.study}{f', doi:{one.doi}' if one.doi else ''}: {one.design}; {one.span}. "
            f"Reported: {one.finding} (from {one.figures_from})."
        )
    typer.echo("--json has all rows: by month, police and observers, and each sample with its placebos.")


def _row(one: "Effect") -> dict[str, Any]:
    made = asdict(one)
    if one.step == "month":
        made |= {key: month_text(made[key]) for key in ("first_period", "last_period")}
    return made


def _pick(rows: "list[Effect]", **wanted: Any) -> "dict[str, Effect]":
    """Specification -> row, of the rows by year with troops the year before unless told otherwise."""
    asked = {"step": "year", "sample": "all", "target": "deaths_total", "personnel": "troops", "timing": "lag"} | wanted
    return {one.specification: one for one in rows if all(getattr(one, key) == value for key, value in asked.items())}


def _main(rows: "list[Effect]") -> "Table":
    found, later = _pick(rows), _pick(rows, timing="lead")
    any_row, placebo = found["pooled"], later["pooled"]
    table = new_table(
        f"UN troops and deaths of the next year: {any_row.country_periods:,} country-years, deaths of "
        f"{any_row.first_period}-{any_row.last_period}",
        ["all countries"],
        ["estimate (95 %)", "placebo (95 %)", "dealt out", "far"],
        f"{any_row.clusters} countries, {any_row.hosts} with UN troops. Placebo: troops in the year after the deaths "
        f"of {placebo.first_period}-{placebo.last_period}. Dealt out: 95 % of estimates when troops are dealt out "
        "among countries; far: share of these at least as far from 0.",
    )
    for name, label in LABELS.items():
        one = found[name]
        table.add_row(
            label,
            _cell(one),
            _cell(later[name]),
            _between(one.shuffled_low, one.shuffled_high),
            "-" if one.shuffled_share is None else f"{one.shuffled_share:.3f}",
        )
    return table


def _types(rows: "list[Effect]") -> "Table":
    table = new_table(
        "By type of violence, all countries, by year", ["specification"], ["state-based (95 %)", "one-sided (95 %)"]
    )
    battle, civilians = _pick(rows, target="deaths_state_based"), _pick(rows, target="deaths_one_sided")
    for name, label in LABELS.items():
        table.add_row(label, _cell(battle[name]), _cell(civilians[name]))
    return table


def _doses(rows: "list[Effect]") -> "Table":
    table = new_table(
        "By strength against no troops, country and year effects",
        ["troops"],
        ["all deaths (95 %)", "one-sided (95 %)", "countries"],
    )
    doses = [one for one in rows if one.specification == "dose" and one.step == "year"]
    for one in (row for row in doses if row.target == "deaths_total"):
        civilians = next(row for row in doses if row.target == "deaths_one_sided" and row.dose == one.dose)
        table.add_row(f"{one.dose:,} or more", _cell(one), _cell(civilians), str(one.hosts))
    return table


def _samples(rows: "list[Effect]") -> "Table":
    table = new_table(
        "In other samples, all deaths",
        ["specification"],
        ["hosts only (95 %)", "in conflict (95 %)", "by month (95 %)"],
        "In conflict: 25 or more deaths in the year before or the one before that. By month: deaths of the next month.",
    )
    hosts, conflict = _pick(rows, sample="hosts"), _pick(rows, sample="conflict")
    month = _pick(rows, step="month")
    for name, label in LABELS.items():
        table.add_row(label, _cell(hosts[name]), _cell(conflict[name]), _cell(month[name]))
    return table


def _cell(one: "Effect") -> str:
    return f"{one.estimate:+.2f} ({_between(one.estimate_low, one.estimate_high)})"


def _between(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"{low:+.2f},{high:+.2f}"


def show_scenario(place: str, scenario: str, on: date, as_json: bool) -> None:
    """Print the past cases nearest to a country or mission on a day, and what followed them."""
    from forestall.instruments.peacekeeping import cases, comparable, register
    from forestall.instruments.peacekeeping import scenario as scenarios
    from forestall.store import Workspace

    workspace = Workspace.open()
    kind = next(name for name in cases.KINDS if name == scenario)
    iso3, name = scenarios.place(place, on, workspace)
    found = comparable.answer(workspace, iso3, name, kind, on=on)
    if on > register.KNOWN_TO:
        note(f"missions that began or ended after {register.KNOWN_TO} may be missing here")
    if as_json:
        print_json(_document(found, name))
        return
    here = found.situation
    asked = "were drawn down" if scenario == "withdraw" else "were reinforced"
    typer.echo(
        f"{name} on {on}: {', '.join(found.missions)}; {scenarios.standing(here.strength, found.strength_source)}; "
        f"{_deaths(here.deaths)} deaths in the 12 months to {month_text(found.as_of)}, {_deaths(here.deaths_before)} "
        "in the 12 before."
    )
    show(_summary(found, asked), _nearest(found))
    for line in scenarios.notes(found):
        typer.echo(f"* {line}")


def _summary(found: "Answer", asked: str) -> "Table":
    table = new_table(
        f"Deaths in the 12 months after missions {asked}, against the 12 before",
        ["cases"],
        ["rose (95 %)", "fell", "same", "times", "lowest-highest", "usual", "worse"],
    )
    for one in found.summaries:
        table.add_row(
            f"all {one.n}" if one.asked == "all" else f"{one.n} nearest",
            f"{one.rose.count} ({_share(one.rose)})",
            str(one.fell.count),
            str(one.same),
            f"{one.ratio_median:.2f}",
            f"{_times(one.ratio_low)}-{_times(one.ratio_high)}",
            "-" if one.usual_ratio is None else f"{one.usual_ratio:.2f}",
            "-" if one.higher is None else f"{one.higher.count} of {one.higher.n}",
        )
    return table


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 100 else "<0.01" if ratio < 0.005 else f"{ratio:.2f}"


def _nearest(found: "Answer") -> "Table":
    table = new_table(
        "The nearest cases",
        ["", "missions", "from"],
        ["strength", "before", "after", "2nd", "usual", "dist."],
        "Strength: on the eve, and when the change was reached (?: not known). Deaths in the 12 months before and "
        "after the eve, and in the second 12. Usual: after / before elsewhere. *: note below.",
    )
    for one in found.outcomes[:10]:
        case = one.case
        after = "?" if case.after is None else f"{case.after:,.0f}"
        table.add_row(
            case.iso3,
            _short(case.missions) + ("*" if one.others else ""),
            month_text(case.eve),
            f"{case.before:,.0f}>{after}",
            f"{one.before:,.0f}",
            f"{one.first_year:,.0f}",
            "-" if one.second_year is None else f"{one.second_year:,.0f}",
            "-" if one.usual is None else f"{one.usual:.2f}",
            f"{one.distance:.2f}",
        )
    return table


def _short(missions: tuple[str, ...]) -> str:
    return missions[0] + (f" +{len(missions) - 1}" if len(missions) > 1 else "") if missions else "-"


def _share(one: "Share") -> str:
    return f"{100 * one.low:.0f}-{100 * one.high:.0f} %"


def _deaths(count: float | None) -> str:
    return "not known" if count is None else f"{count:,.0f}"


def _document(found: "Answer", name: str) -> dict[str, Any]:
    from forestall.instruments.peacekeeping import comparable
    from forestall.instruments.peacekeeping import scenario as scenarios

    here = asdict(found.situation) | {"month": month_text(found.situation.month)}
    return {
        "iso3": found.iso3,
        "name": name,
        "scenario": found.scenario,
        "on": found.on.isoformat(),
        "as_of": month_text(found.as_of),
        "missions": list(found.missions),
        "situation": here,
        "strength_source": found.strength_source,
        "deaths_to": month_text(found.deaths_to),
        "strength_by_month_to": month_text(found.strength_to),
        "rule": found.rule,
        "features": comparable.FEATURES,
        "summaries": [asdict(one) for one in found.summaries],
        "cases": [_case(one) for one in found.outcomes],
        "cases_with_unknown_deaths": found.unknown,
        "sources": list(scenarios.SOURCES),
        "notes": list(scenarios.notes(found)),
    }


def _case(one: "Outcome") -> dict[str, Any]:
    return {
        "iso3": one.case.iso3,
        "missions": list(one.case.missions),
        "eve": month_text(one.case.eve),
        "reached": month_text(one.case.reached),
        "strength_before": one.case.before,
        "strength_after": one.case.after,
        "strength_source": one.case.source,
        "note": one.case.note,
        "distance": one.distance,
        "deaths_12_before": one.before,
        "deaths_12_after": one.first_year,
        "deaths_13_to_24_after": one.second_year,
        "direction": one.direction,
        "ratio": one.ratio,
        "usual_ratio": one.usual,
        "usual_n": one.usual_n,
        "military_operations_of_others": None if one.others is None else list(one.others),
    }
