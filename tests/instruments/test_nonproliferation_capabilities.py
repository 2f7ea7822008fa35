"""Capabilities on a day against official records, and the two catalogues of explosions against each other."""

from datetime import date, timedelta
from itertools import permutations
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.embed.inputs import Inputs
from tools.embed.nonproliferation import catalogues, reconcile
from tools.embed.nonproliferation import tests as builder
from tools.embed.nonproliferation.catalogues import Explosion

from forestall.errors import StoreError, UnknownCountryError, UsageError
from forestall.instruments.nonproliferation import capabilities as cap
from forestall.instruments.nonproliferation import histories, tests_catalogue
from forestall.store import Workspace

NOW = date(2026, 11, 25)


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open()


def count(found: cap.Capabilities, name: str) -> cap.Count:
    return next(one for one in found.counts if one.name == name)


def test_warheads_are_those_of_the_published_notebook(workspace: Workspace) -> None:
    # FAS, Status of world nuclear forces 2022: military stockpiles.
    stockpiles = {
        "USA": 3708, "RUS": 4477, "FRA": 290, "CHN": 350, "GBR": 180, "ISR": 90, "PAK": 165, "IND": 160, "PRK": 20,
    }  # fmt: skip
    for iso3, warheads in stockpiles.items():
        found = count(cap.capabilities(iso3, NOW, workspace), "warheads")
        assert (found.value, found.at, found.data_end.year, found.estimated) == (warheads, "2022", 2022, True)
    # Peaks: 31,255 for the United States in 1967 (declassified), 40,159 for the Soviet Union in 1986 (estimate).
    assert count(cap.capabilities("USA", date(1967, 6, 1), workspace), "warheads").value == 31255
    assert count(cap.capabilities("RUS", date(1986, 6, 1), workspace), "warheads").value == 40159
    assert count(cap.capabilities("JPN", NOW, workspace), "warheads").value is None  # no estimate is not zero


def test_inventories_add_up(workspace: Workspace) -> None:
    frame = workspace.table("nuclear_warheads")
    parts = frame.filter(~pl.col("measure").is_in(["stockpile", "inventory"])).group_by("iso3").agg(pl.sum("warheads"))
    whole = dict(frame.filter(pl.col("measure") == "inventory").select("iso3", "warheads").rows())
    assert dict(parts.rows()) == whole
    assert whole["RUS"] == 5977
    assert whole["USA"] == 5428
    # The stockpile is the inventory without the retired.
    retired = dict(frame.filter(pl.col("measure") == "retired").select("iso3", "warheads").rows())
    stockpile = frame.filter(pl.col("measure") == "stockpile", pl.col("year") == 2022)
    for iso3, warheads in stockpile.select("iso3", "warheads").iter_rows():
        if iso3 in whole:
            assert warheads == whole[iso3] - retired[iso3], iso3


def test_south_africa_had_six_devices_in_1989_and_none_when_it_joined_the_npt(workspace: Workspace) -> None:
    before = cap.capabilities("ZAF", date(1989, 6, 1), workspace)
    assert count(before, "warheads").value == 6
    assert before.stage is not None
    assert (before.stage.stage, before.stage.since) == ("possession", 1979)
    assert before.history == ()
    after = cap.capabilities("ZAF", date(1993, 12, 31), workspace)
    assert count(after, "warheads").value == 0
    assert after.stage is not None
    assert after.stage.stage == "none"
    assert [one.when for one in after.history if one.what.startswith("Acceded to the NPT")] == ["1991-07-10"]


def test_kazakhstan_never_had_a_programme_of_its_own_and_its_path_is_dated(workspace: Workspace) -> None:
    found = cap.capabilities("KAZ", date(1995, 4, 30), workspace)
    assert found.stage is not None
    assert (found.stage.stage, found.tests) == ("none", None)
    assert [one.when for one in found.history] == [
        "1989-10-19", "1991-08-29", "1992-05-23", "1994-02-14", "1994-12-05", "1995-04",
    ]  # fmt: skip
    # A month counts from its last day.
    assert "1995-04" not in [one.when for one in cap.capabilities("KAZ", date(1995, 4, 29), workspace).history]
    assert found.on_territory is not None
    assert (found.on_territory.first, found.on_territory.last) == (date(1949, 8, 29), date(1989, 10, 19))
    sites = workspace.table("nuclear_tests").filter(pl.col("test_site") == "Semipalatinsk", pl.col("in_sipri_foa"))
    # The official list has 456 explosions in 340 underground and 116 other tests; SIPRI/FOA has 455 entries.
    assert sites.height == 455


