"""Reasons for a country's forecast: what drives it, which past cases look like it, and what changed.

Drivers explain the boosted part of the pool (models/boosting.py): exact tree attributions by theme. Each is then put to
the test on the ensemble: the theme is set to what is usual, and the forecast must move the way that was said, or the
driver is withheld. Countries with a short mean above 150 deaths a month are forecast from their own record and not by
trees; there parts of the record are left out in turn. docs/methods/reasons.md holds the formulas.
Source: Lundberg, Erion & Lee (2018), arXiv:1802.03888 (tree attributions); Ang (2005),
doi:10.1016/j.enpol.2003.10.010 (logarithmic-mean shares).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forestall.errors import UsageError
from forestall.forecast import analogues
from forestall.forecast.analogues import Case
from forestall.forecast.explain_change import Change, Outcome, change, outcome
from forestall.forecast.explain_parts import (
    LEAD,
    OWN_THEMES,
    PARTS,
    Attribution,
    attributed,
    learn,
    log_odds,
    mean_and_p25,
    own_record,
    removed,
    replace_last,
    units_of,
)
from forestall.forecast.features import THEMES, features
from forestall.forecast.learning import MOST_SCALE
from forestall.forecast.models import boosting, history
from forestall.forecast.sampling import MAX_HORIZON
from forestall.forecast.training import fitted
from forestall.panel.frame import FloatArray, Panel

__all__ = ["Case", "Change", "Driver", "Drivers", "Reasons", "change", "drivers", "reasons"]

STEPS = (1, 3, 6, 12)
CASES = 4
LEAST_DEATHS = 0.02
LEAST_SHARE = 0.02
LEAST_ODDS = float(np.log(1.1))
"""A theme is worth naming from a fiftieth of the expected deaths (and of one death), or a tenth in odds."""
LEAST_MOVE = 0.05
LEAST_CHANCES = 0.01
TREES = "trees"
OWN = "own record"
NONE = "nothing learned"


@dataclass(frozen=True, slots=True)
class Driver:
    """A theme that moves a forecast, and by how much, for one month.

    What is said, None where it is too small to speak of, not learned, or not borne out by the check: deaths, by how
    many a month it raises (above 0) or lowers the explained part's expected deaths against the usual; odds_any,
    odds_25, the factor on the odds of any death and of 25 or more.
    share: the deaths attributed, borne out or not; shares add up (see `Drivers`). checked_deaths: by how much the
    ensemble's expected deaths a month are higher than with the theme as usual; checked_odds_any, checked_odds_25: the
    factors on the ensemble's odds. large: whether it is worth naming in any of the three.
    """

    theme: str
    deaths: float | None
    odds_any: float | None
    odds_25: float | None
    share: float
    checked_deaths: float
    checked_odds_any: float
    checked_odds_25: float
    large: bool

    @property
    def stated(self) -> bool:
        """Whether anything is said of it."""
        return self.deaths is not None or self.odds_25 is not None or self.odds_any is not None

    @property
    def raises(self) -> bool:
        """Whether it raises the forecast: in deaths if these are stated, else in the odds that are."""
        if self.deaths is not None:
            return self.deaths > 0
        odds = self.odds_25 if self.odds_25 is not None else self.odds_any
        return (self.share if odds is None else odds - 1) > 0


@dataclass(frozen=True, slots=True)
class Drivers:
    """What drives one unit's forecast of one month. Drivers are ordered by their share of the deaths, largest first.

    step: months ahead. month: month_id. basis: "trees", "own record" or "nothing learned". usual: where the
    attributions start, deaths a month (trees: the average training case; own record: NaN). explained: deaths a month
    expected by the explained part alone, the boosted one or `history`. other: deaths due to how far ahead the month
    lies. expected, p25: of the whole ensemble. withheld: themes of which nothing is said since the check failed. small:
    themes too small to name. With trees usual + shares of drivers, withheld and small + other = explained.
    """

    unit: int
    step: int
    month: int
    basis: str
    usual: float
    explained: float
    other: float
    expected: float
    p25: float
    drivers: tuple[Driver, ...]
    withheld: tuple[Driver, ...]
    small: tuple[Driver, ...]


@dataclass(frozen=True, slots=True)
class Reasons:
    """Reasons for one unit's forecast. horizons: one entry for 1, 3, 6 and 12 months ahead. cases: past months most
    like the present, nearest first. change: since the earlier edition; None if there was none or it lacks the unit."""

    unit: int
    horizons: tuple[Drivers, ...]
    cases: tuple[Case, ...]
    change: Change | None

    def at(self, step: int) -> Drivers:
        """The drivers that many months ahead. Raises UsageError if they were not asked for."""
        for one in self.horizons:
            if one.step == step:
                return one
        raise UsageError(f"no drivers {step} months ahead: there are {', '.join(str(o.step) for o in self.horizons)}")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a forecast stands: its unit and month, and row i and column j among the ensemble's outcomes."""

    unit: int
    step: int
    month: int
    i: int
    j: int


