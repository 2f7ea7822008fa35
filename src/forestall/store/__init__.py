"""Which figures we hold, from which release, with which digest."""

from forestall.store.catalogue import Release
from forestall.store.manifest import EmbeddedTable, Manifest, Source
from forestall.store.workspace import Update, Workspace

__all__ = ["EmbeddedTable", "Manifest", "Release", "Source", "Update", "Workspace"]
