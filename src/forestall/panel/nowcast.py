"""The nowcast: what the figures of the last months will be once they are final, as draws.

Only figures that are not final are drawn; final and unknown months stay as they are. A zero becomes positive with the
chance of its class; a positive figure falls to zero with the chance of its class, and otherwise is multiplied by a
ratio from the revisions seen in its class, shifted by the country's own. Months of one country and year share their
luck: each takes the country's rank of that year with probability sqrt(correlation) and one of its own otherwise, so
that two months' ranks correlate as the revisions did, and each rank is uniform. Formulas and scores:
docs/methods/nowcast.md.
"""

import zlib
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from forestall.errors import ShapeError, UsageError
from forestall.ids.months import format_month, year_of
from forestall.panel.frame import FloatArray, IntArray, Panel, digest
from forestall.panel.revision import Classes, Revision, Revisions, recent_mean, stages

TARGET = "deaths_total"
STATUS = "nowcast"
_SALT = zlib.crc32(b"nowcast")


@dataclass(frozen=True, slots=True, eq=False)
class Nowcast:
    """Draws of the final figures of the months that are not final yet.

    units: (n,) as in the panel. months: (k,) month_ids, ascending. draws: (n, k, m) deaths per month, NaN where the
    panel does not know the figure; draw j of all units and months belongs together. known: (n, k) as published so far.
    stages: (k,) "monthly" or "yearly". panel_digest: of the panel it speaks about. Raises ShapeError if parts do not
    fit.
    """

    units: IntArray
    months: IntArray
    draws: FloatArray
    known: FloatArray
    stages: tuple[str, ...]
    seed: int
    panel_digest: str

    def __post_init__(self) -> None:
        shape = (self.units.size, self.months.size)
        if self.known.shape != shape or self.draws.ndim != 3 or self.draws.shape[:2] != shape:
            raise ShapeError(f"nowcast draws {self.draws.shape} and known {self.known.shape} do not fit {shape}")
        if len(self.stages) != self.months.size:
            raise ShapeError(f"nowcast has {len(self.stages)} stages for {self.months.size} months")
        for array in (self.units, self.months, self.draws, self.known):
            array.setflags(write=False)

    @property
    def n_draws(self) -> int:
        """How many draws each unit and month has."""
        return int(self.draws.shape[2])

    def mean(self) -> FloatArray:
        """Expected final deaths, (n, k), NaN where not known."""
        mean: FloatArray = self.draws.mean(axis=2)
        return mean

    def ratio(self) -> FloatArray:
        """Expected final figure over the published one, (n, k); NaN where that is 0 or not known."""
        given = np.where(self.known > 0, self.known, np.nan)
        ratio: FloatArray = self.mean() / given
        return ratio


def nowcast(panel: Panel, revisions: Revisions, *, n_draws: int = 200, seed: int = 0) -> Nowcast:
    """Draws of the final figures of a panel's candidate and provisional months.

    revisions: by stage, as `revision.from_frame(workspace.table("revision"))` gives them; a stage that is missing is
    left as published and has no months here. A unit's draws depend on its own figures, seed and n_draws only. Final
    figures are drawn as whole numbers; a figure that a draw does not revise stays exactly as published. Raises
    UsageError for targets other than deaths_total or cells (no revisions of them have been seen), or n_draws below 1.
    """
    if panel.target != TARGET or panel.unit_key != "gw_id":
        raise UsageError(
            f"revisions are known for {TARGET} by gw_id only, not for {panel.target} by {panel.unit_key}: "
            "use these figures as published"
        )
    if n_draws < 1:
        raise UsageError(f"n_draws is {n_draws}, expected 1 or more")
    columns = [j for j, stage in enumerate(stages(panel)) if stage in revisions]
    named = tuple(str(stages(panel)[j]) for j in columns)
    months = panel.months[columns]
    recent = recent_mean(panel.values)[:, columns]
    known = panel.values[:, columns].copy()
    draws = np.full((panel.units.size, len(columns), n_draws), np.nan)
    years = np.array([year_of(int(month)) for month in months], dtype=np.int32)
    for i, unit in enumerate(panel.units):
        for year in np.unique(years):
            inside = np.flatnonzero(years == year)
            correlations = np.array([revisions[named[j]].correlation for j in inside])
            generator = np.random.default_rng(np.random.SeedSequence([seed, _SALT, int(unit), int(year)]))
            ranks = _ranks(generator, (months[inside] - 1) % 12, correlations, n_draws)
            for rank, j in zip(ranks, inside, strict=True):
                if not np.isnan(known[i, j]):
                    draws[i, j] = _final(revisions[named[j]], int(unit), known[i, j], recent[i, j], rank)
    return Nowcast(
        units=panel.units.copy(),
        months=months,
        draws=draws,
        known=known,
        stages=named,
        seed=seed,
        panel_digest=panel.digest,
    )


