"""Where the sources of treaty_status_all_sources.csv disagree with the table, as Markdown; prints, writes nothing.

Run: `python -m tools.embed.nonproliferation.treaty_differences --shared ../shared/data`.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forestall.instruments.nonproliferation.treaties.register import key_in_table
from forestall.instruments.nonproliferation.treaties.status import Action
from tools.embed import command
from tools.embed.inputs import Inputs
from tools.embed.nonproliferation.treaties import COLUMNS, FILE, HERE, actions
from tools.embed.nonproliferation.treaty_rows import CONSENT, NAMED, OPEN, REPAIRED, day_of, known_codes, rules

YEAR = 366


@dataclass(frozen=True, slots=True)
class Differs:
    """A day of consent in a source beside the day in the table; ours is None where the table has no consent."""

    treaty: str
    iso3: str
    source: str
    theirs: date
    ours: date | None


def differences(rows: Iterable[Mapping[str, str]], found: Iterable[Action]) -> Iterator[Differs]:
    """Every consent of a source that is another day in the table, or is not in it. Days that a state has from the one
    before it, and rows marked as open for a state, are left out."""
    ours = {(one.treaty, one.iso3): one for one in found if one.action in CONSENT and one.day is not None}
    keys = {one.file_key for one in rules(HERE / "treaty_rules.csv")}
    for row in rows:
        treaty, iso3 = key_in_table(row["treaty"]), REPAIRED.get(row["iso3"], row["iso3"])
        theirs, _ = day_of(row["ratification"])
        if row["treaty"] not in keys or theirs is None or iso3 not in known_codes():
            continue
        held = ours.get((treaty, iso3))
        if held is None:
            if row["force"] != OPEN:
                yield Differs(treaty, iso3, NAMED[row["source"]], theirs, None)
        elif held.day != theirs and held.action != "succeeded":
            yield Differs(treaty, iso3, NAMED[row["source"]], theirs, held.day)


def write(shared: Path, _out: Path) -> list[str]:
    """Lines of Markdown: by treaty and source how many days differ and by how much, then those of over a year."""
    inputs = Inputs(shared)
    rows = inputs.csv(FILE, COLUMNS).fill_null("").rows(named=True)
    found = list(differences(rows, actions(rows)))
    by_source: dict[tuple[str, str], list[Differs]] = defaultdict(list)
    for one in found:
        by_source[one.treaty, one.source].append(one)
    lines = [
        "| Treaty | Source | Not in the table | Other day | of these by over a year |",
        "| --- | --- | --- | --- | --- |",
    ]
    for (treaty, source), held in sorted(by_source.items()):
        absent = sorted(one.iso3 for one in held if one.ours is None)
        other = [one for one in held if one.ours is not None]
        far = sorted(f"{one.iso3} {one.theirs}, not {one.ours}" for one in other if _apart(one) > YEAR)
        lines.append(f"| {treaty} | {source} | {' '.join(absent) or '-'} | {len(other)} | {'; '.join(far) or '-'} |")
    return lines


def _apart(one: Differs) -> int:
    return 0 if one.ours is None else abs((one.theirs - one.ours).days)


def main() -> int:
    """Print the table; returns the exit code."""
    return command.run("tools.embed.nonproliferation.treaty_differences", __doc__, write)


if __name__ == "__main__":
    sys.exit(main())
