"""The wheel works anywhere: no checkout, no network, an empty home."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources and unpacked into a folder of its own."""
    where = tmp_path_factory.mktemp("wheel")
    source = where / "source"
    source.mkdir()
    for name in ("src", "pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        path = ROOT / name
        shutil.copytree(path, source / name) if path.is_dir() else shutil.copy(path, source / name)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", where, source], check=True, timeout=300
    )
    (wheel,) = where.glob("forestall-*.whl")
    assert wheel.stat().st_size < 20e6
    subprocess.run(
        [*pip, "install", "--no-deps", "--no-index", "--target", where / "site", wheel], check=True, timeout=300
    )
    return where / "site"


def run(installed: Path, tmp_path: Path, *args: str) -> subprocess.CompletedProcess[str]:
    # A proxy that refuses every connection stands in for having no network.
    env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")} | {
        "PYTHONPATH": str(installed),
        "FORESTALL_HOME": str(tmp_path / "home"),
        "https_proxy": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }
    return subprocess.run(
        [sys.executable, "-m", "forestall", *args],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_brief_works_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "brief", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["kind"] == "outlook"
    for name in document["files"]:
        assert (tmp_path / name).stat().st_size > 1000


def test_the_package_in_use_is_the_wheel(installed: Path, tmp_path: Path) -> None:
    env = os.environ | {"PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-c", "import forestall; print(forestall.__file__)"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()).is_relative_to(installed)
