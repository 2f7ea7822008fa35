"""`forestall missions`: UN missions, where they are, how strong, what they stand against, and what followed changes."""

from enum import StrEnum
from typing import Annotated

import typer

from forestall.cli.common import Json


class Scenario(StrEnum):
    """What is asked to happen to a mission."""

    withdraw = "withdraw"
    double = "double"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("missions")(missions)


def missions(
    place: Annotated[
        str | None,
        typer.Argument(
            metavar="[COUNTRY|MISSION]",
            help="A country (ISO3, Gleditsch-Ward number or name) or a mission (MINUSMA); default: all open missions.",
        ),
    ] = None,
    *,
    on: Annotated[str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="The day; default: today.")] = None,
    fit: Annotated[bool, typer.Option("--fit", help="Are the sites where the violence is, and strong enough?")] = False,
    effect: Annotated[bool, typer.Option("--effect", help="What strength and later deaths say together.")] = False,
    scenario: Annotated[
        Scenario | None, typer.Option("--scenario", help="What followed when missions like this one changed.")
    ] = None,
    contributors: Annotated[bool, typer.Option("--contributors", help="Who sent whom, and who bears most.")] = False,
    candidates: Annotated[
        bool, typer.Option("--candidates", help="Who might contribute to a new mission in the country, and why.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the UN missions of a day, of a country, or one mission: span, strength, shortfall, fatalities, fit."""
    from forestall.cli.council.days import day_or_today
    from forestall.errors import UsageError

    asked = [
        name
        for name, given in (
            ("--fit", fit),
            ("--effect", effect),
            ("--scenario", scenario is not None),
            ("--contributors", contributors),
            ("--candidates", candidates),
        )
        if given
    ]
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} are separate questions: give one of them")
    when = day_or_today(on)
    # Each part is loaded only when it is asked for, so that the command line starts fast.
    if effect:
        from forestall.cli.missions.effect import show_effect

        if place is not None:
            raise UsageError(f"--effect is about all missions together, not {place!r}: leave the place out")
        show_effect(as_json)
    elif scenario is not None:
        from forestall.cli.missions.effect import show_scenario

        show_scenario(_named(place, "--scenario"), scenario.value, when, as_json)
    elif contributors:
        from forestall.cli.missions.contributors import show_contributors

        show_contributors(place, when, as_json)
    elif candidates:
        from forestall.cli.missions.contributors import show_candidates

        show_candidates(_named(place, "--candidates"), when, as_json)
    elif fit:
        from forestall.cli.missions.fit import show as show_fit

        show_fit(place, when, as_json)
    else:
        from forestall.cli.missions.show import show

        show(place, when, as_json)


def _named(place: str | None, option: str) -> str:
    from forestall.errors import UsageError

    if place is None:
        raise UsageError(f"{option} needs a place: a country (ISO3, number or name) or a mission, for example MLI")
    return place
