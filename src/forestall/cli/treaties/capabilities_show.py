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

SHORT = {
    "Federation of American Scientists": "FAS",
    "Bleek": "Bleek, NTI",
    "Fuhrmann": "Fuhrmann",
    "GeoNuclearData": "GeoNuclear",
    "Arms Control Association": "ACA",
}
SOURCES = (
    "Sources: FAS, Federation of American Scientists, estimated stockpiles without retired warheads; Bleek (2017) and "
    "Nuclear Threat Initiative, as they code the programmes; Fuhrmann and Tkach (2015), list of facilities; "
    "GeoNuclearData (ODbL), power reactors; ACA, Arms Control Association, as it judges programmes."
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
    table = new_table(f"{found.iso3} on {found.on}", ["What", "Value", "Source"], ["Of", "Data end"])
    if found.stage is not None:
        kept = found.stage
        since = f"{kept.stage}, since {kept.since}" if kept.stage != "none" else "none"
        table.add_row("nuclear programme", since, _short(kept.source), str(kept.year), _month(kept.data_end))
    for count in found.counts:
        unit = count.unit if count.unit.startswith("MW") else ""
        value = "not known" if count.value is None else f"{count.value:,} {unit.split(',')[0]}".strip()
        about = "about " if count.estimated and count.value else ""
        name = count.name.removesuffix(" in operation").replace("capacity of power reactors", "reactor capacity")
        table.add_row(name, about + value, _short(count.source), count.at[:7], _month(count.data_end))
    for one in found.programmes:
        end = _month(one.data_end)
        table.add_row(f"{one.weapon} programme", one.now, _short(one.source), end[:4], end)
    print_tables(table)
    before = [
        f"{one.weapon.capitalize()} programme before {one.data_end.year}: {one.past} ({one.source})."
        for one in found.programmes
        if one.past not in ("none", one.now)
    ]
    for line in (*_explosions(found), *before, *(f"{one.when}: {one.what} ({one.source})." for one in found.history)):
        typer.echo(f"* {line}")
    for remark in [
        SOURCES,
        ABOUT,
        *(one.sentence() for one in rare if found.stage is None or found.stage.stage == "none"),
    ]:
        typer.echo(f"* {remark}")


def _short(source: str) -> str:
    """What a narrow column has room for; the full names stand under the table."""
    return next((short for begins, short in SHORT.items() if source.startswith(begins)), source)


def _month(day: "date") -> str:
    return day.isoformat()[:7]


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
