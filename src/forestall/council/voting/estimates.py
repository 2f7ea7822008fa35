"""Our ideal points of all sessions: as they look from the end of the data, and as they looked at the end of each.

`smoothed` uses all roll calls, also later ones. `then` is what the same model says of a session from its roll calls
and those of earlier sessions only (filtered): what may be used in an answer "as of" a date.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import polars as pl

from forestall.council.voting import model
from forestall.council.voting.model import Fit, Items
from forestall.council.voting.records import Assembly
from forestall.council.voting.smoother import Floats

ESTIMATOR: Final = "ordered-logit-1"
"""Name and version of the model; a change of its form or constants makes a new one."""

SD_FACTOR: Final = {1: 1.25, 2: 1.05}
"""By how much the standard deviations of a fit in so many dimensions are widened in the table. The fit takes the roll
calls' slopes and cutpoints as known; with votes drawn from the fit, a 90 % interval that holds 90 % takes these factors
(benchmarks/ideal_points.py)."""

ANCHOR: Final = "USA"
FEWEST_ROLL_CALLS: Final = 5
"""Sessions with fewer (the 19th had one) have no ideal points shown."""

_ROUNDS_THEN = 40


def estimate(assembly: Assembly, *, dims: int = 1) -> Fit:
    """Positions from all sessions, turned: in 1-D the United States is positive; in 2-D the first axis is the one along
    which positions follow the 1-D ones best, and on the second the United States is negative on average.
    """
    anchor = assembly.unit(ANCHOR)
    one = model.fit(assembly.sessions, len(assembly.units), anchor)
    if dims == 1:
        return one
    two = model.fit(assembly.sessions, len(assembly.units), anchor, dims=2)
    return turned(assembly, two, one)


def turned(assembly: Assembly, two: Fit, one: Fit) -> Fit:
    """A 2-D fit in the axes that `estimate` describes."""
    at = [(t, session.units) for t, session in enumerate(assembly.sessions)]
    positions = np.concatenate([two.paths.mean[t, units] for t, units in at])
    along = np.concatenate([one.paths.mean[t, units, 0] for t, units in at])
    axis = np.linalg.lstsq(positions, along, rcond=None)[0]
    axis /= np.linalg.norm(axis)
    turn = np.array([axis, [-axis[1], axis[0]]])
    anchor = assembly.unit(ANCHOR)
    second = np.mean([two.paths.mean[t, anchor] @ turn[1] for t, units in at if anchor in units])
    if second > 0:
        turn[1] *= -1
    return model.rotated(two, turn)


def spread(assembly: Assembly, found: Fit) -> float:
    """Root mean square of positions on the first axis over all states and sessions: the unit of the table.

    Votes do not tell the scale of positions (twice the positions with half the slopes give the same chances), so the
    table's unit is this spread. `found` may be of the first sessions only.
    """
    at = enumerate(assembly.sessions[: len(found.items)])
    return float(np.sqrt(np.mean(np.concatenate([found.paths.mean[t, s.units, 0] for t, s in at]) ** 2)))


def as_then(
    assembly: Assembly, *, progress: Callable[[int], None] = lambda _: None
) -> tuple[Floats, Floats, tuple[Items, ...]]:
    """For each session what its votes and earlier ones say: means (T, U), standard deviations (T, U), its roll calls.

    All in units of `spread`, standard deviations widened by SD_FACTOR.
    Every session is a fit of its own, in which earlier sessions begin where the fit before ended. 1-D.
    """
    times, units = len(assembly.sessions), len(assembly.units)
    mean, sd = np.full((times, units), np.nan), np.full((times, units), np.nan)
    items: list[Items] = []
    found: Fit | None = None
    for t in range(times):
        rounds = 200 if t < 2 else _ROUNDS_THEN
        sessions = assembly.sessions[: t + 1]
        found = model.fit(sessions, units, assembly.unit(ANCHOR), warm=found, iterations=rounds)
        unit, last = spread(assembly, found), found.items[t]
        mean[t] = found.paths.mean[t, :, 0] / unit
        sd[t] = SD_FACTOR[1] * np.sqrt(found.paths.cov[t, :, 0, 0]) / unit
        items.append(Items(last.slope * unit, last.lower, last.upper))
        progress(t)
    return mean, sd, tuple(items)


def table(assembly: Assembly, one: Fit, two: Fit, then: tuple[Floats, Floats]) -> pl.DataFrame:
    """Table un_ideal_points: a row for each state, session and axis of each model, in units of `spread`.

    Only sessions with at least FEWEST_ROLL_CALLS roll calls, and states that voted in them. Where two governments held
    a seat in one session (China, 26th), the row is that of the later one.
    """
    rows = []
    units = {id(fit): spread(assembly, fit) for fit in (one, two)}
    for t, session in enumerate(assembly.sessions):
        if session.votes.shape[1] < FEWEST_ROLL_CALLS:
            continue
        number = assembly.numbers[t]
        cast = (session.votes != model.NONE).sum(axis=1)
        held = {assembly.units[u].iso3: (u, n) for u, n in zip(session.units.tolist(), cast.tolist(), strict=True)}
        for iso3, (u, n) in sorted(held.items()):
            for fit in (one, two):
                dims = fit.paths.mean.shape[2]
                for axis in range(dims):
                    sd = SD_FACTOR[dims] * np.sqrt(fit.paths.cov[t, u, axis, axis])
                    own = (float(fit.paths.mean[t, u, axis] / units[id(fit)]), float(sd / units[id(fit)]))
                    past = (float(then[0][t, u]), float(then[1][t, u])) if dims == 1 else (None, None)
                    rows.append((iso3, number, 1945 + number, dims, axis + 1, *own, *past, n, ESTIMATOR))
    frame = pl.DataFrame(rows, schema=COLUMNS, orient="row")
    return frame.with_columns(pl.col(pl.Float64).round(3)).sort("axes", "axis", "session", "iso3")


COLUMNS: Final[dict[str, type[pl.DataType]]] = {
    "iso3": pl.String,
    "session": pl.Int32,
    "year": pl.Int32,
    "axes": pl.Int8,
    "axis": pl.Int8,
    "ideal_point": pl.Float64,
    "ideal_point_sd": pl.Float64,
    "ideal_point_then": pl.Float64,
    "ideal_point_then_sd": pl.Float64,
    "votes_counted": pl.Int32,
    "estimator": pl.String,
}
