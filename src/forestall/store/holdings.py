"""What a desk holds, said for people: each table by release, with its span, vintage, licence, citation and age."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from forestall.errors import StoreError
from forestall.ids.months import format_month
from forestall.store.catalogue import Entry
from forestall.store.manifest import EmbeddedTable, Source
from forestall.store.schemas import SCHEMAS
from forestall.store.tables import REGISTER
from forestall.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Holding:
    """One release in one table. None means not known or not applicable.

    first, last: what it covers, as YYYY-MM or YYYY. age_days: days since it was published. origin: "embedded" or
    "added". file: the name of the file that was added.
    """

    table: str
    release: str | None
    source: str
    status: str | None
    first: str | None
    last: str | None
    rows: int
    published: date | None
    age_days: int | None
    month_rule: str | None
    licence: str
    citation: str
    origin: str
    file: str | None = None
    notes: tuple[str, ...] = ()


def holdings(workspace: Workspace, today: date) -> list[Holding]:
    """Everything that is held, by table and release. Raises StoreError if the workspace or a table cannot be read."""
    return sorted(
        [*_embedded(workspace, today), *_added(workspace, today)],
        key=lambda h: (h.table, h.first or "", h.release or ""),
    )


def data_end(held: list[Holding]) -> str | None:
    """The last month that any table by month covers, as YYYY-MM."""
    return max((h.last for h in held if h.last and len(h.last) == len("YYYY-MM")), default=None)


def _added(workspace: Workspace, today: date) -> Iterator[Holding]:
    for entry in workspace.catalogue().entries:
        yield _of_entry(entry, today)


def _of_entry(entry: Entry, today: date) -> Holding:
    row = entry.row
    first, last = _span(row.table, row.first_month, row.last_month)
    return Holding(
        table=row.table,
        release=row.release,
        source=row.source,
        status=row.status,
        first=first,
        last=last,
        rows=entry.rows,
        published=row.published,
        age_days=_age(row.published, today),
        month_rule=row.month_rule,
        licence=entry.source.licence,
        citation=entry.source.citation,
        origin="added",
        file=entry.original or None,
        notes=entry.notes,
    )


def _embedded(workspace: Workspace, today: date) -> Iterator[Holding]:
    tables = workspace.embedded.tables()
    if not tables:
        return
    replaced = {entry.key for entry in workspace.catalogue().entries}
    try:
        register = workspace.releases()
    except StoreError:
        register = pl.DataFrame(schema={"table": pl.String})
    for name, table in tables.items():
        if name == REGISTER:
            continue
        listed = register.filter(pl.col("table") == name).to_dicts()
        rows = _rows_by_release(workspace, name) if listed else {}
        listed = [row for row in listed if (row["release"], name) not in replaced]
        if not rows:
            yield _whole(name, table, today)
        for row in listed:
            first, last = _span(name, row["first_month"], row["last_month"])
            licence, citation = _cited(table.sources, row["release"])
            yield Holding(
                table=name,
                release=row["release"],
                source=row["source"],
                status=row["status"],
                first=first,
                last=last,
                rows=rows.get(row["release"], 0),
                published=row["published"],
                age_days=_age(row["published"], today),
                month_rule=row["month_rule"],
                licence=licence,
                citation=citation,
                origin="embedded",
                notes=(table.note,) if table.note else (),
            )


def _whole(name: str, table: EmbeddedTable, today: date) -> Holding:
    """A table that is not divided into releases."""
    published = max((source.published for source in table.sources if source.published), default=None)
    first, last = _span(name, table.first_month, table.last_month)
    if table.first_year is not None and table.last_year is not None:
        first, last = str(table.first_year), str(table.last_year)
    licence, citation = _cited(table.sources, None)
    return Holding(
        table=name,
        release=None,
        source="; ".join(dict.fromkeys(f"{source.name} {source.version}" for source in table.sources)),
        status=None,
        first=first,
        last=last,
        rows=table.rows,
        published=published,
        age_days=_age(published, today),
        month_rule=None,
        licence=licence,
        citation=citation,
        origin="embedded",
        notes=(table.note,) if table.note else (),
    )


def _rows_by_release(workspace: Workspace, name: str) -> dict[str, int]:
    table = workspace.table(name)
    if "release" not in table.columns:
        return {}
    return dict(table.group_by("release").len().iter_rows())


def _cited(sources: tuple[Source, ...], release: str | None) -> tuple[str, str]:
    """Licence and citation of the sources that a release names, or of all if none does."""
    version = (release or "").rpartition("-")[2]
    chosen = [source for source in sources if version and source.version == version] or list(sources)
    return (
        "; ".join(dict.fromkeys(source.licence for source in chosen)),
        "; ".join(dict.fromkeys(source.citation for source in chosen)),
    )


def _span(table: str, first: int | None, last: int | None) -> tuple[str | None, str | None]:
    """A span of months as text; of a table by year, as years."""
    if first is None or last is None:
        return None, None
    if "year" in SCHEMAS.get(table, {}):
        return format_month(first)[:4], format_month(last)[:4]
    return format_month(first), format_month(last)


def _age(published: date | None, today: date) -> int | None:
    return None if published is None else (today - published).days