def test_last_warheads_left_ukraine_and_belarus_in_1996() -> None:
    assert "1996-06-01" in [one.when for one in histories.history("UKR", date(1996, 6, 1))]
    assert "1996-06-01" not in [one.when for one in histories.history("UKR", date(1996, 5, 31))]
    assert [one.when for one in histories.history("BLR", NOW)][-2:] == ["1996-11-23", "1996-11-27"]


def test_histories_agree_with_the_treaty_table(workspace: Workspace) -> None:
    actions = workspace.table("treaty_actions")
    verbs = {"Acceded": "acceded", "Ratified": "ratified"}
    held = {(row[0], row[1], row[2]) for row in actions.select("iso3", "treaty", "day").iter_rows()}
    checked = 0
    for iso3 in histories.listed():
        for one in histories.history(iso3, NOW):
            if one.what.split()[0] in verbs and " NPT" in one.what:
                assert (iso3, "NPT", one.day) in held, one
                checked += 1
    assert checked > 15


def test_decisions_of_the_council_bear_their_dates(workspace: Workspace) -> None:
    resolutions = dict(workspace.table("council_resolutions").select("symbol", "date").iter_rows())
    statements = dict(workspace.table("council_statements").select("symbol", "date").iter_rows())
    held = resolutions | statements
    facts = [one for iso3 in histories.listed() for one in histories.history(iso3, NOW)]
    decided = [one for one in facts if "Security Council" in one.what]
    assert len(decided) == 6
    for one in decided:
        assert held[one.source.split(";")[0]] == one.day, one
    # Each test of the DPRK stands in a resolution of the months after it.
    for day, source in workspace.table("nuclear_tests").filter(iso3="PRK").select("exploded_on", "source").iter_rows():
        symbol = next(name for name in resolutions if name in source)
        assert 0 < (resolutions[symbol] - day).days < 90, symbol


def test_a_date_that_does_not_fit_its_precision_is_an_error() -> None:
    assert histories.last_day("1992-02", "month") == date(1992, 2, 29)
    assert histories.last_day("1988", "year") == date(1988, 12, 31)
    with pytest.raises(StoreError, match="not a date known to the day"):
        histories.last_day("1992-02", "day")


def test_unknown_countries_and_days_before_the_table_are_errors(workspace: Workspace) -> None:
    with pytest.raises(UnknownCountryError):
        cap.capabilities("Atlantis", NOW, workspace)
    with pytest.raises(UsageError, match="1946"):
        cap.capabilities("USA", date(1945, 8, 6), workspace)


def test_nothing_of_later_days_is_told(workspace: Workspace) -> None:
    for iso3 in ("USA", "RUS", "IND", "PRK", "ZAF", "DEU"):
        for year in (1950, 1975, 1990, 1999, 2010):
            found = cap.capabilities(iso3, date(year, 7, 1), workspace)
            for tests in (found.tests, found.on_territory):
                assert tests is None or tests.last <= found.on
            assert all(one.day <= found.on for one in found.history)
            assert found.stage is None or found.stage.year <= year
            assert all(int(one.at[:4]) <= year for one in found.counts)


def test_totals_of_explosions_stand_beside_the_official_ones(workspace: Workspace) -> None:
    listed = {iso3: tests_catalogue.by_state(iso3, NOW, workspace) for iso3 in tests_catalogue.OFFICIAL}
    held = {iso3: (one.sipri_foa, one.oklahoma, one.both, one.announced) for iso3, one in listed.items() if one}
    assert held == {
        "USA": (1032, 1147, 1012, 0),  # 1,030 tests and two explosions in war
        "RUS": (714, 587, 539, 0),  # official 715
        "FRA": (210, 200, 194, 0),
        "GBR": (45, 44, 44, 0),
        "CHN": (45, 46, 44, 0),
        "IND": (3, 6, 3, 0),
        "PAK": (2, 3, 2, 0),
        "PRK": (0, 1, 0, 6),
    }
    united_states = workspace.table("nuclear_tests").filter(pl.col("iso3") == "USA", pl.col("in_sipri_foa"))
    assert united_states.filter(pl.col("purpose") == "combat")["exploded_on"].to_list() == [
        date(1945, 8, 5), date(1945, 8, 9),
    ]  # fmt: skip
    assert united_states.filter(pl.col("purpose") != "combat").height == 1030


def test_every_line_of_both_catalogues_stands_in_the_table_once(workspace: Workspace, shared: Path) -> None:
    inputs = Inputs(shared)
    frame = workspace.table("nuclear_tests")
    assert int(frame["in_sipri_foa"].sum()) == len(catalogues.sipri(inputs)) == 2051
    assert int(frame["in_oklahoma"].sum()) == len(catalogues.oklahoma(inputs)) == 2035
    single = frame.filter(pl.col("in_sipri_foa") != pl.col("in_oklahoma"))
    assert single["difference"].null_count() == 0  # why it stands in one only is always said


