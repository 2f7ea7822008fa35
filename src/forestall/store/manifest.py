"""What is embedded: one entry a table, and one for each other file, with sources, digest and the command that made it.

The file is `forestall/data/manifest.json`; `tools/embed` writes it with `Manifest.write`, the store reads it.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from forestall.errors import StoreError
from forestall.store import files

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
TableName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
ReleaseName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")]
FilePath = Annotated[str, Field(pattern=r"^([A-Za-z0-9_][A-Za-z0-9._-]{0,99}/)?[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$")]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    """Where figures come from.

    licence: its SPDX name if any. published: the publisher's date. sha256_of_input: the raw file's digest.
    """

    name: str
    version: str
    licence: str
    citation: str
    url: str = ""
    published: date | None = None
    sha256_of_input: Sha256 | None = None


class EmbeddedTable(_Strict):
    """One embedded Parquet file.

    rows and bytes are those of the file, sha256 its digest. The span is given in months (month_id) or in years, or not
    at all for a table without time. command: what was run to make the file. note: what a reader must know.
    """

    file: FileName
    rows: Annotated[int, Field(ge=0)]
    bytes: Annotated[int, Field(ge=0)]
    sha256: Sha256
    sources: tuple[Source, ...]
    first_month: int | None = None
    last_month: int | None = None
    first_year: int | None = None
    last_year: int | None = None
    command: str
    note: str = ""

    @model_validator(mode="after")
    def _spans(self) -> Self:
        for first, last in ((self.first_month, self.last_month), (self.first_year, self.last_year)):
            if (first is None) != (last is None) or (first is not None and last is not None and first > last):
                raise ValueError(f"a span needs a first and a last, in order; got {first}..{last}")
        return self


class EmbeddedFile(_Strict):
    """One embedded file that is not a table: the dated list of states, the outlines of countries.

    bytes and sha256 are those of the file. command: what was run to make it. note: what a reader must know.
    """

    bytes: Annotated[int, Field(ge=0)]
    sha256: Sha256
    sources: tuple[Source, ...]
    command: str
    note: str = ""


class Manifest(_Strict):
    """The list of embedded tables and files. built_with: the program and version that wrote the tables.

    files: by their path in the folder of the manifest, `geometry/world-50m.json`.
    """

    built_with: str
    tables: dict[TableName, EmbeddedTable]
    files: dict[FilePath, EmbeddedFile] = Field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Write the manifest as JSON, in one step; keys in a fixed order: the same figures give the same bytes."""
        ordered = self.model_copy(
            update={"tables": dict(sorted(self.tables.items())), "files": dict(sorted(self.files.items()))}
        )
        files.write(path, (ordered.model_dump_json(indent=2, exclude_none=True) + "\n").encode())

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Read a manifest. Raises StoreError if the file is missing or is not one."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise StoreError(
                f"no embedded figures: {path} is missing; install forestall again, or build them from a checkout "
                "with `python -m tools.embed`"
            ) from None
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the document"
            raise StoreError(f"{path} is not a manifest of embedded tables: {where}: {first['msg']}") from None
