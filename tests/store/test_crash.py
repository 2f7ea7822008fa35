"""An update is whole or absent: killed at any moment, two at once, on a full disk and on a read-only one."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from holdings import SOURCE, frame, release, totals

from forestall.errors import StoreError
from forestall.store import Workspace
from forestall.store.verification import verify

PROGRAM = Path(__file__).with_name("holdings.py")
OLD = {"r-a": 50, "r-b": 50}
NEW = {"r-a": 100, "r-b": 100, "r-c": 100}


def program(home: Path, names: str, deaths: int, *mode: str) -> list[str]:
    for name in names.split(","):
        (home.parent / f"{name}-{deaths}.csv").write_text(f"{name} {deaths}\n" * 2000)
    return [sys.executable, str(PROGRAM), str(home), names, str(deaths), *mode]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace that holds two releases, each with 50 rows of 1 death."""
    workspace = Workspace.open(tmp_path / "home", embedded=tmp_path / "none")
    with workspace.update() as change:
        for name in OLD:
            raw = tmp_path / f"{name}-1.csv"
            raw.write_text(name)
            change.add_table(frame(name, [1] * 50), release(name), source=SOURCE, raw=raw)
    return workspace


def check_whole(workspace: Workspace) -> dict[str, int]:
    """Reads, verifies and then changes the workspace; returns what it held."""
    held = totals(workspace)
    problems = [line for line in verify(workspace).problems if "manifest.json" not in line]
    assert problems == []
    return held


def check_swept(workspace: Workspace) -> None:
    with workspace.update(wait=5):
        pass
    current = {entry.file for entry in workspace.catalogue().entries}
    found = {str(path.relative_to(workspace.home)) for path in (workspace.home / "tables").rglob("*") if path.is_file()}
    assert found == current
    assert not list(workspace.home.rglob(".part-*"))


def test_killed_before_every_step_that_changes_the_disk(workspace: Workspace) -> None:
    seen = []
    for step in range(200):
        done = subprocess.run(
            program(workspace.home, "r-a,r-b,r-c", 2, "die-at", str(step)), capture_output=True, timeout=60, check=False
        )
        held = check_whole(workspace)
        assert held in (OLD, NEW)
        seen.append(held)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        if held == NEW and len(seen) > 1:
            break
    assert seen[0] == OLD
    assert seen[-1] == NEW
    assert len(seen) >= 8  # otherwise the program was not stopped where files are made
    check_swept(workspace)


