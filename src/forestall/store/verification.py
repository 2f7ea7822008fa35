"""Does what we hold still match its digests? All is read again: what is embedded, added tables, raw snapshots."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from forestall.errors import StoreError
from forestall.store import files
from forestall.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Verification:
    """How many files and bytes were read, and one line for each thing that is wrong."""

    files: int
    bytes: int
    problems: tuple[str, ...]


def verify(workspace: Workspace, progress: Callable[[str], None] | None = None) -> Verification:
    """Read every file again and compare it with the digest that is on record for it.

    progress: told the name of each file. What cannot be read is a problem in the answer, not an exception.
    """
    checker = _Checker(progress or (lambda _: None))
    _embedded(workspace, checker)
    try:
        catalogue = workspace.catalogue()
    except StoreError as error:
        checker.problems.append(str(error))
        return checker.result()
    for entry in catalogue.entries:
        path = workspace.home / entry.file
        checker.check(path, entry.sha256, f"table {entry.row.table}, release {entry.row.release}")
    held = set(workspace.snapshots.digests())
    needed = {old.snapshot: f"of an earlier {old.release} ({old.original})" for old in catalogue.superseded}
    needed |= {entry.snapshot: f"of {entry.row.release} ({entry.original})" for entry in catalogue.entries}
    for digest in sorted(held | {digest for digest in needed if digest}):
        whose = needed.get(digest, "of an update that was not finished")
        checker.check(workspace.snapshots.path(digest), digest, f"snapshot {digest[:12]} {whose}")
    return checker.result()


class _Checker:
    def __init__(self, progress: Callable[[str], None]) -> None:
        self.progress = progress
        self.count = 0
        self.size = 0
        self.problems: list[str] = []

    def check(self, path: Path, sha256: str, what: str) -> None:
        self.progress(path.name)
        try:
            found = files.sha256_of(path)
            self.size += path.stat().st_size
        except FileNotFoundError:
            self.problems.append(f"{what}: {path} is missing")
            return
        except OSError as error:
            self.problems.append(f"{what}: could not read {path}: {error.strerror or error}")
            return
        self.count += 1
        if found != sha256:
            self.problems.append(f"{what}: {path} has changed: sha256 {found[:12]}..., on record {sha256[:12]}...")

    def result(self) -> Verification:
        return Verification(self.count, self.size, tuple(self.problems))


def _embedded(workspace: Workspace, checker: _Checker) -> None:
    try:
        manifest = workspace.manifest()
    except StoreError as error:
        checker.problems.append(str(error))
        return
    folder = workspace.embedded.folder
    for name, table in sorted(manifest.tables.items()):
        checker.check(folder / table.file, table.sha256, f"embedded table {name}")
    for path, file in sorted(manifest.files.items()):
        checker.check(folder / path, file.sha256, f"embedded file {path}")
