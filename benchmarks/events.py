"""How good are the probabilities of onset, escalation and de-escalation?

`python benchmarks/events.py --challenge FOLDER` prints the tables of docs/methods/events.md: monthly origins, models of
the last October, scores with intervals from drawing countries, beside plain baselines. Origins of 2008-2017 served for
all choices; later ones are scored once for a version of the model (`--later`).
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forestall.forecast import event_features, event_models, events, models
from forestall.forecast.event_definitions import EVENTS, Event, last, outcomes
from forestall.forecast.training import training_month
from forestall.ids.months import month_id
from forestall.panel.country_month import country_month
from forestall.panel.frame import FloatArray, IntArray, Panel
from forestall.scores import calibration, probability
from forestall.store import Workspace
from forestall.verify import challenge

DRAWN = ("conflictology_12", "ewma")
REPEATS = 400
EDGES = np.array([0, 0.005, 0.01, 0.03, 0.1, 0.2, 0.4, 0.7, 1.0])


@dataclass
class Cases:
    """Scored cases of one event: outcomes, countries (row numbers), origins, and each forecaster's probabilities."""

    outcome: FloatArray
    country: IntArray
    origin: IntArray
    stated: dict[str, FloatArray]


def happened_in_draws(draws: FloatArray, before: FloatArray, event: Event) -> FloatArray:
    """(n,) share of draws in which the event happens. draws: (n, months, m). before: (n,) deaths, last 6 months."""
    coming = draws[:, : event.ahead].sum(axis=1)
    if event.name.startswith("onset"):
        hit = coming >= 25
    elif event.name.startswith("escalation"):
        hit = (coming >= 2 * before[:, None]) & (coming >= before[:, None] + 100)
    else:
        hit = coming <= before[:, None] / 2
    share: FloatArray = hit.mean(axis=1)
    return share


def history_only(values: FloatArray, until: int, names: Mapping[str, FloatArray], event: Event) -> FloatArray:
    """(n, t) probabilities of a ridge logistic regression on a country's own months, trained on columns up to until."""
    known = np.stack(list(names.values()), axis=2)
    origins = np.arange(until - event.ahead, events.WARM_UP - 1, -events.EVERY)
    label = outcomes(values[:, : until + 1], event)[:, origins]
    rows, columns = np.nonzero(~np.isnan(label))
    cases = known[rows, origins[columns]]
    centre, spread = np.nanmean(cases, axis=0), np.nanstd(cases, axis=0) + 1e-9
    from sklearn.linear_model import LogisticRegression

    regression = LogisticRegression(C=0.05, max_iter=300)
    regression.fit(event_models.standard(cases, centre, spread), label[rows, columns])
    flat = event_models.standard(known.reshape(-1, known.shape[2]), centre, spread)
    stated: FloatArray = regression.predict_proba(flat)[:, 1].reshape(values.shape)
    return stated


def collect(panel: Panel, workspace: Workspace, first: int, end: int, *, draws: bool = True) -> dict[str, Cases]:
    """Cases by event: origins from `first` on whose outcomes lie within `end` (month_ids)."""
    seen = events.inputs(panel, workspace)  # every month's features follow from that month and those before it
    own = event_features.history(panel.values)
    start = int(panel.months[0])
    before = last(panel.values, 6)
    label = {event.name: outcomes(panel.values, event) for event in EVENTS}
    parts: dict[str, list[tuple[FloatArray, IntArray, IntArray, dict[str, FloatArray]]]] = {e.name: [] for e in EVENTS}
    fits: dict[int, tuple[dict[str, tuple[event_models.EventModel, events.Training]], dict[str, FloatArray]]] = {}
    for origin in range(first, end - 5):
        t, until = origin - start, training_month(origin)
        if until not in fits:
            fits.clear()
            trained = events.train(panel.cut(origin), workspace)
            plain = {e.name: history_only(panel.values, until - start, own, e) for e in EVENTS}
            fits[until] = (trained, plain)
        trained, plain = fits[until]
        months = range(origin + 1, origin + 13)
        drawn = {
            name: models.get(name)(panel.cut(origin), months=months, n_draws=500, seed=0).draws.astype(np.float64)
            for name in (DRAWN if draws else ())
        }
        values = np.full((panel.units.size, len(EVENTS)), np.nan)
        for e, event in enumerate(EVENTS):
            values[:, e] = trained[event.name][0].probabilities(seen.features.values[:, t])
        values = events.ordered(values)
        for e, event in enumerate(EVENTS):
            outcome = label[event.name][:, t]
            rows = np.flatnonzero(~np.isnan(outcome)) if origin + event.ahead <= end else np.zeros(0, dtype=np.int64)
            record = trained[event.name][1]
            stated = {"base rate": np.full(rows.size, record.base_rate), "history only": plain[event.name][rows, t]}
            stated |= {name: happened_in_draws(d[rows], before[rows, t], event) for name, d in drawn.items()}
            stated["events"] = values[rows, e]
            where = np.full(rows.size, origin, dtype=np.int32)
            parts[event.name].append((outcome[rows], rows.astype(np.int32), where, stated))
    found = {}
    for event_name, pieces in parts.items():
        names = list(pieces[0][3])
        found[event_name] = Cases(
            np.concatenate([p[0] for p in pieces]),
            np.concatenate([p[1] for p in pieces]),
            np.concatenate([p[2] for p in pieces]),
            {name: np.concatenate([p[3][name] for p in pieces]) for name in names},
        )
    return found


