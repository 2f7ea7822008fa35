"""What is known of every possible mediator of a conflict on a day, as figures for the ranking.

Only events, ties and memberships of earlier days are read. Counts of roles fade with the years since (half-lives below)
and enter as log(1 + count), so that a fifth role says less than a first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from forestall.ids.countries import states as states_on
from forestall.instruments.mediation.past import Past, days
from forestall.instruments.mediation.stakes import Stakes, relative
from forestall.instruments.mediation.ties import Ties
from forestall.regional.organisations import register

if TYPE_CHECKING:
    import numpy.typing as npt

NAMES = (
    "organisation",
    "ngo",
    "un",
    "own_1",
    "own_5",
    "own_all",
    "own_share",
    "own_last",
    "region_5",
    "region_all",
    "near_5",
    "world_3",
    "world_10",
    "company",
    "contiguous",
    "distance",
    "allied",
    "defence",
    "rival",
    "ruled",
    "language",
    "shared_organisations",
    "ideal_distance",
    "council_seat",
    "permanent",
    "conflict_at_home",
    "fights_here",
    "refugees",
    "economy",
    "operation_here",
    "member",
    "suspended",
    "members_near",
    "may_mediate",
)
"""The figures, in the order of their columns; docs/methods/mediation.md says what each is."""
HISTORY = ("own_1", "own_5", "own_all", "own_share", "own_last")
"""Figures of a candidate's own past in the country: zero for whom it would be the first role there."""
YEAR = 365.25
FOLDED = {"OAU": "AU", "EC": "EU", "CSCE": "OSCE", "IGADD": "IGAD"}
"""Organisations whose record goes on under the name of what followed them."""
FULL = ("member", "suspended")


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Candidates (n,) and what is known of them, values (n, k) by `NAMES`.

    A distance that is not known is that of the median state: the ranking must not reward what is missing.
    """

    mediators: tuple[str, ...]
    kinds: tuple[str, ...]
    values: "npt.NDArray[np.float64]"

    def column(self, name: str) -> "npt.NDArray[np.float64]":
        """One figure of all candidates."""
        return np.asarray(self.values[:, NAMES.index(name)])


@dataclass(frozen=True, slots=True, eq=False)
class Bodies:
    """Organisations of the register on a day and their members: full and suspended, bool (o, s) over states."""

    acronyms: tuple[str, ...]
    states: tuple[str, ...]
    full: "npt.NDArray[np.bool_]"
    suspended: "npt.NDArray[np.bool_]"
    may_mediate: "npt.NDArray[np.bool_]"


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """States, organisations and what is at stake for them, as known on a day."""

    ties: Ties
    bodies: Bodies
    stakes: Stakes


@cache
def _regions() -> Mapping[str, str]:
    """World region (M49 subregion) by code."""
    found: dict[str, str] = {}
    for year in (1950, 1975, 1995, 2024):
        for one in states_on(date(year, 1, 1), territories=True):
            found[one.series_iso3] = one.subregion or one.region or ""
    return found


def region(iso3: str) -> str:
    """The world region of a state by its code, "" if none is known."""
    return _regions().get(iso3, "")


def bodies(memberships: pl.DataFrame, on: date) -> Bodies:
    """Organisations that had members on a day, from table `regional_memberships`."""
    rows = memberships.filter(
        (pl.col("membership_from") <= on)
        & (pl.col("membership_until").is_null() | (pl.col("membership_until") >= on))
        & pl.col("membership").is_in(FULL)
    ).with_columns(pl.col("organisation").replace(FOLDED))
    acronyms = tuple(sorted(rows["organisation"].unique().to_list()))
    states = tuple(sorted(rows["iso3"].unique().to_list()))
    full = np.zeros((len(acronyms), len(states)), bool)
    out = np.zeros_like(full)
    for acronym, iso3, standing in rows.select("organisation", "iso3", "membership").iter_rows():
        at = acronyms.index(acronym), states.index(iso3)
        full[at] = True
        out[at] |= standing == "suspended"
    allowed = {
        FOLDED.get(one.acronym, one.acronym)
        for one in register().values()
        if any(power.held(on) for what in ("mediate", "good_offices") for power in one.may(what))
    }
    return Bodies(acronyms, states, full, out, np.array([one in allowed for one in acronyms], bool))


def figures(past: Past, world: World, own: frozenset[str], on: date) -> Figures:
    """All possible mediators of the conflicts of `own` (codes of states) on a day, and what is known of each.

    Candidates are the states of the day but the conflict's own, the organisations of the register with members that
    day, the UN, and every other organisation and NGO with an earlier role.
    """
    ties, held, stake = world.ties, world.bodies, world.stakes
    known = past.known(on)
    near = _near(ties, own)
    roles = _roles(past, known, own, near, on)
    seen = {past.mediators[at]: at for at in np.flatnonzero(past.who[:known].any(axis=0))}
    kind_of = {one: past.kinds[at] for one, at in seen.items() if not _ended(one, past.kinds[at], on)}
    kind_of |= dict.fromkeys(held.acronyms, "organisation") | {"UN": "organisation"}
    kind_of |= dict.fromkeys(ties.states, "state")
    mediators = tuple(sorted(one for one in kind_of if one not in own))
    kinds = tuple(kind_of[one] for one in mediators)
    values = np.zeros((len(mediators), len(NAMES)))
    at = np.array([seen.get(one, -1) for one in mediators])
    for name, column in roles.items():
        values[:, NAMES.index(name)] = np.where(at >= 0, column[at], 0.0)
    _put(values, "organisation", np.array([kind == "organisation" for kind in kinds]))
    _put(values, "ngo", np.array([kind == "ngo" for kind in kinds]))
    _put(values, "un", np.array([one == "UN" for one in mediators]))
    _put(values, "operation_here", np.array([one in stake.present(own) for one in mediators]))
    _states(values, mediators, ties, own)
    _stakes(values, mediators, kinds, stake, own)
    # CAN is Canada as well as the Andean Community: the kind tells.
    named = tuple(one if kind == "organisation" else "" for one, kind in zip(mediators, kinds, strict=True))
    _organisations(values, named, held, own, near)
    return Figures(mediators, kinds, values)


def _ended(mediator: str, kind: str, on: date) -> bool:
    """Whether a state or an organisation of the register is no more. Who acted before it was a state may act again."""
    if kind == "state":
        return mediator not in _standing()
    about = register().get(mediator)
    return about is not None and not about.exists(on)


@cache
def _standing() -> frozenset[str]:
    """Codes of states and territories that have not ended."""
    return frozenset(one.series_iso3 for one in states_on(date(2026, 1, 1), territories=True))


def _put(values: "npt.NDArray[np.float64]", name: str, column: "npt.NDArray[np.generic]") -> None:
    values[:, NAMES.index(name)] = column


def _near(ties: Ties, own: frozenset[str]) -> frozenset[str]:
    """States with a common land border with any of the conflict's own."""
    here = [at for at, one in enumerate(ties.states) if one in own]
    if not here:
        return frozenset()
    return frozenset(ties.states[at] for at in np.flatnonzero(ties.contiguous[here].any(axis=0))) - own


