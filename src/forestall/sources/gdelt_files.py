"""GDELT's files: their names, where they are, the publisher's lists of them, and fetching one. Facts: `gdelt.yml`."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from forestall.errors import NetworkError, SourceError
from forestall.sources import fetch
from forestall.sources.container import printable
from forestall.store.packaged import read_yaml

_NAME = re.compile(r"(\d{4}(?:\d{2}(?:\d{2}(?:\d{6})?)?)?)((?:\.translation)?(?:\.export)?)\.csv", re.IGNORECASE)
_SPANS = {4: "year", 6: "month", 8: "day", 14: "quarter_hour"}
_LISTED = re.compile(r"(\d+) ([0-9a-f]{32}) \S+/([0-9]{14}(?:\.translation)?\.export\.CSV\.zip)")


@dataclass(frozen=True, slots=True)
class Format:
    """One of GDELT's event formats.

    kind: "gdelt-1" or "gdelt-2". columns: all names, in order. counts: how many of them a record may have, from the
    left. date_added: how DATEADDED is written.
    """

    kind: str
    title: str
    columns: tuple[str, ...]
    counts: tuple[int, ...]
    date_added: str
    folder: str
    rows: dict[str, tuple[int, int]]


@cache
def header() -> dict[str, Any]:
    """What `gdelt.yml` says: publisher, licence, citation, and for each format cadence, coverage, rows and columns."""
    content = read_yaml("forestall.sources", "gdelt.yml")
    assert isinstance(content, dict)  # noqa: S101 - our own file
    return content


@cache
def formats() -> dict[str, Format]:
    """The formats by kind."""
    return {
        kind: Format(
            kind,
            entry["title"],
            tuple(entry["columns"].split()),
            tuple(entry["counts"]),
            entry["date_added"],
            entry["folder"],
            {span: (least, most) for span, (least, most) in entry["rows"].items()},
        )
        for kind, entry in header()["formats"].items()
    }


def format_of(fields: int) -> Format | None:
    """The format whose records have this many fields: 57 and 58 are 1.0, 61 is 2.0."""
    return next((form for form in formats().values() if fields in form.counts), None)


@dataclass(frozen=True, slots=True)
class Name:
    """What a published file name says. release: the name without its ending. span: year, month, day, quarter_hour."""

    release: str
    span: str


def named(name: str) -> Name | None:
    """What a file's name says (`20130401.export.CSV`, `200601.csv`), packed or not; None for any other name."""
    bare = re.sub(r"\.(zip|gz)$", "", name, flags=re.IGNORECASE)
    found = _NAME.fullmatch(bare)
    return None if found is None else Name(found[1] + found[2].lower(), _SPANS[len(found[1])])


def unusual(name: str, form: Format, rows: int) -> str | None:
    """A sentence if a published file of this name has fewer or more rows than its like, else None."""
    said = named(name)
    least, most = form.rows.get(said.span, (0, rows)) if said is not None else (0, rows)
    if least <= rows <= most:
        return None
    what = "quarter of an hour" if said is not None and said.span == "quarter_hour" else said and said.span
    return f"{rows:,} rows, where a whole {what} has {least:,} to {most:,}: it may be cut, or not as published"


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of `masterfilelist.txt` or `lastupdate.txt`: a 15-minute file with its size and MD5."""

    name: str
    bytes: int
    md5: str


def listed(text: str) -> Iterator[Listed]:
    """The event files of one of the lists that GDELT publishes; lines about other files are passed over."""
    for line in text.splitlines():
        found = _LISTED.fullmatch(line.strip())
        if found is not None:
            yield Listed(found[3], int(found[1]), found[2])


def address(name: str, base: str | None = None) -> str:
    """Where a published file is. name: as GDELT writes it, packed: `20130401.export.CSV.zip`. base: of a mirror.

    Raises SourceError for a name that is not one of GDELT's.
    """
    said = named(name)
    if said is None or not name.lower().endswith(".zip"):
        raise SourceError(
            f"{printable(name)!r} is not a file of GDELT: expected a name such as 20130401.export.CSV.zip"
        )
    form = formats()["gdelt-2" if said.span == "quarter_hour" else "gdelt-1"]
    return f"{(base or header()['base']).rstrip('/')}/{form.folder}/{name}"


def fetch_file(
    name: str,
    folder: Path,
    *,
    base: str | None = None,
    entry: Listed | None = None,
    policy: fetch.Policy | None = None,
) -> fetch.Fetched:
    """Bring one published file to `folder`: resumed, retried, bounded, and compared with the publisher's list.

    entry: its line in the list, if that is at hand: a file of another size or MD5 is removed. Raises NotThereError if
    GDELT has no such file (it skipped some), NetworkError if it could not be had, StoreError if it could not be
    written.
    """
    limits = policy or fetch.Policy(max_bytes=int(header()["max_mb"]) << 20)
    got = fetch.download(address(name, base), Path(folder) / name, policy=limits)
    if entry is not None and (got.bytes, _md5(got.path)) != (entry.bytes, entry.md5):
        fetch.forget(got.path)
        raise NetworkError(f"{name} is not the file that GDELT's list names ({entry.bytes:,} bytes): download it again")
    return got


def _md5(path: Path) -> str:
    with path.open("rb") as stream:
        # The publisher's own checksum: it finds transfers gone wrong, not an attacker.
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
