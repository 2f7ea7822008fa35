"""What the command line says when the machine, or forestall itself, fails: one line, wherever it happens."""

import errno
import os
import sys
from pathlib import Path

import pytest
import typer

from forestall.cli import app as command
from forestall.cli.common import folder
from forestall.errors import UsageError


def said(error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code and stderr of a command line whose command raises this."""
    app = typer.Typer()

    @app.command()
    def fail() -> None:
        raise error

    monkeypatch.setattr(command, "app", app)
    monkeypatch.setattr(sys, "argv", ["forestall"])
    monkeypatch.delenv("FORESTALL_DEBUG", raising=False)
    with pytest.raises(SystemExit) as left:
        command.main()
    assert isinstance(left.value.code, int)
    return left.value.code, capsys.readouterr().err


def test_a_fault_nobody_foresaw_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, err = said(RuntimeError("first\nsecond"), monkeypatch, capsys)
    assert code == 1
    assert err.startswith("forestall: unexpected fault (RuntimeError: first); please report it")
    assert err.count("\n") == 1


def test_debug_shows_where_it_happened(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    app = typer.Typer()

    @app.command()
    def fail() -> None:
        raise RuntimeError("inside")

    monkeypatch.setattr(command, "app", app)
    monkeypatch.setattr(sys, "argv", ["forestall"])
    monkeypatch.setenv("FORESTALL_DEBUG", "1")
    with pytest.raises(RuntimeError, match="inside"):
        command.main()


@pytest.mark.parametrize(
    ("path", "shown"), [("out/.part-17-ab", "(out)"), ("out/page.html", f"(out{os.sep}page.html)"), (None, "space")]
)
def test_a_refusal_names_what_the_user_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], path: str | None, shown: str
) -> None:
    error = OSError(errno.ENOSPC, "no space", path) if path else OSError(errno.ENOSPC, "no space")
    code, err = said(error, monkeypatch, capsys)
    assert code == 1
    assert err.rstrip().endswith(shown)
    assert ".part-" not in err


def test_a_folder_that_is_a_file_is_told_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    for bad in (tmp_path / "taken", tmp_path / "taken" / "below" / "it"):
        with pytest.raises(UsageError, match="taken' is a file; name another folder"):
            folder(bad, "--out")
    for good in (tmp_path, tmp_path / "new" / "deeper", Path("relative")):
        assert folder(good, "--out") == good
