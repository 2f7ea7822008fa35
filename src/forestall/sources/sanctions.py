"""Reads the Security Council's Consolidated List, as XML or as CSV with one row an entry; facts: `sanctions.yml`.

The list names persons: nothing of it is embedded or cached; versions are kept as raw snapshots only.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from filelock import FileLock

from forestall.errors import SourceError, UsageError
from forestall.sources import sanctions_xml
from forestall.sources.sanctions_xml import Node
from forestall.store import Workspace, files

MAX_BYTES = 100_000_000
MAX_NAME = 1_000
"""Characters of a name; an entry with a longer one is set aside."""
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_YEAR = re.compile(r"\b(1[89]\d{2}|20\d{2})\b")
_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of an entry. quality: as the list has it (Good, Low, a.k.a., f.k.a.), empty if not given."""

    name: str
    quality: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One person or entity as listed. births: spans of years (first, last). Countries as the list writes them."""

    reference: str
    kind: str
    list_name: str
    name: str
    original: str = ""
    aliases: tuple[Alias, ...] = ()
    listed_on: date | None = None
    nationalities: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    births: tuple[tuple[int, int], ...] = ()
    comments: str = ""


@dataclass(frozen=True, slots=True)
class SanctionsList:
    """A version of the list. dated: the day it speaks of, None if the file does not say.

    set_aside: what could not be read, one line each; repaired: the XML was malformed.
    """

    entries: tuple[Entry, ...]
    dated: date | None
    set_aside: tuple[str, ...]
    repaired: bool


def read(path: Path) -> SanctionsList:
    """Read a file. Raises SourceError if it is too large, cannot be opened, or is not the list."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SourceError(f"{path} is larger than {MAX_BYTES:,} bytes: expected the Council's Consolidated List")
        content = path.read_bytes()
    except OSError as bad:
        raise SourceError(f"{path} cannot be read: {bad.strerror}; name a file of the Consolidated List") from None
    return parse(content, path.name)


def parse(content: bytes, name: str) -> SanctionsList:
    """Read the bytes of a list, XML or CSV. The day of a CSV is taken from its file name (YYYY-MM-DD).

    Raises SourceError if they are neither, or hold no entry.
    """
    start = content[:400].lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    aside: list[str] = []
    if start.startswith(b"<"):
        root, repaired = sanctions_xml.read(content, name)
        records = list(_records(root))
        found = [_from_node(record) for record in records]
        dated = _day("".join(root.parts))
    else:
        found, dated, repaired = _from_csv(content, name), None, False
    kept: dict[str, Entry] = {}
    for number, entry in enumerate(found, 1):
        reason = _fault(entry, kept)
        if reason:
            aside.append(f"entry {number} ({entry.reference[:40]}): {reason}")
        else:
            kept[entry.reference] = entry
    if not kept:
        raise SourceError(f"{name}: no readable entry; expected the Council's Consolidated List as XML or CSV")
    return SanctionsList(tuple(kept.values()), dated or _day(name), tuple(aside), repaired)


def _fault(entry: Entry, kept: dict[str, Entry]) -> str:
    if not entry.reference or not entry.name:
        return "no reference or no name"
    if any(len(text) > MAX_NAME for text in (entry.name, entry.original, *(one.name for one in entry.aliases))):
        return f"a name longer than {MAX_NAME:,} characters"
    return "the reference stands twice" if entry.reference in kept else ""


def _records(node: Node) -> Iterable[Node]:
    for child in node.children:
        if child.tag in ("INDIVIDUAL", "ENTITY"):
            yield child
        else:
            yield from _records(child)


def _from_node(node: Node) -> Entry:
    aliases = [
        Alias(alias.value("ALIAS_NAME"), alias.value("QUALITY"))
        for alias in node.all(f"{node.tag}_ALIAS")
        if alias.value("ALIAS_NAME")
    ]
    return Entry(
        reference=node.value("REFERENCE_NUMBER"),
        kind=node.tag.lower(),
        list_name=node.value("UN_LIST_TYPE"),
        name=" ".join(part for part in map(node.value, _PARTS) if part),
        original=node.value("NAME_ORIGINAL_SCRIPT"),
        aliases=tuple(aliases),
        listed_on=_day(node.value("LISTED_ON")),
        nationalities=_values(node.all("NATIONALITY")),
        countries=tuple(
            sorted({one.value("COUNTRY") for one in node.all(f"{node.tag}_ADDRESS") if one.value("COUNTRY")})
        ),
        births=tuple(span for one in node.all("INDIVIDUAL_DATE_OF_BIRTH") if (span := _span(one)) is not None),
        comments=node.value("COMMENTS1"),
    )


def _values(nodes: list[Node]) -> tuple[str, ...]:
    """Both shapes: values as children, or as text of the element itself."""
    found = [one.text for node in nodes for one in (node.all("VALUE") or [node])]
    return tuple(dict.fromkeys(text for text in found if text))