def test_killed_at_random_moments(workspace: Workspace) -> None:
    clock = random.Random(20260318)
    before = check_whole(workspace)
    outcomes = set()
    for number in range(25):
        deaths = 1000 * (number + 1)
        running = subprocess.Popen(
            program(workspace.home, "r-a,r-b", deaths, "repeat", "1000"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        time.sleep(clock.uniform(0, 0.03))
        running.kill()
        running.communicate()
        held = check_whole(workspace)
        assert held["r-a"] == held["r-b"], "a mixture of two updates"
        assert held == before or held["r-a"] >= 50 * deaths
        outcomes.add(held == before)
        before = held
    check_swept(workspace)


def test_many_updates_at_once_all_count(workspace: Workspace) -> None:
    names = [f"r-{number}" for number in range(5)]
    running = [
        subprocess.Popen(
            program(workspace.home, name, 3, "repeat", "5"), stderr=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for name in names
    ]
    reads = 0
    while any(process.poll() is None for process in running):
        held = totals(workspace)  # readers are never stopped and never see half an update
        assert all(total % 50 == 0 for total in held.values())
        reads += 1
    for process in running:
        _, errors = process.communicate()
        assert process.returncode == 0, errors.decode()
    assert reads > 0
    assert check_whole(workspace) == OLD | dict.fromkeys(names, 50 * 7)
    check_swept(workspace)


def test_an_update_that_waits_in_vain_names_the_other_one(workspace: Workspace) -> None:
    script = (
        "import sys, time; from pathlib import Path; from forestall.store import Workspace\n"
        "with Workspace.open(Path(sys.argv[1])).update():\n"
        "    print('ready', flush=True); time.sleep(30)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", script, str(workspace.home)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"ready\n"
        with pytest.raises(StoreError, match=f"process {holder.pid} on"), workspace.update(wait=0.1):
            pass
        assert check_whole(workspace) == OLD
    finally:
        holder.kill()
        holder.communicate()
    # The lock file and the note about its holder are still there; the system has freed the lock.
    assert (workspace.home / "lock.holder").exists()
    check_swept(workspace)


def test_an_update_inside_an_update_is_refused(workspace: Workspace) -> None:
    with workspace.update(), pytest.raises(StoreError), workspace.update(wait=0.1):
        pass
    check_swept(workspace)


def test_a_file_size_limit_leaves_the_old_state(workspace: Workspace) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, 8_000))

    done = subprocess.run(
        program(workspace.home, "r-a,r-c", 2), preexec_fn=limit, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "StoreError: could not write" in done.stderr
    assert "free some space" in done.stderr
    assert check_whole(workspace) == OLD
    assert not list(workspace.home.rglob(".part-*"))
    check_swept(workspace)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mount = tmp_path / "disk"
    mount.mkdir()
    made = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(mount)], capture_output=True, check=False
    )
    if not made or made.returncode:
        pytest.skip("needs the right to mount a small disk; the file size limit is tested beside this")
    yield mount
    subprocess.run(["umount", "-l", str(mount)], check=True)


def test_a_full_disk_leaves_the_old_state(small_disk: Path, tmp_path: Path) -> None:
    workspace = Workspace.open(small_disk / "home", embedded=tmp_path / "none")
    raw = tmp_path / "raw.csv"
    raw.write_text("small")
    workspace.add_table(frame("r-a", [1]), release("r-a"), source=SOURCE, raw=raw)
    before = (workspace.home / "catalogue.json").read_bytes()
    raw.write_bytes(os.urandom(1 << 20))
    with pytest.raises(StoreError, match="the disk is full") as caught:
        workspace.add_table(frame("r-a", [2]), release("r-a"), source=SOURCE, raw=raw)
    assert "\n" not in str(caught.value)
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space"):  # now not even the catalogue fits
        filler.write_bytes(b"x" * (1 << 20))
    raw.write_text("small too")
    with pytest.raises(StoreError):
        workspace.add_table(frame("r-b", [2]), release("r-b"), source=SOURCE, raw=raw)
    assert totals(workspace) == {"r-a": 1}
    assert (workspace.home / "catalogue.json").read_bytes() == before
    filler.unlink()
    workspace.add_table(frame("r-b", [2]), release("r-b"), source=SOURCE, raw=raw)
    assert check_whole(workspace) == {"r-a": 1, "r-b": 2}
    check_swept(workspace)


def test_a_read_only_disk_reads_and_refuses_in_one_line(workspace: Workspace, tmp_path: Path) -> None:
    home = tmp_path / "home"
    if os.geteuid() == 0:
        remount = ["mount", "-o", "remount,bind,ro", str(home)]
        if subprocess.run(["mount", "--bind", str(home), str(home)], capture_output=True, check=False).returncode:
            pytest.skip("root may write everywhere and may not mount here; /proc is tested beside this")
        subprocess.run(remount, check=True)
    else:
        for path in [home, *(path for path in home.rglob("*") if path.is_dir())]:
            path.chmod(0o555)
    try:
        assert totals(workspace) == OLD
        assert workspace.releases().height == 2
        assert workspace.sql("SELECT 1 AS a").item() == 1
        with pytest.raises(StoreError, match=r"could not write .*read-only.*FORESTALL_HOME") as caught:
            workspace.add_table(frame("r-a", [2]), release("r-a"), source=SOURCE)
        assert "\n" not in str(caught.value)
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", "-l", str(home)], check=True)
        else:
            for path in [home, *(path for path in home.rglob("*") if path.is_dir())]:
                path.chmod(0o755)
    assert check_whole(workspace) == OLD
    check_swept(workspace)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a place where nobody can make files")
def test_a_home_where_nothing_can_be_made(tmp_path: Path) -> None:
    workspace = Workspace.open(Path("/proc/forestall"), embedded=tmp_path / "none")
    assert workspace.table("ucdp_events").is_empty()
    with pytest.raises(StoreError, match="FORESTALL_HOME") as caught:
        workspace.add_table(frame("r", [1]), release("r"), source=SOURCE)
    assert "\n" not in str(caught.value)
