"""Which figures we hold, from which release, with which digest."""

from forestall.store.catalogue import Release
from forestall.store.manifest import EmbeddedFile, EmbeddedTable, Manifest, Source
from forestall.store.workspace import Update, Workspace

__all__ = ["EmbeddedFile", "EmbeddedTable", "Manifest", "Release", "Source", "Update", "Workspace"]
