"""A short list of candidates that differ from one another, and mediators that might act together."""

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from forestall.instruments.mediation.features import World, region
from forestall.instruments.mediation.ranking import Candidate, Tandem
from forestall.instruments.phrases import listing

if TYPE_CHECKING:
    from forestall.instruments.mediation.reasons import Basis

SHORT = 6
CONSIDERED = 8
"""Places of each list from which tandems are drawn."""
TANDEMS = 3
ALIKE_KIND, ALIKE_REGION, ALIKE_BORDER = 0.3, 0.4, 0.3
"""How alike two candidates are for being of one kind, of one world region, and both neighbours: at most 1 together."""


def short_list(candidates: Sequence[Candidate], world: World, iso3: str) -> tuple[Candidate, ...]:
    """Six candidates, each the one that adds most: its chance less what is like those before it.

    A list of the six highest chances would often be six neighbours.
    """
    near = _neighbours(world, iso3)
    left = [one for one in candidates if one.score > 0]
    chosen: list[Candidate] = []
    while left and len(chosen) < SHORT:
        best = max(left, key=lambda one: one.score * (1 - max((_alike(one, two, near) for two in chosen), default=0)))
        chosen.append(best)
        left.remove(best)
    return tuple(chosen)


def _neighbours(world: World, iso3: str) -> frozenset[str]:
    ties = world.ties
    if iso3 not in ties.states:
        return frozenset()
    return frozenset(ties.states[at] for at in np.flatnonzero(ties.contiguous[ties.index(iso3)]))


def _alike(one: Candidate, two: Candidate, near: frozenset[str]) -> float:
    if one.kind != two.kind:
        return 0.0
    if one.kind != "state":
        return ALIKE_KIND
    same = region(one.mediator) == region(two.mediator)
    both = one.mediator in near and two.mediator in near
    return ALIKE_KIND + ALIKE_REGION * same + ALIKE_BORDER * both


def tandems(candidates: Sequence[Candidate], basis: "Basis") -> tuple[Tandem, ...]:
    """The UN, a regional organisation of the country's that may mediate, and a state; then pairs that acted together.

    Ordered by how often they were third parties of the same event, weighed by the chances of both.
    """
    states = [one for one in candidates if one.kind == "state"][:CONSIDERED]
    bodies = [one for one in candidates if one.kind == "organisation"][:CONSIDERED]
    regional = [one for one in bodies if one.mediator != "UN" and _member(basis, one.mediator)]
    un = [one for one in bodies if one.mediator == "UN"]
    found: list[tuple[Candidate, ...]] = []
    able = [one for one in regional if _may_mediate(basis, one.mediator)]
    triples: list[tuple[Candidate, ...]] = [(first, *pair) for first in un for pair in product(able, states)]
    if triples:
        found.append(max(triples, key=lambda three: _weight(basis, three)))
    pairs = [pair for pair in product([*un, *regional], states) if _together(basis, pair)[0]]
    pairs.sort(key=lambda pair: -_weight(basis, pair))
    seen = {one.mediator for three in found for one in three if one.kind == "state"}
    for pair in pairs:
        if len(found) >= TANDEMS:
            break
        if pair[1].mediator not in seen:
            found.append(pair)
            seen.add(pair[1].mediator)
    return tuple(_tandem(basis, members) for members in found)


def _member(basis: "Basis", acronym: str) -> bool:
    held = basis.world.bodies
    if acronym not in held.acronyms or basis.iso3 not in held.states:
        return False
    return bool(held.full[held.acronyms.index(acronym), held.states.index(basis.iso3)])


def _may_mediate(basis: "Basis", acronym: str) -> bool:
    held = basis.world.bodies
    return acronym in held.acronyms and bool(held.may_mediate[held.acronyms.index(acronym)])


def _together(basis: "Basis", members: Sequence[Candidate]) -> tuple[int, int]:
    """Events in which all of them were third parties: anywhere, and in the country."""
    past = basis.past
    known = basis.known
    if any(one.mediator not in past.mediators for one in members):
        return 0, 0
    all_of = np.all([past.who[:known, past.mediators.index(one.mediator)] > 0 for one in members], axis=0)
    return int(all_of.sum()), int((all_of & basis.here).sum())


def _weight(basis: "Basis", members: Sequence[Candidate]) -> float:
    anywhere, here = _together(basis, members)
    chance = float(np.prod([one.score for one in members]) ** (1 / len(members)))
    return chance * float(1 + np.log1p(anywhere) + np.log1p(here))


def _tandem(basis: "Basis", members: Sequence[Candidate]) -> Tandem:
    anywhere, here = _together(basis, members)
    names = listing([one.name for one in members])
    if not anywhere:
        text = f"{names}: never yet third parties of the same event on record"
    else:
        times = {1: "once", 2: "twice"}.get(anywhere, f"{anywhere} times")
        where = (
            f"not in {basis.name}"
            if not here
            else f"in {basis.name}"
            if here == anywhere
            else f"{here} of them in {basis.name}"
        )
        text = f"{names}: third parties of the same event {times}, {where}"
    return Tandem(tuple(one.mediator for one in members), text, anywhere)
