"""Tasks side by side give what they give one by one, whatever happens to a worker."""

import functools
import itertools
import operator
import os
import re
import signal
import socket
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forestall import __version__
from forestall.errors import ForestallError, UsageError
from forestall.parallel import cluster as dask
from forestall.parallel import task, workers
from forestall.parallel.processes import _Handed
from forestall.parallel.workers import read


@pytest.fixture(scope="module")
def processes():
    with workers(jobs=2) as crew:
        yield crew


@pytest.fixture(scope="module")
def local():
    with workers(cluster="local:2:1GB") as crew:
        yield crew


@pytest.fixture(scope="module")
def remote(local):
    """The same cluster as if it ran elsewhere: by its address."""
    with workers(cluster=local.client.scheduler.address) as crew:
        yield crew


@pytest.fixture(params=["here", "processes", "local", "remote"])
def anywhere(request):
    if request.param == "here":
        with workers() as crew:
            yield crew
    else:
        yield request.getfixturevalue(request.param)


@pytest.fixture(params=["processes", "local"])
def elsewhere(request):
    return request.getfixturevalue(request.param)


def uneven(carried, item):
    time.sleep(0.03 * (item % 3 == 0))  # later ones are done first
    return float(carried[item]), float(np.random.default_rng(item).normal())


def test_results_come_in_order_and_are_the_same_everywhere(anywhere):
    carried = np.arange(1_500_000.0)  # 12 MB, sent once
    expected = [uneven(carried, item) for item in range(30)]
    assert list(anywhere.each(functools.partial(uneven, carried), iter(range(30)))) == expected
    assert list(anywhere.each(uneven, [])) == []


def test_items_are_taken_as_workers_come_free(anywhere):
    taken = []
    items = (taken.append(n) or n for n in itertools.count())
    found = anywhere.each(operator.neg, items)
    assert [next(found), next(found), next(found)] == [0, -1, -2]
    found.close()
    assert len(taken) <= 2 + max(32, dask.AHEAD * anywhere.count)


def test_what_a_task_raises_comes_at_its_place(anywhere):
    found = anywhere.each(functools.partial(operator.truediv, 1.0), [1.0, 2.0, 0.0, 4.0])
    assert [next(found), next(found)] == [1.0, 0.5]
    with pytest.raises(ZeroDivisionError):
        next(found)


def test_errors_of_ours_keep_their_line_and_their_exit_code(elsewhere):
    def refuse(_):
        raise UsageError("not so")

    with pytest.raises(UsageError, match=r"^not so$"):
        list(elsewhere.each(refuse, [1]))


def threads(_):
    import joblib
    import polars
    import threadpoolctl

    from forestall.scores import _blocks

    held = {pool["num_threads"] for pool in threadpoolctl.threadpool_info()}
    return os.getpid(), polars.thread_pool_size(), joblib.cpu_count(), _blocks._cores(), held


def test_workers_are_other_processes_and_hold_to_one_thread(elsewhere):
    for pid, *counts, pools in elsewhere.each(threads, range(4)):
        assert pid != os.getpid()
        assert counts == [1, 1, 1]
        assert pools == {1}


def die_once(folder, item):
    if item == 5 and not (folder / "died").exists():
        (folder / "died").write_text("")
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.02)
    return item * item


def test_a_worker_killed_in_the_middle_changes_nothing(elsewhere, tmp_path):
    found = list(elsewhere.each(functools.partial(die_once, tmp_path), (n for n in range(24))))
    assert (tmp_path / "died").exists()
    assert found == [n * n for n in range(24)]


def test_a_task_that_kills_every_worker_ends_in_one_line(elsewhere):
    with pytest.raises(
        ForestallError, match=r"again and again.*: (take fewer|give each worker more than 1\.0 GB)"
    ) as caught:
        list(elsewhere.each(lambda item: os.kill(os.getpid(), signal.SIGKILL) if item == 2 else item, range(4)))
    assert "\n" not in str(caught.value)
    # and the workers serve on
    assert list(elsewhere.each(abs, [-1])) == [1]


def swell_once(folder, item):
    if item == 1 and not (folder / "swollen").exists():
        (folder / "swollen").write_text("")
        held = np.ones(120_000_000)  # 960 MB: over 95 % of 1 GB with what Python itself takes
        time.sleep(20)
        return held.sum()
    return item


