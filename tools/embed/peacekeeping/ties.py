"""peace_languages: official and working languages by state, which a host and a possible contributor may share.

Run: `python -m tools.embed.peacekeeping.ties --shared ../shared/data`. Languages of today, on every date: in Mali,
Burkina Faso and Niger, French, which the list keeps, is a working language now.
"""

import sys
from pathlib import Path

import polars as pl

from forestall.errors import SourceError
from forestall.ids import countries
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command, writing
from tools.embed.inputs import Inputs

LANGUAGES = "peace_languages"
COMMAND = "python -m tools.embed.peacekeeping.ties --shared ../shared/data"
COUNTRIES = "regional/mledoze_countries.csv"


def languages(inputs: Inputs) -> pl.DataFrame:
    """One row a state and official language, in English names."""
    frame = inputs.csv(COUNTRIES, ("cca3", "languages"))
    frame = frame.select(
        pl.col("cca3").replace({"UNK": "XKX"}).alias("iso3"), pl.col("languages").str.split(",").alias("language")
    )
    frame = frame.explode("language").with_columns(pl.col("language").str.strip_chars())
    return frame.filter(pl.col("language") != "", pl.col("iso3").is_in(_codes())).sort("iso3", "language")


def _codes() -> list[str]:
    return sorted(set(countries.table()["iso3"].drop_nulls().to_list()) - {""})


def sources(inputs: Inputs) -> dict[str, tuple[Source, ...]]:
    """Of each table, with licences and digests."""
    return {
        LANGUAGES: (
            Source(
                name="World countries (official languages)",
                version="2026",
                licence="ODbL-1.0",
                citation="mledoze/countries, under the Open Database License 1.0; this table, too, is under it",
                url="https://github.com/mledoze/countries",
                sha256_of_input=inputs.digests[COUNTRIES],
            ),
        ),
    }


def write(shared: Path, out: Path) -> list[str]:
    """Write the table beside the others and enter it in the manifest; returns a line on it."""
    inputs = Inputs(shared)
    built = {LANGUAGES: languages(inputs)}
    notes = {LANGUAGES: "official and working languages as of the file, used for every date"}
    cited = sources(inputs)
    for name, frame in built.items():
        if dict(frame.schema) != {column: kind() for column, kind in SCHEMAS[name].items()}:
            raise SourceError(f"{name}: columns {frame.schema} are not those of the schema")
    return [
        writing.write(out, name, frame, *cited[name], command=COMMAND, note=notes[name])
        for name, frame in built.items()
    ]


def main() -> int:
    """Build the tables; returns the exit code."""
    return command.run("tools.embed.peacekeeping.ties", __doc__, write)


if __name__ == "__main__":
    sys.exit(main())
