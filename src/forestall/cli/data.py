"""`forestall data`: what figures are held, bringing in more, checking them, and handing them on."""

from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forestall.cli.common import Cluster, Jobs, Json, note, print_json
from forestall.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from forestall.sources.ingest import Added
    from forestall.sources.streams import Failure, Outcome
    from forestall.store.holdings import Holding

data = typer.Typer(
    name="data", help="The figures behind everything: list, add, update, verify, export.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.add_typer(data)


def _today() -> date:
    return datetime.now(UTC).date()


@data.command("list")
def list_(as_json: Json = False) -> None:
    """Show each table by release: span, rows, status, vintage, age, licence, citation."""
    from forestall.sources import streams
    from forestall.store import Workspace
    from forestall.store.holdings import data_end, holdings

    workspace = Workspace.open()
    today = _today()
    held = holdings(workspace, today)
    flowing = [streams.summary(stream) for stream in streams.held(workspace.home / "streams")]
    if as_json:
        document = {
            "home": workspace.home,
            "today": today,
            "data_end": data_end(held),
            "holdings": [*map(asdict, held)],
            "streams": [*map(asdict, flowing)],
        }
        print_json(document)
        return
    added = sum(holding.origin == "added" for holding in held)
    typer.echo(f"Workspace {workspace.home}: {added or 'no'} added release{'' if added == 1 else 's'}.")
    typer.echo(f"Figures by month end with {data_end(held) or 'no month: nothing is held'}.")
    for table in dict.fromkeys(holding.table for holding in held):
        typer.echo(f"\n{table}")
        for holding in (h for h in held if h.table == table):
            typer.echo(f"  {_line(holding)}")
    if flowing:
        typer.echo("\nStreams of events")
        for stream in flowing:
            typer.echo(f"  {stream.line()}")
    if held:
        typer.echo("\nPlease cite:")
        for citation in sorted({part for holding in held for part in holding.citation.split("; ")}):
            typer.echo(f"  {citation}")


def _line(holding: "Holding") -> str:
    span = f"{holding.first} to {holding.last}" if holding.first else "no span"
    age = f"published {holding.published} ({holding.age_days:,} days ago)" if holding.published else "no date"
    first, *more = holding.source.split("; ")
    name = holding.release or (f"{first} and {len(more)} more sources" if more else first)
    status = f" {holding.status}" if holding.status else ""
    origin = f"added from {holding.file}" if holding.file else holding.origin
    return f"{name}:{status} {span}, {holding.rows:,} rows, {age}, {holding.licence}, {origin}"


@data.command()
def add(
    file: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", help="Files of UCDP, PA-X, SIPRI or of GDELT's events: .csv, .csv.gz, .zip or .xlsx."
        ),
    ],
    *,
    release: Annotated[
        str | None,
        typer.Option("--release", metavar="R", help="Its release, if its name does not tell: ucdp-ged-25.1."),
    ] = None,
    published: Annotated[
        str | None, typer.Option("--published", metavar="YYYY-MM-DD", help="The day it came out, if you know it.")
    ] = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    as_json: Json = False,
) -> None:
    """Bring in releases by hand; the same release again replaces what stood there.

    Files of GDELT's events join its stream, each on its own: --jobs and --cluster spread them over workers.
    """
    from forestall.sources import ingest, streams
    from forestall.store import Workspace

    if len(file) > 1 and (release or published):
        raise UsageError("--release and --published say something of one file: add the files one at a time")
    day, workspace = _day(published), Workspace.open()
    flowing = [path for path in file if streams.kind_of(path) is not None]
    if flowing and (release or published):
        raise UsageError(f"{flowing[0].name} belongs to a stream of events: --release and --published are not for it")
    documents = []
    for path in file:
        if path not in flowing:
            added = ingest.add(workspace, path, release, published=day, today=_today())
            _say_added((added,))
            documents.append(_document(added))
    failed = []
    for done in _stream(workspace.home / "streams", flowing, jobs, cluster):
        if isinstance(done, streams.Failure):
            failed.append(done)
            note(f"forestall: {done.error}")
        else:
            documents.append(_say_stream(done))
    if as_json:
        print_json({"added": documents, "failed": [*map(asdict, failed)]})
    if failed:
        raise typer.Exit(1)


def _stream(root: Path, paths: list[Path], jobs: int | None, cluster: str | None) -> "Iterator[Outcome | Failure]":
    """Add files of events, each as a task of its own; one that cannot be read does not stop the others."""
    from forestall.parallel import workers
    from forestall.sources import streams

    if paths:
        with workers(jobs, cluster) as crew:
            yield from crew.each(partial(streams.attempt, root, today=_today()), paths)


