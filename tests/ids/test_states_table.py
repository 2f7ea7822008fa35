"""The table of states against the raw releases that it was built from, and those that it was not."""

from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pyreadr
import pytest
from tools.embed import states as builder
from tools.embed.inputs import Inputs

from forestall.errors import SourceError, UnknownCountryError
from forestall.ids.countries import State, by_iso3, of_ucdp, resolve, states
from forestall.ids.state_table import rows

NEW_YEAR, NEW_YEARS_EVE = (1, 1), (12, 31)


def rda(path: Path, columns: list[str]) -> list[tuple[object, ...]]:
    (frame,) = pyreadr.read_r(str(path)).values()
    return list(frame[columns].itertuples(index=False, name=None))


def in_year(rows_of_state: list[State], year: int) -> list[State]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    return [state for state in rows_of_state if state.start <= last and (state.end is None or state.end >= first)]


def test_the_shipped_table_is_what_the_builder_makes(shared: Path) -> None:
    made = builder.to_csv(builder.build(Inputs(shared)))
    assert builder.OUT.read_text("utf-8") == made, "run python -m tools.embed.states"


def test_the_builder_stops_on_facts_that_contradict_the_releases(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = builder.FACTS.read_text("utf-8")
    wrong = tmp_path / "facts.csv"
    monkeypatch.setattr(builder, "FACTS", wrong)
    for what, lines in {
        r"without facts: \[432\]": [line for line in facts.splitlines() if not line.startswith("432,")],
        r"has not: \[999\]": [*facts.splitlines(), facts.splitlines()[1].replace("2,", "999,", 1)],
        "region Americas by hand, Africa": [
            line.replace("Western Africa", "Caribbean") if line.startswith("432,") else line
            for line in facts.splitlines()
        ],
    }.items():
        wrong.write_text("\n".join(lines) + "\n", "utf-8")
        with pytest.raises(SourceError, match=what):
            builder.build(Inputs(shared))


def test_every_gleditsch_ward_spell_has_the_same_first_and_last_day(shared: Path) -> None:
    listed = rda(shared / "regional" / "isard_gw_system.rda", ["gwcode", "start", "end"])
    spells = {
        int(str(gw_id).split(".")[0]): (str(start), None if str(end) == "2020-12-31" else str(end))
        for gw_id, start, end in listed
        if str(end) >= "1946-01-01"
    }
    assert len(spells) == 204
    ours: dict[int, tuple[str, str | None]] = {}
    for state in rows():
        if state.gw_id is not None:
            first = ours[state.gw_id][0] if state.gw_id in ours else str(state.start)
            ours[state.gw_id] = (first, None if state.end is None else str(state.end))
    # 327 and 751 are numbers of UCDP's; everything else is the list, to the day.
    assert {gw_id: span for gw_id, span in ours.items() if gw_id not in {327, 751}} == spells


def test_cow_numbers_are_those_of_the_panels(shared: Path) -> None:
    pairs = set()
    for gw_id, cow_id, year in rda(shared / "regional" / "isard_gw_cw_panel.rda", ["gwcode", "ccode", "year"]):
        if gw_id == gw_id and cow_id == cow_id and year >= 1946:  # neither is NaN
            pairs.add((int(gw_id), int(cow_id), int(year)))
    assert len(pairs) > 11_000
    for gw_id, cow_id, year in pairs:
        here = {state.cow_id for state in in_year(list(rows()), year) if state.gw_id == gw_id}
        assert cow_id in here, (gw_id, cow_id, year)


def test_un_seats_agree_with_the_cow_data_on_international_organisations(shared: Path) -> None:
    file = shared / "regional" / "cow_igo_state_year_1945_2014.csv.gz"
    seats = pl.read_csv(file, columns=["ccode", "year", "un"]).filter(pl.col("year") >= 1946)
    # Where the COW file departs from the UN's record: the Dominican Republic is an original member; both Germanies were
    # admitted in 1973; Uzbekistan on 2 March 1992; Timor-Leste on 27 September 2002. It codes China's seat, which passed to
    # Taiwan with the government in December 1949 and back on 25 October 1971, as on the last day of those years.
    known = {(42, year) for year in range(1946, 1965)} | {
        (cow, year) for cow in (260, 265) for year in range(1965, 1973)
    }
    known |= {(704, 1991), (860, 2002), (710, 1949), (713, 1971)}
    different = set()
    checked = 0
    for cow_id, year, coded in seats.iter_rows():
        here = [state for state in in_year(list(rows()), year) if state.cow_id == cow_id]
        if not here:
            assert (cow_id, year) == (812, 1953)  # Laos, in COW's list half a year before Gleditsch and Ward's
            continue
        checked += 1
        on = [max(state.start, date(year, 1, 1)) for state in here]
        on += [min(state.end or date.max, date(year, 12, 31)) for state in here]
        held = any(state.un_member(when) for state in here for when in on)
        if held != (coded == 1):
            different.add((cow_id, year))
    assert checked > 9_000
    assert sorted(different ^ known) == []


def test_iso_and_m49_codes_are_those_of_the_key_of_countries(shared: Path) -> None:
    key = pl.read_csv(shared / "regional" / "mledoze_countries.csv", infer_schema=False)
    listed = {
        {"UNK": "XKX"}.get(iso3, iso3): (iso2, int(m49) if m49 else None, member == "1")
        for iso3, iso2, m49, member in key.select("cca3", "cca2", "ccn3", "unMember").iter_rows()
    }
    assert sum(member for _, _, member in listed.values()) == 194  # the Holy See is marked a member
    today = date(2026, 3, 1)
    named = 0
    for state in states(today, territories=True):
        if state.iso3:
            iso2, m49, member = listed[state.iso3]
            assert (state.iso2, state.m49) == (iso2, m49)
            assert state.un_member(today) == (member and state.iso3 != "VAT")
            named += 1
    assert named == 207


def test_the_views_key_gives_the_same_numbers(shared: Path) -> None:
    key = pl.read_csv(shared / "challenge" / "views_country_key.csv")
    for name, gw_id, iso3, current in key.select("country", "gwcode", "iso3", "in_challenge").iter_rows():
        if current:
            on = date(2023, 12, 31)
            assert by_iso3(iso3, on).gw_id == gw_id
            assert resolve(name, on).gw_id == gw_id
        else:
            assert any(state.gw_id == gw_id and iso3 in (state.iso3, state.continuing_iso3) for state in rows()), name


def test_iso_codes_of_the_country_month_aggregate_resolve(shared: Path) -> None:
    codes = pl.read_csv(shared / "ucdp" / "ged251_country_month.csv.gz", columns=["country_iso3"]).to_series().unique()
    assert codes.len() == 123
    numbers = {by_iso3(code, date(2024, 12, 31)).gw_id for code in codes}
    assert len(numbers) == 123
    # In 1989 each of them is a state, or did not exist yet as one.
    for code in codes:
        by_iso3(code, max(date(1989, 1, 1), min(s.start for s in rows() if s.continuing_iso3 == code)))


def test_ucdp_counts_the_same_states_in_every_year(shared: Path) -> None:
    file = shared / "ucdp" / "organizedviolencecy_v25_1.csv.gz"
    listed = pl.read_csv(file, columns=["country_id_cy", "country_cy", "year_cy"])
    by_year = listed.group_by("year_cy").agg(pl.col("country_id_cy").sort())
    assert by_year.height == 36
    for year, numbers in by_year.iter_rows():
        existed = {state.gw_id for state in in_year([s for s in rows() if s.kind == "state"], year)}
        assert {345 if gw_id == 340 else gw_id for gw_id in existed} == set(numbers), year
    for number, name, year in listed.iter_rows():
        assert same_state(number, name, year), (number, name, year)


@cache
def same_state(number: int, name: str, year: int) -> bool:
    """Whether UCDP's number and its spelling lead to one state, at the end of the year or else at its start."""
    for month, day in (NEW_YEARS_EVE, NEW_YEAR):
        on = date(year, month, day)
        try:
            state = of_ucdp(number, on)
            return state == (resolve(name, on) if state.start <= on else resolve(name, state.start))
        except UnknownCountryError:
            continue
    return False


def test_every_country_of_every_ucdp_event_file_resolves(shared: Path) -> None:
    files = sorted((shared / "ucdp").glob("GEDEvent*.csv.gz")) + sorted((shared / "ucdp" / "samples").glob("*.csv.gz"))
    seen = 0
    for file in files:
        frame = pl.read_csv(file, infer_schema=False, encoding="utf8-lossy", truncate_ragged_lines=True)
        year = pl.col("date_start").str.extract(r"(\d{4})").cast(pl.Int64)
        keys = frame.select(pl.col("country_id").cast(pl.Int64, strict=False), "country", year).unique().drop_nulls()
        for number, name, when in keys.iter_rows():
            assert same_state(number, name, when), (file.name, number, name, when)
            seen += 1
    assert len(files) == 12
    assert seen > 400
    provisional = pl.read_csv(shared / "ucdp" / "candidate_2025_events.csv.gz", columns=["country"])
    for name in provisional["country"].unique():
        assert resolve(name, date(2025, 12, 31)).ucdp_name == name
    slim = pl.read_parquet(shared / "ucdp" / "ged211_events_slim_1989_2022-02.parquet", columns=["country_id", "year"])
    for number, when in slim.unique().iter_rows():
        assert same_state(number, resolve_name(number), int(when)), (number, when)
    for name, when in set(rda(shared / "ucdp" / "ged211_events_dayprecise.rda", ["country", "year"])):
        state = resolve(str(name), date(2020, *NEW_YEARS_EVE))
        assert state.gw_id is not None
        assert same_state(345 if state.gw_id == 340 else state.gw_id, str(name), int(when))


def resolve_name(number: int) -> str:
    return next(state.ucdp_name for state in rows() if state.gw_id == number and state.ucdp_name)


def either_end_of_the_year(name: str, year: int) -> State:
    try:
        return resolve(name, date(year, *NEW_YEARS_EVE))
    except UnknownCountryError:
        return resolve(name, date(year, *NEW_YEAR))


@pytest.mark.parametrize(
    ("file", "places"), [("ucdp-prio-acd-251.csv", "location"), ("ucdp-dyadic-251.csv", "location_inc")]
)
def test_every_location_of_every_conflict_resolves(shared: Path, file: str, places: str) -> None:
    frame = pl.read_csv(shared / "ucdp" / file, infer_schema=False)
    places = places if places in frame.columns else "location"
    located = frame.select("gwno_loc", places, pl.col("year").cast(pl.Int64)).unique()
    assert located["year"].min() == 1946
    for numbers, names, year in located.iter_rows():
        by_number = {ucdp_state(int(number), year) for number in numbers.split(",")}
        # Colonial wars are filed under the state that was to come.
        started = max([year, *(state.start.year for state in by_number)])
        by_name = {either_end_of_the_year(name, started) for name in names.split(", ")}
        assert {state.gw_id for state in by_number} == {state.gw_id for state in by_name}, (numbers, names, year)


def ucdp_state(number: int, year: int) -> State:
    try:
        return of_ucdp(number, date(year, *NEW_YEARS_EVE))
    except UnknownCountryError:
        return of_ucdp(number, date(year, *NEW_YEAR))


def test_members_of_the_security_council_and_their_groups(shared: Path) -> None:
    seats = pl.read_csv(shared / "council" / "sc_membership_1946_2027.csv", columns=["year", "iso3", "regional_group"])
    groups = {
        "african": "African",
        "asia_pacific": "Asia-Pacific",
        "eastern_european": "Eastern European",
        "latin_american_caribbean": "Latin American and Caribbean",
        "western_european_others": "Western European and Others",
    }
    compared = 0
    for year, iso3, group in seats.iter_rows():
        # Members of the UN that were no states yet; and the seat changed hands on 25 October 1971.
        if (iso3 in {"UKR", "BLR"} and year < 1991) or (year, iso3) == (1971, "CHN"):
            continue
        ended = iso3 in {"SUN", "TWN", "CHN", "CSK"} and year < 1993
        on = date(year, *(NEW_YEAR if ended else NEW_YEARS_EVE))
        # Until December 1949 the government that the file calls TWN was that of China.
        state = by_iso3("CHN" if iso3 == "TWN" and year < 1950 else iso3, on)
        assert state.un_member(on), (year, iso3)
        # The groups took their present shape with Assembly resolution 1991 (XVIII), in force from 1966.
        if group and year >= 1966:
            assert state.un_group == groups[group], (year, iso3)
            compared += 1
    assert compared > 500
