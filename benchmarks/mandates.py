"""How well commitments are found: precision, recall and F1 by type, against labels made by hand.

`python -m benchmarks.mandates --labels dev --shared ../shared/data [--detail] [--rules]`. A found and a labelled
commitment of one resolution match if type and value agree, each used once; the period is checked apart.
`--labels test` is
the held-out half: run once, when the rules are done.
"""

import argparse
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from forestall.council.mandates import Commitment, extract
from forestall.council.mandates.model import TYPES

LABELS = Path(__file__).parents[1] / "tests" / "council" / "labels"
TEXTS = "council/sc_resolution_texts_1946_1989.parquet"


@dataclass
class Score:
    """Counts over resolutions; `rules` counts (right, all) findings by rule, `told` the misses and false alarms."""

    hit: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    labelled: Counter[str] = field(default_factory=Counter)
    rules: dict[str, list[int]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    periods: int = 0
    periods_right: int = 0
    resolutions: int = 0

    def add(self, symbol: str, labelled: list[dict[str, Any]], found: tuple[Commitment, ...]) -> None:
        """Match the commitments of one resolution."""
        self.resolutions += 1
        open_labels = list(labelled)
        for one in found:
            value = one.value
            match = next((x for x in open_labels if x["type"] == one.type and written(x["value"]) == value), None)
            self.found[one.type] += 1
            rule = self.rules.setdefault(one.rule, [0, 0])
            rule[1] += 1
            if match is None:
                self.told.append(f"false {symbol} {one.type} {value} [{one.rule}] {one.subject}: {one.quote[:150]}")
                continue
            open_labels.remove(match)
            self.hit[one.type] += 1
            rule[0] += 1
            if "period" in match:
                self.periods += 1
                self.periods_right += one.period == match["period"]
                if one.period != match["period"]:
                    self.told.append(f"period {symbol} {one.type} {value}: {one.period} for {match['period']}")
        for label in labelled:
            self.labelled[label["type"]] += 1
        self.told.extend(f"missed {symbol} {x['type']} {written(x['value'])}: {x['quote'][:150]}" for x in open_labels)


def written(value: object) -> str:
    """A label's value as the extractor writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def score(half: str, shared: Path) -> Score:
    """The counts of one half of the labels."""
    texts: dict[int, str] = {}
    total = Score()
    for entry in yaml.safe_load((LABELS / f"{half}.yml").read_text(encoding="utf-8")):
        if entry.get("text") == "shared":
            if not texts:
                frame = pl.read_parquet(shared / TEXTS)
                texts = dict(zip(frame["res_no"].to_list(), frame["text"].to_list(), strict=True))
            text = texts[int(entry["symbol"].split("/")[2].split()[0].split("(")[0])]
        else:
            text = (LABELS / entry["file"]).read_text(encoding="utf-8")
        adopted = entry["adopted"]
        assert isinstance(adopted, date)
        total.add(entry["symbol"], entry["commitments"], extract(text, adopted))
    return total


def line(name: str, hit: int, found: int, labelled: int) -> str:
    """One row of the table."""
    precision = hit / found if found else float("nan")
    recall = hit / labelled if labelled else float("nan")
    f1 = 2 * hit / (found + labelled) if found + labelled else float("nan")
    return f"{name:15} {precision:9.3f} {recall:7.3f} {f1:6.3f} {labelled:9d} {found:6d} {hit:6d}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", choices=("dev", "test", "test_second"), required=True)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--detail", action="store_true", help="list misses and false alarms")
    parser.add_argument("--rules", action="store_true", help="count right and all findings of each rule")
    given = parser.parse_args()
    total = score(given.labels, given.shared)
    print(f"{total.resolutions} resolutions, labels {given.labels}")
    print(f"{'type':15} {'precision':>9} {'recall':>7} {'F1':>6} {'labelled':>9} {'found':>6} {'right':>6}")
    for name in TYPES:
        print(line(name, total.hit[name], total.found[name], total.labelled[name]))
    print(line("all", total.hit.total(), total.found.total(), total.labelled.total()))
    print(f"periods: {total.periods_right} of {total.periods} agree")
    if given.rules:
        for rule, (right, seen) in sorted(total.rules.items()):
            print(f'    "{rule}": ({right}, {seen}),')
    if given.detail:
        print("\n".join(total.told))


if __name__ == "__main__":
    main()
