"""mediation_ties and mediation_interventions: who is bound to whom, who was against whom, and who fights where.

Run: `python -m tools.embed.mediation.ties --shared ../shared/data`. Alliances (ATOP), crises (ICB), borders before 1989
(COW) and interstate conflicts (UCDP) are derived figures: pairs of states and years. Who ruled whom stands in
colonies.csv, by hand, with sources. docs/sources/mediation-ties.md counts and names what is left out.
"""

import csv
import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import polars as pl

from forestall.errors import SourceError
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import catalogue, command, writing
from tools.embed.inputs import Inputs
from tools.embed.mediation import series

TIES, INTERVENTIONS = "mediation_ties", "mediation_interventions"
COMMAND = "python -m tools.embed.mediation.ties --shared ../shared/data"
ALLIANCES = "regional/atop_alliance.rda"
NUMBERS = "regional/isard_cw_gw_panel.rda"
CRISES = "mediation/icb2v14.csv"
BORDERS = "covariates/cow_contdir.rda"
CONFLICTS = "ucdp/ucdp-prio-acd-251.csv"
COLONIES = Path(__file__).with_name("colonies.csv")
FIGURES = "none stated; derived figures with citation"
ATOP = (
    "Leeds, Ritter, Mitchell and Long (2002), Alliance Treaty Obligations and Provisions, 1815-1944, International "
    "Interactions 28(3), doi:10.1080/03050620213653"
)
ATOP_URL = "http://www.atopdata.org/"
ISARD = (
    "Gleditsch and Ward (1999), A revised list of independent states since the Congress of Vienna, International "
    "Interactions 25(4), doi:10.1080/03050629908434958; R package isard"
)
ISARD_URL = "https://github.com/svmiller/isard"
ICB = "Brecher, Wilkenfeld, Beardsley, James and Quinn (2021), International Crisis Behavior Data Codebook, version 14"
COW = (
    "Stinnett, Tir, Schafer, Diehl and Gochman (2002), The Correlates of War Project direct contiguity data, version "
    "3, Conflict Management and Peace Science 19(2), doi:10.1177/073889420201900203"
)

OBLIGATIONS = {
    "defence_pact": ("atop_defense",),
    "consultation": ("atop_consul",),
    "neutrality_nonaggression": ("atop_neutral", "atop_nonagg"),
    "any_alliance": ("atop_defense", "atop_offense", "atop_neutral", "atop_nonagg", "atop_consul"),
}
ALLIANCES_END = 2018
BORDERS_TO = date(1988, 12, 31)
"""Later borders stand in table `neighbours`."""
ENDED_BORDERS = {frozenset(("MMR", "PAK")): date(1971, 12, 15), frozenset(("CYP", "TUR")): date(1974, 7, 31)}
"""Borders that COW carries on: Pakistan's with Myanmar was East Pakistan's; Türkiye's with Cyprus is none of two states
that the UN knows (S/RES/541 (1983))."""
HOLY_SEE = ("VAT", "ITA", date(1929, 2, 11))
FORMS = (
    "colony",
    "protectorate",
    "protected_state",
    "mandate",
    "trust_territory",
    "condominium",
    "administration",
    "occupation",
    "part",
    "none",
)
"""How a power ruled. part: the state was a part of the other or of its forerunner; none: no such power."""
Row = tuple[str, str, str, int | None, int | None, date | None, date | None, str | None, str]


def alliances(inputs: Inputs, left_out: Counter[str]) -> Iterator[Row]:
    """Spells of years with each kind of obligation, both ways; one that holds in the series' last year is open."""
    frame = inputs.rda(ALLIANCES, ("ccode1", "ccode2", "year", *OBLIGATIONS["any_alliance"]))
    panel = inputs.rda(NUMBERS, ("ccode", "gwcode", "year"))
    panel = panel.drop_nulls().drop_nans()
    gw = {(int(cow), int(year)): int(number) for cow, number, year in panel.iter_rows()}
    frame = frame.filter(pl.col("year") >= series.FIRST_YEAR)
    if frame["year"].max() != ALLIANCES_END:
        raise SourceError(f"{ALLIANCES} ends in {frame['year'].max()!r}, expected {ALLIANCES_END}")
    years: dict[tuple[str, str, str], list[int]] = {}
    for record in frame.iter_rows(named=True):
        year = int(record["year"])
        numbers = [gw.get((int(record[name]), year)) for name in ("ccode1", "ccode2")]
        codes = [None if number is None else series.of_gw(number, year) for number in numbers]
        if None in codes or codes[0] == codes[1]:
            left_out[ALLIANCES] += 1
            continue
        for tie, columns in OBLIGATIONS.items():
            if any(record[column] == 1 for column in columns):
                years.setdefault((str(codes[0]), str(codes[1]), tie), []).append(year)
    for (one, other, tie), held in years.items():
        for first, last in series.spells(held):
            until = None if last == ALLIANCES_END else last
            yield one, other, tie, first, until, None, None, None, "ATOP 5"


