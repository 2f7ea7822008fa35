"""How well rankings of possible mediators named who was there, on events they had not seen.

hit@k: share of events with a true third party among the first k places; MRR: mean of one over the place of the first.
Third parties that were no candidates count as misses, so that 1 is out of reach where newcomers act: `ceiling`.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from forestall.errors import SourceError
from forestall.instruments.mediation import pax_record
from forestall.instruments.mediation.cases import process_of
from forestall.instruments.mediation.features import NAMES
from forestall.instruments.mediation.model import Case, history_first
from forestall.instruments.mediation.past import Past, past
from forestall.sources import ingest
from forestall.store import Workspace

if TYPE_CHECKING:
    import numpy.typing as npt

Scorer = Callable[[Case], "npt.NDArray[np.float64]"]
Part = Literal["all", "new_entrants", "new_processes", "state", "organisation", "ngo"]
PARTS: tuple[Part, ...] = ("all", "new_entrants", "new_processes", "state", "organisation", "ngo")


@dataclass(frozen=True, slots=True)
class Hits:
    """Scores over events. low5, high5: 90 % interval of hit@5 from processes drawn with replacement. ceiling: share of
    events with any true third party among the candidates."""

    events: int
    hit5: float
    hit10: float
    mrr: float
    low5: float
    high5: float
    ceiling: float


def hits(cases: Sequence[Case], scorer: Scorer, part: Part = "all", *, draws: int = 500, seed: int = 0) -> Hits | None:
    """Score a ranking; None where no event counts.

    part: all candidates in one list; new_entrants: only those without a role in the country so far; new_processes: all,
    on the first event of each process; or one kind of mediators. Only events with a true third party in it count.
    """
    places, processes, ranked = [], [], 0
    for case in first_of_process(cases) if part == "new_processes" else cases:
        kept = _kept(case, part)
        true = case.chosen & kept
        # Whoever was no candidate had no role anywhere before: a new entrant of unknown kind, counted where that fits.
        outside = case.missed if part in {"all", "new_entrants", "new_processes"} else 0
        if not true.any() and not outside:
            continue
        ranked += bool(true.any())
        places.append(place(scorer(case)[kept], case.chosen[kept]))
        processes.append(case.process)
    if not places:
        return None
    at = np.array(places)
    near, mid, reciprocal = at <= 5, at <= 10, 1.0 / at
    low, high = _interval(near.astype(float), processes, draws, seed)
    return Hits(
        events=len(at),
        hit5=float(near.mean()),
        hit10=float(mid.mean()),
        mrr=float(reciprocal.mean()),
        low5=low,
        high5=high,
        ceiling=ranked / len(at),
    )


def place(score: "npt.NDArray[np.float64]", chosen: "npt.NDArray[np.bool_]") -> float:
    """Place of the best-ranked true third party, from 1; infinity if there is none. Ties take the mean of their places,
    so that a ranking gains nothing from the order in which candidates stand."""
    if not chosen.any():
        return np.inf
    best = score[chosen].max()
    return float((score > best).sum() + ((score == best).sum() + 1) / 2)


def _kept(case: Case, part: Part) -> "npt.NDArray[np.bool_]":
    if part in {"all", "new_processes"}:
        return np.ones(len(case.chosen), bool)
    if part == "new_entrants":
        return ~case.there
    return np.array([kind == part for kind in case.kinds])


def _interval(hit: "npt.NDArray[np.float64]", processes: Sequence[str], draws: int, seed: int) -> tuple[float, float]:
    names = sorted(set(processes))
    at = np.array([names.index(one) for one in processes])
    number, total = np.bincount(at, minlength=len(names)), np.bincount(at, hit, minlength=len(names))
    drawn = np.random.default_rng(seed).integers(len(names), size=(draws, len(names)))
    means = total[drawn].sum(axis=1) / number[drawn].sum(axis=1)
    return float(np.quantile(means, 0.05)), float(np.quantile(means, 0.95))


def region_first(case: Case) -> "npt.NDArray[np.float64]":
    """Who was in the region, then who is anywhere."""
    return case.figures[:, NAMES.index("region_5")] + 0.01 * case.figures[:, NAMES.index("world_10")]


def baselines(past: Past, processes: Mapping[str, str]) -> Mapping[str, Scorer]:
    """Rankings by counts of earlier roles alone. processes: of each event of the past."""
    process = np.array([processes[one] for one in past.events])

    def before(case: Case, chosen: "npt.NDArray[np.bool_]") -> "npt.NDArray[np.float64]":
        earlier = chosen & (past.day < case.day)
        count = dict(zip(past.mediators, earlier @ past.who, strict=True))
        return np.array([count.get(one, 0.0) for one in case.mediators])

    def popular(case: Case) -> "npt.NDArray[np.float64]":
        return before(case, np.ones(len(past.day), bool))

    def same_process(case: Case) -> "npt.NDArray[np.float64]":
        return 1000.0 * before(case, process == case.process) + popular(case)

    return {
        "popularity in the world": popular,
        "same process, then the world": same_process,
        "same region, then the world": region_first,
        "same country, then region": lambda case: history_first(case.figures),
    }


def first_of_process(cases: Sequence[Case]) -> tuple[Case, ...]:
    """The first event of each process: nothing of the process is known yet."""
    seen: set[str] = set()
    out = []
    for case in cases:
        if case.process not in seen:
            out.append(case)
        seen.add(case.process)
    return tuple(out)


def pax(file: Path) -> tuple[Past, Mapping[str, str]]:
    """The agreements of a PA-X file as the parser reads them, and the process of each, to learn from or be tested on.

    They pass through a workspace that is thrown away: nothing of the file stays. Raises SourceError for another file.
    """
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.open(Path(folder))
        ingest.add(workspace, file, "pax-6")
        added = pax_record.held(workspace)
        if added is None:
            raise SourceError(f"{file} could not be added as PA-X: give version 6")
        return past(added.events, added.roles), process_of(added.events)
