"""`--jobs` and `--cluster` as people give them: the same document, and one line for what cannot be."""

import json
import socket
import subprocess
import sys

import pytest

COMMAND = "from forestall.cli import main; main()"
ASK = ("backtest", "--from", "2016", "--to", "2017", "--models", "last,ewma", "--json")


@pytest.fixture
def forestall(tmp_path, monkeypatch):
    monkeypatch.setenv("FORESTALL_HOME", str(tmp_path / "home"))

    def run(*arguments, code=0, command=COMMAND):
        done = subprocess.run(
            [sys.executable, "-c", command, *arguments], capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == code, done.stderr
        return done

    return run


def test_the_same_document_with_jobs_and_on_a_cluster(forestall, tmp_path):
    plain = forestall(*ASK)
    jobs = forestall(*ASK, "--jobs", "2")
    cluster = forestall(*ASK, "--cluster", "local:2:1GB", "--submissions", str(tmp_path / "s"))
    assert len(json.loads(plain.stdout)["windows"]) == 4
    assert plain.stdout == jobs.stdout == cluster.stdout
    assert jobs.stderr == ""
    assert cluster.stderr.splitlines()[0] == "on 2 workers of a local Dask cluster, at most 1.0 GB each"
    assert (tmp_path / "s" / "ewma" / "submission_details.yml").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--cluster", "four"), "cluster 'four' is not known: expected tcp://HOST:PORT"),
        (("--cluster", "local:0"), "asks for 0 workers"),
        (("--cluster", "local:2", "--jobs", "2"), "give one of them"),
        (("--jobs", "0"), "0 jobs were asked for, expected 1 to 256"),
    ],
)
def test_workers_that_cannot_be_get_one_line(forestall, arguments, words):
    done = forestall(*ASK, *arguments, code=2)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert words in done.stderr


def test_a_cluster_that_does_not_answer_gets_one_line(forestall):
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    done = forestall(*ASK, "--cluster", address, code=2)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert f"no Dask scheduler answers at {address} within 5 seconds: check the address" in done.stderr


def test_without_dask_it_says_what_to_install(forestall):
    done = forestall(
        *ASK, "--cluster", "local:2", code=2, command=f"import sys; sys.modules['distributed'] = None; {COMMAND}"
    )
    assert done.stderr.count("\n") == 1
    assert "pip install 'forestall[cluster]'" in done.stderr