def crises(inputs: Inputs, left_out: Counter[str]) -> Iterator[Row]:
    """Pairs of which one was, to the other, the source of the threat in a crisis; from its trigger to its end."""
    columns = ("crisno", "cracid", "southv", "yrtrig", "yrterm")
    seen: dict[tuple[str, str, str], list[int]] = {}
    for crisis, actor, threat, trigger, end in inputs.csv(CRISES, columns).iter_rows():
        if None in (actor, threat, trigger, end) or int(end) < series.FIRST_YEAR:
            left_out[f"{CRISES} (before {series.FIRST_YEAR}, or no year)"] += 1
            continue
        codes = [series.of_cow(int(number), int(trigger), int(end)) for number in (actor, threat)]
        if None in codes or codes[0] == codes[1]:
            left_out[f"{CRISES} (no state)"] += 1
            continue
        one, other = sorted(str(code) for code in codes)
        seen.setdefault((one, other, crisis), []).extend((int(trigger), int(end)))
    for (one, other, _), years in seen.items():
        for pair in ((one, other), (other, one)):
            yield *pair, "crisis_rivalry", min(years), max(years), None, None, None, "ICB 14"


def borders(inputs: Inputs, left_out: Counter[str]) -> Iterator[Row]:
    """Common borders on land or a river until the end of 1988, and that of the Holy See, which COW does not list."""
    frame = inputs.rda(BORDERS, ("ccode1", "ccode2", "conttype", "stdate", "enddate"))
    for one, two, kind, start, end in frame.iter_rows():
        first, until = (date.fromisoformat(str(day)[:10]) for day in (start, end))
        if kind != 1 or until < date(series.FIRST_YEAR, 1, 1) or first > BORDERS_TO:
            continue
        codes = [series.of_cow(int(number), first.year, until.year) for number in (one, two)]
        if None in codes or codes[0] == codes[1]:
            left_out[BORDERS] += 1
            continue
        until = min(until, BORDERS_TO, ENDED_BORDERS.get(frozenset(map(str, codes)), until))
        if until < first:
            continue
        first = max(first, date(series.FIRST_YEAR, 1, 1))
        yield (str(codes[0]), str(codes[1]), "land_border", first.year, until.year, first, until, None, "COW 3.2")
    one, other, since = HOLY_SEE
    for pair in ((one, other), (other, one)):
        yield *pair, "land_border", since.year, None, since, None, None, "Lateran Treaty"


def rulers() -> Iterator[Row]:
    """Who ruled whom until when: rows of colonies.csv; `other` ruled `iso3`.

    Raises SourceError for a form that is not known.
    """
    with COLONIES.open(encoding="utf-8", newline="") as handle:
        for record in csv.DictReader(handle):
            if record["form"] not in FORMS or (record["form"] == "none") != (record["ruler"] == ""):
                raise SourceError(f"{COLONIES.name}: {record['iso3']} has form {record['form']!r}")
            if record["form"] == "none":
                continue
            last = date.fromisoformat(record["last_day"])
            tie = "part_of" if record["form"] == "part" else "coloniser"
            yield (
                record["iso3"],
                record["ruler"],
                tie,
                None,
                last.year,
                None,
                last,
                record["form"],
                record["source"],
            )


def _codes(text: str | None, year: int) -> list[str]:
    """Codes of UCDP numbers with commas between them; Hyderabad has none."""
    found = [series.of_ucdp(int(part), year) for part in (text or "").split(",") if part.strip()]
    return [code for code in found if code is not None]


def _conflicts(inputs: Inputs) -> Iterator[tuple[int, int, list[str], list[tuple[str, str, bool]]]]:
    """Conflict, year, codes of its location, and parties that are states: code, side, whether as a primary party."""
    columns = ("conflict_id", "year", "gwno_loc", "gwno_a", "gwno_a_2nd", "gwno_b", "gwno_b_2nd")
    for conflict, written, place, *sides in inputs.csv(CONFLICTS, columns).iter_rows():
        year = int(written)
        parties = [
            (code, side, primary)
            for text, side, primary in zip(sides, "aabb", (True, False, True, False), strict=True)
            for code in _codes(text, year)
        ]
        yield int(conflict), year, _codes(place, year), parties


