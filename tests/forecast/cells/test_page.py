"""The queries on the page about the store of cell forecasts run, and give what the store gives."""

import re
from pathlib import Path

import duckdb
import made_runs as made
import numpy as np
import polars as pl
import pytest

PAGE = Path(__file__).parents[3] / "docs" / "methods" / "cell-store.md"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return made.run(tmp_path / "run")


def queries(kind):
    return re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_queries_in_sql(run):
    top, means, cell, interval = (duckdb.sql(query).fetchall() for query in queries("sql"))
    summary = run.summary(556).sort(["p25", "pg_id"], descending=[True, False]).head(10)
    assert top == summary.select("pg_id", "gw_id", "mean", "p25").rows()

    sudan = run.summary(556).filter(pl.col("gw_id") == 625).select("pg_id", "mean", "p25")
    np.testing.assert_allclose(np.array(means), sudan.to_numpy())
    assert len(means) > 2

    assert [row[:2] for row in cell] == [(period, draw) for period in (555, 556, 557) for draw in range(40)]
    np.testing.assert_array_equal(np.array([row[2] for row in cell]).reshape(3, 40), run.cell(141_000))

    total = run.country(626).country_draws().sum(axis=0)
    np.testing.assert_allclose(interval[0][0], np.quantile(total, (0.05, 0.5, 0.95)))


def test_queries_in_polars(run):
    names: list[dict] = []
    for query in queries("python"):
        names.append({})
        exec(query, names[-1])
    any_deaths = np.any([run.cell(cell) > 0 for cell in (145_003, 145_005, 141_000)], axis=0).mean(axis=1)
    np.testing.assert_allclose(names[0]["chance"].to_numpy(), np.column_stack([(555, 556, 557), any_deaths]))
    world = names[1]["world"].sort("pg_id")
    assert world["pg_id"].to_list() == run.index.pg_id.tolist()
    assert world.null_count().sum_horizontal().item() == 0
    mean = [run.cell(cell)[1].mean() for cell in world["pg_id"]]
    np.testing.assert_allclose(world["mean"].to_numpy(), mean)


def test_names_on_the_page_are_there():
    import forestall.forecast.cells.export
    import forestall.forecast.cells.reading
    import forestall.forecast.cells.store

    text = PAGE.read_text("utf-8")
    for module, name in re.findall(r"from (forestall\.\S+) import ([\w, ]+)", text):
        for one in name.split(", "):
            assert hasattr(__import__(module, fromlist=[one]), one)
    for name in re.findall(r"run\.(\w+)\(", text):
        assert hasattr(forestall.forecast.cells.reading.Run, name), name
    for path in re.findall(r"`((?:src|tests)/[\w/.]+)`", text):
        assert (PAGE.parents[2] / path).exists(), path
