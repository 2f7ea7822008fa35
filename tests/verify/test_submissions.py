"""Submissions: what is written is read and scored again, in the numbers of VIEWS."""

import numpy as np
import pytest
import yaml
from verify_inputs import forecast, panel

from forestall.errors import SourceError, UsageError
from forestall.forecast.views import in_views_numbers, write_views
from forestall.verify import backtest, cells, submissions


def test_a_backtest_comes_back_from_its_submissions(tmp_path):
    values = np.random.default_rng(0).poisson(3, (4, 132)).astype(float)
    whole = panel(values, units=[7, 9, 12, 57], unit_key="country_id")
    over = backtest.windows(whole, 2018, 2019)
    written = []
    rows, table = backtest.detailed(
        whole,
        ["conflictology_12", "last"],
        over,
        n_draws=60,
        each=lambda _, name, made: written.append(submissions.write(made, tmp_path, name)),
    )
    assert {one.path.relative_to(tmp_path).as_posix() for one in written} == {
        f"{name}/cm/window=Y{year}/{name}.parquet" for name in ("conflictology_12", "last") for year in (2018, 2019)
    }
    assert {one.left_out for one in written} == {()}
    again = submissions.score(tmp_path, whole)
    # the draws of both models are whole deaths, so nothing is lost by rounding
    assert again.sort("model", *cells.KEY).equals(table.sort("model", *cells.KEY))
    assert len(rows) == 4


def test_details_name_the_submission_as_the_challenge_reads_it(tmp_path):
    submissions.write(forecast(np.zeros((1, 12, 20)), unit_key="country_id"), tmp_path, "other_name")
    document = yaml.safe_load((tmp_path / "other_name" / "submission_details.yml").read_text())
    assert document["team"] == "forestall"
    assert document["even_shorter_identifier"] == "other_name"
    assert {"name", "affil"} == set(document["authors"][0])
    assert (tmp_path / "other_name" / "cm" / "window=Y2018" / "other_name.parquet").is_file()


def test_our_numbers_become_those_of_views_on_the_last_month_seen(tmp_path):
    # Sudan and Serbia have had several numbers; the Holy See has none; month_id 378 is June 2011
    draws = np.arange(3, dtype=float)[:, None, None] * np.ones((3, 12, 20))
    old, left_out = in_views_numbers(forecast(draws, units=[625, 327, 340], first=379, as_of=378))
    assert (old.units.tolist(), left_out, old.unit_key) == ([59, 233], (327,), "country_id")
    assert old.draws[:, 0, 0].tolist() == [0, 2]
    new, _ = in_views_numbers(forecast(draws, units=[625, 626, 340], first=382, as_of=379))
    assert new.units.tolist() == [245, 246, 233]
    assert submissions.write(forecast(draws, units=[625, 327, 340]), tmp_path, "m").left_out == (327,)
    same, none = in_views_numbers(new)
    assert same is new
    assert none == ()
    assert new.header() | {"unit_key": "gw_id"} == forecast(draws, first=382, as_of=379).header()


def test_what_has_no_number_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no number for any of the 1 units"):
        in_views_numbers(forecast(np.zeros((1, 12, 20)), units=[327]))
    with pytest.raises(UsageError, match="`in_views_numbers` gives it those of VIEWS"):
        write_views(forecast(np.zeros((1, 12, 20))), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_without_submissions(tmp_path):
    (tmp_path / "model").mkdir()
    with pytest.raises(SourceError, match="holds no submission: expected MODEL/cm"):
        list(submissions.read(tmp_path))