def _span(node: Node) -> tuple[int, int] | None:
    texts = (node.value("FROM_YEAR"), node.value("TO_YEAR"), node.value("DATE"), node.value("YEAR"), node.text)
    years = [int(year) for text in texts for year in _YEAR.findall(text)]
    return (min(years), max(years)) if years else None


def _from_csv(content: bytes, name: str) -> list[Entry]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    reader = csv.DictReader(io.StringIO(text.replace("\x00", ""), newline=""))
    try:
        missing = {"type", "ref", "list", "name"} - set(reader.fieldnames or ())
        if missing:
            raise SourceError(f"{name}, line 1: no column {', '.join(sorted(missing))}; expected type, ref, list, name")
        csv.field_size_limit(MAX_BYTES)
        rows = [{key: " ".join((row.get(key) or "").split()) for key in reader.fieldnames or ()} for row in reader]
    except csv.Error as bad:
        raise SourceError(f"{name}, line {reader.line_num}: {bad}; expected a CSV of the Consolidated List") from None
    return [
        Entry(
            reference=row["ref"],
            kind=row["type"].lower(),
            list_name=row["list"],
            name=row["name"],
            listed_on=_day(row.get("listed_on", "")),
            nationalities=tuple(filter(None, map(str.strip, row.get("nationality", "").split(";")))),
            countries=tuple(filter(None, map(str.strip, row.get("country", "").split(";")))),
            comments=row.get("comments", ""),
        )
        for row in rows
    ]


def _day(text: str) -> date | None:
    found = _DAY.search(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Change:
    """An entry whose fields differ: (field, before, after)."""

    reference: str
    fields: tuple[tuple[str, object, object], ...]


def diff(old: SanctionsList, new: SanctionsList) -> tuple[tuple[Entry, ...], tuple[Entry, ...], tuple[Change, ...]]:
    """Entries added, removed and amended between two versions, by reference, sorted."""
    before = {entry.reference: entry for entry in old.entries}
    after = {entry.reference: entry for entry in new.entries}
    changes = []
    for reference in sorted(before.keys() & after.keys()):
        a, b = before[reference], after[reference]
        differ = tuple(
            (one.name, getattr(a, one.name), getattr(b, one.name))
            for one in fields(Entry)
            if getattr(a, one.name) != getattr(b, one.name)
        )
        if differ:
            changes.append(Change(reference, differ))
    added = tuple(after[one] for one in sorted(after.keys() - before.keys()))
    return added, tuple(before[one] for one in sorted(before.keys() - after.keys())), tuple(changes)


@dataclass(frozen=True, slots=True)
class Version:
    """A version that is kept: digest of its bytes, file name, day of the list (ISO, or None), entries."""

    digest: str
    file: str
    dated: str | None
    entries: int


def versions(workspace: Workspace) -> tuple[Version, ...]:
    """The versions kept in a workspace, oldest list first. Raises SourceError if the index is damaged."""
    path = workspace.home / "sanctions.json"
    if not path.is_file():
        return ()
    try:
        found = [Version(**one) for one in json.loads(path.read_text("utf-8"))]
    except (ValueError, TypeError):
        raise SourceError(f"{path} is damaged; remove it and add the lists again") from None
    return tuple(sorted(found, key=lambda one: (one.dated or "", one.digest)))


def add(workspace: Workspace, path: Path) -> tuple[Version, SanctionsList]:
    """Read a list and keep its bytes as a snapshot. Raises SourceError, StoreError; nothing is kept of a bad file."""
    found = read(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    version = Version(digest, path.name, found.dated.isoformat() if found.dated else None, len(found.entries))
    workspace.home.mkdir(parents=True, exist_ok=True)
    with FileLock(workspace.home / "sanctions.lock", timeout=30):
        workspace.snapshots.put(path, expected=digest)
        kept = [one for one in versions(workspace) if one.digest != digest] + [version]
        with files.replacing(workspace.home / "sanctions.json") as writer:
            body = [{f.name: getattr(one, f.name) for f in fields(Version)} for one in kept]
            writer.write(json.dumps(body, ensure_ascii=False).encode("utf-8"))
    return version, found


def load(workspace: Workspace, which: str | None = None) -> tuple[Version, SanctionsList]:
    """A version by its day or the start of its digest; default: the newest. Raises UsageError if there is none."""
    held = versions(workspace)
    fits = [one for one in held if which is None or one.dated == which or one.digest.startswith(which)]
    if not fits:
        told = "no list is kept" if which is None else f"no list {which!r} is kept"
        raise UsageError(f"{told}; `forestall sanctions import FILE` keeps one, `forestall sanctions list` shows them")
    version = fits[-1]
    return version, parse(workspace.snapshots.read(version.digest), version.file)
