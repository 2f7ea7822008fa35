"""The panel refuses what does not fit, and a cut shows nothing of what came after."""

import numpy as np
import pytest

from forestall.errors import ShapeError
from forestall.panel.frame import Panel, digest


def panel(values: np.ndarray, **more: object) -> Panel:
    n, t = values.shape
    given = {
        "units": np.arange(1, n + 1, dtype=np.int32),
        "months": np.arange(500, 500 + t, dtype=np.int32),
        "values": values,
        "target": "deaths_total",
        "as_of": 499 + t,
        "digest": "d",
        "status": ("final",) * t,
        "releases": ("r",) * t,
    }
    return Panel(**(given | more))  # type: ignore[arg-type]


def test_a_panel_cannot_be_changed() -> None:
    made = panel(np.ones((2, 3)))
    with pytest.raises(ValueError, match="read-only"):
        made.values[0, 0] = 5


@pytest.mark.parametrize(
    "more",
    [
        {"as_of": 501},
        {"months": np.array([500, 502, 503], dtype=np.int32)},
        {"units": np.array([1, 1], dtype=np.int32)},
        {"low": np.ones((2, 2))},
    ],
)
def test_parts_that_do_not_fit_are_refused(more: dict[str, object]) -> None:
    with pytest.raises(ShapeError):
        panel(np.ones((2, 3)), **more)


@pytest.mark.parametrize("bad", [-1.0, np.inf])
def test_impossible_figures_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="finite and not negative"):
        panel(np.array([[1.0, bad]]))


def test_a_cut_holds_nothing_of_later_months() -> None:
    values = np.arange(8, dtype=float).reshape(2, 4)
    other = values.copy()
    other[:, 2:] = 77
    a, b = panel(values).cut(501), panel(other).cut(501)
    assert a.digest == b.digest
    assert a.values.tolist() == b.values.tolist() == [[0, 1], [4, 5]]
    assert a.as_of == 501
    assert a.status == ("final", "final")
    assert panel(values).cut(502).digest != panel(other).cut(502).digest


def test_a_month_outside_cannot_be_cut_to() -> None:
    with pytest.raises(ValueError, match="lies outside"):
        panel(np.ones((1, 3))).cut(503)


def test_the_digest_is_of_figures_not_of_their_storage() -> None:
    values = np.array([[1.0, np.nan], [0.0, 4.0]])
    units, months = np.array([1, 2], dtype=np.int32), np.array([5, 6], dtype=np.int32)
    kept = {"target": "deaths_total", "unit_key": "gw_id"}
    first = digest(units, months, values, **kept)
    assert first == digest(units, months, np.asfortranarray(values), **kept)
    assert first != digest(units, months, np.array([[1.0, 0.0], [0.0, 4.0]]), **kept)
    assert first != digest(units, months, values, values, None, **kept)
    assert digest(units, months, values, values, None, **kept) != digest(units, months, values, None, values, **kept)
