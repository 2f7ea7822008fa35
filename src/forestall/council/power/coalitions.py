"""The smallest sets of members that pass a decision, and that block one: by how many of each class."""

from dataclasses import dataclass
from math import comb, prod

import numpy as np

from forestall.council.power.counting import Marks, table
from forestall.council.power.rule import Rule

MOST_PATTERNS = 200_000


@dataclass(frozen=True, slots=True)
class Coalition:
    """A set from which no member can be spared. members: how many of each class. sets: how many such sets there are."""

    members: dict[str, int]
    sets: int

    @property
    def size(self) -> int:
        """How many members."""
        return sum(self.members.values())


@dataclass(frozen=True, slots=True)
class Coalitions:
    """Minimal winning and minimal blocking sets, smallest first. Those blocking vote against, all others for."""

    winning: tuple[Coalition, ...]
    blocking: tuple[Coalition, ...]


def coalitions(rule: Rule) -> Coalitions | None:
    """Minimal coalitions of a rule; None where its classes are too many to list them (over 200,000 combinations)."""
    if prod(c.size + 1 for c in rule.classes) > MOST_PATTERNS:
        return None
    won = table(rule)
    # A set blocks if the others cannot pass without it.
    return Coalitions(_minimal(rule, won), _minimal(rule, ~np.flip(won)))


def _minimal(rule: Rule, does: Marks) -> tuple[Coalition, ...]:
    """Sets that do it (pass, block), marked by how many of each class, where none does with a member less."""
    with_less = np.zeros_like(does)
    for i in range(does.ndim):
        with_less[_from(i, 1, does.ndim)] |= does[_from(i, 0, does.ndim)]
    found = []
    for held in zip(*(index.tolist() for index in np.nonzero(does & ~with_less)), strict=True):
        members = {c.name: k for c, k in zip(rule.classes, held, strict=True)}
        found.append(Coalition(members, prod(comb(c.size, k) for c, k in zip(rule.classes, held, strict=True))))
    return tuple(sorted(found, key=_order))


def _from(axis: int, start: int, axes: int) -> tuple[slice, ...]:
    """All but the last (start 0) or all but the first (start 1) along one axis."""
    return tuple((slice(1, None) if start else slice(None, -1)) if j == axis else slice(None) for j in range(axes))


def _order(one: Coalition) -> tuple[int, list[int]]:
    return one.size, [-k for k in one.members.values()]
