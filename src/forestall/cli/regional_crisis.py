"""`forestall regional COUNTRY --crisis` and `forestall regional --coverage`: partners in a crisis, who covers what."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from forestall.cli.common import note, print_json
from forestall.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from rich.table import Table

    from forestall.instruments.partners.coverage import Coverage
    from forestall.instruments.partners.partnership import Partnership
    from forestall.instruments.partners.ranking import Partner, Partners

SHOWN, REASONED = 10, 5
FORMS = (".svg",)


def crisis(iso3: str, when: "date", as_json: bool) -> None:
    """Print the organisations ranked for a country (code of its series) on a day, and how the UN worked with them."""
    from forestall.ids import countries
    from forestall.instruments.partners import partnership, ranking
    from forestall.store import Workspace

    state = countries.by_iso3(iso3, when)
    if state.gw_id is None:
        raise UsageError(
            f"{state.name} is no state of its own in these figures on {when}: UCDP counts its events under another; "
            "give that state"
        )
    workspace = Workspace.open()
    ranked = ranking.rank(workspace, state.gw_id, when)
    worked = partnership.history(workspace, state.gw_id, when)
    if as_json:
        print_json(_document(ranked, worked))
        return
    _print_ranking(ranked)
    _print_partnership(ranked.crisis.name, worked)


def coverage(when: "date", chart: Path | None, as_json: bool) -> None:
    """Print, or draw, which organisations cover the countries with 25 or more deaths in twelve months."""
    if chart is not None and chart.suffix.lower() not in FORMS:
        raise UsageError(f"--chart {str(chart)!r} must end in .svg")
    from forestall.instruments.partners.coverage import coverage as matrix
    from forestall.store import Workspace, files

    found = matrix(Workspace.open(), when)
    if chart is not None:
        from forestall.brief import partners, partners_chart

        part = partners.coverage_part(found, when)
        title = f"Who covers which hot spot, {when}"
        files.write(chart, partners_chart.draw(part.columns, part.rows, name="coverage", title=title).encode())
        note(f"wrote {chart}")
    if as_json:
        from forestall.brief import partners

        print_json(partners.coverage_part(found, when).model_dump(mode="json"))
        return
    _print_coverage(found)


def _document(ranked: "Partners", worked: "Partnership") -> dict[str, Any]:
    from dataclasses import asdict

    at = ranked.crisis
    return {
        "iso3": at.iso3,
        "on": at.on.isoformat(),
        "name": at.name,
        "conflict_ids": list(at.conflicts),
        "conflicts_of": at.year,
        "states_with_forces": list(at.states),
        "neighbours": sorted(at.neighbours),
        "partners": [_partner(one) for one in ranked.partners],
        "partnership": {
            "worked": [
                asdict(one)
                | {"first": one.first.isoformat(), "last": None if one.last is None else one.last.isoformat()}
                for one in worked.worked
            ],
            "mediation_together": [
                asdict(one) | {"first": one.first.isoformat(), "last": one.last.isoformat()} for one in worked.together
            ],
            "resolutions_naming": [
                asdict(one) | {"first": one.first.isoformat(), "last": one.last.isoformat()}
                for one in worked.resolutions
            ],
            "not_known": list(worked.unknown),
        },
        "fared": _fared(),
        "notes": list(ranked.notes),
        "data_ends": dict((*ranked.data_ends, *worked.data_ends)),
    }


def _fared() -> dict[str, Any]:
    from dataclasses import asdict

    from forestall.instruments.partners import chances

    return {
        "about": "windows of five years from 2005 to 2024 in which any organisation acted; the learned order saw none "
        "of them; intervals of 95 %",
        "any": [asdict(one) for one in chances.fared()],
        "new_entrants": [asdict(one) for one in chances.fared(new=True)],
    }


def _partner(one: "Partner") -> dict[str, Any]:
    from dataclasses import asdict

    from forestall.instruments.partners.standing import COMPONENTS
    from forestall.regional.organisations import register

    status = register()[one.acronym].un_observer
    held = one.standing
    return {
        "organisation": one.acronym,
        "called": one.called,
        "name": one.name,
        "place": one.place,
        "score": round(one.score, 3),
        "components": {name: round(value, 3) for name, value in zip(COMPONENTS, held.components(), strict=True)},
        "chance": None if one.chance is None else asdict(one.chance),
        "standing": held.own,
        "powers": [
            {"power": power.power, "basis": power.basis, "since": power.since, "looked_up": power.checked}
            for power in held.powers
        ],
        "reach": round(held.reach, 3),
        "un_observer": None if status is None else asdict(status),
        "reasons": [asdict(reason) for reason in one.reasons],
        "cautions": [asdict(reason) for reason in one.cautions],
        "facts": [asdict(reason) for reason in one.facts],
    }


def _print_ranking(ranked: "Partners") -> None:
    from rich.console import Console

    from forestall.instruments.partners.assess import shown as worth_showing

    at = ranked.crisis
    table = _table(
        f"Regional organisations for {at.name} on {at.on}, by standing",
        ("Organisation", "Standing", "Score, 0 to 1", "Chance*"),
    )
    shown = worth_showing(ranked, SHOWN)
    for one in shown:
        name = one.called if one.called == one.name else f"{one.called}, {one.name}"
        table.add_row(f"{one.place}. {name}", one.standing.own or "none", f"{one.score:.2f}", _chance(one))
    if not shown:
        typer.echo(f"{at.name} on {at.on}: no organisation of the register stands close.")
        return
    Console().print(table)
    typer.echo(
        "* Estimated chance to begin an operation or a part in mediation there within five years, with its 80 % "
        "interval; the order is that of standing."
    )
    for one in shown[:REASONED]:
        typer.echo(f"\n{one.place}. {one.name} ({one.called})")
        for reason in one.reasons:
            typer.echo(f"   + {reason.text}")
        for reason in one.cautions:
            typer.echo(f"   - {reason.text}")
        for reason in one.facts:
            typer.echo(f"     {reason.text}")
    typer.echo("")
    for text in ranked.notes:
        typer.echo(f"* {text}")
    _print_fared()


def _chance(one: "Partner") -> str:
    if one.chance is None:
        return "-"
    value, low, high = (100 * part for part in (one.chance.value, one.chance.low, one.chance.high))
    return f"{value:.0f} % ({low:.0f} to {high:.0f})"


def _print_fared() -> None:
    from forestall.instruments.partners import chances

    rows = {one.order: one for one in chances.fared()}
    rule, best = rows["rule"], rows[chances.BEST]
    new = {one.order: one for one in chances.fared(new=True)}
    first, three = (
        f"{100 * one:.0f} and {100 * other:.0f} %" for one, other in ((rule.hit1, best.hit1), (rule.hit3, best.hit3))
    )
    came = f"{100 * new['rule'].hit1:.0f} and {100 * new[chances.BEST].hit1:.0f} % of {new['rule'].cases}"
    typer.echo(
        f"* In {rule.cases} windows of five years (2005 to 2024) in which any organisation acted, the first by "
        f"standing and the first by chance did in {first} (95 % interval of the one by standing "
        f"{100 * rule.hit1_low:.0f} to {100 * rule.hit1_high:.0f} %), one of the first three in {three}; of those new "
        f"to the country, the first in {came}."
    )


def _print_partnership(name: str, worked: "Partnership") -> None:
    from rich.console import Console

    from forestall.instruments.partners.sentences import pair

    if worked.worked:
        table = _table(f"The UN and organisations in {name}", ("Form", "UN and organisation", "From", "To", "Months"))
        for one in worked.worked:
            last = "goes on" if one.last is None else str(one.last)
            table.add_row(one.form, pair(one), str(one.first), last, "-" if one.months is None else str(one.months))
        Console().print(table)
    else:
        typer.echo(f"* No UN mission and operation of an organisation in {name} are on record together.")
    for talks in worked.together:
        typer.echo(
            f"* Mediation with a role of the UN and of the {talks.organisation}: {talks.events}, {talks.first} to "
            f"{talks.last}."
        )
    for named in worked.resolutions:
        typer.echo(
            f"* Council resolutions on it whose title names the {named.organisation}: {named.resolutions}, the last "
            f"{named.last_symbol}."
        )
    for text in worked.unknown:
        typer.echo(f"* {text}")
    typer.echo(f"* Data end: {'; '.join(f'{series} {end}' for series, end in worked.data_ends)}.")


def _print_coverage(found: "Coverage") -> None:
    from rich.console import Console

    from forestall.regional.membership import KNOWN_TO

    table = _table(
        f"Who covers which hot spot on {found.on}: countries with 25 or more deaths, {found.months} (UCDP)",
        ("Country", "Deaths", "Member", "Suspended", "Observer, partner, disputed", "Acted there only"),
    )
    called = {one.organisation: one.called for one in found.columns}
    for row in found.rows:
        cells: dict[str, list[str]] = {"member": [], "suspended": [], "other": [], "": []}
        for one in row.covers:
            if not (one.standing or one.acted):
                continue
            letters = "M" * one.may_mediate + "D" * one.may_deploy
            text = f"{called[one.organisation]}{f' {letters}' if letters else ''}{'*' if one.acted else ''}"
            cells[one.standing if one.standing in cells else "other"].append(text)
        deaths = "not known" if row.deaths is None else f"{row.deaths:,.0f}"
        table.add_row(row.name, deaths, *(", ".join(cells[kind]) for kind in ("member", "suspended", "other", "")))
    Console().print(table)
    typer.echo("* M: its instruments provide for mediation, D: for deployment; *: has acted there.")
    if found.uncovered:
        typer.echo(f"* Members of none of these organisations: {', '.join(found.uncovered)}.")
    typer.echo(f"* Memberships known to {KNOWN_TO}.")


def _table(title: str, heads: tuple[str, ...]) -> "Table":
    from rich.table import Table

    table = Table(title=title, title_justify="left", show_lines=True)
    for head in heads:
        table.add_column(head, overflow="fold")
    return table
