"""`forestall council decisions|vetoes|history`: what the Security Council decided, failed to decide and dealt with."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forestall.cli.common import AsOf, Json, note, print_json
from forestall.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forestall.council.decisions import Decision
    from forestall.council.history import CountryHistory
    from forestall.council.vetoes import Veto

First = Annotated[int | None, typer.Option("--from", metavar="YEAR", help="First year.")]
Last = Annotated[int | None, typer.Option("--to", metavar="YEAR", help="Last year.")]
Chart = Annotated[
    Path | None, typer.Option("--chart", metavar="FILE.svg|.png|.html", help="Draw all that was found, by year.")
]
Country = Annotated[
    str | None, typer.Option("--country", metavar="C", help="A country concerned: ISO3, Gleditsch-Ward number or name.")
]
_FORMS = (".svg", ".png", ".html")


def register(group: typer.Typer) -> None:
    """Add the commands of this module to the group."""
    group.command("decisions")(decisions)
    group.command("vetoes")(vetoes)
    group.command("history")(history)


def decisions(
    text: Annotated[str | None, typer.Argument(help="Words, or a symbol in any usual spelling.")] = None,
    *,
    country: Country = None,
    topic: Annotated[
        str | None, typer.Option("--topic", metavar="T", help="Words of agenda item, title or subject terms.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="K", help="resolution, statement, meeting or draft (not adopted).")
    ] = None,
    first: First = None,
    last: Last = None,
    as_of: AsOf = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Records to show.")] = 20,
    as_json: Json = False,
    chart: Chart = None,
) -> None:
    """Find resolutions, presidential statements, meetings and failed drafts, by text, country, topic and year."""
    from forestall.council import decisions as council
    from forestall.council.search import search
    from forestall.store import Workspace

    _form(chart)
    workspace = Workspace.open()
    chosen = _kind(kind)
    found = council.decisions(workspace, kind=chosen, country=country, topic=topic, first=first, last=last, as_of=as_of)
    if text is not None:
        most = 1_000_000
        hits = search(workspace, text, kind=chosen, country=country, first=first, last=last, as_of=as_of, limit=most)
        wanted = set(found) if topic else None
        found = hits if wanted is None else tuple(one for one in hits if one in wanted)
    ends = council.data_end(workspace)
    if chart is not None:
        _draw_decisions(found, ends, chart)
    shown = found[:limit]
    if as_json:
        print_json(
            {"total": len(found), "decisions": [one.document() for one in shown], "data_end": ends, "as_of": as_of}
        )
        return
    _print(_decisions_table(shown, len(found)))
    ended = ", ".join(f"{name} {day}" for name, day in ends.items())
    typer.echo(f"Data end: {ended}. Sources: UN Digital Library, yearly tables of the Council, printed resolutions.")


def vetoes(
    *,
    first: First = None,
    last: Last = None,
    member: Annotated[str | None, typer.Option("--member", metavar="C", help="The permanent member.")] = None,
    country: Country = None,
    as_of: AsOf = None,
    as_json: Json = False,
    chart: Chart = None,
) -> None:
    """List vetoes: one row a draft and permanent member."""
    from forestall.council import vetoes as council
    from forestall.store import Workspace

    _form(chart)
    found = council.vetoes(Workspace.open(), first, last, member=member, country=country, as_of=as_of)
    coverage = council.coverage(first, last)
    if chart is not None:
        _draw_vetoes(found, coverage, chart)
    if as_json:
        print_json({"vetoes": [one.document() for one in found], "coverage": coverage, "as_of": as_of})
        return
    _print(_vetoes_table(found))
    drafts = len({(one.date, one.meeting, one.sequence) for one in found})
    typer.echo(f"{len(found)} vetoes on {drafts} drafts. Record: {coverage}.")


def history(
    country: Annotated[str, typer.Argument(help="ISO3 code, Gleditsch-Ward number or name.")],
    *,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show a country's history in the Council: agenda items, resolutions, statements, meetings and vetoes."""
    from forestall.council.history import history as of_country
    from forestall.store import Workspace

    found = of_country(Workspace.open(), country, as_of)
    if as_json:
        print_json(found.document())
        return
    _show_history(found)


def _kind(kind: str | None) -> Any:
    from forestall.council.decisions import KINDS

    if kind is not None and kind not in KINDS:
        raise UsageError(f"--kind {kind!r} is none of {', '.join(KINDS)}")
    return kind