def _roles(
    past: Past, known: int, own: frozenset[str], near: frozenset[str], on: date
) -> Mapping[str, "npt.NDArray[np.float64]"]:
    """Figures of past roles for every mediator of the past, (m,)."""
    who, where = past.who[:known], past.where[:known]
    ago = (days(on) - past.day[:known]) / YEAR
    here = past.touches(own)[:known]
    regions = {region(one) for one in own} - {""}
    nearby = where[:, [region(one) in regions for one in past.countries]].any(axis=1) & ~here
    beside = where[:, [one in near for one in past.countries]].any(axis=1) & ~here

    def faded(chosen: "npt.NDArray[np.bool_]", half_life: float) -> "npt.NDArray[np.float64]":
        weights = chosen * 0.5 ** (ago / half_life)
        return np.asarray(weights @ who)

    # In the country itself a role counts from its last day: talks that go on are no older for having begun long ago.
    mine = who[here] > 0
    since = np.where(mine, np.maximum(days(on) - past.last[:known][here], 0) / YEAR, np.inf)

    def own_faded(half_life: float) -> "npt.NDArray[np.float64]":
        return np.asarray((0.5 ** (since / half_life)).sum(axis=0))

    busy = float((0.5 ** (since.min(axis=1, initial=np.inf) / 2.0)).sum())
    company = own_faded(5.0)
    size = np.maximum(who[~here].sum(axis=0), 1.0)
    together = who.T @ (~here * (who @ (company / size))) if known else company
    return {
        "own_1": np.log1p(own_faded(1.0)),
        "own_5": np.log1p(own_faded(5.0)),
        "own_all": np.log1p(here @ who),
        "own_share": own_faded(2.0) / (busy + 0.25),
        "own_last": np.exp(-since.min(axis=0, initial=np.inf) / 5.0),
        "region_5": np.log1p(faded(nearby, 5.0)),
        "region_all": np.log1p(nearby @ who),
        "near_5": np.log1p(faded(beside, 5.0)),
        "world_3": np.log1p(faded(~here, 3.0)),
        "world_10": np.log1p(faded(~here, 10.0)),
        "company": np.log1p(together),
    }


