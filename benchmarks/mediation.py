"""How well rankings of possible mediators name who was there: PA-X alone, our record, chances said and come, timings.

    python -m benchmarks.mediation --shared ../shared/data

First table: learned from PA-X's agreements before the first year of the window, tested on those in it, beside counts of
earlier roles and LambdaMART (LightGBM) on the same figures. Second: as shipped, on the window from 2015 on, from table
`mediation_skill`. Third: chances said against shares that came, with each year's own model. Last: seconds for all.
"""

import argparse
import itertools
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from forestall.ids.countries import states
from forestall.instruments.assessment import case_of
from forestall.instruments.mediation import assess, cases, model, model_table
from forestall.instruments.mediation.past import past
from forestall.instruments.mediation.record import EVENTS, ROLES
from forestall.instruments.mediation.service import rank
from forestall.store import Workspace
from forestall.verify import mediation as verify

if TYPE_CHECKING:
    import numpy.typing as npt

PAX = "mediation/pax_v6_to_2020.csv.gz"
WINDOWS = ((2008, 2014), (2015, 2020))
EDGES = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1.0)
ON = date(2026, 2, 28)
MONTH = 554


def lambdamart(learned: Sequence[model.Case]) -> verify.Scorer:
    """LightGBM's LambdaMART on all figures, one list."""
    import lightgbm

    data = lightgbm.Dataset(
        np.concatenate([one.figures for one in learned]),
        np.concatenate([one.chosen for one in learned]).astype(int),
        group=[len(one.chosen) for one in learned],
    )
    settings = {"objective": "lambdarank", "num_leaves": 8, "min_data_in_leaf": 40, "feature_fraction": 0.5, "seed": 0}
    settings |= {"lambda_l2": 5, "learning_rate": 0.05, "verbose": -1, "num_threads": 1, "deterministic": True}
    fitted = lightgbm.train(settings, data, num_boost_round=150)
    return lambda case: np.asarray(fitted.predict(case.figures))


def show(window: tuple[int, int], held: Sequence[model.Case], rankings: Mapping[str, verify.Scorer]) -> None:
    """Hits of each ranking on the events of a window."""
    tested = [one for one in held if window[0] <= one.year <= window[1]]
    for part in verify.PARTS:
        for name, scorer in rankings.items():
            hit = verify.hits(tested, scorer, part)
            if hit is not None:
                shares = f"{hit.hit5:.3f} ({hit.low5:.2f} to {hit.high5:.2f}) | {hit.hit10:.3f} | {hit.mrr:.3f}"
                print(f"| {window[0]}-{window[1]} | {part} | {name} | {hit.events} | {shares} | {hit.ceiling:.2f} |")


def on_pax(workspace: Workspace, file: Path) -> None:
    """Learned from PA-X before a window, tested in it."""
    known, processes = verify.pax(file)
    held = cases.cases(known, processes, cases.world(workspace))
    print("| window | part | ranking | events | hit@5 (90 % interval) | hit@10 | MRR | ceiling |")
    for window in WINDOWS:
        learned = [one for one in held if one.year < window[0]]
        ranker = model.learn(learned)
        ours = {"forestall": _order(ranker), "LambdaMART": lambdamart(learned)}
        show(window, held, ours | dict(verify.baselines(known, processes)))


def _order(ranker: model.Ranker) -> verify.Scorer:
    return lambda case: ranker.order(case.figures, case.there)


def as_shipped(workspace: Workspace) -> None:
    """The embedded scores of the later window."""
    table = workspace.table("mediation_skill")
    last = table["window"].unique().sort().to_list()[-1]
    print("\n| tested on | part | ranking | events | hit@5 (90 % interval) | hit@10 | MRR | ceiling |")
    for row in table.filter(pl.col("window") == last).iter_rows(named=True):
        five = f"{row['hit5']:.3f} ({row['hit5_low']:.2f} to {row['hit5_high']:.2f})"
        rest = f"{row['hit10']:.3f} | {row['mean_reciprocal_rank']:.3f} | {row['ceiling']:.2f}"
        what = " | ".join(str(row[name]) for name in ("tested_on", "skill_part", "ranking", "events_tested"))
        print(f"| {what} | {five} | {rest} |")


def chances(workspace: Workspace) -> None:
    """Chances said by each year's own model, and how often they came true, 2000 on."""
    events, roles = workspace.table(EVENTS), workspace.table(ROLES)
    kept = events.filter(pl.col("event_kind") != "mission")
    targets = past(kept, roles.filter(pl.col("event").is_in(kept["event"].implode())))
    held = cases.cases(past(events, roles), cases.process_of(events), cases.world(workspace), targets)
    tested = [one for one in held if one.year >= 2000]
    for there in (True, False):
        said = np.concatenate([_chance(workspace, one)[one.there == there] for one in tested])
        came = np.concatenate([one.chosen[one.there == there] for one in tested])
        brier, alone = ((said - came) ** 2).mean(), came.mean() * (1 - came.mean())
        name = "there before" if there else "new"
        print(f"\n{name}: said {said.mean():.4f}, came {came.mean():.4f}, Brier {brier:.5f}, of the mean {alone:.5f}")
        print("| chance | candidates | said | came |")
        for low, high in itertools.pairwise(EDGES):
            inside = (said >= low) & (said < high)
            if inside.any():
                print(f"| {low} to {high} | {inside.sum():,} | {said[inside].mean():.3f} | {came[inside].mean():.3f} |")


def _chance(workspace: Workspace, case: model.Case) -> "npt.NDArray[np.float64]":
    _, ranker = model_table.ranker(workspace, date(case.year, 1, 1))
    return ranker.chance(case.figures, case.there)[:, 0]


def timings(workspace: Workspace) -> None:
    """Seconds for all states."""
    numbers = [one.gw_id for one in states(ON) if one.gw_id is not None]
    _timed("rankings", lambda: [rank(workspace, number, ON) for number in numbers])
    held = [case_of(str(number), MONTH) for number in numbers]
    _timed("assessments", lambda: [assess.assess(one, MONTH, workspace=workspace) for one in held])


def _timed(name: str, work: Callable[[], Iterable[object]]) -> None:
    start = time.perf_counter()
    count = len(list(work()))
    print(f"{name} of {count} states: {time.perf_counter() - start:.1f} s")


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True, help="the folder of raw releases")
    arguments = parser.parse_args()
    workspace = Workspace.open()
    on_pax(workspace, arguments.shared / PAX)
    as_shipped(workspace)
    chances(workspace)
    timings(workspace)


if __name__ == "__main__":
    main()
