"""`forestall council due`: what falls due, from the texts of resolutions."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forestall.cli.common import Json, note, print_json
from forestall.cli.council import days
from forestall.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from forestall.council.due import Due, Mark, Overdue, Text


def register(group: typer.Typer) -> None:
    """Add the commands of this module to the group."""
    group.command("due")(due)


def due(
    *,
    text: Annotated[
        Path | None, typer.Option("--text", metavar="FILE", help="The text of one resolution (UTF-8).")
    ] = None,
    adopted: Annotated[
        str | None, typer.Option("--adopted", metavar="DATE", help="Day of adoption; default: as the text says.")
    ] = None,
    symbol: Annotated[
        str | None, typer.Option("--symbol", metavar="S", help="Symbol of the text; default: as the text says.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            metavar="DIR",
            help="A folder of texts (.txt), with or without index.csv (file, symbol, adopted).",
        ),
    ] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="Leave out what is due before.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Leave out what is due after.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is past its day and not marked done.")] = False,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="With --overdue: as of this day; default: today.")
    ] = None,
    done: Annotated[
        Path | None,
        typer.Option("--done", metavar="FILE", help="CSV of what is done, with --overdue: uid, or symbol and due."),
    ] = None,
    ics: Annotated[
        Path | None, typer.Option("--ics", metavar="FILE", help="Also write the items shown as a calendar file (.ics).")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the days that resolutions set: ends of mandates, reports, reviews; and what is past its day."""
    since, until = days.day_or_none(first, "--from"), days.day_or_none(last, "--to")
    today = days.day_or_none(on)
    _check(text, folder, adopted, symbol, overdue=overdue, on=on, done=done, ics=ics)
    from forestall.council.due import between, read_marks
    from forestall.council.due.extracted import dated_items

    marks = () if done is None else read_marks(done)
    texts = _texts(text, folder, adopted, symbol)
    everything, left_out = dated_items(texts)
    shown = between(everything, since, until)
    document: dict[str, Any] = {"texts": len(texts), "undated": left_out, "from": since, "to": until}
    late: Sequence[Overdue] = ()
    if overdue:
        late = _late(document, shown, everything, today or date.today(), marks)
        shown = tuple(one.item for one in late)
    document["items"] = [_row(item) for item in shown]
    if ics is not None:
        from forestall.council.due.ics import calendar_bytes
        from forestall.store import files

        with files.refusals(ics, "write"):
            files.write(ics, calendar_bytes(shown))
        note(f"written: {ics} ({len(shown)} events)")
    if as_json:
        print_json(document)
    elif overdue:
        _show_overdue(document, late)
    else:
        _show(document)


def _check(
    text: Path | None,
    folder: Path | None,
    adopted: str | None,
    symbol: str | None,
    *,
    overdue: bool,
    on: str | None,
    done: Path | None,
    ics: Path | None,
) -> None:
    """Raises UsageError on options that do not go together, before anything is read."""
    if (text is None) == (folder is None):
        raise UsageError("give either --text FILE or --folder DIR")
    if folder is not None and (adopted is not None or symbol is not None):
        raise UsageError("--adopted and --symbol belong to --text; for a folder write them in its index.csv")
    if not overdue and (on is not None or done is not None):
        raise UsageError("--on and --done belong to --overdue; add --overdue")
    if ics is not None and (ics.suffix.casefold() != ".ics" or ics.is_dir() or not ics.absolute().parent.is_dir()):
        raise UsageError(f"--ics {str(ics)!r}: expected a file ending in .ics in a folder that exists")


def _texts(text: Path | None, folder: Path | None, adopted: str | None, symbol: str | None) -> "tuple[Text, ...]":
    from forestall.council import due as work

    if text is not None:
        return (work.one_text(text, days.day_or_none(adopted, "--adopted"), symbol),)
    return () if folder is None else work.folder(folder)


def _late(
    document: dict[str, Any], shown: "Sequence[Due]", everything: "Sequence[Due]", today: date, marks: "Sequence[Mark]"
) -> "Sequence[Overdue]":
    """The overdue items, with what the document says about them."""
    from forestall.council.due import NOT_SEEN, idle, overdue

    resolutions = _resolutions()
    late = overdue(shown, today, marks, resolutions)
    ends = resolutions["date"].max()
    document |= {
        "on": today,
        "note": NOT_SEEN,
        "record_until": ends,
        "idle_marks": [{"uid": mark.uid, "symbol": mark.symbol, "due": mark.due} for mark in idle(everything, marks)],
        "overdue": [
            {
                "uid": one.item.uid,
                "days": one.days,
                "candidates": None
                if one.candidates is None
                else [{"symbol": c.symbol, "adopted": c.adopted, "title": c.title} for c in one.candidates],
            }
            for one in late
        ],
    }
    for mark in document["idle_marks"]:
        note(f"marked done, but no item here: {mark['uid'] or (mark['symbol'], str(mark['due']))}")
    return late


def _resolutions() -> "pl.DataFrame":
    from forestall.store import Workspace

    return Workspace.open().table("council_resolutions")


def _row(item: "Due") -> dict[str, Any]:
    return {
        "uid": item.uid,
        "due": item.due,
        "kind": item.kind,
        "subject": item.subject,
        "symbol": item.symbol,
        "adopted": item.adopted,
        "number": item.number,
        "basis": item.basis,
        "confidence": None if item.confidence is None else round(item.confidence, 3),
        "quote": item.quote,
    }


def _show(document: dict[str, Any]) -> None:
    """The items as a table, then what has no day."""
    from forestall.cli.terminal import show

    caption = (
        f"{len(document['items'])} items from {document['texts']} texts; {document['undated']} commitments have no day "
        "(sanctions, missions, Chapter VII, standing reviews). Found by a program: check the quotes (--json) against "
        "the official record."
    )
    table = _table("What falls due", caption, ("Due", "What", "Who", "Resolution", "How the day is found"), "Confid.")
    for row in document["items"]:
        sure = "" if row["confidence"] is None else f"{row['confidence']:.2f}"
        table.add_row(str(row["due"]), _kind(row), row["subject"] or "", row["symbol"], row["basis"], sure)
    show(table)


def _show_overdue(document: dict[str, Any], late: "Sequence[Overdue]") -> None:
    """What is past its day, with the resolutions that may have renewed a mandate."""
    from forestall.cli.terminal import show

    caption = (
        f"{document['note']}. Candidates from the record of resolutions, which ends on {document['record_until']}."
    )
    title = f"Past its day on {document['on']}"
    table = _table(title, caption, ("Due", "What", "Who", "Resolution", "May have been renewed by"), "Days")
    for one, row in zip(late, document["items"], strict=True):
        if one.candidates is None:
            renewed = "not known" if row["kind"] == "mandate_end" else ""
        else:
            renewed = "; ".join(f"{c.symbol} {c.title}" for c in one.candidates[:2]) or "none found"
        table.add_row(str(row["due"]), _kind(row), row["subject"] or "", row["symbol"], renewed, str(one.days))
    show(table)


def _table(title: str, caption: str, left: tuple[str, ...], right: str) -> Any:
    """A table whose texts wrap: quotes and titles are longer than a terminal is wide."""
    from forestall.cli.terminal import new_table

    table = new_table(title, left, (right,), caption)
    for column in table.columns[2:5]:
        column.no_wrap = False
        column.overflow = "fold"
    return table


def _kind(row: dict[str, Any]) -> str:
    what = {"mandate_end": "mandate ends", "report": "report", "review": "review"}[row["kind"]]
    return what if row["number"] is None else f"{what} no. {row['number']}"
