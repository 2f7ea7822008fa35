"""The commands as people run them: a process, its two streams and its exit code."""

import json
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from forestall.forecast.frame import Forecast
from forestall.forecast.parquet import read_parquet
from forestall.forecast.views import write_views


@pytest.fixture
def forestall(tmp_path, monkeypatch):
    monkeypatch.setenv("FORESTALL_HOME", str(tmp_path / "home"))

    def run(*arguments, code=0):
        command = [sys.executable, "-c", "from forestall.cli import main; main()", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == code, done.stderr
        return done

    return run


def one_line(done, *words):
    assert done.stdout == ""
    assert done.stderr.startswith("forestall: ")
    assert done.stderr.count("\n") == 1
    for word in words:
        assert word in done.stderr


@pytest.fixture(scope="module")
def submission(tmp_path_factory):
    """A folder in the VIEWS layout, and what happened: all draws 6, all outcomes 4."""
    folder = tmp_path_factory.mktemp("submission")
    write_views(
        Forecast(
            draws=np.full((2, 12, 20), 6, dtype=np.float32),
            units=np.array([7, 9], dtype=np.int32),
            months=np.arange(457, 469, dtype=np.int32),
            level="country",
            unit_key="country_id",
            target="deaths_state_based",
            as_of=454,
            model="six",
            version="",
            seed=0,
            panel_digest="",
        ),
        folder,
    )
    months = list(range(457, 469))
    actual = pl.DataFrame({"month_id": months * 2, "country_id": [7] * 12 + [9] * 12, "ged_sb": [4] * 24})
    actual.write_csv(folder / "actual.csv")
    return folder


def test_score_as_json_and_as_a_table(forestall, submission):
    done = forestall("score", submission, "--actuals", submission / "actual.csv", "--json")
    (row,) = json.loads(done.stdout)["scores"]
    assert (row["window"], row["model"], row["crps"], row["n"]) == ("window=Y2018", "six", 2.0, 24)
    assert row["auroc_25"] is None
    assert "20 draws" in done.stderr
    table = forestall("score", submission, "--actuals", submission / "actual.csv").stdout
    assert "six" in table
    assert "2018-12" in table
    assert "2.000" in table


def test_score_says_what_is_wrong(forestall, submission, tmp_path):
    one_line(forestall("score", tmp_path, "--actuals", submission / "actual.csv", code=1), "holds no window")
    one_line(forestall("score", submission, "--actuals", tmp_path / "no.csv", code=1), "no.csv is not there")
    short = pl.read_csv(submission / "actual.csv").head(20)
    short.write_csv(tmp_path / "short.csv")
    one_line(
        forestall("score", submission, "--actuals", tmp_path / "short.csv", code=2), "country_id 9 in month_id 465"
    )


def test_backtest_on_the_challenge(forestall, shared):
    done = forestall("backtest", "--challenge", shared / "challenge", "--models", "zero,conflictology_12", "--json")
    document = json.loads(done.stdout)
    assert done.stderr == ""
    assert [(row["year"], row["model"]) for row in document["windows"][:2]] == [
        (2018, "zero"),
        (2018, "conflictology_12"),
    ]
    zero = [round(row["crps"], 2) for row in document["windows"] if row["model"] == "zero"]
    assert zero == [24.08, 22.64, 21.89, 36.77, 74.47, 30.24]
    assert set(document["windows"][0]) == {"year", "model", "crps", "ign", "mis", "n"}
    assert "VIEWS_conflictology_country12" in {row["model"] for row in document["published"]}
    one = forestall("backtest", "--challenge", shared / "challenge", "--models", "zero", "--from", 2022, "--to", 2022)
    assert "74.47" in one.stdout
    assert "24.08" not in one.stdout.split("Published")[0]


def test_tables_fit_a_terminal_of_80_columns(forestall, shared):
    names = "zero,last,conflictology_12,bootstrap_240,ewma"
    table = forestall("backtest", "--challenge", shared / "challenge", "--models", names, "--more").stdout
    assert "…" not in table
    assert max(map(len, table.splitlines())) <= 80
    (row,) = [line.split() for line in table.splitlines() if line.strip().startswith("ewma")]
    assert row[1:8] == ["13.51", "7.91", "12.41", "27.11", "78.26", "20.74", "26.66"]


def test_backtest_says_what_is_wrong(forestall, tmp_path):
    one_line(forestall("backtest", "--models", "zero,oracle", code=2), "'oracle'", "known: zero, last")
    one_line(forestall("backtest", "--challenge", tmp_path, code=1), "views_country_key.csv is not there")


def test_backtest_on_our_own_figures(forestall):
    done = forestall("backtest", "--from", 2019, "--to", 2020, "--models", "zero,ewma", "--more", "--json")
    rows = json.loads(done.stdout)["windows"]
    assert [(row["year"], row["model"]) for row in rows] == [(y, m) for y in (2019, 2020) for m in ("zero", "ewma")]
    zero, ewma = rows[0], rows[1]
    # the zero forecast's score is the mean number of deaths: 2019 had 76 to 79 thousand in about 195 states
    assert 70_000 < zero["crps"] * zero["n"] < 85_000
    assert zero["n"] > 190 * 12
    assert ewma["crps"] < zero["crps"]
    assert ewma["auroc_25"] > 0.9
    one_line(forestall("backtest", "--from", 1980, "--models", "zero", code=2), "allows the years 1990..")


def test_forecast_of_the_world(forestall):
    document = json.loads(forestall("forecast", "--horizon", 3, "--as-of", "2024-12", "--json").stdout)
    assert (document["as_of"], document["target"], document["model"]) == ("2024-12", "deaths_total", "forestall")
    by_code = {unit["iso3"]: unit["months"] for unit in document["units"]}
    assert len(by_code) > 190
    months = by_code["SDN"]
    assert [row["month"] for row in months] == ["2025-01", "2025-02", "2025-03"]
    for row in months:
        assert {"month", "mean", "q05", "q50", "q95"} <= set(row)
        assert 0 <= row["p1000"] <= row["p100"] <= row["p25"] <= row["p1"] <= 1
        assert 0 <= row["q05"] <= row["q50"] <= row["q95"]
        assert row["mean"] > 100
    assert by_code["CHE"][0]["p25"] < 0.01
    assert all(unit["years"] == [] for unit in document["units"])


def test_years_are_given_where_the_horizon_covers_them(forestall):
    base = ("forecast", "--as-of", "2024-10", "--model", "ewma", "--json")
    document = json.loads(forestall(*base, "--horizon", 26).stdout)
    assert [year["year"] for year in document["units"][0]["years"]] == [2025, 2026]
    sudan = next(unit for unit in document["units"] if unit["iso3"] == "SDN")
    for year in sudan["years"]:
        months = [row for row in sudan["months"] if row["month"].startswith(str(year["year"]))]
        assert len(months) == 12
        assert year["mean"] == pytest.approx(sum(row["mean"] for row in months), rel=1e-3)
        # months hang together: the total's interval is wider than that of twelve independent ones
        assert year["q05"] <= year["q50"] <= year["q95"]
        assert year["q95"] - year["q05"] > sum(row["q95"] - row["q05"] for row in months) / 12**0.5
        assert 1 >= year["p1"] >= year["p25"] >= year["p100"] >= year["p1000"] >= 0
    assert set(sudan["years"][0]) == {"year", "mean", "q05", "q50", "q95", "p1", "p25", "p100", "p1000"}
    table = forestall("forecast", "SDN", *base[1:-1], "--horizon", 26).stdout
    assert "2026  " in table
    assert max(map(len, table.splitlines())) <= 80


def test_forecast_of_a_country(forestall):
    base = ("--model", "ewma", "--horizon", 2, "--as-of", "2024-12", "--json")
    world = json.loads(forestall("forecast", *base).stdout)
    expected = next(unit for unit in world["units"] if unit["iso3"] == "MLI")
    for name in ("MLI", "mli", "432", "Mali"):
        document = json.loads(forestall("forecast", name, *base).stdout)
        assert document["units"] == [expected]
    table = forestall("forecast", "MLI", "--model", "ewma", "--horizon", 2, "--as-of", "2024-12").stdout
    assert "2025-02" in table
    assert "P(25+)" in table


def test_forecast_to_files(forestall, tmp_path):
    base = ("forecast", "--horizon", 2, "--as-of", "2024-12", "--model", "conflictology_12")
    done = forestall(*base, "--out", tmp_path / "f.parquet")
    assert "written: " in done.stderr
    held = read_parquet(tmp_path / "f.parquet")
    assert (held.model, held.as_of, held.n_draws, held.unit_key) == ("conflictology_12", 540, 1000, "gw_id")
    forestall(*base, "--out", tmp_path / "f.csv")
    table = pl.read_csv(tmp_path / "f.csv")
    assert table.columns == [
        *("iso3", "gw_id", "month", "mean"),
        *("p1", "p25", "p100", "p1000"),
        *("q05", "q50", "q95"),
    ]
    assert table.height == held.units.size * 2
    forestall(*base, "--out", tmp_path / "f.json")
    assert len(json.loads((tmp_path / "f.json").read_text())["units"]) == held.units.size


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--model", "hydra"), ("unknown model 'hydra'", "ewma")),
        (("--horizon", "37"), ("37 months", "1 to 36")),
        (("--horizon", "0"), ("1 to 36",)),
        (("--level", "tract"), ("--level 'tract'",)),
        (("--target", "battle_deaths"), ("battle_deaths", "deaths_total")),
        (("--out", "x.xlsx"), (".parquet, .csv or .json",)),
        (("--as-of", "2031-13"), ("2031-13",)),
        (("Atlantis",), ("Atlantis",)),
    ],
)
def test_forecast_says_what_is_wrong(forestall, arguments, words):
    one_line(forestall("forecast", *arguments, code=2), *words)


def test_a_type_that_is_not_known_in_every_month_is_said(forestall):
    done = forestall(
        "forecast", "Nigeria", "--target", "deaths_state_based", "--model", "ewma", "--horizon", "1", "--json"
    )
    assert json.loads(done.stdout)["target"] == "deaths_state_based"
    assert "are not known" in done.stderr
    assert "not known" not in forestall("forecast", "Nigeria", "--model", "ewma", "--horizon", "1").stderr
