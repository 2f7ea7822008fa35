"""The embedded figures against what UCDP published, and against each other."""

import hashlib
import re
from pathlib import Path

import polars as pl
import pytest
import yaml
from pydantic import ValidationError
from tools.embed import held

from forestall.store.manifest import Manifest
from forestall.store.schemas import ADDED_ONLY, SCHEMAS

DATA = Path(__file__).resolve().parents[2] / "src" / "forestall" / "data"
MEGABYTE = 1 << 20
OPEN = {"CC-BY-4.0", "CC0-1.0", "public domain", "BSD-3-Clause"}
FACTS_ONLY = {"none stated; dates and numbers only", "ODbL-1.0", "UN, source named"}
"""Of these the table of states holds single dates, codes and names, no database (docs/methods/states.md)."""
BESIDE = {
    "covariates": {"CC-BY-SA-4.0", "free with citation", "none stated; derived figures with citation"},
    "neighbours": {"none stated; derived figures with citation"},
    "council_measures": {"none stated; derived figures with citation", "UN, source named"},
}
_RECORD = {"none stated; derived figures with citation", "UN, source named"}
BESIDE |= {
    f"council_{name}": _RECORD for name in ("members", "resolutions", "statements", "meetings", "drafts", "vetoes")
}
BESIDE["peace_mission_mandates"] = BESIDE["peace_mission_budgets"] = {"UN, source named"}
BESIDE["treaty_actions"] = BESIDE["treaty_ends"] = {"UN, source named"}
BESIDE["peace_shortfall_month"] = {"none stated; derived figures with citation"}
BESIDE["peace_strength_month"] = {"none stated; derived figures with citation"}
BESIDE["peace_contributor_month"] = BESIDE["peace_strength_month"]
BESIDE["peace_contributor_mission_year"] = BESIDE["peace_strength_month"]
BESIDE["peace_candidate_cases"] = _RECORD | {"ODbL-1.0"}
BESIDE["peace_languages"] = {"ODbL-1.0"}
BESIDE["regional_memberships"] = BESIDE["peace_strength_month"]
BESIDE["peace_effect"] = _RECORD
BESIDE["mediation_events"] = BESIDE["mediation_roles"] = _RECORD
BESIDE["mediation_ties"] = _RECORD
BESIDE["mediation_distances"] = BESIDE["peace_strength_month"]
BESIDE["peace_fit"] = BESIDE["peace_operations"] = BESIDE["peace_sites"] = {
    "none stated; derived figures with citation"
}
BESIDE["nuclear_tests"] = BESIDE["nuclear_test_counts"] = _RECORD
BESIDE["nuclear_facilities"] = BESIDE["peace_strength_month"]
BESIDE["nuclear_reactors"] = {"ODbL-1.0"}
# The chances of events are our own figures, learned from the covariates.
BESIDE["edition_events.json"] = BESIDE["covariates"]
"""Terms of what these hold besides: yearly figures, counts and spells, cited (docs/sources/covariates.md)."""
KINDS = ("state_based", "non_state", "one_sided")


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return Manifest.read(DATA / "manifest.json")


def table(name: str) -> pl.DataFrame:
    return pl.read_parquet(DATA / f"{name}.parquet")


@pytest.fixture(scope="module")
def months() -> pl.DataFrame:
    return table("ucdp_country_month")


@pytest.fixture(scope="module")
def years() -> pl.DataFrame:
    return table("ucdp_country_year")