def _form(chart: Path | None) -> None:
    if chart is not None and chart.suffix.lower() not in _FORMS:
        raise UsageError(f"--chart {str(chart)!r} must end in {', '.join(_FORMS)}")


def _draw_decisions(found: "Sequence[Decision]", ends: dict[str, str], chart: Path) -> None:
    from forestall.brief import council_charts
    from forestall.council import counts

    kinds, regions = counts.by_kind(found), counts.by_region(found)
    said = f"resolutions held to {ends['resolutions']}, statements to {ends['statements']}, vetoes to {ends['vetoes']}"
    spec = council_charts.decisions_spec(kinds, regions, note=said)
    description = council_charts.describe(kinds, "Records by kind") + council_charts.describe(regions, " By region")
    _save(spec, chart, "Decisions of the Security Council", description)


def _draw_vetoes(found: "Sequence[Veto]", coverage: str, chart: Path) -> None:
    from forestall.brief import council_charts
    from forestall.council import counts

    members, topics = counts.vetoes_by_member(found), counts.vetoes_by_topic(found)
    spec = council_charts.vetoes_spec(members, topics, note=coverage)
    _save(spec, chart, "Vetoes in the Security Council", council_charts.describe(members, "Vetoes by member"))


def _save(spec: dict[str, Any], chart: Path, title: str, description: str) -> None:
    from forestall.brief import council_charts
    from forestall.store import files

    if not any(panel["data"]["values"] for panel in spec["vconcat"]):
        raise UsageError("nothing was found that a chart could show; ask for more years or another country")
    form = chart.suffix.lower().removeprefix(".")
    content = council_charts.drawn(spec, form, name="council", title=title, description=description)
    try:
        files.write(chart, content)
    except OSError as error:
        raise UsageError(f"--chart {str(chart)!r} cannot be written: {error.strerror}; name another file") from None
    note(f"chart written to {chart}")


def _print(*tables: Any) -> None:
    from rich.console import Console

    console = Console()
    for table in tables:
        console.print(table)


def _cell(text: object) -> Any:
    from rich.text import Text

    return Text("" if text is None else str(text))


def _decisions_table(found: "Sequence[Decision]", total: int) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    title = f"Security Council: {len(found)} of {total} records; votes are yes-no-abstaining"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for name in ("symbol", "date", "votes", "on", "countries"):
        table.add_column(name, no_wrap=name in {"symbol", "date"})
    for one in found:
        votes = one.outcome if one.yes is None else f"{one.yes}-{one.no}-{one.abstain}"
        shown = (votes or "not known") if one.kind in {"resolution", "draft"} else one.outcome
        about = one.title or one.agenda_item or "not known"
        table.add_row(
            *map(_cell, (one.symbol or one.meeting, one.date or "not known", shown, about, " ".join(one.countries)))
        )
    return table


def _vetoes_table(found: "Sequence[Veto]") -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title="Vetoes in the Security Council", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for name in ("date", "member", "draft", "meeting", "agenda item"):
        table.add_column(name, no_wrap=name in {"date", "draft", "meeting"})
    for one in found:
        table.add_row(*map(_cell, (one.date, one.member_name, one.draft or "not known", one.meeting, one.agenda_item)))
    return table


def _show_history(found: "CountryHistory") -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    upto = f" up to {found.as_of}" if found.as_of else ""
    title = f"{found.name} ({found.iso3}) in the Security Council{upto}"
    items = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    items.caption = "res.: resolutions, st.: statements of the President, mtg.: meetings, dr.: drafts not adopted"
    for name in ("agenda item", "first", "last", "res.", "st.", "mtg.", "dr."):
        items.add_column(name, no_wrap=name != "agenda item", justify="right" if name.endswith(".") else "left")
    for one in found.items[:20]:
        cells = (one.item, one.first, one.last, one.resolutions, one.statements, one.meetings, one.drafts)
        items.add_row(*map(_cell, cells))
    _print(items)
    typer.echo(
        f"In all: resolutions {found.resolutions}, statements {found.statements}, meetings {found.meetings}, drafts "
        f"not adopted {found.drafts}, vetoes {len(found.vetoes)}, agenda items {len(found.items)}."
    )
    if found.last_resolutions:
        _print(_decisions_table(found.last_resolutions, found.resolutions))
    if found.vetoes:
        _print(_vetoes_table(found.vetoes))
    ended = ", ".join(f"{name} {day}" for name, day in found.data_end.items())
    typer.echo(f"Data end: {ended}; after these days nothing is known here. Countries are told from titles and items.")
