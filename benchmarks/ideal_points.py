"""Ideal points from General Assembly votes: time, agreement with the published ones by year, held-out votes, coverage.

    python benchmarks/ideal_points.py            # all of it, about two minutes on one core
    python benchmarks/ideal_points.py --fast     # without coverage

Held-out votes: 5 % of the votes cast, chosen from a fixed seed, are hidden from every method. Beside our model in one
and two dimensions: the shares of the roll call, the state's own shares in the session, and the published ideal points
with an ordered-logit regression for each roll call (the published points saw the hidden votes, ours did not).
Coverage: votes are drawn from the fitted model, the model is fitted to them, and how often the 90 % interval holds the
position the votes were drawn from is counted (in units of the spread, standard deviations widened as in the table), as
it stands and with each session's median shift taken out.
"""

import argparse
import time

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.council.voting import estimates, model, records
from forestall.council.voting.model import NONE, Fit, Session
from forestall.council.voting.records import Assembly
from forestall.store import Workspace

Floats = npt.NDArray[np.float64]
Masks = list[npt.NDArray[np.bool_]]
SEED, HIDDEN = 20261125, 0.05
_Z90 = 1.645


def hide(assembly: Assembly) -> tuple[Assembly, Masks]:
    """The assembly without the hidden votes, and which they are."""
    rng = np.random.default_rng(SEED)
    masks = [(s.votes != NONE) & (rng.random(s.votes.shape) < HIDDEN) for s in assembly.sessions]
    left = [
        Session(s.units, np.where(mask, NONE, s.votes).astype(np.int8))
        for s, mask in zip(assembly.sessions, masks, strict=True)
    ]
    return Assembly(assembly.numbers, tuple(left), assembly.roll_calls, assembly.units), masks


def scores(chances: list[Floats], assembly: Assembly, masks: Masks) -> tuple[float, float]:
    """Share of hidden votes that were the most probable answer, and mean bits (-log2 of the probability given)."""
    right, bits = [], []
    for given, session, mask in zip(chances, assembly.sessions, masks, strict=True):
        rows, cast = given[mask], session.votes[mask]
        keep = ~np.isnan(rows[:, 0])
        rows, cast = rows[keep], cast[keep]
        right.append(rows.argmax(axis=1) == cast)
        bits.append(-np.log2(np.maximum(rows[np.arange(len(cast)), cast], 1e-12)))
    return float(np.concatenate(right).mean()), float(np.concatenate(bits).mean())


def by_model(fit: Fit, assembly: Assembly) -> list[Floats]:
    """Probabilities of every cell from a fit."""
    at = enumerate(assembly.sessions)
    return [model.chances(fit.paths.mean[t, s.units], fit.paths.cov[t, s.units], fit.items[t]) for t, s in at]


def by_share(assembly: Assembly, axis: int) -> list[Floats]:
    """Shares of the three answers in the roll call (axis 0) or of the state in the session (axis 1), one vote added."""
    out = []
    for session in assembly.sessions:
        counts = np.stack([(session.votes == k).sum(axis=axis) for k in range(3)], axis=-1) + 1 / 3
        shares = counts / counts.sum(axis=-1, keepdims=True)
        shape = (*session.votes.shape, 3)
        out.append(np.broadcast_to(shares[None] if axis == 0 else shares[:, None], shape).copy())
    return out


def by_published(assembly: Assembly, published: dict[tuple[str, int], float]) -> list[Floats]:
    """An ordered logit on the published point for each roll call; NaN for states without one."""
    out = []
    for t, session in enumerate(assembly.sessions):
        year = 1945 + assembly.numbers[t]
        at = np.array([published.get((assembly.units[u].iso3, year), np.nan) for u in session.units])
        known = ~np.isnan(at)
        given = np.full((*session.votes.shape, 3), np.nan)
        if known.sum() > 5:
            part = Session(session.units[known], session.votes[known])
            mean, cov = 2 * at[known, None], np.zeros((int(known.sum()), 1, 1))
            given[known] = model.chances(mean, cov, model.items_given(part, mean, cov))
        out.append(given)
    return out


