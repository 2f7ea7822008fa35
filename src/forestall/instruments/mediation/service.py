"""Possible mediators for a country's conflicts as of a day: candidates in three lists, a short list, tandems.

Who was there before comes first, as such; newcomers follow by the model. The ranking tells who mediates, not who
succeeds. States that are party to a conflict of the country are not listed: a party cannot mediate.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from forestall.ids.countries import by_gw
from forestall.instruments.mediation import model_table, reasons, shortlist
from forestall.instruments.mediation.balance import sides
from forestall.instruments.mediation.features import Figures, World, bodies, figures
from forestall.instruments.mediation.parties import parties
from forestall.instruments.mediation.past import Past, past
from forestall.instruments.mediation.ranking import KINDS, Candidate, Fared, Party, Ranking
from forestall.instruments.mediation.record import REGISTER_ENDS, record
from forestall.instruments.mediation.stakes import stakes
from forestall.instruments.mediation.ties import ties
from forestall.instruments.phrases import listing
from forestall.store import Workspace

if TYPE_CHECKING:
    import numpy.typing as npt

HIGH = 0.3
HIGH_CHANCES = (
    "chances of 0.3 and more have been too high: said 0.41 on average, came 0.31 (1,054 candidates, events of 2000 to "
    "2025, each with the model of its year)"
)
"""As `python -m benchmarks.mediation` printed it for the model embedded now."""
SKILL = "mediation_skill"
WHO_NOT_WHETHER = "the ranking tells who mediates, not who succeeds"
UNSEEN = (
    "arms, money or shelter given to a side are not in these figures: a candidate without a reason against it is not "
    "thereby impartial"
)


def rank(workspace: Workspace, gw_id: int, on: date) -> Ranking:
    """Possible mediators for the conflicts of a country, by its Gleditsch-Ward number, as of the end of a day.

    Raises UnknownCountryError if the state did not exist then, UsageError for a day before the first model, StoreError
    if a table is missing or damaged.
    """
    state = by_gw(gw_id, on)
    code = state.series_iso3
    year, ranker = model_table.ranker(workspace, on)
    added = tuple(entry.sha256 for entry in workspace.catalogue().entries)
    known, ends = _past(workspace, on, added)
    world = _world(workspace, on)
    fighting = parties(workspace, gw_id, on)
    out = frozenset(one.iso3 for one in fighting if one.iso3) - {code}
    # Roles fade with the years since, but not for want of a record: after its end they are judged as of its end. What
    # happened on the day itself is known at its end.
    seen = min(on, REGISTER_ENDS)
    found = _without(figures(known, world, frozenset({code}), seen + timedelta(days=1)), out)
    there = found.column("own_all") > 0
    chance = ranker.chance(found.values, there)
    basis = reasons.Basis(known, world, found, code, state.name, on, sides(workspace, code, on))
    candidates = _candidates(basis, ranker.order(found.values, there), chance, there, on)
    return Ranking(
        iso3=code,
        name=state.name,
        on=on,
        parties=fighting,
        candidates=candidates,
        short_list=shortlist.short_list(candidates, world, code),
        tandems=shortlist.tandems(candidates, basis),
        fared=_fared(workspace),
        data_ends=(*ends, *((f"ties: {name}", str(last)) for name, last in world.ties.ends)),
        notes=tuple(_notes(fighting, out, year, on, max((one.score for one in candidates), default=0.0))),
    )


@lru_cache(maxsize=4)
def _past(workspace: Workspace, on: date, _added: tuple[str, ...]) -> tuple[Past, tuple[tuple[str, str], ...]]:
    """Read once for the pages of all countries, again when the user has added tables. _added: their digests."""
    held = record(workspace, on)
    return past(held.events, held.roles), tuple((name, last.isoformat()) for name, last in held.ends)


@lru_cache(maxsize=4)
def _world(workspace: Workspace, on: date) -> World:
    memberships = workspace.table("regional_memberships")
    return World(ties(workspace, on), bodies(memberships, on), stakes(workspace, on))


def _without(found: Figures, out: frozenset[str]) -> Figures:
    kept = np.array([one not in out for one in found.mediators])
    return Figures(
        tuple(one for one in found.mediators if one not in out),
        tuple(kind for kind, keep in zip(found.kinds, kept, strict=True) if keep),
        found.values[kept],
    )


def _candidates(
    basis: reasons.Basis,
    order: "npt.NDArray[np.float64]",
    chance: "npt.NDArray[np.float64]",
    there: "npt.NDArray[np.bool_]",
    on: date,
) -> tuple[Candidate, ...]:
    found, out = basis.found, []
    for kind in KINDS:
        rows = [row for row in np.argsort(-order, kind="stable") if found.kinds[row] == kind]
        for place, row in enumerate(rows, start=1):
            said = reasons.reasons(basis, int(row))
            out.append(
                Candidate(
                    mediator=found.mediators[row],
                    kind=kind,
                    name=reasons.called(found.mediators[row], kind, on),
                    place=place,
                    score=float(chance[row, 0]),
                    low=float(chance[row, 1]),
                    high=float(chance[row, 2]),
                    there=bool(there[row]),
                    reasons=tuple(one for one in said if one.favours),
                    cautions=tuple(one for one in said if not one.favours),
                )
            )
    return tuple(out)


def _fared(workspace: Workspace) -> tuple[Fared, ...]:
    """Scores on the events of the later window of our own record, ours beside the baselines."""
    table = workspace.table(SKILL)
    told = {"all": "all third parties", "new_entrants": "third parties new in the country"}
    rows = table.filter((pl.col("tested_on") == "record") & pl.col("skill_part").is_in(list(told)))
    last = rows["window"].max()
    return tuple(
        Fared(
            about=f"{row['ranking']}: {told[row['skill_part']]}, events of {row['window']}",
            events=row["events_tested"],
            hit5=row["hit5"],
            hit10=row["hit10"],
            mrr=row["mean_reciprocal_rank"],
        )
        for row in rows.filter(pl.col("window") == last).iter_rows(named=True)
    )


def _notes(fighting: Sequence[Party], out: frozenset[str], year: int, on: date, highest: float) -> list[str]:
    notes = [WHO_NOT_WHETHER, UNSEEN]
    if on > REGISTER_ENDS:
        notes.append(f"roles are judged as of {REGISTER_ENDS}, where the record of talks ends")
    if out:
        names = listing([reasons.called(one, "state", on) for one in sorted(out)])
        verb = "is" if len(out) == 1 else "are"
        notes.append(f"{names} {verb} party to a conflict here and {verb} not listed: a party cannot mediate")
    if not fighting:
        notes.append("no state-based conflict of the last three years is known here: the lists rest on earlier talks")
    notes.append(
        f"learned from events before {year}; chances are those of a role in the next agreement, crisis or talks"
    )
    if highest >= HIGH:
        notes.append(HIGH_CHANCES)
    return notes
