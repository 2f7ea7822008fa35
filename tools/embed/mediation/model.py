"""mediation_model and mediation_skill: what the ranking of mediators learned by each year, and how it fared.

Run: `python -m tools.embed.mediation.model --shared ../shared/data` after the record, ties and stakes are built. The
model of a year is learned from events before its first day, so that a ranking as of any day has seen nothing later.
Skill is measured on events of each year with that year's model. PA-X (CC BY-NC-SA) serves as a second set of events to
be tested on: only scores of it are kept.
"""

import hashlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import polars.selectors as cs

from forestall.instruments.mediation import cases, model, model_table
from forestall.instruments.mediation.past import past
from forestall.instruments.mediation.record import EVENTS, ROLES
from forestall.store import Workspace
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from forestall.verify import mediation as verify
from tools.embed import command
from tools.embed.inputs import Inputs
from tools.embed.writing import write

if TYPE_CHECKING:
    import numpy.typing as npt

SKILL = "mediation_skill"
PAX = "mediation/pax_v6_to_2020.csv.gz"
COMMAND = "python -m tools.embed.mediation.model --shared ../shared/data"
FIRST, LAST = 1985, 2026
REPLICATES = 12
WINDOWS = ((2000, 2014), (2015, 2025))
"""Settings were chosen on the first; the second was looked at once they were."""


def write_tables(shared: Path, out: Path) -> Iterator[str]:
    """Learn by year, score, and write both tables."""
    workspace = Workspace.open()
    events, roles = workspace.table(EVENTS), workspace.table(ROLES)
    held = past(events, roles)
    ranked = events.filter(pl.col("event_kind") != "mission")
    targets = past(ranked, roles.filter(pl.col("event").is_in(ranked["event"].implode())))
    processes = dict(cases.process_of(events))
    of = cases.world(workspace)
    own = cases.cases(held, processes, of, targets)
    rankers = {
        year: model.learn([one for one in own if one.year < year], replicates=REPLICATES, seed=year)
        for year in range(FIRST, LAST + 1)
    }
    frame = model_table.frame(rankers)
    source = Source(
        name="forestall, record of mediation",
        version="2026-02",
        licence="CC-BY-4.0",
        citation="learned from UCDP Peace Agreement 22.1 (Pettersson, Högbladh and Öberg 2019, "
        "doi:10.1177/0022343319856046), ICB 14 and forestall's register of processes",
        sha256_of_input=_digest(out / f"{EVENTS}.parquet", out / f"{ROLES}.parquet"),
    )
    note = f"weights by year, learned from events before the year; {REPLICATES} replicates on resampled processes"
    yield write(out, model_table.TABLE, frame, source, command=COMMAND, note=note, span="year")
    foreign, of_process = verify.pax(Inputs(shared).path(PAX))
    foreign_cases = cases.cases(held, of_process, of, foreign)

    def ours(case: model.Case) -> "npt.NDArray[np.float64]":
        return rankers[case.year].order(case.figures, case.there)

    rankings = {"forestall": ours} | dict(verify.baselines(held, {**processes, **of_process}))
    rows = [*_scores("record", own, rankings), *_scores("PA-X", foreign_cases, rankings)]
    skill = pl.DataFrame(rows, schema=dict(SCHEMAS[SKILL]), orient="row").with_columns(cs.float().round(4))
    note = "PA-X version 6 (agreements to 2020, CC BY-NC-SA) served to test: only scores are kept"
    yield write(out, SKILL, skill, source, command=COMMAND, note=note, span=None)


def _digest(*files: Path) -> str:
    """sha256 of files one after another: the record that was learned from."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _scores(
    name: str, tested: Sequence[model.Case], rankings: Mapping[str, verify.Scorer]
) -> Iterator[tuple[str, str, str, str, int, float, float, float, float, float, float]]:
    for first, last in WINDOWS:
        kept = [one for one in tested if first <= one.year <= last]
        for part, (ranking, scorer) in product(verify.PARTS, rankings.items()):
            hit = verify.hits(kept, scorer, part)
            if hit is not None:
                shares = (hit.hit5, hit.low5, hit.high5, hit.hit10, hit.mrr, hit.ceiling)
                yield name, f"{first}-{last}", part, ranking, hit.events, *shares


if __name__ == "__main__":
    sys.exit(command.run("tools.embed.mediation.model", __doc__, write_tables))
