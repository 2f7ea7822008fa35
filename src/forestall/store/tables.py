"""Typed tables: those embedded in the package and those a user added, joined to one schema; and SQL over them.

A release that a user adds replaces the embedded rows of the same release in that table.
"""

import contextlib
import errno
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from forestall.errors import StoreError, UsageError
from forestall.store.catalogue import Catalogue
from forestall.store.manifest import EmbeddedTable, Manifest
from forestall.store.schemas import ADDED_ONLY, SCHEMAS, empty

if TYPE_CHECKING:
    import duckdb

REGISTER = "release_register"

_SQL_TYPES: dict[type[pl.DataType], str] = {
    pl.Int8: "TINYINT",
    pl.Int32: "INTEGER",
    pl.Int64: "BIGINT",
    pl.Float64: "DOUBLE",
    pl.String: "VARCHAR",
    pl.Date: "DATE",
    pl.Boolean: "BOOLEAN",
}


@cache
def _package_data() -> Path:
    # as_file unpacks a package that is imported from a zip; the copy lives as long as the process does.
    stack = contextlib.ExitStack()
    return stack.enter_context(resources.as_file(resources.files("forestall") / "data"))


@dataclass(frozen=True, slots=True)
class Embedded:
    """The tables that the package carries: a folder with `manifest.json` and the Parquet files it names."""

    folder: Path = field(default_factory=_package_data)

    @property
    def manifest_path(self) -> Path:
        """Where the manifest stands."""
        return self.folder / "manifest.json"

    def manifest(self) -> Manifest:
        """What is embedded. Raises StoreError if the manifest is missing or damaged."""
        return Manifest.read(self.manifest_path)

    def tables(self) -> dict[str, EmbeddedTable]:
        """The embedded tables by name; none if the figures are not built into this copy."""
        return dict(self.manifest().tables) if self.manifest_path.is_file() else {}

    def path(self, name: str) -> Path | None:
        """The Parquet file of an embedded table, or None if it is not embedded.

        Raises StoreError if the manifest names a file that is not there.
        """
        table = self.tables().get(name)
        if table is None:
            return None
        path = self.folder / table.file
        if not path.is_file():
            raise StoreError(f"the embedded table {name} is missing: expected {path}; install forestall again")
        return path


def names(embedded: Embedded, catalogue: Catalogue) -> tuple[str, ...]:
    """The tables that can be read, sorted."""
    added = {entry.row.table for entry in catalogue.entries}
    return tuple(sorted({*embedded.tables(), *added, *ADDED_ONLY, *({REGISTER} if added else ())}))


def conform(frame: pl.DataFrame, name: str, where: str) -> pl.DataFrame:
    """`frame` with the columns of table `name` first, in their types; further columns keep theirs.

    Raises StoreError if a column is missing or holds a value that its type cannot.
    """
    schema = SCHEMAS.get(name)
    if schema is None:
        return frame
    missing = [column for column in schema if column not in frame.columns]
    if missing:
        raise StoreError(f"{where} does not fit table {name}: no column {', '.join(missing)}")
    extra = [column for column in frame.columns if column not in schema]
    try:
        return frame.select(*(pl.col(column).cast(kind) for column, kind in schema.items()), *extra)
    except pl.exceptions.PolarsError as error:
        raise StoreError(f"{where} does not fit table {name}: {_first_line(error)}") from None


def read(name: str, embedded: Embedded, catalogue: Catalogue, home: Path) -> pl.DataFrame:
    """All rows of a table, embedded and added. Raises StoreError if there is no such table or a file cannot be read."""
    if name == REGISTER:
        return register(embedded, catalogue)
    entries = catalogue.of_table(name)
    path = embedded.path(name)
    if path is None and not entries:
        if name in ADDED_ONLY:
            return empty(name)
        raise _unknown(name, embedded, catalogue)
    parts = []
    if path is not None:
        part = _read_parquet(path, name)
        if "release" in part.columns and entries:
            part = part.filter(~pl.col("release").is_in([entry.row.release for entry in entries]))
        parts.append(part)
    parts.extend(_read_parquet(home / entry.file, name) for entry in entries)
    try:
        return pl.concat(parts, how="diagonal") if len(parts) > 1 else parts[0]
    except pl.exceptions.PolarsError as error:
        raise StoreError(f"the files of table {name} do not fit together: {_first_line(error)}") from None


def register(embedded: Embedded, catalogue: Catalogue) -> pl.DataFrame:
    """Table `release_register`: a row for each release and table we hold, those a user added in place of embedded ones.

    Raises StoreError if nothing is embedded and nothing was added.
    """
    path = embedded.path(REGISTER)
    if path is None and not catalogue.entries:
        raise _unknown(REGISTER, embedded, catalogue)
    rows = [entry.row for entry in catalogue.entries]
    added = pl.DataFrame([row.model_dump() for row in rows], schema=SCHEMAS[REGISTER])
    if path is None:
        return added.sort("table", "release")
    held = _read_parquet(path, REGISTER).select(*SCHEMAS[REGISTER]).join(added, on=["release", "table"], how="anti")
    return pl.concat([held, added]).sort("table", "release")


