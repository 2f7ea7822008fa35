"""Reasons that are kept come back as they were, and only for the very same question."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forestall.forecast import explain_cache
from forestall.forecast.analogues import Case
from forestall.forecast.explain import OWN, Driver, Drivers, Reasons
from forestall.forecast.explain_change import Change, Split
from forestall.panel.frame import Panel

NAN = float("nan")


def panel(*, digest: str = "one") -> Panel:
    return Panel(
        units=np.array([2, 9], dtype=np.int32),
        months=np.arange(488, 501, dtype=np.int32),
        values=np.ones((2, 13)),
        target="deaths_total",
        as_of=500,
        digest=digest,
        iso3=("AAA", "BBB"),
    )


def reasons(unit: int) -> Reasons:
    driver = Driver("neighbours", None, None, 2.5, 1.5, NAN, 1.0, 2.0, large=True)
    horizon = Drivers(unit, 1, 501, OWN, NAN, 3.0, 0.0, 2.0, 0.1, (driver,), (), (replace(driver, odds_25=None),))
    split = Split(1.0, 0.0, 0.5, 0.25, 1.75)
    change = Change(unit, 499, (501, 502), split, split, revised_known=False, note="not known")
    case = Case(9, "BBB", 480, 0.25, (NAN, 1.0), (2.0, 3.0))
    return Reasons(unit, (horizon,), (case,), change if unit == 2 else None)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The panels for which reasons were worked out."""
    found: list[str] = []

    def work_out(shown: Panel) -> dict[int, Reasons]:
        found.append(shown.digest)
        return {2: reasons(2), 9: reasons(9)}

    monkeypatch.setattr(explain_cache, "work_out", work_out)
    return found


def test_what_was_kept_comes_back_whole(asked: list[str], tmp_path: Path) -> None:
    first, again = explain_cache.run(panel(), tmp_path), explain_cache.run(panel(), tmp_path)
    assert asked == ["one"]
    assert repr(again) == repr(first)  # NaN is not equal to itself, but reads the same
    assert again[2].change == first[2].change


def test_other_figures_and_another_version_are_another_question(
    asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    explain_cache.run(panel(), tmp_path)
    explain_cache.run(panel(digest="two"), tmp_path)
    monkeypatch.setattr(explain_cache.forestall, "VERSION", "another")
    explain_cache.run(panel(), tmp_path)
    assert asked == ["one", "two", "one"]


@pytest.mark.parametrize("content", ["", "[]", '[{"unit": 2}]', "{}", '["a"]'])
def test_a_damaged_file_costs_time_and_no_result(asked: list[str], tmp_path: Path, content: str) -> None:
    explain_cache.run(panel(), tmp_path)
    (kept,) = (tmp_path / "reasons").iterdir()
    kept.write_text(content)
    assert set(explain_cache.run(panel(), tmp_path)) == {2, 9}
    assert asked == ["one", "one"]


def test_without_a_folder_nothing_is_kept(asked: list[str], tmp_path: Path) -> None:
    explain_cache.run(panel())
    (tmp_path / "file").write_text("in the way")
    explain_cache.run(panel(), tmp_path / "file")
    assert len(asked) == 2
