"""Reading the raw releases, strictly, and remembering each file's digest for the manifest."""

import hashlib
from pathlib import Path

import polars as pl
import pyreadr

from forestall.errors import SourceError


class Inputs:
    """The folder of raw releases. Files that are read are hashed; `digests` maps their path in the folder to sha256."""

    def __init__(self, shared: Path) -> None:
        if not (shared / "ucdp").is_dir():
            raise SourceError(f"{shared} holds no folder `ucdp`: give the folder of raw releases with --shared")
        self.shared = shared
        self.digests: dict[str, str] = {}
        self._read: set[str] = set()

    def path(self, name: str) -> Path:
        """The file of this name, hashed. Raises SourceError if it is missing."""
        path = self.shared / name
        if not path.is_file():
            raise SourceError(f"{path} is missing; the embedded figures are derived from it")
        self._read.add(name)
        if name not in self.digests:
            with path.open("rb") as handle:
                self.digests[name] = hashlib.file_digest(handle, "sha256").hexdigest()
        return path

    def start_over(self) -> set[str]:
        """The files read since the last call."""
        read, self._read = self._read, set()
        return read

    def csv(self, name: str, columns: tuple[str, ...], *, ragged: bool = False) -> pl.DataFrame:
        """A comma-separated file as text, with these columns of it. Raises SourceError if one is missing.

        ragged: let rows have more fields than the header names, and leave those out.
        """
        frame = pl.read_csv(self.path(name), infer_schema=False, truncate_ragged_lines=ragged)
        missing = [column for column in columns if column not in frame.columns]
        if missing:
            raise SourceError(f"{name} lacks the columns {', '.join(missing)}; it has {', '.join(frame.columns)}")
        return frame.select(columns)

    def parquet(self, name: str, columns: tuple[str, ...]) -> pl.DataFrame:
        """The given columns of a Parquet file."""
        return pl.read_parquet(self.path(name), columns=list(columns))

    def rda(self, name: str, columns: tuple[str, ...]) -> pl.DataFrame:
        """The given columns of the one table in an R data file."""
        tables = pyreadr.read_r(str(self.path(name)))
        if len(tables) != 1:
            raise SourceError(f"{name} holds {len(tables)} tables, expected one")
        (table,) = tables.values()
        return pl.DataFrame({column: pl.Series(column, table[column].tolist(), strict=False) for column in columns})


def integer(name: str) -> pl.Expr:
    """A text or float column as a whole number; anything that is not one stops the build."""
    number = pl.col(name).cast(pl.Float64, strict=True)
    return number.cast(pl.Int64, strict=True).alias(name)


def month_id(name: str) -> pl.Expr:
    """Month number (1 = January 1980) of a text column that starts with YYYY-MM."""
    year = pl.col(name).str.slice(0, 4).cast(pl.Int32, strict=True)
    month = pl.col(name).str.slice(5, 2).cast(pl.Int32, strict=True)
    return ((year - 1980) * 12 + month).alias("month_id")
