"""Entering what a builder made in the manifest, beside the entries of the other builders."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from forestall.store.manifest import EmbeddedFile, EmbeddedTable, Manifest, Source

MANIFEST = "manifest.json"


def enter(
    folder: Path,
    *,
    tables: Mapping[str, EmbeddedTable] | None = None,
    files: Mapping[str, EmbeddedFile] | None = None,
    built_with: str | None = None,
) -> None:
    """Put entries into the manifest of a folder; entries of other names stay as they are.

    built_with: the program that wrote the tables. Without it a folder that has no manifest is left without one: a
    builder that writes its file elsewhere has nothing to enter. Raises StoreError if the manifest is damaged.
    """
    path = folder / MANIFEST
    if path.is_file():
        held = Manifest.read(path)
    elif built_with is not None:
        held = Manifest(built_with=built_with, tables={})
    else:
        return
    entered = Manifest(
        built_with=built_with or held.built_with,
        tables=held.tables | dict(tables or {}),
        files=held.files | dict(files or {}),
    )
    entered.write(path)


def file_of(content: bytes, sources: tuple[Source, ...], command: str, note: str = "") -> EmbeddedFile:
    """The entry of a file with this content."""
    digest = hashlib.sha256(content).hexdigest()
    return EmbeddedFile(bytes=len(content), sha256=digest, sources=sources, command=command, note=note)