def test_yearly_counts_of_sipri_and_the_tally_agree_but_for_two_years(workspace: Workspace) -> None:
    frame = workspace.table("nuclear_test_counts")
    held = {(row[0], row[1], row[2]): row[3] for row in frame.iter_rows()}
    tally, sipri = "Arms Control Association", "SIPRI/FOA 2000"
    states = {(iso3, year) for iso3, year, catalogue in held if catalogue in (tally, sipri) and year <= 1998}
    odd = {
        (iso3, year): (held.get((iso3, year, tally)), held.get((iso3, year, sipri)))
        for iso3, year in states
        if held.get((iso3, year, tally)) != held.get((iso3, year, sipri))
    }
    assert odd == {("RUS", 1972): (24, 23), ("USA", 1945): (1, 3)}  # the tally leaves out use in war
    totals = frame.filter(pl.col("catalogue") == tally).group_by("iso3").agg(pl.col("tests").sum())
    assert dict(totals.iter_rows()) == {iso3: total for iso3, (total, _) in tests_catalogue.OFFICIAL.items()}


def test_a_third_catalogue_has_what_sipri_alone_lists_and_not_what_oklahoma_alone_does(
    workspace: Workspace, shared: Path
) -> None:
    names = {"usa": "USA", "ussr": "RUS", "fr": "FRA", "uk": "GBR", "prc": "CHN"}
    third = pl.read_csv(shared / "nonproliferation/explosions_johnston.csv", infer_schema=False)
    days: dict[str, set[date]] = {iso3: set() for iso3 in names.values()}
    for country, *parts in third.select("country", "year", "month", "day").drop_nulls().iter_rows():
        if all(part.isdigit() for part in parts):
            days[names[country]].add(date(*(int(part) for part in parts)))

    def within_a_day(frame: pl.DataFrame) -> tuple[int, int]:
        rows = frame.filter(pl.col("iso3").is_in(list(days))).select("iso3", "exploded_on").rows()
        near = [any(day + timedelta(days=by) in days[iso3] for by in (-1, 0, 1)) for iso3, day in rows]
        return sum(near), len(rows)

    frame = workspace.table("nuclear_tests")
    sipri, oklahoma = pl.col("in_sipri_foa"), pl.col("in_oklahoma")
    assert within_a_day(frame.filter(sipri, ~oklahoma)) == (213, 213)
    assert within_a_day(frame.filter(oklahoma, ~sipri, pl.col("difference") == "not listed")) == (0, 54)


def test_the_event_of_1979_is_attributed_to_nobody(workspace: Workspace) -> None:
    frame = workspace.table("nuclear_tests").filter(pl.col("exploded_on") == date(1979, 9, 22))
    assert frame.filter(pl.col("iso3").is_null())["difference"].to_list() == ["contested"]
    assert tests_catalogue.by_state("ISR", NOW, workspace) is None
    assert tests_catalogue.by_state("ZAF", NOW, workspace) is None


def test_announced_tests_of_the_dprk(workspace: Workspace) -> None:
    days = [
        date(2006, 10, 9),
        date(2009, 5, 25),
        date(2013, 2, 12),
        date(2016, 1, 6),
        date(2016, 9, 9),
        date(2017, 9, 3),
    ]
    frame = workspace.table("nuclear_tests").filter(pl.col("iso3") == "PRK")
    assert frame["exploded_on"].to_list() == days
    assert all("S/RES/" in source for source in frame["source"].to_list())
    assert frame["yield_high_kt"].null_count() == 6  # neither the Council nor the CTBTO states a yield


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("21", 21.0, 21.0), ("0-20", 0.0, 20.0), ("-1000", None, 1000.0), ("300+", 300.0, None), ("LOW", None, 20.0),
        ("l20", None, 20.0), ("g100", 100.0, None), ("~200", 200.0, 200.0), ("0.3?", 0.3, 0.3), ("?", None, None),
        (None, None, None), ("FIZZ", None, None),
    ],
)  # fmt: skip
def test_yields_as_catalogued(text: str | None, low: float | None, high: float | None) -> None:
    assert catalogues.yields(text) == (low, high)


def test_degrees_need_a_direction() -> None:
    assert catalogues.degrees("71.80 W") == -71.80
    assert catalogues.degrees("21.83") is None
    assert catalogues.degrees(None) is None


def explosion(line: int, day: int, *, iso3: str = "USA", site: str | None = "Nevada", kt: float = 5.0) -> Explosion:
    when = date(1962, 1, 1) + timedelta(days=day)
    return Explosion(line, when, iso3, site, None, None, None, kt, kt, None, None, None)