def reasons(panel: Panel, previous_panel: Panel | None, unit: int, *, steps: Sequence[int] = STEPS) -> Reasons:
    """Why one unit's forecast is what it is.

    previous_panel: of the earlier edition; see `explain_change.changes` for what it should hold. None leaves the change
    out. steps: months ahead, ascending, 1 to 36. Raises UsageError if the panel has no such unit or steps are not 1 to
    36.
    """
    horizons = drivers(panel, [unit], steps)[unit]
    cases = tuple(analogues.similar(panel, unit, k=CASES))
    moved = None
    if previous_panel is not None and unit in previous_panel.units:
        moved = change(previous_panel, panel, unit)
    return Reasons(int(unit), horizons, cases, moved)


def drivers(
    panel: Panel, units: Sequence[int] | None = None, steps: Sequence[int] = STEPS
) -> Mapping[int, tuple[Drivers, ...]]:
    """Drivers by unit, one entry for each step. units: of the panel; all if None. Raises UsageError as `reasons`."""
    wanted = tuple(int(unit) for unit in (panel.units if units is None else units))
    rows = {int(unit): i for i, unit in enumerate(panel.units)}
    for unit in wanted:
        if unit not in rows:
            raise UsageError(f"the panel has no {panel.unit_key} {unit}; it has {panel.units.size} units")
    ahead = tuple(int(step) for step in steps)
    if not ahead or min(ahead) < 1 or max(ahead) > MAX_HORIZON:
        raise UsageError(f"steps are {list(ahead)}, expected months ahead between 1 and {MAX_HORIZON}")
    months = [panel.as_of + step for step in ahead]
    whole = outcome(panel, months)
    seen = features(panel)
    learned = fitted(boosting.NAME, boosting.VERSION, panel, boosting.fit)
    explainer = learn(panel)
    places = [rows[unit] for unit in wanted]
    large = [i for i in places if seen.scale[i, -1] > MOST_SCALE]
    others = [i for i in places if seen.scale[i, -1] <= MOST_SCALE]
    found: dict[int, tuple[Drivers, ...]] = {}

    def place(i: int, j: int) -> _Place:
        return _Place(int(panel.units[i]), ahead[j], months[j], i, j)

    horizons = range(len(ahead))
    if large:
        said, checked = own_record(panel, large, months)
        own = mean_and_p25(history.law(units_of(panel, large), months))
        for k, i in enumerate(large):
            found[int(panel.units[i])] = tuple(
                _of_record(place(i, j), (k, j), said, checked, own=own, whole=whole) for j in horizons
            )
    if others and explainer is not None and learned.any_death is not None:
        split = attributed(learned, explainer, replace_last(seen, others), ahead)
        moves = removed(panel, others, months, seen, explainer)
        for k, i in enumerate(others):
            found[int(panel.units[i])] = tuple(_of_trees(place(i, j), (k, j), split, moves, whole) for j in horizons)
    else:
        nan = float("nan")
        for i in others:
            found[int(panel.units[i])] = tuple(
                _sorted(place(i, j), whole, [], basis=NONE, usual=nan, explained=nan, other=nan) for j in horizons
            )
    return {unit: found[unit] for unit in wanted}


