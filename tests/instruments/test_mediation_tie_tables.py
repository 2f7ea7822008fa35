"""Tables of ties between states against the raw files they come from, and the list of former rulers."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pyreadr
import pytest
from tools.embed.build import parquet
from tools.embed.inputs import Inputs
from tools.embed.mediation import distances as built_distances
from tools.embed.mediation import series
from tools.embed.mediation import ties as built

from forestall.errors import SourceError
from forestall.ids.state_table import rows as states
from forestall.store import Workspace

CODES = {state.series_iso3 for state in states() if state.kind == "state"} - {""}


@pytest.fixture(scope="module")
def ties() -> pl.DataFrame:
    return Workspace.open().table(built.TIES)


@pytest.fixture(scope="module")
def distances() -> pl.DataFrame:
    return Workspace.open().table(built_distances.TABLE)


def _rulers() -> list[dict[str, str]]:
    with built.COLONIES.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_every_state_has_a_row_on_who_ruled_it() -> None:
    rows = _rulers()
    assert {row["iso3"] for row in rows} == CODES
    assert len({(row["iso3"], row["ruler"], row["last_day"]) for row in rows}) == len(rows)
    for row in rows:
        assert row["form"] in built.FORMS
        assert row["checked"] in {"yes", "no"}
        if row["form"] == "none":
            assert not row["ruler"] + row["last_day"] + row["source"]
            assert sum(other["iso3"] == row["iso3"] for other in rows) == 1
        else:
            assert row["ruler"] in CODES - {row["iso3"]}
            assert row["source"]
            assert date(1780, 1, 1) < date.fromisoformat(row["last_day"]) < date(2012, 1, 1)
    assert sum(row["checked"] == "yes" for row in rows) > 150


def test_rule_ends_before_the_state_is_a_member_of_the_united_nations() -> None:
    """An admitted state is ruled by nobody, but for those that signed the Charter before."""
    founders = {"IND", "PHL", "UKR", "BLR", "SYR", "LBN", "IDN"}
    admitted: dict[str, date] = {}
    for state in states():
        if state.un_member_since is not None and state.kind == "state":
            code = state.series_iso3
            admitted[code] = min(state.un_member_since, admitted.get(code, date.max))
    late = {
        row["iso3"]
        for row in _rulers()
        if row["last_day"] and row["iso3"] in admitted and date.fromisoformat(row["last_day"]) >= admitted[row["iso3"]]
    }
    # Southern Cameroons 1961; the south of what is Yemen today 1967; Taiwan, the day after the Charter was in force.
    assert late <= founders | {"CMR", "YEM", "TWN"}


def test_former_rule_in_the_table(ties: pl.DataFrame) -> None:
    rows = _rulers()
    kinds = Counter("part_of" if row["form"] == "part" else "coloniser" for row in rows if row["form"] != "none")
    assert dict(ties.filter(pl.col("form_of_rule").is_not_null()).group_by("tie").len().rows()) == kinds
    mali = ties.filter((pl.col("iso3") == "MLI") & (pl.col("tie") == "coloniser"))
    assert mali.select("other", "until_day", "form_of_rule").rows() == [("FRA", date(1960, 6, 19), "colony")]


def test_a_form_nobody_knows_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = tmp_path / "colonies.csv"
    bad.write_text("iso3,ruler,form,last_day,source,checked,note\nMLI,FRA,empire,1960-06-19,x,no,\n", encoding="utf-8")
    monkeypatch.setattr(built, "COLONIES", bad)
    with pytest.raises(SourceError, match="MLI has form 'empire'"):
        list(built.rulers())


def test_pairs_stand_both_ways(ties: pl.DataFrame, distances: pl.DataFrame) -> None:
    whole = distances.select("iso3", "other", "km", "first_year", "last_year")
    turned = whole.select(pl.col("other").alias("iso3"), pl.col("iso3").alias("other"), "km", "first_year", "last_year")
    assert whole.sort(whole.columns).equals(turned.sort(whole.columns))
    for tie in ("crisis_rivalry", "interstate_conflict", "land_border"):
        pairs = set(ties.filter(pl.col("tie") == tie).select("iso3", "other", "first_year", "last_year").rows())
        assert pairs == {(other, one, *years) for one, other, *years in pairs}, tie
    for frame in (ties, distances):
        assert set(frame["iso3"]) | set(frame["other"]) <= CODES
        assert frame.filter(pl.col("iso3") == pl.col("other")).is_empty()


def test_spells_of_a_pair_do_not_meet(ties: pl.DataFrame, distances: pl.DataFrame) -> None:
    alliances = ties.filter(pl.col("tie").is_in(list(built.OBLIGATIONS)))
    for frame in (alliances.with_columns(pl.col("tie").alias("kind")), distances.with_columns(kind=pl.lit("km"))):
        ordered = frame.sort("iso3", "other", "kind", "first_year")
        after = ordered.with_columns(pl.col("first_year").shift(-1).over("iso3", "other", "kind").alias("next"))
        met = after.filter(pl.col("next").is_not_null())
        assert met["last_year"].null_count() == 0
        assert (met["last_year"] < met["next"]).all()


def test_the_embedded_tables_are_what_the_raw_files_give(shared: Path, ties: pl.DataFrame) -> None:
    inputs = Inputs(shared)
    left_out: Counter[str] = Counter()
    assert parquet(built.ties(inputs, left_out)) == parquet(ties)
    assert parquet(built.interventions(inputs)) == parquet(Workspace.open().table(built.INTERVENTIONS))
    # The counts that docs/sources/mediation-ties.md gives.
    assert sorted(left_out.values()) == [5, 257, 3444]


def test_distances_are_those_of_the_file_to_ten_km(shared: Path, distances: pl.DataFrame) -> None:
    inputs = Inputs(shared)
    assert parquet(built_distances.distances(inputs)) == parquet(distances)
    raw = inputs.rda(built_distances.FILE, ("gwcode1", "gwcode2", "year", "mindist"))
    missing = 0
    for year in (1950, 1978, 2012, 2019):
        for one, other, _, km in raw.filter(pl.col("year") == year).sample(40, seed=year).iter_rows():
            codes = [series.of_gw(int(number), year) for number in (one, other)]
            if None in codes:  # Tibet, or a part of a state of today that is none of our table yet
                missing += 1
                continue
            held = distances.filter(
                (pl.col("iso3") == codes[0])
                & (pl.col("other") == codes[1])
                & (pl.col("first_year") <= year)
                & (pl.col("last_year").is_null() | (pl.col("last_year") >= year))
            )
            assert held.height == 1
            assert abs(held["km"][0] - km) <= 5
    assert missing < 8


def test_small_states_lie_where_they_lie(distances: pl.DataFrame) -> None:
    km = dict(
        distances.filter(pl.col("measured") == "capital")
        .select(pl.concat_str("iso3", "other", separator="-"), "km")
        .rows()
    )
    assert km["VUT-FJI"] == pytest.approx(940, abs=120)  # Port Vila to Viti Levu
    assert km["LIE-CHE"] <= 60
    assert km["STP-GAB"] == pytest.approx(290, abs=60)
    assert km["KNA-ATG"] == pytest.approx(105, abs=20)


def test_alliances_of_the_last_year_are_open(shared: Path, ties: pl.DataFrame) -> None:
    raw = pl.from_pandas(pyreadr.read_r(str(shared / built.ALLIANCES))["atop_alliance"])
    last = raw.filter((pl.col("year") == built.ALLIANCES_END) & (pl.col("atop_defense") == 1))
    held = ties.filter((pl.col("tie") == "defence_pact") & pl.col("last_year").is_null())
    assert held.height == last.height
    nato = ties.filter((pl.col("iso3") == "USA") & (pl.col("other") == "TUR") & (pl.col("tie") == "defence_pact"))
    assert nato.select("first_year", "last_year").rows() == [(1951, None)]


def test_interventions_are_those_of_the_file() -> None:
    rows = Workspace.open().table(built.INTERVENTIONS)
    serval = rows.filter((pl.col("iso3") == "MLI") & (pl.col("year") == 2013) & (pl.col("intervener") == "FRA"))
    assert set(serval["side"]) == {"a"}
    assert set(serval["party_kind"]) == {"secondary"}
    both = rows.filter((pl.col("iso3") == "UKR") & (pl.col("intervener") == "RUS"))
    assert {2014, 2022, 2024} <= set(both["year"])
    # A war is located in both: each is the other side's, and who helps one of them is party in both places.
    last = rows.filter((pl.col("year") == 2024) & (pl.col("intervener") == "PRK"))
    assert set(last["iso3"]) == {"RUS", "UKR"}
    assert "UKR" in set(rows.filter((pl.col("iso3") == "RUS") & (pl.col("year") == 2024))["intervener"])
    assert rows.filter(pl.col("iso3") == pl.col("intervener")).is_empty()
    assert rows["year"].max() == 2024


def test_spells_of_years() -> None:
    assert list(series.spells([2001, 1999, 2000, 2000, 2005])) == [(1999, 2001), (2005, 2005)]
    assert list(series.spells([])) == []
    assert series.of_gw(345, 1990) == series.of_gw(340, 2010) == "SRB"
    assert series.of_gw(365, 1970) == "RUS"
    assert series.of_gw(626, 2010) is None
    assert series.of_ucdp(615, 1955) == "DZA"  # war in Algeria before it was a state
    assert series.of_ucdp(751, 1948) is None  # Hyderabad
    assert series.of_cow(255, 1946, 1995) == "DEU"
    assert series.of_cow(999, 1946, 1950) is None