def query(sql: str, embedded: Embedded, catalogue: Catalogue, home: Path) -> pl.DataFrame:
    """The answer to one SELECT over all tables (DuckDB's SQL).

    The query sees the tables and nothing else: no other file can be read or written and no setting changed.
    Raises UsageError if it is not one SELECT, or does not fit the tables; StoreError if a table file cannot be read.
    """
    import duckdb

    paths: list[Path] = []
    with duckdb.connect(":memory:") as connection:
        try:
            for name in names(embedded, catalogue):
                paths += _create(connection, name, embedded, catalogue, home)
            allowed = ", ".join(_literal(str(path)) for path in paths)
            for setting in (
                f"SET allowed_paths = [{allowed}]",
                "SET autoinstall_known_extensions = false",
                "SET autoload_known_extensions = false",
                "SET enable_external_access = false",
                "SET lock_configuration = true",
            ):
                connection.execute(setting)
            statements = connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise UsageError(
                    "SQL: expected one SELECT (or WITH, FROM, DESCRIBE, SHOW TABLES); tables are only read here"
                )
            answer = connection.sql(sql)
            for column, kind in zip(answer.columns, answer.types, strict=True):
                if "INTERVAL" in str(kind):  # polars has no such type and would not say so politely
                    raise UsageError(
                        f"SQL: column {column} is an interval: use date_diff, or CAST({column} AS VARCHAR)"
                    )
            return _whole_numbers(pl.DataFrame(answer))
        except (
            duckdb.Error,
            pl.exceptions.PolarsError,
        ) as error:  # while an answer streams, errors come through polars
            for path in paths:
                if not path.is_file():
                    raise FileNotFoundError(errno.ENOENT, "overtaken by an update", str(path)) from None
            raise UsageError(f"SQL: {_first_line(error)}") from None


def _create(
    connection: "duckdb.DuckDBPyConnection", name: str, embedded: Embedded, catalogue: Catalogue, home: Path
) -> list[Path]:
    """Make a table or a view of this name, and return the files that a view reads."""
    schema = SCHEMAS.get(name, {})
    columns = ", ".join(f'"{column}" {_SQL_TYPES[kind]}' for column, kind in schema.items())
    if name == REGISTER:
        rows = register(embedded, catalogue).rows()
        connection.execute(f"CREATE TABLE {name} ({columns})")
        if rows:
            connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(schema))})", rows)  # noqa: S608
        return []
    entries = catalogue.of_table(name)
    path = embedded.path(name)
    selects, paths = [], []
    if path is not None:
        releases = [entry.row.release for entry in entries]
        selects.append(_select(path, schema, without=releases))
        paths.append(path)
    for entry in entries:
        selects.append(_select(home / entry.file, schema))
        paths.append(home / entry.file)
    if selects:
        connection.execute(f"CREATE VIEW {name} AS " + " UNION ALL BY NAME ".join(selects))
    else:
        connection.execute(f"CREATE TABLE {name} ({columns})")
    return paths


def _select(path: Path, schema: dict[str, type[pl.DataType]], without: Sequence[str] = ()) -> str:
    try:
        columns = pl.read_parquet_schema(path)
    except FileNotFoundError:
        raise
    except (OSError, pl.exceptions.PolarsError) as error:
        raise _damaged(path, error) from None
    listed = [
        f"CAST({_name(column)} AS {_SQL_TYPES[schema[column]]}) AS {_name(column)}"
        if column in schema
        else _name(column)
        for column in [*schema, *(column for column in columns if column not in schema)]
    ]
    where = ""
    if without and "release" in columns:
        where = f" WHERE release NOT IN ({', '.join(map(_literal, without))})"
    return f"SELECT {', '.join(listed)} FROM read_parquet({_literal(str(path))}){where}"  # noqa: S608


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _whole_numbers(frame: pl.DataFrame) -> pl.DataFrame:
    # DuckDB adds up integers as 128-bit numbers, which arrive as decimals without a fraction.
    wide = [column for column, kind in frame.schema.items() if isinstance(kind, pl.Decimal) and kind.scale == 0]
    with contextlib.suppress(pl.exceptions.PolarsError):  # a sum beyond 64 bits stays a decimal
        return frame.with_columns(pl.col(wide).cast(pl.Int64))
    return frame


def _read_parquet(path: Path, name: str) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(path)
    except FileNotFoundError:
        raise
    except (OSError, pl.exceptions.PolarsError) as error:
        raise _damaged(path, error) from None
    return conform(frame, name, str(path))


def _damaged(path: Path, error: Exception) -> StoreError:
    return StoreError(f"could not read {path}: {_first_line(error)}; run `forestall data verify`")


def _unknown(name: str, embedded: Embedded, catalogue: Catalogue) -> StoreError:
    if not embedded.manifest_path.is_file():
        return StoreError(
            f"no table {name!r}: this copy of forestall carries no embedded figures ({embedded.manifest_path} is "
            "missing); install it again, or build them from a checkout with `python -m tools.embed`"
        )
    held = ", ".join(names(embedded, catalogue))
    return StoreError(f"no table {name!r}; the tables held are {held}")


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split("\n\n")[0].split())[:300]
