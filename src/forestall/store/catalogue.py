"""The catalogue: which files of a workspace are current. Replacing `catalogue.json` is an update's one commit point."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from forestall.errors import StoreError
from forestall.store import files
from forestall.store.manifest import ReleaseName, Sha256, Source, TableName

FILE = "catalogue.json"

Status = Literal["final", "candidate", "provisional"]
MonthRule = Literal["start", "end"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Release(_Strict):
    """A row of `release_register`: which release fills which table, and the months it covers (month_id, inclusive).

    published is null where the publisher's date is not known: such rows do not count under `known_on`. month_rule says
    whether an event belongs to the month of its start or its end, null for a table without months.
    """

    release: ReleaseName
    table: TableName
    source: str
    status: Status
    published: date | None = None
    first_month: int | None = None
    last_month: int | None = None
    month_rule: MonthRule | None = None


class Entry(_Strict):
    """One current table file: the release it holds (row), where it stands, and the raw bytes it was made from.

    original: the name of the file that was added. built_with: the forestall that parsed it. notes: the parser's words.
    """

    row: Release
    source: Source
    file: Annotated[str, Field(pattern=r"^tables/[a-z][a-z0-9_]*/[a-z0-9][a-z0-9._-]*\.parquet$")]
    sha256: Sha256
    bytes: Annotated[int, Field(ge=0)]
    rows: Annotated[int, Field(ge=0)]
    snapshot: Sha256 | None = None
    original: str = ""
    added: datetime
    built_with: str
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """The release and the table: there is one current file for each pair."""
        return self.row.release, self.row.table


class Superseded(_Strict):
    """What stood before under the same release and table: its raw bytes are kept, its table file is not."""

    release: ReleaseName
    table: TableName
    snapshot: Sha256 | None
    original: str
    added: datetime
    replaced: datetime


class Catalogue(_Strict):
    """Everything a workspace holds at one moment."""

    format: Literal[1] = 1
    entries: tuple[Entry, ...] = ()
    superseded: tuple[Superseded, ...] = ()

    def of_table(self, table: str) -> tuple[Entry, ...]:
        """The current files of one table, in the order of their releases."""
        return tuple(entry for entry in self.entries if entry.row.table == table)

    def current(self, release: str, table: str) -> Entry | None:
        """The current file of a release in a table, or None."""
        return next((entry for entry in self.entries if entry.key == (release, table)), None)

    def with_entry(self, entry: Entry, now: datetime) -> "Catalogue":
        """A catalogue in which `entry` is current; what it replaces is noted under `superseded`."""
        old = self.current(*entry.key)
        superseded = self.superseded
        if old is not None and old.snapshot != entry.snapshot:
            superseded += (
                Superseded(
                    release=old.row.release,
                    table=old.row.table,
                    snapshot=old.snapshot,
                    original=old.original,
                    added=old.added,
                    replaced=now,
                ),
            )
        entries = [other for other in self.entries if other.key != entry.key] + [entry]
        return Catalogue(entries=tuple(sorted(entries, key=lambda e: (e.row.table, e.key))), superseded=superseded)

    def write(self, home: Path) -> None:
        """Make this the workspace's catalogue, in one rename. Raises OSError."""
        files.write(home / FILE, (self.model_dump_json(indent=2, exclude_none=True) + "\n").encode())

    @classmethod
    def read(cls, home: Path) -> "Catalogue":
        """The catalogue of a workspace; an empty one if there is no file. Raises StoreError if it cannot be read."""
        path = home / FILE
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return cls()
        except OSError as error:
            raise StoreError(f"could not read {path}: {error.strerror}") from error
        try:
            return cls.model_validate_json(content)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the document"
            raise StoreError(
                f"{path} is not a catalogue that this forestall reads ({where}: {first['msg']}); restore it from a "
                "copy, or move it aside and add your files again from snapshots/"
            ) from None
