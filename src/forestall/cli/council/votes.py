"""`forestall council`: positions, vote, ideal."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forestall.cli.common import Json, note, print_json
from forestall.cli.council import days

if TYPE_CHECKING:
    from datetime import date

    from rich.table import Table

    from forestall.council.voting import Needed, Positions, VetoRecord
    from forestall.council.voting.arithmetic import Choice
    from forestall.council.voting.positions import Position

On = Annotated[str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="The day asked about; default: today.")]
MARKS = "* permanent, + no member."
ARITHMETIC = "Arithmetic of the rule from what is assumed; not a forecast."


def register(group: typer.Typer) -> None:
    """Add the commands of this module to the group."""
    group.command("positions")(positions)
    group.command("vote")(vote)
    group.command("ideal")(ideal)


def positions(
    country: Annotated[
        str | None, typer.Argument(help="A state to place among the members: ISO3, Gleditsch-Ward number or name.")
    ] = None,
    *,
    topic: Annotated[
        str | None,
        typer.Option("--topic", metavar="ISSUE", help="me, nu, di, hr, co or ec (docs/methods/council-voting.md)."),
    ] = None,
    item: Annotated[
        str | None,
        typer.Option("--item", metavar="TEXT", help="Also list vetoes on agenda items with this text or ISO3 code."),
    ] = None,
    on: On = None,
    as_json: Json = False,
) -> None:
    """Where Council members stand by their General Assembly votes, and how far from each permanent member."""
    from dataclasses import asdict

    from forestall.council import voting

    day = days.day_or_today(on)
    found = voting.positions(day, country, topic)
    vetoes = None if item is None else voting.veto_record(item, day)
    if as_json:
        document = asdict(found)
        if vetoes is not None:
            document["veto_record"] = asdict(vetoes)
        print_json(document)
        return
    _show(
        [
            _points(found),
            *([_records(found), _objections(found)] if found.issue else []),
            *([_vetoes(vetoes)] if vetoes else []),
        ]
    )
    note(f"{found.basis.source}. Newest vote used: {found.basis.data_end}. {found.basis.note}.")
    note("Positions are of the Assembly; votes of single members in the Council are not in the data. No probability.")


def vote(
    yes: Annotated[str, typer.Option("--yes", metavar="A,B", help="Members assumed in favour.")] = "",
    no: Annotated[str, typer.Option("--no", metavar="C,D", help="Members assumed against.")] = "",
    abstain: Annotated[
        str, typer.Option("--abstain", metavar="E", help="Members assumed to abstain or be absent.")
    ] = "",
    *,
    on: On = None,
    rule: Annotated[
        str | None,
        typer.Option("--rule", metavar="NAME|FILE", help="Default: council, or council-1965 for a day before 1966."),
    ] = None,
    as_json: Json = False,
) -> None:
    """What a draft still needs, who can block it: arithmetic of the rule for the members of a day."""
    from datetime import date

    from forestall.council import voting
    from forestall.council.power.reading import read

    day = days.day_or_today(on)
    held = read(rule or ("council" if day >= date(1966, 1, 1) else "council-1965"))
    if {one.name for one in held.classes} == {"permanent", "elected"}:
        held = held.seated(voting.seats(day))
        lists = [_states(text, day) for text in (yes, no, abstain)]
    else:
        lists = [[part.strip() for part in text.split(",") if part.strip()] for text in (yes, no, abstain)]
    found = voting.needed(held, *lists)
    if as_json:
        print_json({"on": day.isoformat(), **found.document(), "about": ARITHMETIC})
        return
    for line in _sentences(found):
        typer.echo(line)
    note(f"{found.rule} ({found.source}), members on {day}. {ARITHMETIC}")


def ideal(
    country: Annotated[str, typer.Argument(help="ISO3 code, Gleditsch-Ward number or name.")],
    *,
    first: Annotated[int, typer.Option("--from", metavar="YEAR", help="First year.")] = 1946,
    last: Annotated[int, typer.Option("--to", metavar="YEAR", help="Last year.")] = 2024,
    as_json: Json = False,
) -> None:
    """A state's ideal points by year: ours to 2019, the published ones to 2024."""
    from forestall.council import voting
    from forestall.council.voting.estimates import ESTIMATOR
    from forestall.council.voting.positions import PUBLISHED_SOURCE
    from forestall.council.voting.records import SOURCE

    frame = voting.series(country, first, last)
    sources = {"own": f"{ESTIMATOR}; {SOURCE}", "published": f"{PUBLISHED_SOURCE}; all roll calls to 2023"}
    if as_json:
        rows = frame.to_dicts()
        print_json({"country": country, "from": first, "to": last, "sources": sources, "ideal_points": rows})
        return
    names = ("own 1-D", "own 1-D, as then", "published, all", "published, final passage")
    short = ["own", "own, as then", "published", "published, final"]
    table = _table(f"Ideal points of {country} (units of each model; 90 % intervals)", ["year", *short])
    cells = {(row["year"], row["estimate"]): row for row in frame.iter_rows(named=True)}
    for year in sorted({year for year, _ in cells}):
        table.add_row(str(year), *(_with_interval(cells.get((year, name))) for name in names))
    _show([table])
    note(f"own: {sources['own']}. published: {sources['published']}. --json also gives the 2-D points.")


