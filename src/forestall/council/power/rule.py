"""A rule of decision: who votes, in which classes, and what has to come together for a decision to pass.

A rule is a tree of `All` and `Any_` over two kinds of condition. `AtLeast(q, classes)`: the affirmative votes of these
classes, by weight or by head, sum to q or more. `Concurring(class, blocks)`: fewer than `blocks` members of the class
object (1: each has a veto; 2: two must object). With yes and no alone, who is not in favour objects; where abstention
is a third way to vote, an abstention does not object (the Council's practice, see the Court's Namibia opinion, 1971).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from forestall.errors import UsageError

MOST_MEMBERS = 200


@dataclass(frozen=True, slots=True)
class Class:
    """Members that the rule treats alike. members: their names. weight: votes of each, above or equal to 0."""

    name: str
    members: tuple[str, ...]
    weight: Fraction = Fraction(1)

    @property
    def size(self) -> int:
        """How many members."""
        return len(self.members)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Affirmative votes of `classes` (all, if empty) are `quota` or more, counted by weight or by head."""

    quota: Fraction
    classes: tuple[str, ...] = ()
    count: Literal["weight", "members"] = "weight"


@dataclass(frozen=True, slots=True)
class Concurring:
    """Fewer than `blocks` members of the class object."""

    of: str
    blocks: int = 1


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple["Condition", ...]
    every = True


@dataclass(frozen=True)
class Any_:  # noqa: N801 - `Any` is typing's
    """One part or more holds."""

    parts: tuple["Condition", ...]
    every = False


Condition = AtLeast | Concurring | All | Any_


@dataclass(frozen=True, slots=True)
class Rule:
    """Classes of members and the condition for a decision, checked at birth.

    name: for people. source: where the rule comes from (UN symbol, DOI). Raises UsageError, in one line, if classes or
    members repeat, there are none or more than 200, a weight is negative, a quota is above what its classes have, the
    rule can never pass or passes with no vote at all.
    """

    name: str
    classes: tuple[Class, ...]
    passes: Condition
    source: str = ""

    def __post_init__(self) -> None:
        self._check_members()
        for condition in leaves(self.passes):
            self._check(condition)
        if not self.won({c.name: c.size for c in self.classes}):
            raise UsageError(f"rule {self.name!r} can never pass, even if all vote for it: lower its quotas")
        if self.won({c.name: 0 for c in self.classes}):
            raise UsageError(f"rule {self.name!r} passes without a single vote for it: raise its quotas")

    def _check_members(self) -> None:
        names = [c.name for c in self.classes]
        if len(set(names)) != len(names):
            raise UsageError(f"rule {self.name!r} names a class twice: {', '.join(sorted(names))}")
        listed = [m for c in self.classes for m in c.members]
        if not 1 <= len(listed) <= MOST_MEMBERS:
            raise UsageError(f"rule {self.name!r} has {len(listed)} members: expected 1 to {MOST_MEMBERS}")
        twice = sorted({m for m in listed if listed.count(m) > 1})
        if twice:
            raise UsageError(f"rule {self.name!r} lists {', '.join(twice)} more than once: each member has one seat")
        for held in self.classes:
            if held.size == 0:
                raise UsageError(f"class {held.name!r} of rule {self.name!r} has no member: give its size or members")
            if held.weight < 0:
                raise UsageError(f"class {held.name!r} has a weight of {held.weight}: weights are 0 or more")

    def _check(self, condition: AtLeast | Concurring) -> None:
        known = {c.name: c for c in self.classes}
        for name in condition.classes if isinstance(condition, AtLeast) else (condition.of,):
            if name not in known:
                raise UsageError(f"rule {self.name!r} has no class {name!r}: it has {', '.join(known)}")
        if isinstance(condition, AtLeast):
            held = self.of(condition)
            most = sum((self.counts(condition, c) * c.size for c in held), Fraction(0))
            if condition.quota > most:
                whom = ", ".join(c.name for c in held)
                raise UsageError(f"a quota of {condition.quota} is above the {most} votes that {whom} have together")
            if condition.quota <= 0:
                raise UsageError(f"a quota of {condition.quota} asks for nothing: expected more than 0")
        elif not 1 <= condition.blocks <= known[condition.of].size:
            raise UsageError(
                f"{condition.blocks} objections are to block in class {condition.of!r}: expected 1 to "
                f"{known[condition.of].size}, its members"
            )

    @property
    def members(self) -> int:
        """How many members vote."""
        return sum(c.size for c in self.classes)

    def of(self, condition: AtLeast) -> tuple[Class, ...]:
        """The classes whose votes a condition counts."""
        return tuple(c for c in self.classes if not condition.classes or c.name in condition.classes)

    @staticmethod
    def counts(condition: AtLeast, of: Class) -> Fraction:
        """What one member of a class counts for in a condition."""
        return Fraction(1) if condition.count == "members" else of.weight

    def won(self, yes: Mapping[str, int], no: Mapping[str, int] | None = None) -> bool:
        """Whether a decision passes. yes, no: members in favour and against by class; without `no`, whoever is not in
        favour is against."""
        against = {c.name: c.size - yes[c.name] for c in self.classes} if no is None else no
        return self._holds(self.passes, yes, against)

    def _holds(self, condition: Condition, yes: Mapping[str, int], no: Mapping[str, int]) -> bool:
        if isinstance(condition, All):
            return all(self._holds(part, yes, no) for part in condition.parts)
        if isinstance(condition, Any_):
            return any(self._holds(part, yes, no) for part in condition.parts)
        if isinstance(condition, Concurring):
            return no[condition.of] < condition.blocks
        votes = sum((self.counts(condition, c) * yes[c.name] for c in self.of(condition)), Fraction(0))
        return votes >= condition.quota

    def vetoes(self, name: str) -> bool:
        """Whether members of a class can block by objecting."""
        return any(isinstance(c, Concurring) and c.of == name for c in leaves(self.passes))

    def seated(self, members: Mapping[str, Sequence[str]]) -> "Rule":
        """The rule with the members of a day in its classes, in the place of nameless ones.

        members: by class name. Raises UsageError if a class has another number of members than the rule gives it.
        """
        classes = []
        for held in self.classes:
            named = tuple(members.get(held.name, ()))
            if len(named) != held.size:
                raise UsageError(
                    f"rule {self.name!r} has {held.size} members of class {held.name!r}, but {len(named)} sat then: "
                    "choose the rule of that day (council since 1966, council-1965 before)"
                )
            classes.append(Class(held.name, named, held.weight))
        return Rule(self.name, tuple(classes), self.passes, self.source)


def leaves(condition: Condition) -> Iterator[AtLeast | Concurring]:
    """The conditions of a tree, from left to right."""
    if isinstance(condition, AtLeast | Concurring):
        yield condition
    else:
        for part in condition.parts:
            yield from leaves(part)
