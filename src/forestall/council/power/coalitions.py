"""The smallest sets of members that pass a decision, and that block one: by how many of each class."""

from dataclasses import dataclass
from itertools import product
from math import comb, prod

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
    names, sizes = [c.name for c in rule.classes], [c.size for c in rule.classes]
    won = {held: rule.won(dict(zip(names, held, strict=True))) for held in product(*(range(s + 1) for s in sizes))}
    winning, blocking = [], []
    for held, passes in won.items():
        fewer = [(*held[:i], k - 1, *held[i + 1 :]) for i, k in enumerate(held) if k]
        ways = prod(comb(s, k) for s, k in zip(sizes, held, strict=True))
        found = Coalition(dict(zip(names, held, strict=True)), ways)
        if passes and not any(won[f] for f in fewer):
            winning.append(found)
        others = {h: tuple(s - k for s, k in zip(sizes, h, strict=True)) for h in [held, *fewer]}
        if not won[others[held]] and all(won[others[f]] for f in fewer):
            blocking.append(found)
    return Coalitions(tuple(sorted(winning, key=_order)), tuple(sorted(blocking, key=_order)))


def _order(one: Coalition) -> tuple[int, list[int]]:
    return one.size, [-k for k in one.members.values()]
