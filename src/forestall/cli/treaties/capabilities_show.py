"""`forestall treaties COUNTRY --capabilities`: warheads, explosions, programmes, facilities and dated history."""

from typing import TYPE_CHECKING

import typer

from forestall.cli.common import print_json
from forestall.cli.terminal import new_table
from forestall.cli.terminal import show as print_tables

if TYPE_CHECKING:
    from datetime import date

    from forestall.instruments.nonproliferation.capabilities import Capabilities
    from forestall.instruments.nonproliferation.tests_catalogue import Tests

ABOUT = (
    "Warheads are estimates and stages of programmes judgements of their authors, made years after: they describe the "
    "day in hindsight. Series end in different years; where one has ended, its last value is shown."
)


def show(iso3: str, on: "date", as_json: bool) -> None:
    """Print the capabilities of a state on a day. Raises as `capabilities.capabilities` does."""
    from forestall.instruments.nonproliferation import capabilities, onset

    found = capabilities.capabilities(iso3, on)
    rare = [onset.result(outcome) for outcome in ("exploration", "pursuit")]
    if as_json:
        print_json(
            {
                **capabilities.document(found),
                "about": ABOUT,
                "onset": [
                    {
                        "outcome": one.outcome,
                        "rate": one.rate,
                        "low": one.low,
                        "high": one.high,
                        "unit": "onsets per state-year since 1993",
                        "data_end": one.data_end,
                        "better_than_base_rate": one.beats,
                    }
                    for one in rare
                ],
            }
        )
        return
    table = new_table(f"{found.iso3} on {found.on}", ["What", "Unit", "Of", "Source", "Data end"], ["Value"])
    if found.stage is not None:
        of = f"{found.stage.year}, since {found.stage.since}"
        table.add_row(
            "nuclear programme", "stage", of, found.stage.source, found.stage.data_end.isoformat(), found.stage.stage
        )
    for count in found.counts:
        value = "not known" if count.value is None else f"{count.value:,}"
        if count.estimated and count.value is not None:
            value = f"est. {value}"
        table.add_row(count.name, count.unit, count.at, count.source, count.data_end.isoformat(), value)
    for one in found.programmes:
        end = one.data_end.isoformat()
        status = one.now if one.now != "none" else f"none; before: {one.past}"
        table.add_row(f"{one.weapon} programme", "status", str(one.data_end.year), one.source, end, status)
    print_tables(table)
    for line in (*_explosions(found), *(f"{one.when}: {one.what} ({one.source})." for one in found.history)):
        typer.echo(f"* {line}")
    for remark in [ABOUT, *(one.sentence() for one in rare if found.stage is None or found.stage.stage == "none")]:
        typer.echo(f"* {remark}")


def _explosions(found: "Capabilities") -> list[str]:
    from forestall.instruments.nonproliferation.tests_catalogue import OFFICIAL

    lines = []
    if found.tests is not None:
        lines.append(f"Nuclear explosions by {found.iso3} up to {found.on}: {_counted(found.tests)}.")
        official = OFFICIAL.get(found.iso3)
        if official is not None:
            lines.append(f"Official total over all time: {official[0]:,} tests ({official[1]}).")
    if found.on_territory is not None:
        lines.append(f"Nuclear explosions on what is its territory today: {_counted(found.on_territory)}.")
    return lines


def _counted(tests: "Tests") -> str:
    parts = [
        f"{tests.sipri_foa:,} in SIPRI/FOA (to 1998)" if tests.sipri_foa else "",
        f"{tests.oklahoma:,} in the Oklahoma catalogue (to 2006, counts devices)" if tests.oklahoma else "",
        f"{tests.announced} announced by the DPRK (to 2017)" if tests.announced else "",
    ]
    span = f"first {tests.first}, last {tests.last}"
    return f"{'; '.join(filter(None, parts))}; {span}; {tests.atmospheric:,} not underground"
