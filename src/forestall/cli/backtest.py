"""`forestall backtest`: how good models were on months that were not theirs to see."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forestall.cli.common import Cluster, Jobs, Json, crew, folder, note, print_json
from forestall.cli.terminal import REVISED, Seed, Target, panel_of, progress, show
from forestall.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

    from forestall.panel.frame import Panel
    from forestall.parallel import Workers
    from forestall.verify.backtest import Window

ORIGINS = ("annual", "monthly")
LATER = "VIEWS' later revision of the challenge's figures, which the challenge was not scored on"


def backtest(
    *,
    challenge: Annotated[
        Path | None,
        typer.Option("--challenge", metavar="DIR", help="Folder of the VIEWS challenge; default: our own figures."),
    ] = None,
    revised: Annotated[
        bool, typer.Option("--revised", help="With --challenge: the series as VIEWS revised it later.")
    ] = False,
    origins: Annotated[
        str, typer.Option("--origins", help="annual: one a calendar year; monthly: every month is an origin.")
    ] = "annual",
    ahead: Annotated[
        int | None,
        typer.Option("--ahead", metavar="N", help="With --origins monthly: N to N+11 months ahead; default: 3."),
    ] = None,
    first: Annotated[int | None, typer.Option("--from", metavar="YEAR", help="First year to forecast.")] = None,
    last: Annotated[int | None, typer.Option("--to", metavar="YEAR", help="Last year to forecast.")] = None,
    model_names: Annotated[
        str | None, typer.Option("--models", metavar="A,B", help="Models by name, with commas between; default: all.")
    ] = None,
    target: Target = "deaths_total",
    more: Annotated[
        bool, typer.Option("--more", help="Also coverage, and Brier, AUROC and AUPRC for 1+ and 25+ deaths.")
    ] = False,
    detail: Annotated[
        bool,
        typer.Option("--detail", help="Also intervals against conflictology_12, regions, horizons, calibration."),
    ] = False,
    peer: Annotated[
        str | None, typer.Option("--peer", metavar="NAME", help="With --detail: a second model to compare with.")
    ] = None,
    peer_scores: Annotated[
        Path | None,
        typer.Option("--peer-scores", metavar="FILE", help="With --detail: per-cell scores of other models."),
    ] = None,
    cell_scores: Annotated[
        Path | None, typer.Option("--cells", metavar="FILE", help="Also write the scores of each cell (.parquet).")
    ] = None,
    submissions: Annotated[
        Path | None,
        typer.Option("--submissions", metavar="DIR", help="Also write the forecasts in the layout of the challenge."),
    ] = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Score models on past years: seen up to October, scored on the calendar year that follows."""
    _check(challenge, revised=revised, origins=origins, ahead=ahead, submissions=submissions, cell_scores=cell_scores)
    if not detail and (peer is not None or peer_scores is not None):
        raise UsageError("--peer and --peer-scores belong to --detail: give that too")
    from forestall.cli.backtest_tables import backtest_tables, detail_tables
    from forestall.verify import cells

    others = cells.read(peer_scores) if peer_scores is not None else None
    if others is not None and peer is None:
        peer = cells.best(others)
    names = _names(model_names, others, peer, detail=detail)
    panel, published, figures = _panel(challenge, target, revised=revised)
    over = _windows(panel, first, last, origins=origins, ahead=ahead, official=challenge is not None)
    with crew(jobs, cluster) as hands:
        rows, table = _run(
            panel,
            names,
            over,
            hands=hands,
            seed=seed,
            more=more,
            submissions=submissions,
            keep_cells=detail or cell_scores is not None,
        )
    if cell_scores is not None and table is not None:
        cells.write(table, cell_scores)
        note(f"written: {cell_scores}")
    found = _report(table, others, peer) if detail and table is not None else None
    if as_json:
        about = {"target": panel.target, "figures": figures, "seed": seed}
        print_json(_document(rows, about, over, published, found))
    elif found is not None:
        show(*detail_tables(found, published, figures), *backtest_tables(rows, [], figures)[1:])
    else:
        show(*backtest_tables(rows, published, figures))