def year_of_month() -> pl.Expr:
    return ((pl.col("month_id") - 1) // 12 + 1980).alias("year")


def test_manifest_names_every_file_with_its_digest(manifest: Manifest) -> None:
    named = {entry.file for entry in manifest.tables.values() if "/" not in entry.file} | set(manifest.files)
    assert {path.name for path in DATA.glob("*.parquet")} <= named
    assert {entry.file for entry in manifest.tables.values()} <= {
        p.relative_to(DATA).as_posix() for p in DATA.rglob("*")
    }
    for name, entry in manifest.tables.items():
        content = (DATA / entry.file).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (entry.bytes, entry.sha256), name
        assert pl.read_parquet(DATA / entry.file).height == entry.rows, name
        assert entry.command, name


def test_manifest_names_the_other_files_too(manifest: Manifest) -> None:
    # What is written by hand and kept with the code needs no digest.
    by_hand = {"manifest.json", "fields.yml", "geometry/README.md"}
    held = {path.relative_to(DATA).as_posix() for path in DATA.rglob("*") if path.is_file()}
    tables = {entry.file for entry in manifest.tables.values()}
    assert set(manifest.files) == held - tables - by_hand
    assert {"states.csv", "geometry/world-110m.json", "geometry/world-50m.json"} <= set(manifest.files)
    for name, entry in manifest.files.items():
        content = (DATA / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (entry.bytes, entry.sha256), name
        assert entry.command, name
        assert entry.sources, name
        for source in entry.sources:
            assert source.licence in OPEN | FACTS_ONLY | BESIDE.get(name, set()), (name, source.name)
            assert source.citation, (name, source.name)


def test_the_manifest_is_written_the_same_whoever_writes_it(manifest: Manifest, tmp_path: Path) -> None:
    again = tmp_path / "manifest.json"
    backwards = manifest.model_copy(
        update={
            "tables": dict(reversed(manifest.tables.items())),
            "files": dict(reversed(manifest.files.items())),
        }
    )
    backwards.write(again)
    assert again.read_bytes() == (DATA / "manifest.json").read_bytes()


def test_builders_keep_the_entries_of_others(manifest: Manifest, tmp_path: Path) -> None:
    one, two = held.file_of(b"one", (), "a"), held.file_of(b"two", (), "b")
    held.enter(tmp_path, files={"one.csv": one})
    assert not list(tmp_path.iterdir())  # where nothing is built, nothing is entered
    table = manifest.tables["population"]
    held.enter(tmp_path, tables={"population": table}, built_with="a test")
    held.enter(tmp_path, files={"one.csv": one})
    held.enter(tmp_path, files={"geometry/two.json": two})
    held.enter(tmp_path, tables={"land_cells": manifest.tables["land_cells"]}, built_with="another test")
    held.enter(tmp_path, files={"one.csv": two})
    now = Manifest.read(tmp_path / "manifest.json")
    assert now.built_with == "another test"
    assert set(now.tables) == {"population", "land_cells"}
    assert now.files == {"one.csv": two, "geometry/two.json": two}
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


@pytest.mark.parametrize("name", ["../states.csv", "/etc/passwd", "a/b/c.json", "", "geometry/"])
def test_a_manifest_names_no_file_outside_its_folder(name: str) -> None:
    entry = held.file_of(b"", (), "a")
    with pytest.raises(ValidationError):
        Manifest(built_with="a test", tables={}, files={name: entry})


def test_all_together_are_small() -> None:
    size = sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file())
    assert size < 15 * MEGABYTE


def test_nothing_embedded_comes_from_a_source_that_forbids_it(manifest: Manifest) -> None:
    for name, entry in manifest.tables.items():
        assert entry.sources or name == "release_register", name
        for source in entry.sources:
            assert source.licence in OPEN | BESIDE.get(name, set()), (name, source.name)
            assert source.citation, (name, source.name)
            if name in SCHEMAS:
                assert re.fullmatch(r"[0-9a-f]{64}", source.sha256_of_input or ""), (name, source.name)


def test_tables_have_the_schema_and_its_types() -> None:
    for name, schema in SCHEMAS.items():
        if name not in ADDED_ONLY:
            assert dict(table(name).schema) == {column: kind() for column, kind in schema.items()}, name


def test_world_total_is_the_published_one_and_equals_the_yearly_file_in_every_year(
    months: pl.DataFrame, years: pl.DataFrame
) -> None:
    final = months.filter(pl.col("release") == "ucdp-ged-25.1")
    # Organized violence 1989-2024: the sum of UCDP GED 25.1.
    assert final["deaths_total"].sum() == 3_957_143
    by_month = final.group_by(year_of_month()).agg(pl.col("deaths_total").sum()).sort("year")
    by_year = years.group_by("year").agg(pl.col("deaths_total").sum()).sort("year")
    assert by_month["year"].to_list() == list(range(1989, 2025))
    assert by_month["deaths_total"].to_list() == by_year["deaths_total"].to_list()


def test_each_country_year_adds_up_niger_and_nigeria_too(months: pl.DataFrame, years: pl.DataFrame) -> None:
    final = months.filter(pl.col("release") == "ucdp-ged-25.1")
    sums = final.group_by("iso3", year_of_month()).agg(pl.col("deaths_total").sum().cast(pl.Int64).alias("months"))
    both = years.join(sums, on=["iso3", "year"], how="full", coalesce=True).with_columns(
        pl.col("months").fill_null(0), pl.col("deaths_total").fill_null(0)
    )
    assert both.filter(pl.col("months") != pl.col("deaths_total")).height == 0
    niger = final.filter(pl.col("iso3") == "NER")
    # Organized violence 1989-2024, country-year file: Niger 2024.
    assert niger.filter(pl.col("month_id") > 528)["deaths_total"].sum() == 1222


@pytest.mark.parametrize(
    ("iso3", "year", "best", "low", "high", "kind", "of_kind"),
    [
        # UCDP country-year of organized violence 25.1.
        ("RWA", 1994, 772_463, 347_614, 1_612_663, "one_sided", 770_581),
        ("SYR", 2014, 78_689, 76_056, 82_835, "state_based", 66_071),
        ("ETH", 2022, 165_025, 164_719, 173_192, "state_based", 163_210),
        ("UKR", 2022, 92_615, 69_887, 168_564, "state_based", 91_485),
    ],
)
def test_known_years(
    years: pl.DataFrame,
    months: pl.DataFrame,
    iso3: str,
    year: int,
    best: int,
    low: int,
    high: int,
    kind: str,
    of_kind: int,
) -> None:
    row = years.filter(pl.col("iso3") == iso3, pl.col("year") == year).row(0, named=True)
    assert (row["deaths_total"], row["deaths_total_low"], row["deaths_total_high"]) == (best, low, high)
    assert row[f"deaths_{kind}"] == of_kind
    monthly = months.filter(pl.col("iso3") == iso3, year_of_month() == year)
    assert monthly["deaths_total"].sum() == best
    assert monthly["deaths_total_high"].sum() == high


def test_conflicts_of_2024_are_as_many_as_ucdp_reported() -> None:
    active = table("ucdp_conflict_year").filter(pl.col("dyad_id").is_null(), pl.col("year") == 2024)
    # Davies et al. (2025): 61 state-based conflicts in 2024, the most since 1946, 11 of them wars.
    assert active["conflict_id"].n_unique() == 61
    assert active.filter(pl.col("intensity") == 2)["conflict_id"].n_unique() == 11


def test_types_add_up_where_they_are_all_known(months: pl.DataFrame, years: pl.DataFrame) -> None:
    names = [f"deaths_{kind}" for kind in KINDS]
    whole = months.drop_nulls(names)
    assert whole.filter(pl.sum_horizontal(names) != pl.col("deaths_total")).height == 0
    assert whole.height > 8000
    # Country-years of which all months are known by type must equal UCDP's yearly figures by type.
    known = months.filter(pl.col("release") == "ucdp-ged-25.1").group_by("iso3", year_of_month())
    known_sums = known.agg(
        pl.col(names).sum().cast(pl.Int64), pl.any_horizontal(pl.col(names).is_null()).any().alias("open")
    )
    both = known_sums.filter(~pl.col("open")).join(years, on=["iso3", "year"], suffix="_yearly")
    assert both.height > 600
    assert both.filter(pl.any_horizontal(pl.col(name) != pl.col(f"{name}_yearly") for name in names)).height == 0


def test_a_known_type_never_exceeds_its_month_or_year(months: pl.DataFrame, years: pl.DataFrame) -> None:
    for kind in KINDS:
        name = f"deaths_{kind}"
        assert months.filter(pl.col(name) > pl.col("deaths_total")).height == 0
        sums = months.group_by("iso3", year_of_month()).agg(pl.col(name).sum().alias("months"))
        assert sums.join(years, on=["iso3", "year"]).filter(pl.col("months") > pl.col(name)).height == 0


def test_rows_are_unique_and_never_empty(months: pl.DataFrame) -> None:
    assert not months.select("gw_id", "month_id").is_duplicated().any()
    assert not months.select("iso3", "month_id").is_duplicated().any()
    assert months.filter(pl.col("deaths_total") < 0).height == 0
    assert (
        months.select("gw_id", "iso3", "month_id", "deaths_total", "release").null_count().sum_horizontal().item() == 0
    )


def test_span_ends_in_february_2026(months: pl.DataFrame) -> None:
    register = table("release_register").filter(pl.col("table") == "ucdp_country_month").sort("first_month")
    assert register["last_month"].max() == 554 == months["month_id"].max()
    assert register["first_month"].to_list() == [109, 541, 553]
    assert register["last_month"].to_list() == [540, 552, 554]
    assert register["status"].to_list() == ["final", "provisional", "candidate"]
    # Every row lies in the span of its release.
    joined = months.join(register, on="release")
    assert joined.height == months.height
    assert joined.filter(~pl.col("month_id").is_between(pl.col("first_month"), pl.col("last_month"))).height == 0


def test_provisional_and_candidate_totals(months: pl.DataFrame) -> None:
    assert months.filter(pl.col("release") == "ucdp-candidate-2025")["deaths_total"].sum() == 181_331
    # 26.0.1 and 26.0.2 hold 33,867 and 12,521 deaths; 11 events stand in both, and 11 deaths belong to December 2025.
    both = months.filter(pl.col("release") == "ucdp-candidate-26.0.2")
    assert both["deaths_total"].sum() == 46_262 - 11
    assert both.filter(pl.col("iso3") == "IRN", pl.col("month_id") == 553)["deaths_total"].item() == 19_886


def test_cells_add_up_to_the_events_they_hold(years: pl.DataFrame) -> None:
    cells = table("ucdp_cell_year")
    assert cells["year"].min() == 1989
    assert cells["year"].max() == 2021
    # 280,255 events less 4 of doubtful position and 984 of 2022; deaths of 2021 as in the full candidate release.
    assert cells["events"].sum() == 280_255 - 4 - 984
    assert cells["pg_id"].is_between(1, 259_200).all()
    recent = table("ucdp_cell_month")
    in_2021 = recent.filter(pl.col("month_id").is_between(493, 504))
    assert in_2021["deaths_total"].sum() == 115_471
    assert set(recent["month_id"].unique()) == {*range(493, 505), 506, 526, 553, 554}


def test_positions_say_what_they_stand_for() -> None:
    for name in ("ucdp_cell_year", "ucdp_cell_month"):
        assert set(table(name)["precision"].unique()) == {"place", "province", "country"}, name
    years = table("ucdp_cell_year")
    # Iraq's own entry in gazetteers is 33 N, 44 E: deaths known to be in Iraq and no closer stand there.
    iraq = (
        years.filter(pl.col("pg_id") == 177_569, pl.col("gw_id") == 645)
        .group_by("precision")
        .agg(pl.col("deaths_total").sum())
    )
    assert dict(iraq.rows())["country"] == 28_226
    # 2021 is a file that has where_prec: its sums by code, 4 and 5, and 6.
    of_2021 = dict(years.filter(pl.col("year") == 2021).group_by("precision").agg(pl.col("deaths_total").sum()).rows())
    assert (of_2021["province"], of_2021["country"]) == (31_734 + 3_842, 613)


def test_cells_and_country_months_of_2026_are_the_same_events(months: pl.DataFrame) -> None:
    cells = table("ucdp_cell_month").filter(pl.col("month_id") >= 553).group_by("gw_id", "month_id")
    summed = cells.agg(pl.col("deaths_total", "events").sum()).sort("gw_id", "month_id")
    late = months.filter(pl.col("month_id") >= 553).select("gw_id", "month_id", "deaths_total", "events")
    assert summed.rows() == late.sort("gw_id", "month_id").rows()
    by_conflict = table("ucdp_conflict_month").group_by("gw_id", "month_id").agg(pl.col("deaths_total", "events").sum())
    since_2025 = months.filter(pl.col("month_id") >= 541).select("gw_id", "month_id", "deaths_total", "events")
    assert by_conflict.sort("gw_id", "month_id").rows() == since_2025.sort("gw_id", "month_id").rows()


def test_dyads_by_country_have_one_name_each() -> None:
    dyads = table("ucdp_dyad_country_year")
    named = dyads.filter(pl.col("dyad_id").is_not_null())
    assert named.group_by("type_of_violence", "dyad_id").agg(pl.col("dyad_name").n_unique().alias("n"))["n"].max() == 1
    # The source sorts ids and names apart: dyad 656 is the MNLF, not the last name in the list.
    philippines = named.filter(pl.col("iso3") == "PHL", pl.col("year") == 1990, pl.col("dyad_id") == 656)
    assert philippines["dyad_name"].to_list() == ["Government of Philippines - MNLF"]
    assert dyads["dyad_id"].null_count() < 0.05 * dyads.height
    assert not dyads["dyad_name"].str.contains("&amp;").any()


def test_population_is_that_of_the_world() -> None:
    population = table("population")
    world = population.filter(pl.col("year") == 2023)
    # World Population Prospects 2024: 8.09 billion in mid-2023.
    assert world["persons"].sum() == pytest.approx(8.06e9, rel=0.01)
    assert {"TWN", "XKX", "SRB", "SSD", "ERI"} <= set(world["iso3"])
    assert not population.select("iso3", "year").is_duplicated().any()


def test_every_column_is_described_and_no_description_is_orphaned(manifest: Manifest) -> None:
    fields = yaml.safe_load((DATA / "fields.yml").read_text("utf-8"))
    columns: dict[str, dict[str, str]] = fields["columns"]
    tables = {name: set(pl.read_parquet_schema(DATA / entry.file)) for name, entry in manifest.tables.items()}
    tables |= {name: set(schema) for name, schema in SCHEMAS.items()}
    used = set().union(*tables.values(), {"month"})  # exports write the month as text beside month_id
    assert used - set(columns) == set(), "columns without a description"
    assert set(columns) - used == set(), "descriptions of no column"
    assert set(fields["tables"]) == set(tables)
    for name, entry in columns.items():
        assert set(entry) == {"meaning", "unit", "source", "hxl"}, name
        assert all(isinstance(text, str) and text for text in entry.values()), name
        assert re.fullmatch(r"#[a-z]+(\+[a-z0-9_]+)*", entry["hxl"]), name
    for name, names in tables.items():
        tags = [columns[column]["hxl"] for column in {*names, *(("month",) if "month_id" in names else ())}]
        assert len(tags) == len(set(tags)), f"{name}: two columns share an HXL tag"


def test_rebuilding_gives_the_same_files(shared: Path, tmp_path: Path, manifest: Manifest) -> None:
    from tools.embed.build import write

    write(shared, tmp_path)
    rebuilt = Manifest.read(tmp_path / "manifest.json").tables
    assert rebuilt
    for name, entry in rebuilt.items():
        assert entry == manifest.tables[name], name
