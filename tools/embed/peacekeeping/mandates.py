"""peace_mission_mandates and peace_mission_budgets: until when mandates run since 2023, and budgets as adopted.

Run: `python -m tools.embed.peacekeeping.mandates --shared ../shared/data`. No file of the raw releases has either: both
come from mandates.csv and budgets.csv beside this module, each row looked up and with its UN symbol. Neither is
complete: docs/sources/peacekeeping-register.md.
"""

import csv
import hashlib
import sys
from pathlib import Path

import polars as pl

from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command
from tools.embed.peacekeeping.facts import day, facts
from tools.embed.writing import write

MANDATES, BUDGETS = "peace_mission_mandates", "peace_mission_budgets"
COMMAND = "python -m tools.embed.peacekeeping.mandates --shared ../shared/data"
_HERE = Path(__file__)


def mandates() -> pl.DataFrame:
    """One row a mission and decision. Raises ValueError on a mission that the register lacks."""
    rows: list[dict[str, object]] = [
        {
            **row,
            "decided_on": day(row["decided_on"]),
            "until": day(row["until"]),
            "final": row["final"] == "1",
            "note": row["note"] or None,
        }
        for row in _rows("mandates.csv")
    ]
    return pl.DataFrame(rows, schema=dict(SCHEMAS[MANDATES])).sort("mission", "decided_on")


def budgets() -> pl.DataFrame:
    """One row a mission and period, US dollars. Raises ValueError on a mission that the register lacks."""
    rows: list[dict[str, object]] = [
        {
            **row,
            "period_start": day(row["period_start"]),
            "period_end": day(row["period_end"]),
            "budget": float(row["budget"]),
        }
        for row in _rows("budgets.csv")
    ]
    return pl.DataFrame(rows, schema=dict(SCHEMAS[BUDGETS])).sort("mission", "period_start")


def _rows(name: str) -> list[dict[str, str]]:
    with _HERE.with_name(name).open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    if strange := sorted({row["mission"] for row in rows} - set(facts())):
        raise ValueError(f"{name}: the register has no missions {', '.join(strange)}")
    return rows


def build(shared: Path, out: Path) -> list[str]:
    """Write both tables and their entries in the manifest; returns a line on each. Nothing of `shared` is read."""
    del shared
    decided = _source("mandates.csv", "Security Council resolutions named in the rows")
    adopted = _source(
        "budgets.csv", "General Assembly resolutions, and notes and press releases on them, named in the rows"
    )
    until = "decisions since late 2023, to 2026-01-30; earlier ones are not in it"
    years = "the financial years 2009/10 to 2013/14 and a few later figures; what is absent was not looked up"
    return [
        write(out, MANDATES, mandates(), decided, command=COMMAND, note=until),
        write(out, BUDGETS, budgets(), adopted, command=COMMAND, note=years),
    ]


def _source(file: str, about: str) -> Source:
    return Source(
        name="United Nations documents",
        version="looked up 2026-11-25",
        licence="UN, source named",
        citation=about,
        url="https://documents.un.org/",
        sha256_of_input=hashlib.sha256(_HERE.with_name(file).read_bytes()).hexdigest(),
    )


def main() -> int:
    """Build the tables; returns the exit code."""
    return command.run("tools.embed.peacekeeping.mandates", __doc__, build)


if __name__ == "__main__":
    sys.exit(main())