def test_a_local_worker_over_its_bound_is_ended_and_its_task_done_again(local, tmp_path):
    start = time.monotonic()
    assert list(local.each(functools.partial(swell_once, tmp_path), range(3))) == [0, 1, 2]
    assert (tmp_path / "swollen").exists()
    assert time.monotonic() - start < 18  # ended, not waited for
    assert local.about == "2 workers of a local Dask cluster, at most 1.0 GB each"


def test_a_worker_of_another_version_is_refused(local, monkeypatch):
    monkeypatch.setattr(dask, "__version__", "0.0.9")
    with pytest.raises(UsageError, match=re.escape(f"a worker has forestall {__version__} instead of 0.0.9")):
        list(local.each(abs, [1]))


def test_versions_are_compared_before_any_task(local):
    versions = local.client.get_versions(packages=list(dask.SAME))
    dask.compare(versions, "tcp://there:1")
    first = next(iter(versions["workers"].values()))
    first["packages"] |= {"numpy": "1.0", "scipy": None, "python": "3.12.1.final.0"}
    with pytest.raises(UsageError, match=r"at tcp://there:1 has Python 3\.12 instead .*, numpy 1\.0 .*, scipy none"):
        dask.compare(versions, "tcp://there:1")


def test_a_server_that_says_nothing_is_no_scheduler(monkeypatch):
    monkeypatch.setattr(dask, "ANSWER", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(UsageError, match=f"no Dask scheduler answers at {address} within 0.5 seconds"):
            workers(cluster=address).__enter__()


def test_a_cluster_without_workers_is_told(monkeypatch):
    from distributed import LocalCluster

    monkeypatch.setattr(dask, "FIRST_WORKER", 0.2)
    with (
        LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as made,
        pytest.raises(UsageError, match=r"has had no worker for 0\.2 seconds"),
    ):
        workers(cluster=made.scheduler_address).__enter__()


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ("tcp://10.0.0.7:8786", (0, None)),
        ("tls://scheduler.example.org:8786", (0, None)),
        ("tcp://[::1]:8786", (0, None)),
        ("local:1", (1, None)),
        ("local:4:3GB", (4, 3_000_000_000)),
        ("local:4:1.5GiB", (4, 1_610_612_736)),
        ("local:16:500MB", (16, 500_000_000)),
    ],
)
def test_specs(spec, found):
    assert read(spec) == found


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("", "expected tcp://HOST:PORT or tls://HOST:PORT of a Dask scheduler, or local:N"),
        ("local", "expected tcp://"),
        ("local:two", "expected tcp://"),
        ("local:4:3", "expected tcp://"),
        ("tcp://there", "expected tcp://"),
        ("http://there:80", "expected tcp://"),
        ("tcp://a b:80", "expected tcp://"),
        ("local:0", "asks for 0 workers, expected 1 to 256"),
        ("local:1000", "asks for 1000 workers, expected 1 to 256"),
        ("local:2:20MB", "gives each worker 20MB, expected 500MB or more"),
    ],
)
def test_specs_that_are_none(spec, words):
    with pytest.raises(UsageError, match=re.escape(words)):
        workers(cluster=spec).__enter__()


def test_options_of_workers():
    with pytest.raises(UsageError, match="give one of them"):
        workers(jobs=2, cluster="local:2").__enter__()
    for jobs in (0, -1, 257):
        with pytest.raises(UsageError, match="expected 1 to 256"):
            workers(jobs=jobs).__enter__()
    with workers(jobs=1) as crew:
        assert (crew.count, crew.about) == (1, "this process")


@given(st.lists(st.one_of(st.just("give"), st.just("back"), st.just("lost")), max_size=60))
def test_items_given_out_come_back_once_and_in_order_whatever_is_lost(events):
    handed, done, out = _Handed(iter(range(20))), [], 0
    given_out = handed.out()
    for event in events:
        if event == "give" and next(given_out, None) is not None:
            out += 1
        elif event == "back" and out:
            done.append(handed._out[0])
            handed.back()
            out -= 1
        elif event == "lost":
            handed.lost()
            assert next(given_out, None) is None  # whoever still holds the old ones gets no more
            given_out, out = handed.out(), 0
    handed.lost()
    assert done + list(handed.out()) == list(range(20))


def test_a_worker_keeps_the_last_functions_only(tmp_path):
    for base in range(5):
        content, name = task.packed(functools.partial(operator.add, base))
        assert task._unpacked(content, name)(1) == base + 1
        (tmp_path / name).write_bytes(content)
        assert task._unpacked(str(tmp_path / name), name)(2) == base + 2
    assert len(task._functions) == task.FUNCTIONS_KEPT
