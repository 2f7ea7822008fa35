"""`forestall council mandates` as a process: JSON, and what it refuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = (
    "Resolution 2730 (2024)\nAdopted by the Security Council at its 9639th meeting, on 30 May 2024\n\nThe Security Council,\n\n"
    "1. Decides to extend the mandate of UNMISS until 30 April 2025;\n2. Requests a report within 90 days.\n"
)


def run(*words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """The command's result."""
    return subprocess.run(
        [sys.executable, "-m", "forestall", "council", "mandates", *words],
        input=stdin,
        capture_output=True,
        check=False,
    )


def test_json_from_standard_input() -> None:
    done = run("--text", "-", "--adopted", "2024-05-30", "--json", stdin=TEXT.encode())
    assert done.returncode == 0, done.stderr
    found = {(one["type"], one["value"]) for one in json.loads(done.stdout)["commitments"]}
    assert found == {("mandate_until", "2025-04-30"), ("mission", "renewed"), ("report_within", "P90D")}
    assert done.stderr == b""


def test_another_date_of_adoption_than_the_texts_own_is_told() -> None:
    done = run("--text", "-", "--adopted", "2024-05-31", stdin=TEXT.encode())
    assert done.returncode == 0
    assert b"2024-05-30" in done.stderr
    assert b"2025-04-30" in done.stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 ...", b"a PDF"),
        (b"", b"empty"),
        (b"\xff\x00\x81", b"UTF-8"),
        (b"a\x00b", b"NUL"),
        (b"x" * 2_000_001, b"bytes"),
    ],
)
def test_what_is_no_text_is_refused_in_one_line(tmp_path: Path, content: bytes, said: bytes) -> None:
    path = tmp_path / "given.txt"
    path.write_bytes(content)
    done = run("--text", str(path), "--adopted", "2024-05-30", "--json")
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("day", ["2024-02-30", "30 May 2024", "1900-01-01", "2150-01-01"])
def test_an_impossible_date_is_a_usage_error(day: str) -> None:
    done = run("--text", "-", "--adopted", day, stdin=TEXT.encode())
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
