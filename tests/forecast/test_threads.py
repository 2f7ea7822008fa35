"""What is learned does not depend on how many cores a machine has."""

import os

import numpy as np
from made_worlds import panel
from threadpoolctl import threadpool_info, threadpool_limits

from forestall.forecast import training
from forestall.scores import _blocks


def blas() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_a_fit_does_its_linear_algebra_on_one_thread():
    # On two threads sums over thousands of rows differ in the last digit, so does the optimum found, so do draws:
    # `hurdle_nb` and with it the ensemble gave other draws on two cores than on one.
    with threadpool_limits(2, user_api="blas"):
        assert blas() == {2}
        assert training.fitted("any", "1", panel(np.ones((3, 40))), lambda _: blas()) == {1}
        assert blas() == {2}


def test_scores_keep_to_the_threads_they_are_given(monkeypatch):
    monkeypatch.delenv("FORESTALL_THREADS", raising=False)
    cores = _blocks._cores()
    for given, used in (("1", 1), ("0", 1), ("999", cores), ("", cores), ("many", cores)):
        monkeypatch.setitem(os.environ, "FORESTALL_THREADS", given)
        assert _blocks._cores() == used