def agreement(table: pl.DataFrame, published: pl.DataFrame) -> pl.DataFrame:
    """Correlation with the published points by year: ours in 1-D, as then, and the first axis in 2-D."""
    first = table.filter(pl.col("axis") == 1)
    found = None
    for kind in ("all", "final_passage"):
        of = published.filter(pl.col("roll_calls") == kind).select(
            "iso3", "year", pl.col("ideal_point").alias("theirs")
        )
        joined = first.join(of, on=["iso3", "year"], how="inner")
        one = joined.filter(pl.col("axes") == 1).group_by("year")
        columns = [pl.corr("ideal_point", "theirs").alias(f"1-D, {kind}")]
        if kind == "all":
            columns = [
                pl.len().alias("states"),
                *columns,
                pl.corr("ideal_point", "theirs", method="spearman").alias("ranks"),
                pl.corr("ideal_point_then", "theirs").alias("as then"),
            ]
        part = one.agg(columns)
        two = joined.filter(pl.col("axes") == 2).group_by("year").agg(pl.corr("ideal_point", "theirs").alias("2-D"))
        part = part.join(two, on="year") if kind == "all" else part
        found = part if found is None else found.join(part, on="year", how="left")
    assert found is not None
    return found.sort("year")


def coverage(fit: Fit, assembly: Assembly, dims: int) -> list[str]:
    """Lines on the coverage of the 90 % interval, by axis."""
    rng = np.random.default_rng(SEED)
    drawn = []
    for given, session in zip(by_model(fit, assembly), assembly.sessions, strict=True):
        u = rng.random(session.votes.shape)
        votes = (u > given[..., 0]).astype(np.int8) + (u > given[..., 0] + given[..., 1]).astype(np.int8)
        drawn.append(Session(session.units, np.where(session.votes == NONE, NONE, votes).astype(np.int8)))
    again = model.fit(drawn, len(assembly.units), assembly.unit("USA"), dims=dims)
    lines = []
    first, second = estimates.spread(assembly, fit), estimates.spread(assembly, again)
    for axis in range(dims):
        inside, shifted, correlation = [], [], []
        for t, session in enumerate(assembly.sessions):
            was, found = (
                fit.paths.mean[t, session.units, axis] / first,
                again.paths.mean[t, session.units, axis] / second,
            )
            sd = estimates.SD_FACTOR[dims] * np.sqrt(again.paths.cov[t, session.units, axis, axis]) / second
            off = found - was
            inside.append(np.abs(off / sd) < _Z90)
            shifted.append(np.abs((off - np.median(off)) / sd) < _Z90)
            correlation.append(np.corrcoef(found, was)[0, 1])
        lines.append(
            f"{dims}-D axis {axis + 1}: 90 % interval holds {100 * np.concatenate(inside).mean():.1f} %, shifts out "
            f"{100 * np.concatenate(shifted).mean():.1f} %; correlation mean {np.mean(correlation):.3f}, least "
            f"{np.min(correlation):.3f}"
        )
    return lines


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fast", action="store_true", help="leave out coverage")
    arguments = parser.parse_args()
    workspace = Workspace.open()
    assembly = records.assemble(workspace.table("un_votes"), workspace.table("un_roll_calls"))
    fits = {}
    for dims in (1, 2):
        began = time.perf_counter()
        fits[dims] = model.fit(assembly.sessions, len(assembly.units), assembly.unit("USA"), dims=dims)
        cells = sum(int((s.votes != NONE).sum()) for s in assembly.sessions)
        took = time.perf_counter() - began
        print(f"{dims}-D: {took:.1f} s, {fits[dims].iterations} rounds, {cells:,} votes")
    published = workspace.table("un_ideal_points_published")
    table = agreement(workspace.table("un_ideal_points"), published)
    with pl.Config(
        tbl_rows=100,
        tbl_cols=20,
        float_precision=3,
        tbl_formatting="ASCII_MARKDOWN",
        tbl_hide_column_data_types=True,
        tbl_hide_dataframe_shape=True,
    ):
        print(table)
    for name in table.columns[2:]:
        values = table[name].drop_nulls().to_numpy()
        print(f"{name}: mean {values.mean():.3f}, least {values.min():.3f}, years under .95: {(values < 0.95).sum()}")

    left, masks = hide(assembly)
    theirs = {
        (r[0], r[1]): r[2]
        for r in published.filter(pl.col("roll_calls") == "all").select("iso3", "year", "ideal_point").rows()
    }
    hidden = {dims: model.fit(left.sessions, len(left.units), left.unit("USA"), dims=dims) for dims in (1, 2)}
    methods = {
        "shares of the roll call": by_share(left, 0),
        "the state's own shares": by_share(left, 1),
        "published points, ordered logit": by_published(left, theirs),
        "ours, 1-D": by_model(hidden[1], left),
        "ours, 2-D": by_model(hidden[2], left),
    }
    print(f"hidden votes: {sum(int(mask.sum()) for mask in masks):,}")
    for name, chances in methods.items():
        right, bits = scores(chances, assembly, masks)
        print(f"{name}: {100 * right:.2f} % right, {bits:.4f} bits a vote")
    if not arguments.fast:
        for dims in (1, 2):
            for line in coverage(fits[dims], assembly, dims):
                print(line)


if __name__ == "__main__":
    main()
