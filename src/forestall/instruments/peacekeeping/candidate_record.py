"""How often the ranking of possible contributors was right on new missions that it had not learned from.

Table `peace_candidate_cases`: 20 new missions from 1995 to 2017. Each mission is ranked by a model learned only from
missions whose first twelve months were over and known on its first day, as a desk would have had to. The baselines rank
by size of recent contribution, with or without those already in the region or the host first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from forestall.instruments.peacekeeping import ranking
from forestall.instruments.peacekeeping.candidate_facts import FEATURES
from forestall.scores.calibration import wilson
from forestall.scores.probability import auroc
from forestall.store import Workspace

if TYPE_CHECKING:
    import numpy.typing as npt

TABLE: Final = "peace_candidate_cases"
LEAST_MISSIONS: Final = 6
"""Missions with a known outcome below which nothing is learned and the baseline is used."""
BANDS: Final = ((1, 5), (6, 10), (11, 20), (21, 40), (41, 1000))
BASELINES: Final = ("largest recent", "in the region, then largest", "in the host, the region, then largest")
MODEL: Final = "ranking"


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """New missions and their possible contributors. figures (n, k); start and known are days as ordinals (n,)."""

    figures: "npt.NDArray[np.float64]"
    contributed: "npt.NDArray[np.bool_]"
    mission: "npt.NDArray[np.str_]"
    start: "npt.NDArray[np.int64]"
    known: "npt.NDArray[np.int64]"

    def of(self, chosen: "npt.NDArray[np.bool_]") -> "Cases":
        """Some of the cases."""
        return Cases(
            self.figures[chosen],
            self.contributed[chosen],
            self.mission[chosen],
            self.start[chosen],
            self.known[chosen],
        )

    @property
    def missions(self) -> tuple[str, ...]:
        """The missions in the order of their first days."""
        first = {str(name): int(day) for name, day in zip(self.mission, self.start, strict=True)}
        return tuple(sorted(first, key=lambda name: (first[name], name)))


@dataclass(frozen=True, slots=True)
class Band:
    """Of the states ranked first to last on held-out missions: how many, how many the model expected to contribute and
    how many did, their share with a 90 % interval (Wilson 1927; states of one mission are alike, so that it is narrower
    than it should be)."""

    first: int
    last: int
    ranked: int
    expected: float
    contributed: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Score:
    """How one order did on one held-out mission. hits: expected contributors among the first 10 and 20."""

    mission: str
    order: str
    contributors: int
    auc: float
    hits_10: float
    hits_20: float

    @property
    def precision_20(self) -> float:
        """Share of the first 20 that contributed."""
        return self.hits_20 / 20

    @property
    def found_20(self) -> float:
        """Share found among the first 20 of what could be found there."""
        return self.hits_20 / min(20, self.contributors)


@lru_cache(maxsize=4)
def cases(workspace: Workspace) -> Cases:
    """All cases of the table."""
    table = workspace.table(TABLE)
    return Cases(
        table.select([f"x_{name}" for name in FEATURES]).to_numpy(),
        table["contributed"].to_numpy(),
        np.array(table["mission"].to_list()),
        table["start"].to_physical().to_numpy().astype(np.int64),
        table["outcome_known_from"].to_physical().to_numpy().astype(np.int64),
    )


def days(on: date) -> int:
    """A day as the table counts it: days since 1970-01-01."""
    return on.toordinal() - date(1970, 1, 1).toordinal()


def learned(found: Cases, on: int) -> ranking.Ranking | None:
    """The model learned from missions whose outcome was known on a day; None if fewer than LEAST_MISSIONS were."""
    known = found.of(found.known <= on)
    if len(known.missions) < LEAST_MISSIONS:
        return None
    return ranking.fit(known.figures, known.contributed, known.mission)


def baselines(figures: "npt.NDArray[np.float64]") -> Mapping[str, "npt.NDArray[np.float64]"]:
    """Scores of the three baselines, from the same figures."""
    at = {name: figures[:, column] for column, name in enumerate(FEATURES)}
    recent = at["recent_troops"]
    region = (at["region_troops"] > 0) * 100.0 + recent
    here = (at["here_troops"] > 0) * 1000.0 + region
    return dict(zip(BASELINES, (recent, region, here), strict=True))


def scores(found: Cases, tests: Sequence[str], learn_from: Sequence[str] | None = None) -> tuple[Score, ...]:
    """Scores of the model and the baselines on missions. learn_from: fixed; default: what was known at each start.

    Missions for which there was too little to learn from are left out.
    """
    made = []
    for name in tests:
        of = found.of(found.mission == name)
        if learn_from is None:
            model = learned(found, int(of.start[0]))
        else:
            chosen = found.of(np.isin(found.mission, list(learn_from)))
            model = ranking.fit(chosen.figures, chosen.contributed, chosen.mission)
        if model is None:
            continue
        for order, score in {MODEL: model.probability(of.figures)[:, 0], **baselines(of.figures)}.items():
            made.append(
                Score(
                    name,
                    order,
                    int(of.contributed.sum()),
                    auroc(score, of.contributed),
                    ranking.hits(score, of.contributed, 10),
                    ranking.hits(score, of.contributed, 20),
                )
            )
    return tuple(made)


def bands(on: date, workspace: Workspace) -> tuple[tuple[Band, ...], tuple[str, ...]]:
    """What states of each rank did on held-out missions whose outcome was known on a day, and those missions."""
    found = cases(workspace)
    return _bands(workspace, len(found.of(found.known <= days(on)).missions))


@lru_cache(maxsize=32)
def _bands(workspace: Workspace, known: int) -> tuple[tuple[Band, ...], tuple[str, ...]]:
    found = cases(workspace)
    ranks: list[tuple[int, float, bool]] = []
    tested = []
    by_outcome = sorted(found.missions, key=lambda name: int(found.known[found.mission == name][0]))
    for name in by_outcome[:known]:
        of = found.of(found.mission == name)
        model = learned(found, int(of.start[0]))
        if model is None:
            continue
        tested.append(name)
        chance = model.probability(of.figures)[:, 0]
        order = np.argsort(-chance, kind="stable")
        ranks += [(place + 1, float(chance[at]), bool(of.contributed[at])) for place, at in enumerate(order)]
    made = []
    for first, end in BANDS if tested else ():
        inside = [(chance, came) for rank, chance, came in ranks if first <= rank <= end]
        came, n = sum(yes for _, yes in inside), len(inside)
        low, high = (float(edge[0]) for edge in wilson([came], [n], 0.9))
        made.append(Band(first, end, n, sum(chance for chance, _ in inside), came, came / n, low, high))
    return tuple(made), tuple(tested)


def means(made: Sequence[Score]) -> pl.DataFrame:
    """Mean scores by order over the missions: order, missions, auc, precision_10, precision_20, found_20."""
    rows: list[dict[str, Any]] = []
    for order in (MODEL, *BASELINES):
        of = [one for one in made if one.order == order]
        rows.append(
            {
                "order": order,
                "missions": len(of),
                "auc": float(np.mean([one.auc for one in of])),
                "precision_10": float(np.mean([one.hits_10 / 10 for one in of])),
                "precision_20": float(np.mean([one.precision_20 for one in of])),
                "found_20": float(np.mean([one.found_20 for one in of])),
            }
        )
    return pl.DataFrame(rows)
