"""The tables of `forestall council reform` and `centres`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from forestall.cli.common import print_json

if TYPE_CHECKING:
    from rich.table import Table

    from forestall.council.reform.centres import Centres
    from forestall.council.reform.proposal import Proposal
    from forestall.council.reform.report import AreaHeld, Assessment, Side

SHORT = {
    "African": "Africa",
    "Asia-Pacific": "Asia-Pac.",
    "Eastern European": "E. Europe",
    "Latin American and Caribbean": "Lat. Am.",
    "Western European and Others": "WEOG",
}
"""Regional groups where a column is narrow."""


def show_list(found: "Sequence[Proposal]", *, as_json: bool) -> None:
    """All proposals with their variants."""
    if as_json:
        keys = {"id", "aliases", "name", "kind", "date", "members", "majority", "documents", "regions"}
        rows = [
            one.model_dump(mode="json", include=keys)
            | {"variants": [{"id": v.id, "name": v.name} for v in one.variants]}
            for one in found
        ]
        print_json({"proposals": rows})
        return
    table = _table("Proposals and Councils: --proposal NAME or NAME:VARIANT", ["name", "what"], [])
    for one in found:
        symbols = ", ".join(document.symbol for document in one.documents if document.symbol) or "no UN symbol"
        majority = str(one.majority.votes) + ("" if one.majority.stated else ", assumed")
        lines = [one.name, f"{one.date[:4]}; {symbols}; {one.members} members; majority {majority}"]
        lines += [f":{variant.id}  {variant.name}" for variant in one.variants]
        table.add_row(one.id, "\n".join(lines), end_section=True)
    _print([table], [])


def show(found: "Assessment") -> None:
    """A proposal beside another: power, areas, gaps, and what a reader must know."""
    sides = [found.proposal, *([found.compare] if found.compare else [])]
    tables = [_facts(side) for side in sides]
    tables += _areas(found)
    if found.due:
        tables.append(_gaps(found))
    said = list(found.caveats)
    law = found.amendment
    if any(side.proposal.kind == "composition" and side.proposal.in_force_from is None for side in sides):
        said.append(
            f"Amending the Charter takes {law['votes']} of {law['members']} votes in the General Assembly and as many "
            f"ratifications, those of all permanent members among them (Article 108; Members on {found.on})."
        )
    sources = [
        f"{one.name.replace('_', ' ')}: {one.source}, {_years(one.first_year, one.last_year)}"
        for one in found.measures
        if one.values
    ]
    said.append(f"Sources: {'; '.join(sources)}. As known on {found.on}; revised figures.")
    _print(tables, said)


def _facts(side: "Side") -> "Table":
    from forestall.council.reform import report

    one = side.proposal
    symbols = ", ".join(document.symbol for document in one.documents if document.symbol) or "no UN symbol"
    title = f"{one.name} ({symbols}, {one.date}){f', variant {one.variant}' if one.variant else ''}"
    figures = ["seats", "veto", "Shapley-Sh.", "exact", "Banzhaf", "abstaining*"]
    blocking = side.blocking
    alone = [area.region for area in blocking.areas if area.by_votes]
    passing = 100 * float(side.power.efficiency)
    stop = f"{', '.join(alone)} can alone" if alone else "no area can alone without a veto"
    if not alone:
        stop += f", {_groups(blocking.fewest_areas)}"
    caption = (
        f"{one.members} members; a decision needs {one.majority.votes} votes"
        f"{'' if one.majority.stated else ' (assumed)'}; {passing:.2g} % of all combinations of yes and no pass; "
        f"{blocking.votes_to_block} votes withheld stop one: {stop}. {one.veto.note}. * Banzhaf where "
        "members may also abstain."
    )
    table = _table(title, ["category, one seat"], figures, caption)
    for row in report.categories(side):
        table.add_row(
            row["name"],
            str(row["seats"]),
            "yes" if row["veto"] else "no",
            f"{100 * row['shapley_shubik']:.3g} %",
            row["shapley_shubik_exact"],
            f"{100 * row['banzhaf']:.3g} %",
            "–" if row["banzhaf_with_abstention"] is None else f"{100 * row['banzhaf_with_abstention']:.3g} %",
        )
    return table


def _groups(groups: Sequence[Sequence[str]]) -> str:
    shown = " or ".join(" with ".join(group) for group in groups[:3])
    return f"{len(groups[0]) if groups else 0} together can: {shown}{' or others' if len(groups) > 3 else ''}"


def _areas(found: "Assessment") -> "list[Table]":
    brackets = "" if found.compare is None else f"; in brackets: {found.compare.proposal.name}"
    table = _table(
        "What areas hold",
        ["area"],
        ["seats", "% of seats", "% Shapley", "% Banzhaf"],
        f"Shapley-Shubik and Banzhaf power of an area: the sum over its seats{brackets}",
    )
    beside = {area.region: area for area in found.compare.areas} if found.compare else {}
    held = {area.region: area for area in found.proposal.areas}
    regions = tuple(dict.fromkeys((*held, *beside)))
    for region in regions:
        cells = [
            _beside(form, _pick(held.get(region), name), _pick(beside.get(region), name), found.compare)
            for form, name in (
                ("{:.0f}", "seats"),
                ("{:.1%}", "seat_share"),
                ("{:.1%}", "shapley_shubik"),
                ("{:.1%}", "banzhaf"),
            )
        ]
        table.add_row(region, *cells)
    if not found.due:
        return [table]
    short = {"conflict_deaths": "deaths", "gdp": "GDP"}
    due = _table("Shares of the world, percent", ["area"], [short.get(name, name) for name in found.due])
    for region in regions:
        if any(region in shares for shares in found.due.values()):
            due.add_row(region, *(f"{100 * shares[region]:.1f}" for shares in found.due.values()))
    return [table, due]


def _pick(area: "AreaHeld | None", name: str) -> float | None:
    return None if area is None else float(getattr(area, name))


def _beside(form: str, mine: float | None, other: float | None, compare: object) -> str:
    """A figure with that of the other side in brackets."""
    said = "–" if mine is None else form.format(mine)
    said = said.rstrip("%")
    return said if compare is None else f"{said} ({'–' if other is None else form.format(other).rstrip('%')})"


def _gaps(found: "Assessment") -> "Table":
    brackets = "" if found.compare is None else f"; in brackets: {found.compare.proposal.name}"
    table = _table(
        "Gap between what areas hold and what they are due (0: none)",
        ["of", "against"],
        ["Gallagher", "Loosemore-Hanby", "Gini"],
        f"Loosemore-Hanby is the share that would have to change hands{brackets}",
    )
    labels = {"seats": "seats", "shapley_shubik": "Shapley-Shubik", "banzhaf": "Banzhaf"}
    other = {(gap.of, gap.against): gap for gap in found.compare.gaps} if found.compare else {}
    for gap in found.proposal.gaps:
        beside = other.get((gap.of, gap.against))
        cells = [
            _beside("{:.3f}", getattr(gap, name), None if beside is None else getattr(beside, name), found.compare)
            for name in ("gallagher", "loosemore_hanby", "gini")
        ]
        table.add_row(labels[gap.of], gap.against.replace("_", " "), *cells)
    return table


def show_centres(found: "Centres") -> None:
    """The ranking of States outside the Council."""
    weights = ", ".join(f"{name} {100 * weight:.0f} %" for name, weight in found.weights.items())
    names = list(found.weights)
    heads = {"population": "people", "gdp": "GDP", "contributions": "contrib.", "conflict_deaths": "deaths"}
    kind = "share of the world, percent" if found.method == "share" else "standing, percent of Members that have less"
    table = _table(
        f"States outside the Council on {found.on}, by {weights}",
        ["", "State", "area"],
        ["rank", "5-95 %", "score", *(heads.get(name, name) for name in names)],
        f"{kind}; 5-95 %: ranks when weights are drawn around yours ({found.draws:,} draws, concentration "
        f"{found.concentration:g}, seed {found.seed}); {found.ranked} States ranked, members left out: "
        f"{len(found.sitting)}",
    )
    for one in found.centres:
        parts = [one.parts[name] for name in names]
        cells = ["–" if part is None else f"{100 * part:.2f}" for part in parts]
        band = f"{one.rank_low}–{one.rank_high}"
        table.add_row(
            one.iso3,
            one.name[:24],
            SHORT.get(one.group or "", ""),
            str(one.rank),
            band,
            f"{100 * one.score:.2f}",
            *cells,
        )
    from forestall.council.reform.centres import caveats

    _print([table], caveats(found))


def _years(first: int | None, last: int | None) -> str:
    return str(last) if first == last else f"{first}-{last}"


def _print(tables: "Sequence[Table]", said: Sequence[str]) -> None:
    from rich.console import Console

    console = Console()
    for table in tables:
        console.print(table)
    for text in said:
        typer.echo(f"* {text}")


def _table(title: str, left: Sequence[str], right: Sequence[str], caption: str = "") -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(
        title=title,
        caption=caption or None,
        box=box.SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for name in left:
        table.add_column(name, overflow="fold", no_wrap=name in ("name", "area", "State", ""))
    for name in right:
        table.add_column(name, justify="right", no_wrap=len(name) < 9)
    return table
