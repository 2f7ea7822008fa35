"""The workspace: what a desk holds, read by table name and changed in whole steps."""

import contextlib
import hashlib
import io
import json
import os
import platform
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import polars as pl

from forestall import __version__, settings
from forestall.errors import StoreError
from forestall.store import files, tables
from forestall.store.catalogue import Catalogue, Entry, Release
from forestall.store.current import best_release
from forestall.store.manifest import Manifest, Source
from forestall.store.schemas import SCHEMAS
from forestall.store.snapshots import Snapshots
from forestall.store.tables import Embedded

LOCK_WAIT = 30.0
"""Seconds an update waits for another one to finish."""

_READ_ATTEMPTS = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder of snapshots and tables beside the embedded figures. Make one with `Workspace.open`.

    home: the folder, which need not exist. embedded: the figures that came with the package.
    """

    home: Path
    embedded: Embedded

    @classmethod
    def open(cls, home: Path | None = None, *, embedded: Path | None = None) -> "Workspace":
        """The workspace at `home` (default: FORESTALL_HOME, else the platform's data folder); makes no files.

        embedded: another folder of embedded tables than the package's own, for tests and for `tools/embed`.
        """
        folder = settings.load().home if home is None else Path(home)
        return cls(folder.absolute(), Embedded() if embedded is None else Embedded(Path(embedded)))

    @property
    def cache_dir(self) -> Path:
        """Where anything may be kept that can be made again. It may not exist, or not be writable: callers cope."""
        return self.home / "cache"

    @property
    def snapshots(self) -> Snapshots:
        """The raw bytes, by sha256."""
        return Snapshots(self.home / "snapshots")

    def catalogue(self) -> Catalogue:
        """Which files are current. Raises StoreError if the catalogue is damaged."""
        return Catalogue.read(self.home)

    def manifest(self) -> Manifest:
        """What is embedded, with sources, licences and citations. Raises StoreError if the manifest is missing."""
        return self.embedded.manifest()

    def names(self) -> tuple[str, ...]:
        """The tables that can be read, sorted."""
        return tables.names(self.embedded, self.catalogue())

    def table(self, name: str) -> pl.DataFrame:
        """All rows of a table, embedded and added, in one schema (docs/architecture.md lists columns and units).

        A release that was added replaces the embedded rows of that release. `ucdp_events` has no rows until a GED or
        candidate file is added. Raises StoreError if there is no such table or a file is missing or damaged.
        """
        return self._reading(lambda held: tables.read(name, self.embedded, held, self.home))

    def current(self, name: str, *, known_on: date | None = None) -> pl.DataFrame:
        """The rows of a table in which every month or year comes from its best release, whole.

        Final before candidate before provisional, then the later published. known_on: only releases published on or
        before that day. Raises StoreError as `table` does.
        """
        return self._reading(
            lambda held: best_release(
                tables.read(name, self.embedded, held, self.home), tables.register(self.embedded, held), name, known_on
            )
        )

    def releases(self) -> pl.DataFrame:
        """Table `release_register`: which releases we hold, for which table, of which status, over which months."""
        return self._reading(lambda held: tables.register(self.embedded, held))

    def sql(self, query: str) -> pl.DataFrame:
        """The answer to one SELECT over all tables. The query can read no other file and can write nothing.

        Raises UsageError if it is not one SELECT or does not fit the tables.
        """
        return self._reading(lambda held: tables.query(query, self.embedded, held, self.home))

    @contextlib.contextmanager
    def update(self, *, wait: float = LOCK_WAIT) -> Iterator["Update"]:
        """One atomic change: everything added inside the block becomes visible at its end, or nothing does.

        wait: seconds to wait for another update. Raises StoreError if it takes longer, or the folder cannot be written.
        """
        with _locked(self.home, wait):
            change = Update(self, self.catalogue())
            _sweep(self.home, change.catalogue)
            try:
                yield change
                change._commit()
            except BaseException:
                change._discard()
                raise

    def add_table(
        self,
        frame: pl.DataFrame,
        register: Release,
        *,
        source: Source,
        raw: Path | None = None,
        notes: tuple[str, ...] = (),
    ) -> Entry:
        """Add one release to one table in an update of its own; see `Update.add_table`."""
        with self.update() as change:
            return change.add_table(frame, register, source=source, raw=raw, notes=notes)

    def _reading(self, read: Callable[[Catalogue], T]) -> T:
        # Files that an update replaced are removed by the update after it. A reader that was overtaken twice reads the
        # catalogue again; if the catalogue did not change, the file is really gone.
        catalogue = self.catalogue()
        for _ in range(_READ_ATTEMPTS):
            try:
                return read(catalogue)
            except FileNotFoundError as error:
                missing, before = error, catalogue
                catalogue = self.catalogue()
                if catalogue == before:
                    break
        name = missing.filename or str(missing)
        raise StoreError(f"a table file is missing: {name}; run `forestall data verify`, then add its release again")


@dataclass(slots=True)
class Update:
    """What is being added. Made by `Workspace.update`; nothing is visible to readers before the block ends."""

    workspace: Workspace
    catalogue: Catalogue
    _written: list[Path] = field(default_factory=list)
    _changed: bool = False

    def add_table(
        self,
        frame: pl.DataFrame,
        register: Release,
        *,
        source: Source,
        raw: Path | None = None,
        digest: str | None = None,
        notes: tuple[str, ...] = (),
    ) -> Entry:
        """Put `frame` in as the rows of one release in one table; rows held for that release before are replaced.

        frame: the table's columns, with `release` equal to `register.release` in every row. raw: the file it was read
        from, kept as a snapshot; digest: the sha256 that file had when it was read. Raises StoreError if something does
        not fit or cannot be written.
        """
        name = register.table
        if name == tables.REGISTER or "release" not in SCHEMAS.get(name, {"release": pl.String}):
            raise StoreError(f"releases cannot be added to table {name}: it has no column release")
        frame = tables.conform(frame, name, f"release {register.release}")
        if "release" not in frame.columns or not frame["release"].eq_missing(register.release).all():
            raise StoreError(f"every row of {register.release} must name it in column release")
        home = self.workspace.home
        snapshot = None if raw is None else self.workspace.snapshots.put(raw, expected=digest)
        buffer = io.BytesIO()
        frame.write_parquet(buffer, compression="zstd", statistics=True)
        content = buffer.getvalue()
        sha256 = hashlib.sha256(content).hexdigest()
        file = f"tables/{name}/{register.release}-{sha256[:16]}.parquet"
        path = home / file
        held = self.catalogue.current(register.release, name)
        if held is None or held.file != file or not path.is_file() or files.sha256_of(path) != sha256:
            self._written.append(path)
            with files.refusals(path, "write"):
                files.write(path, content)
        now = datetime.now(UTC).replace(microsecond=0)
        entry = Entry(
            row=register,
            source=source,
            file=file,
            sha256=sha256,
            bytes=len(content),
            rows=frame.height,
            snapshot=snapshot,
            original=re.sub(r"[\x00-\x1f\x7f]", "?", raw.name)[:200] if raw else "",
            added=now,
            built_with=f"forestall {__version__}",
            notes=notes,
        )
        self.catalogue = self.catalogue.with_entry(entry, now)
        self._changed = True
        return entry

    def _commit(self) -> None:
        if self._changed:
            with files.refusals(self.workspace.home / "catalogue.json", "write"):
                self.catalogue.write(self.workspace.home)

    def _discard(self) -> None:
        # A kill skips this; then the next update sweeps.
        current = {self.workspace.home / entry.file for entry in self.workspace.catalogue().entries}
        files.remove(path for path in self._written if path not in current)


def _sweep(home: Path, catalogue: Catalogue) -> None:
    """Remove what killed or replaced updates left: temporary files, tables nobody refers to. Call it under the lock."""
    current = {home / entry.file for entry in catalogue.entries}
    files.remove(home.glob(f"{files.TEMPORARY}*"))
    files.remove((home / "snapshots").glob(f"*/{files.TEMPORARY}*"))
    files.remove((home / "tables").glob(f"*/{files.TEMPORARY}*"))
    files.remove(path for path in (home / "tables").glob("*/*.parquet") if path not in current)


@contextlib.contextmanager
def _locked(home: Path, wait: float) -> Iterator[None]:
    """Hold the workspace's lock. The system frees it when its holder dies, so a stale lock file does no harm."""
    import filelock

    holder = home / "lock.holder"
    with files.refusals(home, "write to"):
        files.make_folder(home)
        lock = filelock.FileLock(home / "lock", timeout=wait)
        try:
            lock.acquire()
        except filelock.Timeout:
            raise StoreError(
                f"another update of {home} is still running ({_who(holder)}); waited {wait:.0f} s. Try again when it "
                "is done"
            ) from None
        except (NotImplementedError, RuntimeError) as error:
            raise StoreError(f"could not lock {home}: {error}; keep the workspace on a local disk") from error
    try:
        with contextlib.suppress(OSError):
            command = Path(sys.argv[0]).name if sys.argv and sys.argv[0] else "python"
            mark = {"pid": os.getpid(), "host": platform.node(), "command": command}
            holder.write_text(json.dumps(mark), "utf-8")
        yield
    finally:
        with contextlib.suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _who(holder: Path) -> str:
    try:
        mark = json.loads(holder.read_text("utf-8"))
        return f"{mark['command']}, process {int(mark['pid'])} on {mark['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "process unknown"