LINES = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["Nevada", "Bikini", None]), st.sampled_from([1.0, 5.0, 50.0])),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(LINES, LINES)
def test_no_other_pairing_is_larger_or_closer(
    ones: list[tuple[int, str | None, float]], others: list[tuple[int, str | None, float]]
) -> None:
    left = [explosion(at, day, site=site, kt=kt) for at, (day, site, kt) in enumerate(ones)]
    right = [explosion(at, day, site=site, kt=kt) for at, (day, site, kt) in enumerate(others)]
    found = reconcile.pairs(left, right)
    assert len({at for at, _ in found}) == len({to for _, to in found}) == len(found)
    fits = {(i, j): reconcile.closeness(a, b) for i, a in enumerate(left) for j, b in enumerate(right)}
    assert all(fits[pair] is not None for pair in found)
    worth = sum(1000 + (fits[pair] or 0.0) for pair in found)
    assert worth == pytest.approx(_best(len(left), len(right), fits))


def _best(n: int, m: int, fits: dict[tuple[int, int], float | None]) -> float:
    """The best worth of any assignment, by trying all."""
    if n > m:
        return _best(m, n, {(j, i): fit for (i, j), fit in fits.items()})
    best = 0.0
    for order in permutations(range(m), n):
        kept = [fits[i, j] for i, j in enumerate(order)]
        best = max(best, sum(1000 + fit for fit in kept if fit is not None))
    return best


def test_reasons_of_single_lines() -> None:
    ones = [explosion(0, 0), explosion(1, 100)]
    others = [explosion(0, 1), explosion(1, 1), explosion(2, 100, iso3="GBR"), explosion(3, 1000)]
    events = reconcile.reconcile(ones, others)
    assert sum(one.one is not None and one.other is not None for one in events) == 1
    reasons = sorted(str(one.reason) for one in events if one.reason)
    assert reasons == [
        "after the other ends", "further device of a test both list", "listed under another state",
        "listed under another state",
    ]  # fmt: skip


def test_a_pair_says_in_what_it_differs() -> None:
    one, other = explosion(0, 0, kt=5.0), explosion(0, 1, kt=50.0)
    assert builder.differences(reconcile.Reconciled(one, other, None)) == "day, yield"
    assert builder.differences(reconcile.Reconciled(one, one, None)) is None
    assert builder.differences(reconcile.Reconciled(one, one, "place")) == "place"


def test_facilities_are_counted_in_the_years_of_their_operation(workspace: Workspace) -> None:
    # Netherlands: Almelo SP4 and SP5 operate at the end of 2012; from 1973 to 1981 SP1 and SP2, from 1980 SP3.
    def operating(year: int) -> int | None:
        return count(cap.capabilities("NLD", date(year, 7, 1), workspace), "enrichment facilities").value

    assert [operating(year) for year in (1972, 1973, 1980, 1981, 1982, 2005, 2006, 2012, 2026)] == [
        0, 2, 3, 4, 2, 3, 2, 2, 2,
    ]  # fmt: skip
    frame = workspace.table("nuclear_facilities")
    for column in ("uncertain", "pilot_or_larger", "safeguarded", "end_unknown"):
        assert frame.filter(pl.col(column) > pl.col("operating")).is_empty(), column


def test_reactors_on_the_last_day_of_the_file(workspace: Workspace) -> None:
    found = cap.capabilities("ZAF", NOW, workspace)
    reactors = count(found, "power reactors in operation")
    assert (reactors.value, reactors.at) == (2, "2024-03-31")  # Koeberg 1 and 2
    assert count(cap.capabilities("ZAF", date(1984, 1, 1), workspace), "power reactors in operation").value == 0
    # IAEA, Nuclear power reactors in the world (RDS-2/36): 441 with 382,855 MW on 31 December 2015. The file counts from
    # commercial operation, so that it has a few less.
    world = workspace.table("nuclear_reactors").filter(pl.col("year") == 2015)
    assert world["operating"].sum() == pytest.approx(441, rel=0.015)
    assert world["megawatts"].sum() == pytest.approx(382855, rel=0.04)


def test_the_document_says_unit_source_and_end_of_each_count(workspace: Workspace) -> None:
    document = cap.document(cap.capabilities("IND", NOW, workspace))
    assert document["tests_official_total"]["tests"] == 3
    for one in document["counts"]:
        assert one["unit"]
        assert one["source"]
        assert date.fromisoformat(one["data_end"]) <= NOW
    assert [one["weapon"] for one in document["programmes"]] == ["biological", "chemical"]
    assert cap.document(cap.capabilities("IND", date(1990, 1, 1), workspace))["programmes"] == []
