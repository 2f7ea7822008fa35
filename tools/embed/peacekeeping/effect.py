"""peace_effect: what later deaths did where UN troops were more or fewer, in every specification, with placebos.

Run: `python -m tools.embed.peacekeeping.effect`. Computed from the embedded tables that INPUTS names and
ucdp_country_month: run it again when one of them changes. Methods and limits: docs/methods/peacekeeping-effect.md.
"""

import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import polars as pl

from forestall.instruments.peacekeeping.effect import PERMUTATIONS, TABLE, all_rows, panels
from forestall.store import Workspace
from forestall.store.manifest import Manifest, Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command, held, writing

INPUTS = ("peace_strength_month", "peace_mission_hosts", "peace_missions", "peace_sites", "ucdp_country_year")


def build(embedded: Path, *, deals: int = PERMUTATIONS) -> pl.DataFrame:
    """The table, in the order of `effect.all_rows`. embedded: the folder of embedded tables."""
    with tempfile.TemporaryDirectory() as home:
        workspace = Workspace.open(Path(home), embedded=embedded)
        made = panels(workspace)
        whole = panels(workspace, whole=True)["year"]
        rows = [asdict(row) for row in all_rows(made, whole, deals=deals)]
    figures = [name for name, kind in SCHEMAS[TABLE].items() if kind is pl.Float64]
    return pl.DataFrame(rows, schema=SCHEMAS[TABLE], orient="row").with_columns(pl.col(figures).round(4))


def sources(manifest: Manifest) -> tuple[Source, ...]:
    """Where the figures come from: the sources of the tables they are computed from, each once."""
    found: dict[tuple[str, str], Source] = {}
    for name in (*INPUTS, "ucdp_country_month"):
        for source in manifest.tables[name].sources:
            found.setdefault((source.name, source.version), source)
    return tuple(found.values())


def write(_shared: Path, out: Path) -> str:
    """Write the table beside the others and enter it in the manifest; returns a line on it. No raw release is read."""
    frame = build(out)
    return writing.write(
        out,
        TABLE,
        frame,
        *sources(Manifest.read(out / held.MANIFEST)),
        command="python -m tools.embed.peacekeeping.effect",
        note="our own estimates on the embedded figures as revised since; associations, no causal effects",
        span={"first_year": 1991, "last_year": 2017},
    )


def main() -> int:
    """Build the table; returns the exit code."""
    return command.run("tools.embed.peacekeeping.effect", __doc__, write)


if __name__ == "__main__":
    sys.exit(main())