def intervals(cases: Cases, name: str, against: str, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    """95 % intervals from drawing countries: of the AUPRC, and of its difference from another forecaster's."""
    generator = np.random.default_rng(seed)
    order = np.argsort(cases.country, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(cases.country[order])) + 1)
    found = np.full((REPEATS, 2), np.nan)
    for r in range(REPEATS):
        rows = np.concatenate([groups[k] for k in generator.integers(0, len(groups), len(groups))])
        if cases.outcome[rows].sum() == 0:
            continue
        ours = probability.auprc(cases.stated[name][rows], cases.outcome[rows])
        found[r] = ours, ours - probability.auprc(cases.stated[against][rows], cases.outcome[rows])
    low_high = np.nanquantile(found, [0.025, 0.975], axis=0)
    return low_high[:, 0], low_high[:, 1]


def spells(cases: Cases) -> tuple[int, int]:
    """Runs of consecutive origins in which it happened, and the countries in which there was one."""
    hit = cases.outcome == 1
    pairs = sorted(zip(cases.country[hit].tolist(), cases.origin[hit].tolist(), strict=True))
    runs = sum(1 for k, (c, o) in enumerate(pairs) if k == 0 or pairs[k - 1] != (c, o - 1))
    return runs, len({c for c, _ in pairs})


def report(title: str, found: dict[str, Cases]) -> None:
    """Print the tables of one panel and period."""
    for name, cases in found.items():
        y = cases.outcome
        runs, countries = spells(cases)
        print(
            f"\n{title}: {name}: {y.size} cases, share {y.mean():.4f}, {runs} spells in {countries} countries\n"
            f"  {'':18s} AUROC  AUPRC  [95 %]          less history [95 %]  Brier    log      mean"
        )
        for who, p in cases.stated.items():
            own, gap = intervals(cases, who, "history only")
            inside = np.clip(p, event_models.LEAST, event_models.MOST)
            ranks = f"{probability.auroc(p, y):.3f}  {probability.auprc(p, y):.3f}"
            print(
                f"  {who:18s} {ranks}  [{own[0]:.3f}, {own[1]:.3f}]  "
                f"[{gap[0]:+.3f}, {gap[1]:+.3f}]     {probability.brier(p, y).mean():.5f}  "
                f"{probability.log_score(inside, y).mean():.5f}  {p.mean():.4f}"
            )
        curve = calibration.reliability_curve(cases.stated["events"], y, EDGES)
        rows = zip(EDGES[:-1], EDGES[1:], curve.n, curve.stated, curve.happened, strict=True)
        print("  stated        cases   mean   happened")
        for low, high, n, stated, share in rows:
            if n:
                print(f"  {low:.3f}-{high:.3f}  {n:6d}  {stated:.3f}  {share:.3f}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--challenge", type=Path, help="the challenge folder, for the state-based series")
    parser.add_argument("--later", action="store_true", help="score the origins of 2018 and later")
    arguments = parser.parse_args()
    workspace = Workspace.open(Path("/nonexistent"))
    end = month_id(2025, 12) if arguments.later else month_id(2017, 12)
    panels = {"deaths of all types": (country_month(workspace, as_of=end), end)}
    if arguments.challenge:
        last_month = month_id(2023, 12) if arguments.later else end
        panels["state-based deaths (challenge)"] = (challenge.read(arguments.challenge).cut(last_month), last_month)
    first = month_id(2017, 12) if arguments.later else month_id(2007, 10)
    for title, (panel, until) in panels.items():
        report(f"{title}, outcomes to {until // 12 + 1979}", collect(panel, workspace, first, until))


if __name__ == "__main__":
    main()
