"""`forestall council power`: what a vote is worth under a rule of decision."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from forestall.cli.common import Json, print_json

if TYPE_CHECKING:
    from rich.table import Table


def register(group: typer.Typer) -> None:
    """Add the commands of this module to the group."""
    group.command("power")(power)


def power(
    *,
    rule: Annotated[
        str,
        typer.Option(
            "--rule", metavar="NAME|FILE.yml", help="council, council-1965, council-procedural or a YAML file."
        ),
    ] = "council",
    on: Annotated[
        str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="Name the Council's members of that day.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the power of each seat: Shapley-Shubik, Banzhaf and Coleman, exact, and with abstention."""
    from forestall.cli.council.days import day
    from forestall.council.power import read, report

    held = read(rule)
    if on is not None:
        held = report.seated(held, day(on))
    found = report.document(held)
    if as_json:
        print_json(found)
        return
    from rich.console import Console

    console = Console()
    console.print(_seats(found))
    ternary = found["with_abstention"]
    if ternary is not None:
        console.print(_with_abstention(found))
    if on is not None:
        for seat in held.classes:
            typer.echo(f"* {seat.name} on {on.strip()}: {', '.join(seat.members)}.")
    for line in _sentences(found):
        typer.echo(line)


def _seats(found: dict[str, Any]) -> "Table":
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=escape(found["rule"]), title_justify="left", caption="share of 1 in all; exact value beside it")
    for title in ("Seat", "Members", "Shapley-Shubik", "Banzhaf share", "Banzhaf, absolute", "Prevent", "Initiate"):
        table.add_column(title, justify="left" if title in ("Seat", "Members") else "right")
    seats: dict[str, list[dict[str, Any]]] = {}
    for member in found["members"]:
        seats.setdefault(member["seat"], []).append(member)
    for seat, members in seats.items():
        one = members[0]
        table.add_row(
            escape(seat) + (" (veto)" if one["veto"] else ""),
            str(len(members)),
            *(f"{one[key]:.4f}  {_short(one[f'{key}_exact'])}" for key in ("shapley_shubik", "banzhaf")),
            *(f"{one[key]:.4f}" for key in ("banzhaf_absolute", "prevent", "initiate")),
        )
    return table


def _short(exact: str) -> str:
    """The fraction, if a person can read it."""
    return exact if len(exact) <= 17 else ""


def _with_abstention(found: dict[str, Any]) -> "Table":
    from rich.markup import escape
    from rich.table import Table

    table = Table(title="With abstention as a third way to vote", title_justify="left")
    for title in ("Seat", "Shapley-Shubik", "Banzhaf share", "Banzhaf, absolute"):
        table.add_column(title, justify="left" if title == "Seat" else "right")
    for seat in found["with_abstention"]["seats"]:
        table.add_row(
            escape(seat["seat"]),
            f"{seat['shapley_shubik']:.4f}",
            f"{seat['banzhaf']:.4f}",
            f"{seat['banzhaf_absolute']:.4f}",
        )
    return table


def _sentences(found: dict[str, Any]) -> list[str]:
    lines = [
        f"* Efficiency: {100 * found['efficiency']:.2f} % of all combinations of yes and no pass "
        f"({found['winning_coalitions']:,} winning coalitions)."
    ]
    for key, what in (("minimal_winning", "pass a decision"), ("minimal_blocking", "block one")):
        if found[key]:
            listed = "; ".join(
                " and ".join(f"{count} {seat}" for seat, count in c["members"].items()) + f" ({c['sets']:,} sets)"
                for c in found[key][:6]
            )
            more = "; ..." if len(found[key]) > 6 else ""
            lines.append(f"* Smallest sets that {what}: {listed}{more}.")
    ratio, ternary = found["ratio"], found["with_abstention"]
    if ratio["shapley_shubik"] and ratio["shapley_shubik"] > 1:
        text = (
            f"* A vote of the strongest seat is worth {ratio['shapley_shubik']:.1f} times one of the weakest by "
            f"Shapley-Shubik and {ratio['banzhaf']:.1f} times by Banzhaf"
        )
        if ternary and ternary["ratio"] and ternary["ratio_shapley_shubik"]:
            text += (
                f"; with abstention {ternary['ratio']:.1f} times by Banzhaf and "
                f"{ternary['ratio_shapley_shubik']:.1f} times by Shapley-Shubik"
            )
        lines.append(text + ".")
    if found["source"]:
        lines.append(f"* Rule: {found['source']}.")
    return [*lines, *(f"* {note}" for note in found["notes"])]
