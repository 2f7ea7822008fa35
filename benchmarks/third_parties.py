"""How well third parties are read from free text: coverage, and precision, recall and F1 against labels made by hand.

`python -m benchmarks.third_parties --shared ../shared/data [--detail] [--unresolved 40]`. Coverage: every filled
`ThrdPart` of PA-X v6 and every `pa_3rd` and `c_3rd` of UCDP's Peace Agreement Dataset. Labels:
labels/third_parties.csv, parts dev, held and fresh. The text of PA-X (non-commercial licence) is read and printed here,
never stored.
"""

import argparse
import csv
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from forestall.instruments.mediation.third_parties import Parsed, parse, resolve
from forestall.instruments.mediation.third_parties.lexicon import actors, organisations

LABELS = Path(__file__).parent / "labels" / "third_parties.csv"
PAX = "mediation/pax_v6_to_2020.csv.gz"
UCDP = "ucdp/ucdp-peace-agreements-221.xlsx"
KINDS = ("state", "organisation", "ngo")


@dataclass(frozen=True)
class Text:
    """A field to read. own: the conflict's countries."""

    id: str
    text: str
    own: frozenset[str]
    on: date


@dataclass(frozen=True)
class Label:
    id: str
    part: str
    keys: frozenset[str]
    domestic: bool
    persons: bool


@dataclass
class Score:
    """Counts by kind of actor, and `told`: what was missed or wrongly found."""

    hit: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    labelled: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    exact: int = 0
    fields: int = 0

    def add(self, label: Label, parsed: Parsed) -> None:
        """Compare one field."""
        keys = parsed.keys()
        self.fields += 1
        self.exact += keys == label.keys
        for sort, said, true in (
            *((kind, {k for k in keys if kind_of(k) == kind}, {k for k in label.keys if kind_of(k) == kind})
              for kind in KINDS),
            ("domestic", {"yes"} if parsed.domestic else set(), {"yes"} if label.domestic else set()),
            ("persons", {"yes"} if parsed.persons else set(), {"yes"} if label.persons else set()),
        ):  # fmt: skip
            self.hit[sort] += len(said & true)
            self.found[sort] += len(said)
            self.labelled[sort] += len(true)
            if said != true:
                self.told.append(f"{label.id} {sort}: missed {sorted(true - said)}, wrong {sorted(said - true)}")

    def lines(self) -> list[str]:
        """Precision, recall and F1 by kind, then of all actors."""
        for counts in (self.hit, self.found, self.labelled):
            counts["all actors"] = sum(counts[kind] for kind in KINDS)
        rows = [f"  {self.exact} of {self.fields} fields with exactly the labelled actors"]
        for sort in (*KINDS, "all actors", "domestic", "persons"):
            hit, found, labelled = self.hit[sort], self.found[sort], self.labelled[sort]
            precision, recall = hit / found if found else 1.0, hit / labelled if labelled else 1.0
            f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
            rows.append(f"  {sort:12} n={labelled:4d}  precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}")
        return rows


def kind_of(key: str) -> str:
    """The kind of an actor; a key that is none of ours (labelled, not known) counts as an NGO."""
    found = actors().get(key) or organisations().get(key)
    return found.kind if found else "ngo"


def main() -> None:
    """Print coverage and scores."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, required=True, help="the folder data")
    options.add_argument("--detail", action="store_true", help="each miss and false finding of the labelled fields")
    options.add_argument("--unresolved", type=int, default=0, metavar="N", help="the N commonest unresolved parts")
    chosen = options.parse_args()
    texts = pax(chosen.shared / PAX)
    for name, held in (
        ("PA-X ThrdPart", texts),
        ("UCDP pa_3rd", ucdp(chosen.shared / UCDP, "pa_3rd")),
        ("UCDP c_3rd", ucdp(chosen.shared / UCDP, "c_3rd")),
    ):
        print("\n".join(coverage(name, held, chosen.unresolved)))
    by_id = {text.id: text for text in texts}
    for part in ("dev", "held", "fresh"):
        score = Score()
        for label in labels(part):
            text = by_id[label.id]
            score.add(label, parse(text.text, text.own, text.on))
        print(f"labels, {part}")
        print("\n".join(score.lines()))
        if chosen.detail:
            print("\n".join(f"    {line}" for line in score.told))


def coverage(name: str, texts: Sequence[Text], most: int) -> list[str]:
    """Shares of parts and fields by what became of them, seconds, and the commonest parts not resolved."""
    start = time.perf_counter()
    parsed = [parse(text.text, text.own, text.on) for text in texts]
    seconds = time.perf_counter() - start
    parts = Counter(part.status for one in parsed for part in one.parts)
    whole = sum(parts.values())
    unresolved = Counter(text for one in parsed for text in one.unresolved)
    return [
        f"{name}: {len(texts)} fields in {seconds:.2f} s, {whole} parts: "
        + ", ".join(f"{status} {count} ({count / whole:.1%})" for status, count in parts.most_common()),
        f"  fields with an external actor {sum(bool(one.actors) for one in parsed)}, with something unresolved "
        f"{sum(bool(one.unresolved) for one in parsed)}, with nothing but that "
        f"{sum(bool(one.unresolved) and not (one.actors or one.domestic or one.persons) for one in parsed)}",
        *(f"    {count} x {' '.join(text.split())[:150]}" for text, count in unresolved.most_common(most)),
    ]


def labels(part: str) -> list[Label]:
    """The labels of one part."""
    lines = [line for line in LABELS.read_text("utf-8").splitlines() if not line.startswith("#")]
    rows = [row for row in csv.DictReader(lines) if row["part"] == part]
    return [
        Label(row["agt_id"], part, frozenset(row["keys"].split()), row["domestic"] == "yes", row["persons"] == "yes")
        for row in rows
    ]


def pax(path: Path) -> list[Text]:
    """The filled third-party fields of PA-X, with the countries of the conflict by name and by code."""
    frame = pl.read_csv(path, infer_schema_length=0)
    rows = frame.select("AgtId", "Dat", "Con", "Loc1ISO", "Loc2ISO", "ThrdPart").filter(
        pl.col("ThrdPart").fill_null("").str.strip_chars() != ""
    )
    found = []
    for agt, day, con, iso1, iso2, text in rows.iter_rows():
        countries = own((*con.replace("(", "/").replace(")", "/").split("/"), iso1, iso2))
        found.append(Text(agt, text.strip(), countries, date.fromisoformat(day)))
    return found


def ucdp(path: Path, column: str) -> list[Text]:
    """A field of UCDP's peace agreements, with the countries of the conflict."""
    from forestall.ids import countries

    frame = pl.read_excel(path, engine="calamine").filter(pl.col(column).is_not_null())
    return [
        Text(
            str(row["paid"]),
            str(row[column]),
            own(
                [countries.lineage(int(gw))[-1].series_iso3 for gw in str(row["gwno"]).split(",")],
            ),
            date.fromisoformat(str(row["pa_date"])[:10]),
        )
        for row in frame.iter_rows(named=True)
    ]


def own(names: Iterable[str | None]) -> frozenset[str]:
    """The ISO3 codes of countries given by name or code; what is no country (a region) is left out."""
    found = [resolve(name) for name in names if name and name.strip()]
    return frozenset(actor.key for actor in found if actor is not None and actor.kind == "state")


if __name__ == "__main__":
    main()
