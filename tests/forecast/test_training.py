"""When learned models are trained, and what is kept of it."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_worlds import panel, world

from forestall.errors import ForestallError
from forestall.forecast import training
from forestall.forecast.training import fitted, learned_from, require_lightgbm, training_month
from forestall.ids.months import month_id

_names = count()


@pytest.fixture
def name():
    """A model that nobody has fitted."""
    return f"made-{next(_names)}"


@given(st.integers(1, 2000).filter(lambda month: month >= 22))
def test_training_ends_in_the_last_october(as_of):
    month = training_month(as_of)
    assert month % 12 == 10
    assert 0 <= as_of - month < 12


def test_training_months_by_the_calendar():
    assert training_month(month_id(2017, 10)) == month_id(2017, 10)
    assert training_month(month_id(2018, 9)) == month_id(2017, 10)
    assert training_month(month_id(2017, 12)) == month_id(2017, 10)


def test_a_fit_sees_the_panel_cut_at_october_and_is_kept_until_those_figures_change(name):
    seen = []

    def fit(shown):
        seen.append(shown)
        return len(seen)

    values = world(1)
    assert fitted(name, "1", panel(values), fit) == 1
    assert seen[0].as_of == training_month(500) == 490
    assert seen[0].values.shape[1] == values.shape[1] - 10
    later = values.copy()
    later[:, -10:] = 7.0
    assert fitted(name, "1", panel(later), fit) == 1
    assert fitted(name, "1", panel(values).cut(495), fit) == 1
    assert fitted(name, "2", panel(values), fit) == 2
    earlier = values.copy()
    earlier[0, -11] = 99.0  # the training month itself
    assert fitted(name, "1", panel(earlier), fit) == 3
    assert len(seen) == 3


def test_a_panel_that_begins_after_its_october_is_fitted_on_its_first_month(name):
    assert fitted(name, "1", panel(np.ones((2, 4))), lambda shown: shown.months.tolist()) == [497]


def test_inside_learned_from_the_other_panel_is_fitted_on(name):
    one, other = panel(world(1)), panel(world(2))

    def digest(shown):
        return shown.digest

    plain = fitted(name, "1", one, digest)
    with learned_from(other):
        assert fitted(name, "1", one, digest) == other.cut(490).digest != plain
        with learned_from(one):
            assert fitted(name, "1", other, digest) == plain
        assert fitted(name, "1", one, digest) == other.cut(490).digest
    assert fitted(name, "1", one, digest) == plain
    with pytest.raises(KeyError), learned_from(other):
        raise KeyError
    assert fitted(name, "1", one, digest) == plain


def test_threads_that_ask_at_once_fit_once(name):
    shown, calls, together = panel(world(3)), [], Barrier(4)

    def fit(_):
        calls.append(1)
        return object()

    def ask():
        together.wait()
        return fitted(name, "1", shown, fit)

    with ThreadPoolExecutor(4) as pool:
        found = [future.result() for future in [pool.submit(ask) for _ in range(4)]]
    assert len(calls) == 1
    assert all(one is found[0] for one in found)


def test_no_more_is_kept_than_said_and_the_oldest_goes_first(name):
    shown = panel(np.ones((1, 14)))
    for k in range(training.KEPT + 1):
        fitted(f"{name}-{k}", "1", shown, lambda _, k=k: k)
    assert len(training._held) == training.KEPT
    assert fitted(f"{name}-{training.KEPT}", "1", shown, lambda _: "anew") == training.KEPT
    assert fitted(f"{name}-0", "1", shown, lambda _: "anew") == "anew"


def test_a_fit_that_fails_is_tried_again(name):
    shown = panel(world(4))

    def broken(_):
        raise ValueError("no luck")

    with pytest.raises(ValueError, match="no luck"):
        fitted(name, "1", shown, broken)
    assert fitted(name, "1", shown, lambda _: "better") == "better"


def test_a_machine_without_openmp_is_told_in_one_line_what_to_install(monkeypatch, tmp_path):
    (tmp_path / "lightgbm").mkdir()
    text = "libgomp.so.1: cannot open shared object file: No such file or directory"
    (tmp_path / "lightgbm" / "__init__.py").write_text(f"raise OSError({text!r})", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    for loaded in [module for module in sys.modules if module.split(".")[0] == "lightgbm"]:
        monkeypatch.delitem(sys.modules, loaded)
    with pytest.raises(ForestallError, match=r"libgomp\.so\.1.*apt install libgomp1") as caught:
        require_lightgbm()
    assert "\n" not in str(caught.value)


AT_ONCE = """
import faulthandler, sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
faulthandler.enable()
sys.path.insert(0, sys.argv[1])
from made_worlds import panel, world
from forestall.forecast.models import MODELS
start = Barrier(4)
def ask(name, seed):
    start.wait()
    return MODELS[name](panel(world(seed, n=16)), months=[501, 512], n_draws=100).digest
asked = [("boosting", 1), ("forestall", 2), ("boosting", 3), ("forestall", 1)]
with ThreadPoolExecutor(4) as pool:
    print(*[future.result() for future in [pool.submit(ask, *each) for each in asked]])
"""


def test_threads_that_forecast_at_once_neither_crash_nor_disturb_each_other():
    from forestall.forecast.models import MODELS

    done = subprocess.run(
        [sys.executable, "-c", AT_ONCE, str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    for digest, (name, seed) in zip(
        done.stdout.split(), [("boosting", 1), ("forestall", 2), ("boosting", 3), ("forestall", 1)], strict=True
    ):
        alone = MODELS[name](panel(world(seed, n=16)), months=[501, 512], n_draws=100)
        assert digest == alone.digest, (name, seed)
