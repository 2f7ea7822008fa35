"""`forestall treaties`: what a state is bound by on a day, who is bound by a treaty, who is outside, what two share."""

from typing import Annotated

import typer

from forestall.cli.common import Json


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("treaties")(treaties)


def treaties(
    query: Annotated[
        str | None,
        typer.Argument(
            metavar="[COUNTRY|TREATY]",
            help="A country (ISO3, Gleditsch-Ward number or name) or a treaty (NPT, MineBan or its name); default: the "
            "totals of all treaties. With --gaps also a region, an organisation, Council or World.",
        ),
    ] = None,
    *,
    on: Annotated[str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="The day; default: today.")] = None,
    other: Annotated[
        str | None,
        typer.Option("--with", metavar="COUNTRY", help="What is agreed between the two states to build confidence."),
    ] = None,
    gaps: Annotated[bool, typer.Option("--gaps", help="Who is outside of which treaties.")] = False,
    capabilities: Annotated[
        bool, typer.Option("--capabilities", help="What a country holds, tested, pursued and gave up.")
    ] = False,
    signals: Annotated[
        bool, typer.Option("--signals", help="Signs of arming or leaving treaties, with what followed in the past.")
    ] = False,
    without: Annotated[
        bool, typer.Option("--without", help="Pairs of states with a rivalry or dispute and no measure between them.")
    ] = False,
    practical: Annotated[
        bool, typer.Option("--practical", help="With --without: pledges and voluntary measures do not count.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the treaties of a state on a day with its status and since when, or the parties of a treaty."""
    from forestall.cli.council.days import day_or_today
    from forestall.errors import UsageError

    when = day_or_today(on)
    asked = [
        name
        for name, given in (
            ("--gaps", gaps),
            ("--with", other is not None),
            ("--capabilities", capabilities),
            ("--signals", signals),
            ("--without", without),
        )
        if given
    ]
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} are separate questions: give one of them")
    if practical and not without:
        raise UsageError("--practical goes with --without: give both")
    # Each part is loaded only when it is asked for, so that the command line starts fast.
    if other is not None:
        if query is None:
            raise UsageError(
                "--with compares two states: name the first, for example `forestall treaties IND --with PAK`"
            )
        from forestall.cli.treaties.pair_show import show as show_pair

        show_pair(query, other, when, as_json)
    elif capabilities:
        if query is None:
            raise UsageError(
                "--capabilities is of one country: name it, for example `forestall treaties ZAF --capabilities`"
            )
        from forestall.cli.treaties.capabilities_show import show as show_capabilities

        show_capabilities(query, when, as_json)
    elif signals:
        if query is None:
            raise UsageError("--signals are of one country: name it, for example `forestall treaties KAZ --signals`")
        from forestall.cli.treaties.signals_show import show as show_signals

        show_signals(query, when, as_json)
    elif without:
        if query is not None:
            raise UsageError(
                f"--without lists pairs of the whole world: leave {query[:40]!r} out, or give --with a second state"
            )
        from forestall.cli.treaties.without_show import show as show_without

        show_without(when, as_json, practical)
    elif gaps:
        from forestall.cli.treaties.gaps_show import show as show_gaps

        show_gaps("World" if query is None else query, when, as_json)
    else:
        from forestall.cli.treaties.show import show

        show(query, when, as_json)
