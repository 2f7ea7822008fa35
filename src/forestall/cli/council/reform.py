"""`forestall council`: reform, what a proposal would change; centres, which States outside rank highest on measures."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forestall.cli.common import Json, note, print_json
from forestall.cli.council import days, reform_tables
from forestall.errors import UsageError

if TYPE_CHECKING:
    from forestall.council.reform.proposal import Proposal
    from forestall.council.reform.report import Assessment

On = Annotated[
    str | None, typer.Option("--on", metavar="DATE", help="Day, YYYY-MM-DD or YYYY, as known then; default: today.")
]


def register(group: typer.Typer) -> None:
    """Add the commands of this module to the group."""
    group.command("reform")(reform)
    group.command("centres")(centres)


def reform(
    proposal: Annotated[
        str | None,
        typer.Option("--proposal", metavar="NAME|FILE.yml", help="A proposal, NAME:VARIANT, or your own YAML file."),
    ] = None,
    *,
    compare: Annotated[
        str, typer.Option("--compare", metavar="NAME|FILE.yml|none", help="What to set beside it.")
    ] = "current",
    variant: Annotated[
        str | None, typer.Option("--variant", metavar="ID", help="A variant of the proposal; --list names them.")
    ] = None,
    assign: Annotated[
        list[str] | None,
        typer.Option(
            "--assign", metavar="CATEGORY/AREA=STATE[,STATE]", help="Put States on seats that a proposal leaves open."
        ),
    ] = None,
    on: On = None,
    chart: Annotated[
        Path | None, typer.Option("--chart", metavar="FILE.svg|FILE.png", help="Draw the shares by area.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the proposals and their variants.")] = False,
    as_json: Json = False,
) -> None:
    """Show what a proposal for the Council would change: power, who can block, seats against people, money and
    troops.
    """
    from forestall.council.reform import report
    from forestall.council.reform.proposal import proposals, read
    from forestall.store import Workspace

    if listed:
        reform_tables.show_list(proposals(), as_json=as_json)
        return
    if proposal is None:
        raise UsageError("no proposal given: use --proposal NAME, and --list for the names")
    day = days.day_or_year(on)
    wanted = _assigned(read(proposal, variant), assign or (), day)
    beside = None if compare.strip().lower() == "none" else read(compare)
    if chart is not None and chart.suffix.lower() not in (".svg", ".png"):
        raise UsageError(f"--chart {str(chart)!r} must end in .svg or .png")
    found = report.assess(Workspace.open(), wanted, on=day, compare=beside)
    if chart is not None:
        _chart(found, chart)
    if as_json:
        print_json(report.document(found))
        return
    reform_tables.show(found)


def centres(
    *,
    on: On = None,
    weights: Annotated[
        str | None,
        typer.Option(
            "--weights",
            metavar="MEASURE=X,...",
            help="population, gdp, contributions, troops, conflict_deaths; default: the first four alike.",
        ),
    ] = None,
    method: Annotated[
        str, typer.Option("--by", metavar="share|rank", help="Score by world shares or by ranks.")
    ] = "share",
    top: Annotated[int, typer.Option("--top", metavar="N", min=1, max=200, help="States to show.")] = 15,
    draws: Annotated[int, typer.Option("--draws", metavar="N", help="Draws of weights for the band.")] = 4000,
    concentration: Annotated[
        float, typer.Option("--concentration", metavar="X", help="How near drawn weights stay to yours.")
    ] = 20.0,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Seed of the draws.")] = 0,
    as_json: Json = False,
) -> None:
    """Rank the States outside the Council on measures that you weigh, with the ranks that other weights would give."""
    from forestall.council.reform import centres as ranking

    if method not in ("share", "rank"):
        raise UsageError(f"--by {method[:40]!r} is not known: give share or rank")
    chosen = ranking.WEIGHTS if weights is None else ranking.parse_weights(weights)
    day = days.day_or_year(on)
    from forestall.council.members import members
    from forestall.store import Workspace

    found = ranking.centres(
        Workspace.open(),
        day,
        weights=chosen,
        method="rank" if method == "rank" else "share",
        sitting=[one.iso3 for one in members(day)],
        top=top,
        draws=draws,
        concentration=concentration,
        seed=seed,
    )
    if as_json:
        print_json(ranking.document(found))
        return
    reform_tables.show_centres(found)


def _assigned(proposal: "Proposal", wanted: Sequence[str], day: date) -> "Proposal":
    from forestall.ids import countries

    found: dict[tuple[str, str], list[str]] = {}
    for text in wanted:
        seat, sign, states = text[:500].partition("=")
        category, slash, area = (part.strip() for part in seat.partition("/"))
        if not sign or not slash or not states.strip():
            raise UsageError(
                f"--assign {text[:80]!r} is not CATEGORY/AREA=STATE, such as new_permanent/African=NGA,ZAF"
            )
        codes = [countries.resolve(one.strip(), day).iso3 for one in states.split(",")]
        found.setdefault((category, area), []).extend(codes)
    return proposal.assigned(found) if found else proposal


def _chart(found: "Assessment", path: Path) -> None:
    from forestall.brief import reform_charts
    from forestall.council.reform import report

    rows = report.chart_rows(found)
    if not rows:
        raise UsageError("no chart can be drawn: the areas of 1946 have no list of States; name another Council")
    areas = [reform_charts.AreaShares(area, held, due) for area, held, due in rows]
    proposed, today = report.chart_names(found)
    if path.suffix.lower() == ".png":
        content = reform_charts.shares_png(areas, today=today, proposed=proposed)
    else:
        title = f"Seats and power by area: {today} and {proposed}"
        content = reform_charts.shares_svg(areas, today=today, proposed=proposed, title=title).encode()
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(f"--chart {str(path)!r} cannot be written: {error.strerror}; name another file") from None
    note(f"chart written to {path}")
