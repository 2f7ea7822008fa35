"""What the key of event probabilities takes in, and what it leaves out because no event model reads it."""

from pathlib import Path

import polars as pl
import pytest

from forestall.forecast import event_cache
from forestall.panel.country_month import country_month
from forestall.panel.frame import Panel
from forestall.store import Workspace
from forestall.store.catalogue import Release
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS

SOURCE = Source(name="made for a test", version="1", licence="CC0-1.0", citation="none")


@pytest.fixture(scope="module")
def panel() -> Panel:
    return country_month(Workspace.open(), as_of=553)


def _add(workspace: Workspace, table: str, release: str, raw: Path) -> None:
    rows = pl.DataFrame(schema=dict(SCHEMAS[table]))
    made = Release(release=release, table=table, source="test", status="final")
    with workspace.update() as change:
        change.add_table(rows, made, source=SOURCE, raw=raw)


def test_files_that_no_event_model_reads_change_no_key(tmp_path: Path, panel: Panel) -> None:
    """Whoever adds PA-X or SIPRI keeps the edition that came with the package."""
    raw = tmp_path / "raw.csv"
    raw.write_bytes(b"raw")
    workspace = Workspace.open(tmp_path / "home")
    bare = event_cache.key(panel, workspace)
    _add(workspace, "pax_agreements", "pax-6", raw)
    _add(workspace, "sipri_transfers", "sipri-transfers-2021", raw)
    assert event_cache.key(panel, workspace) == bare
    _add(workspace, "ucdp_actors", "ucdp-actor-22.1", raw)
    assert event_cache.key(panel, workspace) != bare
