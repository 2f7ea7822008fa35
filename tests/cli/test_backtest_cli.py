"""`forestall backtest` in detail: what it prints and writes, and which options it refuses."""

import json
import subprocess
import sys
from datetime import date

import polars as pl
import pytest

from forestall.ids.views_countries import views_id
from forestall.verify import cells


@pytest.fixture
def forestall(tmp_path, monkeypatch):
    monkeypatch.setenv("FORESTALL_HOME", str(tmp_path / "home"))

    def run(*arguments, code=0):
        command = [sys.executable, "-c", "from forestall.cli import main; main()", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
        assert done.returncode == code, done.stderr
        return done

    return run


def test_detail_writes_cells_that_serve_as_peers_and_submissions_that_score(forestall, tmp_path):
    """On our own figures, which are always there: two models in one window, then a third beside the saved two."""
    common = ("backtest", "--from", 2018, "--to", 2018)
    done = forestall(
        *common,
        "--models",
        "ewma",
        "--detail",
        "--cells",
        tmp_path / "c.parquet",
        "--submissions",
        tmp_path / "s",
        "--json",
    )
    document, held = json.loads(done.stdout), cells.read(tmp_path / "c.parquet")
    assert {"windows", "target", "figures", "seed", "detail"} == set(document)
    assert set(document["windows"][0]) == {"year", "model", "crps", "ign", "mis", "n"}
    assert [row["model"] for row in document["windows"]] == ["ewma", "conflictology_12"]
    (ewma, base) = document["detail"]["windows"]
    assert ewma["crps"] == pytest.approx(document["windows"][0]["crps"])
    one = next(entry for entry in ewma["comparisons"] if entry["metric"] == "crps")
    assert one["with"] == "conflictology_12"
    assert one["difference"] == pytest.approx(ewma["crps"] - base["crps"])
    assert one["lower"] < one["difference"] < one["upper"]
    regions = {row["region"] for row in document["detail"]["by_region"]}
    assert regions == {"Africa", "Americas", "Asia", "Europe", "Oceania"}
    largest = held.filter(pl.col("model") == "ewma").sort("observed", descending=True).head(3)
    assert [(row["iso3"], row["observed"]) for row in document["detail"]["largest"]] == list(
        largest.select("iso3", "observed").iter_rows()
    )
    assert "VIEWS does not number them: gw_id [327]" in done.stderr
    assert (tmp_path / "s" / "ewma" / "submission_details.yml").is_file()
    assert set(held["model"]) == {"ewma", "conflictology_12"}

    held.with_columns(model=pl.lit("peer_") + pl.col("model")).write_parquet(tmp_path / "peers.parquet")
    table = forestall(*common, "--models", "last", "--detail", "--peer-scores", tmp_path / "peers.parquet").stdout
    # the best of the file is the peer
    assert "Saved against conflictology_12" in table
    assert "Saved against peer_ewma" in table
    assert "peer_conflictology_12" in table
    assert "…" not in table
    assert max(map(len, table.splitlines())) <= 80

    # the submission, scored as anyone's file: the same countries but the Holy See, in the numbers of VIEWS
    own = held.filter((pl.col("model") == "ewma") & (pl.col("unit") != 327))
    number = {unit: views_id(unit, date(2017, 10, 31)) for unit in own["unit"].unique()}
    own.select(
        "month_id", pl.col("unit").replace_strict(number).alias("country_id"), pl.col("observed").alias("deaths")
    ).write_csv(tmp_path / "outcomes.csv")
    score = forestall("score", tmp_path / "s" / "ewma", "--actuals", tmp_path / "outcomes.csv", "--json")
    (row,) = json.loads(score.stdout)["scores"]
    assert row["n"] == own.height
    assert [row[key] for key in cells.METRICS] == pytest.approx([own[key].mean() for key in cells.METRICS])


def test_monthly_origins(forestall):
    done = forestall(
        "backtest",
        "--origins",
        "monthly",
        "--ahead",
        1,
        "--from",
        2016,
        "--to",
        2017,
        "--models",
        "zero,last",
        "--json",
    )
    document = json.loads(done.stdout)
    assert (document["origins"], document["ahead"]) == ("monthly", 1)
    assert len(document["windows"]) == 2 * 13
    assert document["windows"][0]["origin"] == "2015-12"
    assert document["windows"][-1]["origin"] == "2016-12"
    assert {row["year"] for row in document["windows"]} == {2016, 2017}
    table = forestall("backtest", "--origins", "monthly", "--from", 2017, "--to", 2017, "--models", "zero").stdout
    assert "means of 1 windows, 2017 to 2017" in " ".join(table.split())


def test_detail_on_the_challenge_prints_published_entries_in_their_window(forestall, shared):
    folder = shared / "challenge"
    table = forestall("backtest", "--challenge", folder, "--models", "ewma,zero", "--detail").stdout
    lines = [line.split() for line in table.splitlines()]
    assert ["2018", "(exactly_zero)", "24.08"] in lines
    assert ["all", "ewma", "26.66", "0.698", "428", "15.07", "0.695", "206"] in lines
    assert "VIEWS_conflictology_country12" in table
    assert max(map(len, table.splitlines())) <= 80
    assert "…" not in table
    revised = forestall("backtest", "--challenge", folder, "--revised", "--models", "zero", "--json")
    document = json.loads(revised.stdout)
    assert round(document["windows"][-1]["crps"], 2) == 53.54
    assert "revision" in document["figures"]
    assert "published" not in document


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--revised",), "give --challenge DIR too"),
        (("--origins", "weekly"), "'weekly' is not known, expected annual or monthly"),
        (("--ahead", "1"), "--ahead belongs to --origins monthly"),
        (("--origins", "monthly", "--ahead", "40"), "expected 1 to 25"),
        (("--origins", "monthly", "--submissions", "out"), "one window a year"),
        (("--peer", "ewma"), "belong to --detail"),
        (("--detail", "--peer", "oracle"), "unknown model 'oracle'"),
        (("--cells", "scores.csv"), "expected .parquet"),
        (("--submissions", "pyproject.toml"), "is a file; name another folder"),
    ],
)
def test_options_that_do_not_go_together(forestall, arguments, words):
    done = forestall("backtest", "--models", "zero", *arguments, code=2)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert words in done.stderr


def test_peer_scores_that_are_not_there(forestall, tmp_path):
    done = forestall("backtest", "--detail", "--peer-scores", tmp_path / "none.parquet", code=1)
    assert "none.parquet is not there" in done.stderr
