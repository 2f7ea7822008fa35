"""A trial: can the dispersion of ideal points tell which resolutions are adopted without unanimity?

    python benchmarks/unanimity.py

For each adopted resolution: the chance that it was adopted without unanimity, from what was known on its day.
Features: standard deviation of the members' ideal points (as of the end of the last session of the Assembly), the
largest distance between two permanent members, the largest distance of an elected member to the nearest permanent one,
how often earlier resolutions on the agenda item and of the five years before lacked unanimity. Logistic regressions,
fitted to resolutions before 2005, tested on 2005 to 2019 (where the roll calls end). Baselines, none of which learns
anything from the test years beyond each one's past: the share in all earlier years, in the five years before, and the
agenda item's own share, shrunk to that of the five years. Intervals: 2,000 resamples of agenda items. The rule of the
house: no chance is shown to users unless its gain on the best baseline has an interval clear of zero, on both scores.
"""

import bisect
from collections import defaultdict
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import minimize

from forestall.council.voting import records
from forestall.council.voting.positions import last_session
from forestall.council.voting.seats import seats
from forestall.scores.probability import auroc, brier, log_score
from forestall.store import Workspace

Floats = npt.NDArray[np.float64]
SPLIT, END, FIRST = date(2005, 1, 1), date(2019, 12, 31), date(1955, 1, 1)
SHRINK, YEARS, RESAMPLES, SEED = 5.0, 5, 2000, 20261125


