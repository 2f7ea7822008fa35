"""`forestall sanctions`: keep versions of the Council's Consolidated List, compare them, screen names against one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forestall.cli.common import Json, note, print_json

if TYPE_CHECKING:
    from forestall.instruments.accountability.screening import Match
    from forestall.sources.sanctions import Entry, Version

SOURCE = "United Nations Security Council, Consolidated List"
ABOUT = "A score says how alike names are; it is no probability and says nothing of a person. A person has to review."

sanctions = typer.Typer(
    no_args_is_help=True,
    help="Keep, compare and screen against the Council's Consolidated List (on this machine only).",
)


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    app.add_typer(sanctions, name="sanctions")


def _version(version: "Version") -> dict[str, Any]:
    return {
        "digest": version.digest, "file": version.file, "date": version.dated, "entries": version.entries,
    }  # fmt: skip


@sanctions.command("import")
def import_file(file: Annotated[Path, typer.Argument(metavar="FILE")], *, as_json: Json = False) -> None:
    """Keep a version of the list, XML or CSV, as it came."""
    from forestall.sources import sanctions as source
    from forestall.store import Workspace

    version, found = source.add(Workspace.open(), file)
    for line in found.set_aside:
        note(f"set aside: {line}")
    if found.repaired:
        note("the XML was malformed and was repaired for reading; the kept bytes are as they came")
    if found.dated is None:
        note("the file does not say its date; name a CSV after it (list_YYYY-MM-DD.csv)")
    if as_json:
        print_json({**_version(version), "set_aside": list(found.set_aside), "repaired": found.repaired})
    else:
        typer.echo(f"{version.entries} entries of {version.dated or 'an unknown date'} kept as {version.digest[:12]}")


@sanctions.command("list")
def versions(*, as_json: Json = False) -> None:
    """Show the versions that are kept."""
    from forestall.sources import sanctions as source
    from forestall.store import Workspace

    held = source.versions(Workspace.open())
    if as_json:
        print_json({"versions": [_version(one) for one in held], "source": SOURCE})
        return
    for one in held:
        typer.echo(f"{one.dated or 'date unknown'}  {one.digest[:12]}  {one.entries} entries  {one.file}")
    if not held:
        note("no list is kept; `forestall sanctions import FILE` keeps one")


@sanctions.command("diff")
def diff(old: str, new: str, *, as_json: Json = False) -> None:
    """Show entries added, removed and amended from OLD to NEW (dates or digests of kept versions)."""
    from forestall.sources import sanctions as source
    from forestall.store import Workspace

    workspace = Workspace.open()
    (before, first), (after, second) = source.load(workspace, old), source.load(workspace, new)
    added, removed, amended = source.diff(first, second)
    if as_json:
        print_json(
            {
                "old": _version(before), "new": _version(after), "source": SOURCE,
                "added": [_entry(one) for one in added], "removed": [_entry(one) for one in removed],
                "amended": [
                    {"reference": one.reference,
                     "fields": [{"field": f, "old": str(a), "new": str(b)} for f, a, b in one.fields]}
                    for one in amended
                ],
            }
        )  # fmt: skip
        return
    typer.echo(f"From {before.dated or before.digest[:12]} to {after.dated or after.digest[:12]}. {SOURCE}.")
    for word, entries in (("added", added), ("removed", removed)):
        typer.echo(f"{len(entries)} {word}")
        for entry in entries:
            typer.echo(f"  {entry.reference}  {entry.name}")
    typer.echo(f"{len(amended)} amended")
    for change in amended:
        typer.echo(f"  {change.reference}  {', '.join(name for name, _, _ in change.fields)}")


def _entry(entry: "Entry") -> dict[str, Any]:
    return {"reference": entry.reference, "name": entry.name, "kind": entry.kind, "list": entry.list_name}


@sanctions.command("screen")
def screen(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]")] = None,
    *,
    dob: Annotated[str | None, typer.Option("--dob", metavar="YYYY[-MM-DD]", help="Date or year of birth.")] = None,
    country: Annotated[str | None, typer.Option("--country", metavar="ISO3", help="Nationality.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="NAMES.csv", help="Columns name and, if known, dob and country.")
    ] = None,
    threshold: Annotated[float | None, typer.Option("--threshold", help="Lowest score to review, 0 to 1.")] = None,
    version: Annotated[
        str | None, typer.Option("--list", metavar="DATE", help="Which version; default: newest.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Find the entries that a name resembles, with the reasons, for review."""
    from forestall.errors import UsageError
    from forestall.instruments.accountability import screening
    from forestall.sources import sanctions as source
    from forestall.store import Workspace

    if (name is None) == (file is None):
        raise UsageError("give either a NAME or --file NAMES.csv")
    if file is not None and (dob is not None or country is not None):
        raise UsageError("--dob and --country go with a NAME; a file has columns dob and country")
    cut = screening.THRESHOLD if threshold is None else threshold
    if not 0 < cut <= 1:
        raise UsageError(f"--threshold {cut} is not a score: give a number above 0, up to 1")
    queries = screening.queries(file) if file is not None else (screening.query(name or "", dob, country),)
    held, found = source.load(Workspace.open(), version)
    ready = screening.Screen(found)
    results = list(zip(queries, ready.screen_all(queries, threshold=cut), strict=True))
    head = {"list_date": held.dated, "list_digest": held.digest, "source": SOURCE, "threshold": cut, "about": ABOUT}
    if as_json:
        rows = [
            {"query": one.name, "result": screening.word(matches), "matches": [_match(m) for m in matches]}
            for one, matches in results
        ]
        print_json({**head, **(rows[0] if file is None else {"results": rows})})
        return
    typer.echo(f"{SOURCE} of {held.dated or 'unknown date'}, {held.entries} entries. {ABOUT}")
    for one, matches in results:
        typer.echo(f"{one.name}: {screening.word(matches)}")
        for m in matches:
            typer.echo(f"  {m.score:.2f}  {m.reference}  {m.name}: {'; '.join(m.why)}")


def _match(m: "Match") -> dict[str, Any]:
    return {
        "reference": m.reference, "name": m.name, "matched": m.matched, "score": m.score,
        "name_score": m.name_score, "why": list(m.why),
    }  # fmt: skip