def _points(found: "Positions") -> "Table":
    from forestall.council.members import PERMANENT

    title = f"Council members on {found.on} by ideal point ({found.basis.label}); + is nearer to the United States"
    table = _table(title, ["member", "point ±90 %", *PERMANENT, "nearest"], f"{MARKS} Codes: distance to each.")
    for one in found.members:
        to = {distance.to: f"{distance.distance:.2f}" for distance in one.distances}
        point = _interval(one.ideal_point, one.low, one.high)
        table.add_row(_label(one), point, *(to.get(p, "–") for p in PERMANENT), " ".join(one.nearest))
    return table


def _records(found: "Positions") -> "Table":
    from forestall.council.members import PERMANENT

    title = f"Recorded votes in the Assembly, {found.issue_name}: {found.issue_window}"
    about = f"{MARKS} against: of texts carried. point: on the issue. Codes: same answer as each, %."
    table = _table(title, ["member", "yes", "abst.", "no", "against", "point ±90 %", *PERMANENT], about)
    for one in found.members:
        held = one.record
        if held is None:
            continue
        same = {a.with_iso3: f"{100 * a.same / a.of:.0f}" for a in held.agreement if a.of}
        counts = [str(held.yes), str(held.abstain), str(held.no), f"{held.against_carried}/{held.carried}"]
        point = _interval(held.ideal_point, held.low, held.high)
        table.add_row(_label(one), *counts, point, *(same.get(p, "–") for p in PERMANENT))
    return table


def _objections(found: "Positions") -> "Table":
    title = f"Latest votes against texts carried in the Assembly, {found.issue_name}"
    table = _table(title, ["member", "date", "document", "title"], "A date without a day is known to the month only.")
    for one in found.members:
        for cast in (one.record.objections if one.record else ())[:2]:
            day = cast.voted_on.isoformat() if cast.precision == "day" else f"{cast.voted_on:%Y-%m}"
            table.add_row(_label(one), day, cast.document or "–", (cast.title or "–")[:36])
    return table


def _label(one: "Position") -> str:
    return f"{one.iso3}{'*' if one.seat == 'permanent' else '+' if one.seat == 'none' else ''} {one.name[:9]}"


def _vetoes(found: "VetoRecord") -> "Table":
    title = f"Vetoes on agenda items with {found.asked!r}: {len(found.vetoes)} (record to {found.known_to})"
    table = _table(title, ["date", "member", "draft", "agenda item"])
    for one in found.vetoes[:25]:
        table.add_row(one.date.isoformat(), one.member, one.draft or "–", (one.agenda_item or "–")[:70])
    return table


def _sentences(found: "Needed") -> "Iterable[str]":
    said = [f"in favour {len(found.yes)}", f"against {len(found.no)}", f"abstaining {len(found.abstain)}"]
    yield f"Assumed: {', '.join(said)}; open {len(found.open)} ({', '.join(found.open) or 'none'})."
    yield f"Outcome: {found.outcome}."
    if found.more_yes:
        yield f"More votes in favour needed, the other open members abstaining: {found.more_yes}."
    for head, choices in (
        ("Passes with the votes in favour of", found.to_pass if found.more_yes else ()),
        ("Blocked if, all other open members in favour, there vote against", found.block_by_no),
        ("Blocked if, all other open members in favour, there abstain", found.block_by_abstaining),
    ):
        for choice in choices:
            yield f"{head}: {_choice(choice)}."
    if found.veto:
        yield f"Each must not vote against (may abstain if the votes suffice): {', '.join(found.veto)}."
    if found.must_vote_yes:
        yield f"Each must vote in favour: {', '.join(found.must_vote_yes)}."
    for switch in found.switches:
        parts = [
            f"{_choice(choice)} {verb}"
            for choice, verb in (
                (switch.no_to_abstain, "abstaining instead of voting against"),
                (switch.no_to_yes, "voting in favour instead of against"),
                (switch.abstain_to_yes, "voting in favour instead of abstaining"),
            )
            if choice.members
        ]
        yield f"Could pass, all open members in favour, with: {'; '.join(parts)}."


def _choice(choice: "Choice") -> str:
    held = dict(choice.out_of)
    parts = []
    for name, n in choice.count:
        members = held[name]
        parts.append(f"{', '.join(members)}" if n == len(members) else f"any {n} of {', '.join(members)}")
    return " and ".join(parts)


def _states(text: str, day: "date") -> list[str]:
    from forestall.council.voting.seats import code

    return [code(part.strip(), day) for part in text.split(",") if part.strip()]


def _with_interval(row: dict[str, Any] | None) -> str:
    return "–" if row is None else _interval(row["ideal_point"], row["low"], row["high"])


def _interval(at: float | None, low: float | None, high: float | None) -> str:
    return "–" if at is None or low is None or high is None else f"{at:.2f} ±{(high - low) / 2:.2f}"


def _table(title: str, columns: list[str], caption: str = "") -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(
        title=title,
        title_justify="left",
        caption=caption or None,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for name in columns:
        table.add_column(name)
    return table


def _show(tables: "list[Table]") -> None:
    from rich.console import Console

    console = Console()
    for table in tables:
        console.print(table)