def cases() -> pl.DataFrame:
    """One row a resolution: date, item, outcome (1 without unanimity), features and baselines from its past."""
    workspace = Workspace.open()
    calls = workspace.table("un_roll_calls")
    ends = records.session_ends(calls)
    table = workspace.table("un_ideal_points").filter(pl.col("axes") == 1)
    then: dict[int, dict[str, float]] = defaultdict(dict)
    for session, iso3, point in table.select("session", "iso3", "ideal_point_then").rows():
        then[session][iso3] = point
    held = workspace.table("council_resolutions").filter(
        pl.col("yes").is_not_null(), pl.col("date").is_not_null(), pl.col("date") <= END
    )
    rows = []
    past: list[tuple[date, int]] = []
    by_item: dict[str, list[int]] = defaultdict(list)
    for day, same in held.sort("date", "number").group_by("date", maintain_order=True):
        on = day[0]
        assert isinstance(on, date)
        new = []
        since = bisect.bisect_left(past, (on - timedelta(days=365 * YEARS), -1))
        recent = [outcome for _, outcome in past[since:]]
        share = (sum(recent) + 1) / (len(recent) + 2)
        ever = (sum(outcome for _, outcome in past) + 1) / (len(past) + 2)
        features = _dispersion(on, calls, ends, then) if on >= FIRST else None
        for one in same.iter_rows(named=True):
            outcome = int(bool(one["no"] or one["abstain"] or one["not_voting"]))
            item = (one["agenda_item"] or "none").strip().lower()
            seen = by_item[item]
            own = (sum(seen) + SHRINK * share) / (len(seen) + SHRINK)
            if features is not None:
                rows.append((on, item, outcome, *features, ever, share, own))
            new.append((item, outcome))
        for item, outcome in new:
            past.append((on, outcome))
            by_item[item].append(outcome)
    names = ["date", "item", "outcome", "spread", "permanent", "elected", "ever", "recent", "own"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _dispersion(
    on: date, calls: pl.DataFrame, ends: dict[int, date], then: dict[int, dict[str, float]]
) -> tuple[float, float, float] | None:
    last = last_session(calls, on)
    while last not in then:
        last -= 1
    sitting = seats(on)
    changed = {iso3 for iso3, day in records.RESTARTS.items() if ends[last] < day <= on}
    at = {s: then[last][s] for group in sitting.values() for s in group if s in then[last] and s not in changed}
    permanent = [at[s] for s in sitting["permanent"] if s in at]
    elected = [at[s] for s in sitting["elected"] if s in at]
    if len(permanent) < 4 or len(elected) < 4:
        return None
    far = max(min(abs(one - other) for other in permanent) for one in elected)
    return float(np.std(list(at.values()))), max(permanent) - min(permanent), far


def fitted(train: Floats, outcome: Floats, test: Floats) -> Floats:
    """Chances in the test rows from a logistic regression with a small ridge."""
    centre, scale = train.mean(axis=0), train.std(axis=0)
    x, new = (np.column_stack([np.ones(len(part)), (part - centre) / scale]) for part in (train, test))

    def loss(w: Floats) -> float:
        z = x @ w
        return float((np.logaddexp(0, z) - outcome * z).sum() + 0.5 * (w[1:] ** 2).sum())

    w = minimize(loss, np.zeros(x.shape[1]), method="BFGS").x
    chances: Floats = 1 / (1 + np.exp(-(new @ w)))
    return chances


def _logit(name: str) -> pl.Expr:
    return (pl.col(name) / (1 - pl.col(name))).log().alias(name)


def main() -> None:
    """Print scores and intervals."""
    frame = cases()
    train, test = frame.filter(pl.col("date") < SPLIT), frame.filter(pl.col("date") >= SPLIT)
    y = test["outcome"].to_numpy()
    print(
        f"{train.height} resolutions from {train['date'].to_list()[0]}, {test.height} tested; without unanimity: "
        f"{100 * train['outcome'].to_numpy().mean():.1f} %, tested {100 * y.mean():.1f} %"
    )
    sets = {
        "dispersion": [pl.col("spread"), pl.col("permanent"), pl.col("elected")],
        "dispersion and recent share": [pl.col("spread"), pl.col("permanent"), pl.col("elected"), _logit("recent")],
        "item and recent share": [_logit("own"), _logit("recent")],
        "all": [pl.col("spread"), pl.col("permanent"), pl.col("elected"), _logit("own"), _logit("recent")],
    }
    chances = {f"baseline: {name}": test[name].to_numpy() for name in ("ever", "recent", "own")}
    for name, columns in sets.items():
        parts = [part.select(columns).to_numpy().astype(np.float64) for part in (train, test)]
        chances[name] = fitted(parts[0], train["outcome"].to_numpy().astype(np.float64), parts[1])
    bases = [name for name in chances if name.startswith("baseline")]
    best = min(bases, key=lambda name: brier(chances[name], y).mean())
    items = test["item"].to_numpy()
    names, inverse = np.unique(items, return_inverse=True)
    draws = np.random.default_rng(SEED).multinomial(len(names), np.full(len(names), 1 / len(names)), RESAMPLES)
    size = np.bincount(inverse)
    print(f"{len(names)} agenda items; best baseline: {best}")
    for name, p in chances.items():
        line = f"{name}: Brier {brier(p, y).mean():.4f}, bits {log_score(p, y).mean():.4f}, AUROC {auroc(p, y):.3f}"
        line += f", mean chance {100 * p.mean():.1f} %"
        for score, title in ((brier, "Brier"), (log_score, "bits")):
            gain = np.bincount(inverse, weights=score(chances[best], y) - score(p, y))
            resampled = (draws @ gain) / (draws @ size)
            low, high = np.quantile(resampled, [0.025, 0.975])
            line += f"; {title} gain {gain.sum() / len(y):+.4f} ({low:+.4f} to {high:+.4f})"
        print(line)
    for name in ("all", best):
        edges = np.quantile(chances[name], [0, 0.25, 0.5, 0.75, 1])
        bins = np.clip(np.searchsorted(edges, chances[name], side="right") - 1, 0, 3)
        told = [
            f"{100 * chances[name][bins == b].mean():.0f} % said, {100 * y[bins == b].mean():.0f} % happened"
            for b in range(4)
        ]
        print(f"{name}, by quarter of chances: {'; '.join(told)}")


if __name__ == "__main__":
    main()