def revised(panel: Panel, now: Nowcast, draw: int | None = None) -> Panel:
    """The panel with one draw of its final figures in place of the published ones, or with their mean (draw None).

    The months concerned get status "nowcast" and no low and high; all others stay untouched. Raises UsageError if the
    nowcast speaks about another panel or has no such draw.
    """
    if now.panel_digest != panel.digest:
        raise UsageError("this nowcast was made for another panel: make it from the panel that is to be revised")
    if draw is not None and not 0 <= draw < now.n_draws:
        raise UsageError(f"draw {draw} was asked for; the nowcast has draws 0 to {now.n_draws - 1}")
    if now.months.size == 0:
        return panel
    columns = now.months - int(panel.months[0])
    values = panel.values.copy()
    values[:, columns] = now.mean() if draw is None else now.draws[:, :, draw]
    low, high = (None if given is None else given.copy() for given in (panel.low, panel.high))
    for array in (low, high):
        if array is not None:
            array[:, columns] = np.nan
    status = np.array(panel.status, dtype=object)
    status[columns] = STATUS
    what = "means" if draw is None else f"draw {draw}"
    note = f"{format_month(int(now.months[0]))} to {format_month(int(now.months[-1]))}: {what} of the nowcast"
    return replace(
        panel,
        values=values,
        low=low,
        high=high,
        status=tuple(status),
        set_aside=(*panel.set_aside, note),
        digest=digest(
            panel.units,
            panel.months,
            values,
            low,
            high,
            target=panel.target,
            unit_key=panel.unit_key,
            releases=panel.releases,
        ),
    )


def _ranks(
    generator: np.random.Generator, places: npt.NDArray[np.int32], correlations: FloatArray, n_draws: int
) -> FloatArray:
    """Uniform ranks of one unit's months in one year, (months, n_draws), evenly spread over the draws.

    places: months of the year, from 0. All twelve are drawn, so that a month's rank does not depend on which others
    are asked for.
    """
    even = (np.tile(np.arange(n_draws), (13, 1)) + generator.random((13, 1))) / n_draws
    even = generator.permuted(even, axis=1)
    shares = generator.random((12, n_draws))[places] < np.sqrt(correlations)[:, None]
    ranks: FloatArray = np.where(shares, even[12], even[places])
    return ranks


def _final(revision: Revision, unit: int, known: float, recent: float, rank: FloatArray) -> FloatArray:
    """Final figures of one month at those ranks, (n_draws,)."""
    if known > 0:
        log_ratio = _at(revision.positive, known, rank) + revision.country.get(unit, 0.0)
        # What stays above zero has a death at least.
        final = np.maximum(np.round((known + 0.5) * np.exp(np.nan_to_num(log_ratio)) - 0.5), 1.0)
        return np.where(np.isnan(log_ratio), 0.0, np.where(log_ratio == 0, known, final))
    deaths = _at(revision.zero, recent, rank)
    return np.where(np.isnan(deaths), 0.0, np.maximum(np.round(np.nan_to_num(deaths)), 1.0))


def _at(classes: Classes, size: float, rank: FloatArray) -> FloatArray:
    """The revision at each rank in the class of that size; NaN for the ranks at which the final figure is 0."""
    k = max(int(np.searchsorted(classes.floors, size, side="right")) - 1, 0)
    chance = float(classes.chance[k])
    if chance <= 0:
        return np.full(rank.shape, np.nan)
    above = (rank - (1 - chance)) / chance
    steps = np.linspace(0.0, 1.0, classes.quantiles.shape[1])
    return np.where(above >= 0, np.interp(above, steps, classes.quantiles[k]), np.nan)
