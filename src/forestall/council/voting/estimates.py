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


def as_then(
    assembly: Assembly, *, progress: Callable[[int], None] = lambda _: None
) -> tuple[Floats, Floats, tuple[Items, ...]]:
    """For each session what its votes and earlier ones say: means (T, U), standard deviations (T, U), its roll calls.

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
        mean[t], sd[t] = found.paths.mean[t, :, 0], np.sqrt(found.paths.cov[t, :, 0, 0])
        items.append(found.items[t])
        progress(t)
    return mean, sd, tuple(items)


def table(assembly: Assembly, one: Fit, two: Fit, then: tuple[Floats, Floats]) -> pl.DataFrame:
    """Table un_ideal_points: a row for each state, session and axis of each model.

    Only sessions with at least FEWEST_ROLL_CALLS roll calls, and states that voted in them. Where two governments held
    a seat in one session (China, 26th), the row is that of the later one.
    """
    rows = []
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
                    own = (float(fit.paths.mean[t, u, axis]), float(np.sqrt(fit.paths.cov[t, u, axis, axis])))
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
