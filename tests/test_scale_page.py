"""The worked commands of docs/scale.md: they parse, and the options they use exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "scale.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_examples_in_python_compile():
    assert len(blocks("python")) >= 4
    for block in blocks("python"):
        compile(block, "docs/scale.md", "exec")


def test_the_kubernetes_job_uses_one_image_and_names_what_it_selects():
    (job,) = (yaml.safe_load(block) for block in blocks("yaml"))
    cluster = job["spec"]["cluster"]["spec"]
    pods = [job["spec"]["job"]["spec"], cluster["worker"]["spec"], cluster["scheduler"]["spec"]]
    assert len({pod["containers"][0]["image"] for pod in pods}) == 1
    service = cluster["scheduler"]["service"]
    assert service["selector"]["dask.org/cluster-name"] == job["metadata"]["name"]
    named = {port["name"] for port in cluster["scheduler"]["spec"]["containers"][0]["ports"]}
    assert {port["targetPort"] for port in service["ports"]} == named


@pytest.mark.parametrize("command", ["backtest"])
def test_options_of_worked_commands_exist(command):
    used = set()
    for line in re.findall(rf"forestall {command} ([^\n`|]*(?:\n\s+--[^\n`|]*)*)", PAGE):
        used |= set(re.findall(r"(?<!\S)--[a-z-]+", line))
    assert {"--cluster", "--jobs", "--origins"} <= used
    shown = subprocess.run(
        [sys.executable, "-m", "forestall", command, "--help"], capture_output=True, text=True, check=True
    )
    assert used <= set(re.findall(r"--[a-z-]+", shown.stdout))


def test_code_that_the_page_names_exists():
    from forestall.forecast.cells.store import missing, write_run
    from forestall.sources import streams
    from forestall.verify import backtest

    for thing in (missing, write_run, streams.attempt, streams.Outcome, streams.Failure, backtest.run):
        assert thing.__name__ in PAGE
