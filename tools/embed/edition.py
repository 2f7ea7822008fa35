"""The newest edition, worked out ahead: `python -m tools.embed.edition`, after all other tables and weights are final.

The laws of the ensemble that a first brief needs (the newest month, the month before, and the newest without each
country's worst month), and the event probabilities, reasons, risk by cell and scenarios of cells of the newest month.
"""

import gzip
import hashlib
import json
import tempfile
from pathlib import Path

from forestall.brief import measures
from forestall.forecast import edition, event_cache, events, explain_cache
from forestall.forecast.cells import outlook
from forestall.forecast.laws import Law
from forestall.forecast.models import forestall
from forestall.forecast.sampling import MAX_HORIZON
from forestall.forecast.training import learned_from
from forestall.instruments.deployment import scenarios
from forestall.panel.country_month import country_month, latest_month
from forestall.panel.frame import Panel
from forestall.store import Workspace, files
from forestall.store.manifest import EmbeddedFile, Manifest
from tools.embed import held

NOTE = "worked out from the embedded tables so that a first brief takes seconds; other figures are worked out as asked"


def build(embedded: Path, home: Path) -> tuple[bytes, bytes, bytes, bytes, bytes]:
    """The five files of an edition. embedded: the folder of embedded tables. home: an empty folder to work in."""
    workspace = Workspace.open(home, embedded=embedded)
    panel = country_month(workspace, as_of=latest_month(workspace))
    laws = dict([_law(panel), _law(panel.cut(panel.as_of - 1))])
    without, _ = measures.without_worst_month(panel)
    with learned_from(panel):
        laws.update([_law(without)])
    found = events.probabilities(panel, workspace)
    chances = {event_cache.key(panel, workspace): event_cache.document(found)}
    reasons = {explain_cache.key(panel): explain_cache.document(explain_cache.work_out(panel))}
    cells = outlook.plan_of(workspace, panel)
    return (
        edition.pack(laws),
        (json.dumps(chances, allow_nan=False) + "\n").encode(),
        gzip.compress(json.dumps(reasons).encode(), mtime=0),
        outlook.pack(workspace, panel, plan=cells),
        scenarios.pack(scenarios.draw(cells), outlook.key(panel, workspace)),
    )


def _law(panel: Panel) -> tuple[str, Law]:
    months = range(panel.as_of + 1, panel.as_of + MAX_HORIZON + 1)
    return forestall.key(panel), forestall.pooled(panel, months)


def write(out: Path) -> str:
    """Write the files beside the embedded tables and enter them in the manifest; returns a line about them."""
    with tempfile.TemporaryDirectory() as home:
        names = (edition.LAWS, edition.EVENTS, edition.REASONS, edition.CELLS, edition.SCENARIOS)
        contents = dict(zip(names, build(out, Path(home)), strict=True))
    tables = Manifest.read(out / held.MANIFEST).tables
    for name, content in contents.items():
        files.write(out / name, content)
        sources = tables["ucdp_country_month"].sources
        if name in (edition.CELLS, edition.SCENARIOS):
            located = (
                tables["ucdp_cell_year"].sources + tables["ucdp_cell_month"].sources + tables["land_cells"].sources
            )
            sources = tuple(dict.fromkeys((*sources, *located)))
        if name == edition.EVENTS:
            sources = tuple(dict.fromkeys((*sources, *tables["covariates"].sources)))
        entry = EmbeddedFile(
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            sources=sources,
            command="python -m tools.embed.edition",
            note=NOTE,
        )
        held.enter(out, files={name: entry})
    return ", ".join(f"{name}: {len(content):,} bytes" for name, content in contents.items())


if __name__ == "__main__":
    print(write(Path(__file__).resolve().parents[2] / "src" / "forestall" / "data"))