@data.command()
def update(
    from_url: Annotated[
        str | None, typer.Option("--from-url", metavar="BASE", help="A mirror of UCDP; default: UCDP itself.")
    ] = None,
    by_api: Annotated[
        bool, typer.Option("--api", help="Read events from UCDP's API (wants FORESTALL_UCDP_TOKEN), not its files.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Fetch the newest UCDP releases that are not held yet, and add them all at once or not at all."""
    from forestall import settings
    from forestall.sources import ingest, ucdp_api
    from forestall.store import Workspace

    source = ucdp_api.publisher(token=settings.load().ucdp_token, base=from_url)
    if by_api and not source.token:
        raise UsageError("--api wants an access token: ask UCDP for one and set FORESTALL_UCDP_TOKEN")
    done = ingest.update(Workspace.open(), source, by_api=by_api, today=_today(), progress=note)
    _say_added(done.added)
    if not done.added:
        note(f"nothing new: {', '.join(done.held)} held already")
    if as_json:
        print_json({"added": [*map(_document, done.added)], "held": done.held, "not_there": done.not_there})


@data.command()
def verify(as_json: Json = False) -> None:
    """Read every file that is held again and compare it with its digest; exit 1 if one differs."""
    from forestall.sources import streams
    from forestall.store import Workspace
    from forestall.store.verification import verify as check

    workspace = Workspace.open()
    result = check(workspace)
    flowing = streams.held(workspace.home / "streams")
    result = replace(
        result,
        files=result.files + sum(len(stream.parts()) for stream in flowing),
        bytes=result.bytes + sum(part.bytes for stream in flowing for part in stream.parts()),
        problems=(*result.problems, *(problem for stream in flowing for problem in stream.problems(deep=True))),
    )
    if as_json:
        print_json({"ok": not result.problems, "home": workspace.home, **asdict(result)})
    for problem in result.problems:
        note(f"forestall: {problem}")
    if result.problems:
        raise typer.Exit(1)
    if not as_json:
        typer.echo(f"{result.files:,} files, {result.bytes:,} bytes: all match their digests.")


@data.command()
def export(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="A table that `forestall data list` shows.")],
    *,
    kind: Annotated[str, typer.Option("--format", help="csv, parquet or geojson.")] = "csv",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where to; default: TABLE.FORMAT in this folder.")
    ] = None,
    hxl: Annotated[bool, typer.Option("--hxl", help="A row of HXL tags under the CSV header.")] = False,
    country: Annotated[
        str | None, typer.Option("--country", help="Only this state: ISO3, Gleditsch-Ward number or name.")
    ] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="YYYY-MM", help="From this month on.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM", help="Up to and with this month.")] = None,
    as_json: Json = False,
) -> None:
    """Write a table as CSV, Parquet or GeoJSON, with its sources beside it."""
    from forestall.store import Workspace
    from forestall.store import export as exporting

    if kind not in exporting.FORMATS:
        raise UsageError(f"--format {kind!r} is not written: choose one of {', '.join(exporting.FORMATS)}")
    if hxl and kind != "csv":
        raise UsageError("--hxl adds a row to CSV; leave it away, or write --format csv")
    workspace = Workspace.open()
    if table not in workspace.names():
        raise UsageError(f"no table {table!r}; the tables held are {', '.join(workspace.names())}")
    frame = _narrow(workspace.table(table), table, country, first, last)
    target = Path(f"{table}.{kind}") if out is None else out
    done = exporting.export(workspace, table, frame, target, kind=kind, hxl=hxl)
    note(f"{done.path}: {done.rows:,} rows; sources in {done.citation}")
    if as_json:
        print_json({"table": table, "format": kind, "hxl": hxl, **asdict(done)})


def _narrow(
    frame: "pl.DataFrame", table: str, country: str | None, first: str | None, last: str | None
) -> "pl.DataFrame":
    from forestall.store import export as exporting

    if country is not None:
        from forestall.ids.countries import resolve

        state = resolve(country, on=_today())
        frame = exporting.of_state(frame, table, gw_id=state.gw_id, iso3=state.iso3)
    if first is not None or last is not None:
        from forestall.ids.months import parse_month

        frame = exporting.between(
            frame, table, parse_month(first) if first else None, parse_month(last) if last else None
        )
    return frame


def _say_added(items: "tuple[Added, ...]") -> None:
    from forestall.sources.ingest import notes_of

    for item in items:
        note(item.line())
    for line in notes_of(items):
        note(f"  {line}")


def _document(item: "Added") -> dict[str, Any]:
    document = asdict(item)
    report = item.report
    document["report"] = None if report is None else report.lines()
    document["rows_set_aside"] = None if report is None else report.rows_set_aside
    return document


def _say_stream(item: "Outcome") -> dict[str, Any]:
    said = [] if item.unchanged else item.tally.lines()
    note(item.line())
    for line in said:
        note(f"  {line}")
    return {
        "file": item.file,
        "stream": item.kind,
        "rows": item.rows,
        "unchanged": item.unchanged,
        "replaced": item.replaced,
        "rows_read": None if item.unchanged else item.tally.rows_read,
        "rows_set_aside": None if item.unchanged else item.tally.rows_set_aside,
        "report": None if item.unchanged else said,
    }


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--published {text!r} is not a day: write YYYY-MM-DD, for example 2026-03-20") from None
