"""Pairs of states with a rivalry or a territorial dispute and no confidence-building measure, on a terminal or as JSON.

`show` is what an option of `forestall treaties` that asks for them hands on to.
"""

from datetime import date

import typer

from forestall.cli.common import note, print_json
from forestall.cli.terminal import new_table
from forestall.cli.terminal import show as print_tables


def show(on: date, as_json: bool, practical: bool = False) -> None:
    """Print the pairs without a measure beyond those open to all states, newest crisis or dispute first.

    practical: count only measures that are more than a pledge and not left to each state's choice. Raises UsageError
    before 1946.
    """
    from forestall.instruments.nonproliferation import cbm, pairs
    from forestall.regional.membership import state_then

    found = pairs.without(on, practical=practical)
    if on > cbm.KNOWN_TO:
        note(f"measures and disputes are known to {cbm.KNOWN_TO}; later ones are missing here")
    if as_json:
        print_json(
            {
                "on": on.isoformat(),
                "practical": practical,
                "considered": found.considered,
                "pairs": [
                    {
                        "iso3": one.iso3,
                        "with": one.other,
                        "recent": one.recent,
                        "last_crisis": one.last_crisis,
                        "last_conflict": one.last_conflict,
                        "disputes": [it.name for it in one.disputes],
                        "measures": [it.measure.key for it in one.measures],
                    }
                    for one in found.pairs
                ],
                "known": dict(found.known),
                "unknown": list(found.unknown),
            }
        )
        return
    kind = "practical measure" if practical else "measure"
    table = new_table(
        f"{on}: {len(found.pairs)} of {found.considered} pairs with a rivalry or dispute have no {kind} beyond those "
        "open to all states",
        [],
        [],
    )
    for head in ("States", "Crisis", "Conflict", "Dispute"):
        table.add_column(head)
    for one in found.pairs:
        states = f"{state_then(one.iso3, on)}, {state_then(one.other, on)}"
        years = (str(year) if year else "-" for year in (one.last_crisis, one.last_conflict))
        table.add_row(states, *years, "; ".join(it.name for it in one.disputes) or "-")
    print_tables(table)
    typer.echo("* Known to: " + "; ".join(f"{what} {end}" for what, end in found.known) + ".")
    for text in found.unknown:
        typer.echo(f"* Not known: {text}.")