def _states(values: "npt.NDArray[np.float64]", mediators: tuple[str, ...], ties: Ties, own: frozenset[str]) -> None:
    """Ties of candidate states to the conflict's own states: the closest of them where there are several."""
    at_state = {one: at for at, one in enumerate(ties.states)}
    rows = np.array([row for row, one in enumerate(mediators) if one in at_state], np.int64)
    at = np.array([at_state[mediators[row]] for row in rows], np.int64)
    here = np.array([at_state[one] for one in sorted(own) if one in at_state], np.int64)

    def put(name: str, column: "npt.NDArray[np.generic]") -> None:
        values[rows, NAMES.index(name)] = column

    put("council_seat", ties.council_seat[at])
    put("permanent", ties.permanent[at])
    put("conflict_at_home", ties.conflict_at_home[at])
    fighting = frozenset().union(*(ties.fights.get(one, frozenset()) for one in own))
    put("fights_here", np.array([mediators[row] in fighting for row in rows]))
    if not here.size:
        return
    for name, tie in (
        ("contiguous", ties.contiguous),
        ("allied", ties.allied),
        ("defence", ties.defence),
        ("rival", ties.rival),
        ("ruled", ties.coloniser.T | ties.part_of.T),
        ("language", ties.shared_language),
    ):
        put(name, np.asarray(tie[np.ix_(at, here)].any(axis=1)))
    put("distance", np.log1p(_closest(ties.distance_km[np.ix_(at, here)]) / 1000.0))
    put("ideal_distance", _closest(ties.ideal_distance[np.ix_(at, here)]))
    put("shared_organisations", np.log1p(ties.shared_organisations[np.ix_(at, here)].max(axis=1)))


def _stakes(
    values: "npt.NDArray[np.float64]",
    mediators: tuple[str, ...],
    kinds: tuple[str, ...],
    stake: Stakes,
    own: frozenset[str],
) -> None:
    rows = np.flatnonzero(np.array([kind == "state" for kind in kinds]))
    states = tuple(mediators[row] for row in rows)
    hosted = np.array([stake.refugees(own, one) for one in states])
    values[rows, NAMES.index("refugees")] = np.log1p(hosted / 1000.0)
    values[rows, NAMES.index("economy")] = relative(stake.economy, states)


def _closest(away: "npt.NDArray[np.float64]") -> "npt.NDArray[np.float64]":
    """The least of each row (n, own); where none is known, the median of the others."""
    least = np.where(np.isnan(away), np.inf, away).min(axis=1)
    known = np.isfinite(least)
    return np.where(known, least, np.median(least[known]) if known.any() else 0.0)


def _organisations(
    values: "npt.NDArray[np.float64]",
    mediators: tuple[str, ...],
    held: Bodies,
    own: frozenset[str],
    near: frozenset[str],
) -> None:
    """Which of the conflict's states, and of their neighbours, belong to each organisation of the register."""
    at_body = {one: at for at, one in enumerate(held.acronyms)}
    rows = np.array([row for row, one in enumerate(mediators) if one in at_body], np.int64)
    at = np.array([at_body[mediators[row]] for row in rows], np.int64)
    here = np.array([place for place, one in enumerate(held.states) if one in own], np.int64)
    beside = np.array([place for place, one in enumerate(held.states) if one in near], np.int64)
    for name, column in (
        ("member", held.full[np.ix_(at, here)].sum(axis=1) / max(len(own), 1)),
        ("suspended", held.suspended[np.ix_(at, here)].any(axis=1)),
        ("members_near", held.full[np.ix_(at, beside)].sum(axis=1) / max(len(near), 1)),
        ("may_mediate", held.may_mediate[at]),
    ):
        values[rows, NAMES.index(name)] = column
