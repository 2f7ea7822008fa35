"""treaty_actions and treaty_ends: what each state did under each treaty, and up to when that is known.

Run alone: `python -m tools.embed.nonproliferation.treaties --shared ../shared/data`. The rules are data: which source
is taken for which treaty stands in treaty_rules.csv, facts that the file lacks or has wrong in treaty_corrections.csv,
later actions in updates_*.csv. Differences: docs/sources/nonproliferation-treaties.md.
"""

import csv
import hashlib
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

from forestall.instruments.nonproliferation.treaties.register import key_in_table
from forestall.instruments.nonproliferation.treaties.status import Action
from forestall.store import files
from forestall.store.manifest import EmbeddedTable, Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command, held
from tools.embed.build import parquet
from tools.embed.inputs import Inputs
from tools.embed.nonproliferation.treaty_rows import NAMED, Rule, base, fact, inherited, merged, order, rules, values

FILE = "nonproliferation/treaty_status_all_sources.csv"
HERE = Path(__file__).parent
COMMAND = "python -m tools.embed.nonproliferation.treaties --shared ../shared/data"
COLUMNS = ("treaty", "iso3", "signature", "ratification", "force", "source")


def updates(folder: Path) -> list[Path]:
    """The files of later actions, corrections of the file first, then updates by name."""
    return [folder / "treaty_corrections.csv", *sorted(folder.glob("updates_*.csv"))]


def facts(path: Path) -> list[Action]:
    """Actions of a file of facts. Raises ValueError with file and line for a row that is not one."""
    with path.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    found = []
    for line, row in enumerate(rows, start=2):
        try:
            found.append(fact(row))
        except (KeyError, ValueError, AttributeError) as error:
            raise ValueError(f"{path.name}, line {line}: {error}") from None
    return found


def actions(rows: Iterable[dict[str, str]], folder: Path = HERE) -> list[Action]:
    """All actions: those of the file by the rules, then corrections and updates, each overriding what stood before."""
    found = base(rows, rules(folder / "treaty_rules.csv"))
    for path in updates(folder):
        found = merged(found, facts(path))
    return sorted(inherited(found), key=order)


def ends(used: Iterable[Rule], found: Iterable[Action], folder: Path = HERE) -> list[tuple[str, str, date]]:
    """Treaty, source and the day up to which that source knows the actions of all states.

    Later ends of files of updates stand in ends_*.csv (treaty, known_to, basis). Treaties that no file says it of end
    with their newest action.
    """
    last: dict[tuple[str, str], date] = {(one.treaty, NAMED[one.source]): one.ends for one in used}
    for path in sorted(folder.glob("ends_*.csv")):
        with path.open(newline="", encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                last[key_in_table(row["treaty"]), row["basis"]] = date.fromisoformat(row["known_to"])
    known = {treaty for treaty, _ in last}
    newest: dict[str, date] = {}
    for one in found:
        if one.treaty not in known and one.day is not None:
            newest[one.treaty] = max(one.day, newest.get(one.treaty, one.day))
    last |= {(treaty, "actions looked up one by one"): day for treaty, day in newest.items()}
    return sorted((treaty, source, day) for (treaty, source), day in last.items())


def sources(inputs: Inputs) -> tuple[Source, ...]:
    """Where the tables come from."""
    digest = inputs.digests[FILE]
    file = (
        (
            "Environmental and global governance agreements, many sources",
            "2023",
            "CC-BY-4.0",
            "Hollway, Sposito and Tan (2021), manytreaties; Mitchell et al. (2020), IEADB, Glob. Env. Politics",
            "https://github.com/globalgov/manytreaties",
        ),
        (
            "UN Treaty Collection, a copy that ends in 2014 and 2015",
            "2015",
            "UN, source named",
            "UN Treaty Collection, Multilateral Treaties Deposited with the Secretary-General",
            "https://treaties.un.org/",
        ),
    )
    found = [Source(name=n, version=v, licence=x, citation=c, url=u, sha256_of_input=digest) for n, v, x, c, u in file]
    for path in updates(HERE):
        found.append(
            Source(
                name="Treaty actions looked up one by one, each row with its source",
                version="2026-11",
                licence="UN, source named",
                citation=f"tools/embed/nonproliferation/{path.name}",
                url="https://treaties.un.org/",
                sha256_of_input=hashlib.sha256(path.read_bytes()).hexdigest(),
            )
        )
    return tuple(found)


def write(shared: Path, out: Path) -> list[str]:
    """Write both tables beside the others and enter them in the manifest; returns a line on each."""
    inputs = Inputs(shared)
    found = actions(inputs.csv(FILE, COLUMNS).fill_null("").rows(named=True))
    last = ends(rules(HERE / "treaty_rules.csv"), found)
    made: dict[str, list[tuple[object, ...]]] = {
        "treaty_actions": [values(one) for one in found],
        "treaty_ends": [*last],
    }
    years = [one.day.year for one in found if one.day]
    entries, lines = {}, []
    for name, rows in made.items():
        content = parquet(pl.DataFrame(rows, schema=SCHEMAS[name], orient="row"))
        entries[name] = EmbeddedTable(
            file=f"{name}.parquet",
            rows=len(rows),
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            sources=sources(inputs),
            first_year=min(years),
            last_year=max(years),
            command=COMMAND,
            note="one source a treaty by our rules, then facts looked up; ends differ by treaty (treaty_ends)",
        )
        files.write(out / f"{name}.parquet", content)
        lines.append(f"{name}: {len(rows):,} rows, {len(content):,} bytes")
    held.enter(out, tables=entries)
    return lines


def main() -> int:
    """Build the tables; returns the exit code."""
    return command.run("tools.embed.nonproliferation.treaties", __doc__, write)


if __name__ == "__main__":
    sys.exit(main())