def _of_trees(
    at: _Place, row: tuple[int, int], split: Attribution, moves: Mapping[str, FloatArray], whole: Outcome
) -> Drivers:
    every = []
    explained = float(split.expected[row])
    for theme in THEMES:
        part = (*row, PARTS.index(theme))
        odds = (float(np.exp(split.any_death[part])), float(np.exp(split.over[part])))
        every.append(
            _driver(
                theme,
                share=float(split.deaths[part]),
                odds=odds,
                moved=moves[theme][(slice(None), *row)],
                pooled=(float(whole.p_any[at.i, at.j]), float(whole.p25[at.i, at.j])),
                explained=explained,
            )
        )
    return _sorted(
        at,
        whole,
        every,
        basis=TREES,
        usual=float(split.usual[row]),
        explained=explained,
        other=float(split.deaths[(*row, PARTS.index(LEAD))]),
    )


def _of_record(
    at: _Place,
    row: tuple[int, int],
    said: Mapping[str, FloatArray],
    checked: Mapping[str, FloatArray],
    *,
    own: FloatArray,
    whole: Outcome,
) -> Drivers:
    place = (slice(None), *row)
    mean, p25, p_any = (float(figure) for figure in own[place])
    every = []
    for theme in OWN_THEMES:
        deaths, more, some = (float(figure) for figure in said[theme][place])
        every.append(
            _driver(
                theme,
                share=deaths,
                # Odds of what is all but certain either way jump with every draw: nothing is said of them.
                odds=(
                    _odds_factor(p_any, p_any - some) if abs(some) >= LEAST_CHANCES else 1.0,
                    _odds_factor(p25, p25 - more) if abs(more) >= LEAST_CHANCES else 1.0,
                ),
                moved=checked[theme][place],
                pooled=(float(whole.p_any[at.i, at.j]), float(whole.p25[at.i, at.j])),
                explained=mean,
            )
        )
    return _sorted(at, whole, every, basis=OWN, usual=float("nan"), explained=mean, other=0.0)


def _driver(
    theme: str,
    *,
    share: float,
    odds: tuple[float, float],
    moved: FloatArray,
    pooled: tuple[float, float],
    explained: float,
) -> Driver:
    """A driver with what may be said of it. odds: stated factors for any death and 25 or more. moved: (3,) of with less
    without, see `explain_parts.removed`. pooled: the ensemble's chances of any death and of 25 or more."""
    checked_any = _odds_factor(pooled[0], pooled[0] - float(moved[2]))
    checked_25 = _odds_factor(pooled[1], pooled[1] - float(moved[1]))
    large = abs(share) >= max(LEAST_DEATHS, LEAST_SHARE * explained)
    return Driver(
        theme=theme,
        deaths=share if large and same_way(share, float(moved[0])) else None,
        odds_any=odds[0] if _speaks(odds[0]) and same_way(np.log(odds[0]), np.log(checked_any)) else None,
        odds_25=odds[1] if _speaks(odds[1]) and same_way(np.log(odds[1]), np.log(checked_25)) else None,
        share=share,
        checked_deaths=float(moved[0]),
        checked_odds_any=checked_any,
        checked_odds_25=checked_25,
        large=large or _speaks(odds[0]) or _speaks(odds[1]),
    )


def same_way(stated: float, checked: float) -> bool:
    """The sanity law: leaving the driver out moves the ensemble the way that was stated, so with less without has the
    stated sign, and by a twentieth of what was stated at least: no movement bears nothing out."""
    return bool(stated * checked > 0 and abs(checked) >= LEAST_MOVE * abs(stated))


def _speaks(factor: float) -> bool:
    return bool(abs(np.log(factor)) >= LEAST_ODDS)  # NaN does not


def _odds_factor(chance: float, without: float) -> float:
    return float(np.exp(log_odds(np.array(chance)) - log_odds(np.array(without))))


def _sorted(
    at: _Place, whole: Outcome, every: Sequence[Driver], *, basis: str, usual: float, explained: float, other: float
) -> Drivers:
    ordered = sorted(every, key=lambda driver: -abs(driver.share))
    return Drivers(
        unit=at.unit,
        step=at.step,
        month=at.month,
        basis=basis,
        usual=usual,
        explained=explained,
        other=other,
        expected=float(whole.expected[at.i, at.j]),
        p25=float(whole.p25[at.i, at.j]),
        drivers=tuple(driver for driver in ordered if driver.stated),
        withheld=tuple(driver for driver in ordered if not driver.stated and driver.large),
        small=tuple(driver for driver in ordered if not driver.stated and not driver.large),
    )