def interstate(inputs: Inputs) -> Iterator[Row]:
    """Pairs of states on opposite sides of a state-based conflict, by spells of years."""
    years: dict[tuple[str, str], list[int]] = {}
    for _, year, _, parties in _conflicts(inputs):
        for one, side, _ in parties:
            for other, against, _ in parties:
                if side != against and one != other:
                    years.setdefault((one, other), []).append(year)
    for pair, held in years.items():
        for first, last in series.spells(held):
            yield *pair, "interstate_conflict", first, last, None, None, None, "UCDP/PRIO ACD 25.1"


def interventions(inputs: Inputs) -> pl.DataFrame:
    """States that are party to a conflict located in another country, by year.

    A war between states is located in each of them: then only the other side has come from elsewhere.
    """
    rows = set()
    for conflict, year, places, parties in _conflicts(inputs):
        own = {(who, side) for who, side, _ in parties if who in places}
        for where in places:
            against = {side for who, side in own if who == where}
            for who, side, primary in parties:
                if who != where and (who not in places or (against and side not in against)):
                    rows.add((conflict, where, who, side, "primary" if primary else "secondary", year))
    return _frame(INTERVENTIONS, sorted(rows, key=lambda row: (row[5], *row[:5])))


def ties(inputs: Inputs, left_out: Counter[str]) -> pl.DataFrame:
    """Table `mediation_ties`, by state, other state, tie and first year."""
    rows: set[Row] = set()
    for part in (
        alliances(inputs, left_out),
        crises(inputs, left_out),
        borders(inputs, left_out),
        interstate(inputs),
        rulers(),
    ):
        rows |= set(part)
    return _frame(TIES, sorted(rows, key=str)).sort("iso3", "other", "tie", "first_year", "last_year", "source")


def _frame(name: str, rows: Iterable[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema={column: kind() for column, kind in SCHEMAS[name].items()}, orient="row")


def sources(inputs: Inputs) -> dict[str, tuple[Source, ...]]:
    """Of each table, with licences and digests."""

    def source(file: str, name: str, version: str, citation: str, url: str) -> Source:
        return Source(
            name=name,
            version=version,
            licence=catalogue.BY if file == CONFLICTS else FIGURES,
            citation=citation,
            url=url,
            sha256_of_input=inputs.digests[file],
        )

    ucdp = source(
        CONFLICTS, "UCDP/PRIO Armed Conflict Dataset", "25.1", catalogue.CONFLICTS, "https://ucdp.uu.se/downloads/"
    )
    by_hand = Source(
        name="Last ruling powers, by hand from treaties, laws and UN resolutions",
        version="2026-11",
        licence="UN, source named",
        citation="Each row names its treaty, law or resolution",
        sha256_of_input=hashlib.sha256(COLONIES.read_bytes()).hexdigest(),
    )
    cited = {
        ALLIANCES: source(ALLIANCES, "Alliance Treaty Obligations and Provisions (ATOP)", "5", ATOP, ATOP_URL),
        NUMBERS: source(NUMBERS, "Numbers of states by year (isard)", "2025", ISARD, ISARD_URL),
        CRISES: source(CRISES, "International Crisis Behavior, actors", "14", ICB, "https://sites.duke.edu/icbdata/"),
        BORDERS: source(BORDERS, "COW direct contiguity", "3.2", COW, "https://correlatesofwar.org/"),
    }
    return {TIES: (*cited.values(), ucdp, by_hand), INTERVENTIONS: (ucdp,)}


NOTES = {
    TIES: "ATOP to 2018 (null last_year: held then), ICB to 2017, UCDP to 2024; land_border only before 1989 (later: "
    "neighbours)",
    INTERVENTIONS: "states party to a conflict located elsewhere, primary or secondary, by year",
}


def write(shared: Path, out: Path) -> list[str]:
    """Write the tables beside the others and enter them in the manifest; returns lines on them and what is left out."""
    inputs = Inputs(shared)
    left_out: Counter[str] = Counter()
    built = {TIES: ties(inputs, left_out), INTERVENTIONS: interventions(inputs)}
    cited = sources(inputs)
    spans: dict[str, dict[str, int]] = {
        TIES: {"first_year": series.FIRST_YEAR, "last_year": 2024},
        INTERVENTIONS: {"first_year": series.FIRST_YEAR, "last_year": 2024},
    }
    said = [
        writing.write(out, name, frame, *cited[name], command=COMMAND, note=NOTES[name], span=spans[name])
        for name, frame in built.items()
    ]
    counts = built[TIES].group_by("tie").len().sort("tie")
    said += [f"  {tie}: {number:,} rows" for tie, number in counts.iter_rows()]
    return said + [f"  left out of {name}: {number:,} rows" for name, number in sorted(left_out.items())]


def main() -> int:
    """Build the tables; returns the exit code."""
    return command.run("tools.embed.mediation.ties", __doc__, write)


if __name__ == "__main__":
    sys.exit(main())