def _check(
    challenge: Path | None,
    *,
    revised: bool,
    origins: str,
    ahead: int | None,
    submissions: Path | None,
    cell_scores: Path | None,
) -> None:
    """Refuse options that do not go together, before anything is read. Raises UsageError."""
    if origins not in ORIGINS:
        raise UsageError(f"--origins {origins!r} is not known, expected {' or '.join(ORIGINS)}")
    if revised and challenge is None:
        raise UsageError("--revised names a series of the challenge folder: give --challenge DIR too")
    if ahead is not None and origins != "monthly":
        raise UsageError("--ahead belongs to --origins monthly; annual windows are forecast 3 to 14 months ahead")
    if submissions is not None:
        if origins == "monthly":
            raise UsageError(
                "--submissions takes one window a year, as the challenge does: leave --origins monthly out"
            )
        folder(submissions, "--submissions")
    if cell_scores is not None and cell_scores.suffix != ".parquet":
        raise UsageError(f"--cells {cell_scores} ends in {cell_scores.suffix or 'nothing'}, expected .parquet")


def _names(asked: str | None, others: "pl.DataFrame | None", peer: str | None, *, detail: bool) -> list[str]:
    """The models to run: those asked for, and with --detail those they are compared with, if no file has their scores.

    Raises UsageError on a name that nobody knows, before anything is run.
    """
    from forestall.forecast.models import MODELS, get
    from forestall.verify.report import REFERENCE

    names = list(MODELS) if asked is None else [part.strip() for part in asked.split(",") if part.strip()]
    if detail:
        given = set() if others is None else set(others["model"].unique())
        names += [one for one in (REFERENCE, peer) if one is not None and one not in given and one not in names]
    for name in names:
        get(name)
    return names


def _run(
    panel: "Panel",
    names: list[str],
    over: "tuple[Window, ...]",
    *,
    hands: "Workers | None",
    seed: int,
    more: bool,
    submissions: Path | None,
    keep_cells: bool,
) -> "tuple[list[dict[str, Any]], pl.DataFrame | None]":
    """Run the models, writing submissions on the way; the rows, and the per-cell scores where they are wanted."""
    from forestall.verify import backtest as work
    from forestall.verify import submissions as layout

    left_out: set[int] = set()

    table = None
    with progress(len(over) * len(names)) as step:
        options: dict[str, Any] = {"seed": seed, "extras": more, "progress": lambda _, __: step(), "workers": hands}
        if submissions is not None:
            to = submissions
            options["each"] = lambda _, name, made: left_out.update(layout.write(made, to, name).left_out)
        if keep_cells:
            rows, table = work.detailed(panel, names, over, **options)
        else:
            rows = work.run(panel, names, over, **options)
    if left_out:
        note(f"left out of submissions in years in which VIEWS does not number them: gw_id {sorted(left_out)}")
    if submissions is not None:
        note(f"written: {submissions}")
    return rows, table


def _document(
    rows: list[dict[str, Any]],
    about: dict[str, Any],
    over: "tuple[Window, ...]",
    published: list[dict[str, Any]],
    found: dict[str, Any] | None,
) -> dict[str, Any]:
    """The JSON document."""
    from forestall.verify.measure import without_nan

    document: dict[str, Any] = {"windows": rows, **about}
    if over[0].rolling:
        document |= {"origins": "monthly", "ahead": over[0].months[0] - over[0].as_of}
    if published:
        document["published"] = published
    if found is not None:
        document["detail"] = found
    plain: dict[str, Any] = without_nan(document)
    return plain


def _panel(challenge: Path | None, target: str, *, revised: bool) -> tuple["Panel", list[dict[str, Any]], str]:
    """The figures to score on, the published scores that belong to them, and words for the figures."""
    if challenge is None:
        from forestall.store import Workspace

        return panel_of(Workspace.open(), None, target), [], REVISED
    from forestall.verify import challenge as official

    if revised:
        # the published scores are of the other series
        return official.read(challenge, revised=True), [], LATER
    return official.read(challenge), official.published(challenge), "the challenge's own figures"


def _windows(
    panel: "Panel", first: int | None, last: int | None, *, origins: str, ahead: int | None, official: bool
) -> "tuple[Window, ...]":
    from forestall.verify import backtest as work
    from forestall.verify.challenge import YEARS

    if official:
        first, last = first or YEARS[0], last or YEARS[-1]
    if origins == "monthly":
        return work.origins(panel, first, last, ahead=work.FIRST_STEP if ahead is None else ahead)
    return work.windows(panel, first, last)


def _report(table: "pl.DataFrame", others: "pl.DataFrame | None", peer: str | None) -> dict[str, Any]:
    """The comparisons of our scores, with those of other models on the same cells beside them."""
    import polars as pl

    from forestall.verify import cells
    from forestall.verify.report import report

    if others is not None:
        known = set(table["model"].unique())
        same = others.filter(~pl.col("model").is_in(known)).join(
            table.select(cells.KEY).unique(), on=cells.KEY, how="semi"
        )
        table = pl.concat([table, same])
    return report(table, peer=peer)
