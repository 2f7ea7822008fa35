"""`forestall brief`: the world outlook, or a country's dossier."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forestall.cli.common import AsOf, Json, folder, note, print_json

if TYPE_CHECKING:
    from pydantic import BaseModel


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command("brief")(brief)


def brief(
    country: Annotated[
        str | None, typer.Argument(help="ISO3 code, Gleditsch-Ward number or name: writes that country's dossier.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write to.")] = Path("out"),
    as_of: AsOf = None,
    dossiers: Annotated[
        bool,
        typer.Option(
            "--dossiers", help="With the outlook, write the dossier of every country that has deaths expected."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Write the monthly outlook of the world, or one country's dossier, as one HTML page and as JSON."""
    from forestall.brief.compose import write_dossier, write_outlook
    from forestall.store import Workspace

    out = folder(out, "--out")
    workspace = Workspace.open()
    document: BaseModel
    if country is None:
        written, document = write_outlook(workspace, out, as_of=as_of, dossiers=dossiers, progress=note)
    else:
        written, document = write_dossier(workspace, country, out, as_of=as_of, progress=note)
    if as_json:
        print_json({"files": [str(p) for p in written], **document.model_dump(mode="json")})
    else:
        for path in written:
            typer.echo(str(path))
