"""What a vote still needs: arithmetic of the rule, given who is assumed to vote how.

Nothing here is a forecast. A member in favour adds an affirmative vote; one against also objects where the rule gives
its class a veto; one that abstains, is absent or does not take part does neither (Charter, Article 27 (3), in the
practice that the Court described in Namibia, I.C.J. Reports 1971, p. 16, para. 22). A member named in none of the three
lists is open.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from math import prod
from typing import Any, Literal

from forestall.council.power.rule import Rule
from forestall.errors import UsageError

MOST_COMBINATIONS = 200_000
MOST_SWITCHES = 12

Outcome = Literal["passes whatever the others do", "open", "cannot pass as assumed"]


@dataclass(frozen=True, slots=True)
class Choice:
    """So many members of each of these groups, whichever: count by class, out of the members named."""

    count: tuple[tuple[str, int], ...]
    out_of: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def members(self) -> int:
        """How many members it takes."""
        return sum(n for _, n in self.count)

    def examples(self) -> tuple[str, ...]:
        """One such set: the first members of each class."""
        held = dict(self.out_of)
        return tuple(member for name, n in self.count for member in held[name][:n])

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"members": self.members, "count": dict(self.count), "out_of": {k: list(v) for k, v in self.out_of}}


@dataclass(frozen=True, slots=True)
class Switch:
    """A change of what was assumed: members against that abstain instead, that vote yes instead, members abstaining
    that vote yes instead."""

    no_to_abstain: Choice
    no_to_yes: Choice
    abstain_to_yes: Choice


@dataclass(frozen=True, slots=True)
class Needed:
    """What is assumed, and what follows from the rule alone.

    more_yes: the fewest further affirmative votes with which the text passes if all other open members abstain; 0 if it
    has enough, None if it cannot pass. to_pass: every smallest choice of open members whose yes carries it. veto: open
    members each of whom can stop it by voting no though all others vote yes. must_vote_yes: open members without whose
    yes it cannot pass. block_by_no, block_by_abstaining: smallest choices of open members that stop it, all other open
    members voting yes. switches: where it cannot pass, smallest changes of what was assumed that
    would let it (at most MOST_SWITCHES, those of the fewest members first).
    """

    rule: str
    source: str
    yes: tuple[str, ...]
    no: tuple[str, ...]
    abstain: tuple[str, ...]
    open: tuple[str, ...]
    outcome: Outcome
    passes_if_others_abstain: bool
    more_yes: int | None
    to_pass: tuple[Choice, ...]
    veto: tuple[str, ...]
    must_vote_yes: tuple[str, ...]
    block_by_no: tuple[Choice, ...]
    block_by_abstaining: tuple[Choice, ...]
    switches: tuple[Switch, ...]

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        held = asdict(self)
        for key in ("to_pass", "block_by_no", "block_by_abstaining"):
            held[key] = [choice.document() for choice in getattr(self, key)]
        kinds = ("no_to_abstain", "no_to_yes", "abstain_to_yes")
        held["switches"] = [{kind: getattr(one, kind).document() for kind in kinds} for one in self.switches]
        return held


def needed(rule: Rule, yes: Iterable[str] = (), no: Iterable[str] = (), abstain: Iterable[str] = ()) -> Needed:
    """What is still needed for a text to pass.

    yes, no, abstain: members assumed for, against, abstaining (or absent); the others are open. Raises UsageError if a
    member is not of the rule or stands in two lists, or the rule has so many classes that choices cannot be listed.
    """
    held = _Held(rule, tuple(dict.fromkeys(yes)), tuple(dict.fromkeys(no)), tuple(dict.fromkeys(abstain)))
    rest = held.left
    can_pass = held.won(more_yes=held.sizes(rest))
    sure = held.won(more_no=held.sizes(rest))
    all_yes = held.sizes(rest)

    def stops_by_no(count: Mapping[str, int]) -> bool:
        return not held.won(more_yes={c: all_yes[c] - count[c] for c in all_yes}, more_no=count)

    def stops_by_abstaining(count: Mapping[str, int]) -> bool:
        return not held.won(more_yes={c: all_yes[c] - count[c] for c in all_yes})

    to_pass = held.smallest(rest, lambda count: held.won(more_yes=count)) if can_pass else ()
    by_no = held.smallest(rest, stops_by_no) if can_pass and not sure else ()
    by_abstaining = held.smallest(rest, stops_by_abstaining) if can_pass and not sure else ()
    return Needed(
        rule=rule.name,
        source=rule.source,
        yes=held.yes,
        no=held.no,
        abstain=held.abstain,
        open=tuple(member for members in rest.values() for member in members),
        outcome="passes whatever the others do" if sure else "open" if can_pass else "cannot pass as assumed",
        passes_if_others_abstain=held.won(),
        more_yes=min((choice.members for choice in to_pass), default=None),
        to_pass=to_pass,
        veto=_alone(by_no),
        must_vote_yes=_alone(by_abstaining),
        block_by_no=by_no,
        block_by_abstaining=by_abstaining,
        switches=() if can_pass else held.switches(),
    )


def _alone(choices: Iterable[Choice]) -> tuple[str, ...]:
    """The members of the classes of which any one is enough."""
    found: list[str] = []
    for choice in choices:
        if choice.members == 1:
            ((name, _),) = choice.count
            found += dict(choice.out_of)[name]
    return tuple(found)


@dataclass(frozen=True)
class _Held:
    """The rule and what is assumed of its members, checked."""

    rule: Rule
    yes: tuple[str, ...]
    no: tuple[str, ...]
    abstain: tuple[str, ...]

    def __post_init__(self) -> None:
        known = {member for held in self.rule.classes for member in held.members}
        named = [*self.yes, *self.no, *self.abstain]
        for member in named:
            if member not in known:
                raise UsageError(f"{member} does not vote under {self.rule.name!r}: its members are {_listed(known)}")
            if named.count(member) > 1:
                raise UsageError(f"{member} is assumed to vote in two ways: name it in one of yes, no and abstain")

    @property
    def left(self) -> dict[str, tuple[str, ...]]:
        """The open members by class."""
        named = {*self.yes, *self.no, *self.abstain}
        return {held.name: tuple(m for m in held.members if m not in named) for held in self.rule.classes}

    def of(self, members: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """These members by class."""
        asked = set(members)
        return {held.name: tuple(m for m in held.members if m in asked) for held in self.rule.classes}

    @staticmethod
    def sizes(members: Mapping[str, Sequence[str]]) -> dict[str, int]:
        return {name: len(held) for name, held in members.items()}

    def won(
        self,
        more_yes: Mapping[str, int] | None = None,
        more_no: Mapping[str, int] | None = None,
        fewer_no: Mapping[str, int] | None = None,
    ) -> bool:
        """Whether it passes with so many more for it, so many more against it, so many fewer against it, by class."""
        yes, no = self.sizes(self.of(self.yes)), self.sizes(self.of(self.no))
        for name in yes:
            yes[name] += (more_yes or {}).get(name, 0)
            no[name] += (more_no or {}).get(name, 0) - (fewer_no or {}).get(name, 0)
        return self.rule.won(yes, no)

    def smallest(
        self, members: Mapping[str, tuple[str, ...]], works: Callable[[Mapping[str, int]], bool]
    ) -> tuple[Choice, ...]:
        """Every choice by class that works and of which no smaller one does; the fewest members first."""
        names = list(members)
        sizes = [len(members[name]) for name in names]
        found: list[tuple[int, ...]] = []
        for counts in _by_sum(sizes):
            if any(all(a <= b for a, b in zip(one, counts, strict=True)) for one in found):
                continue
            if works(dict(zip(names, counts, strict=True))):
                found.append(counts)
        return tuple(_choice(names, counts, members) for counts in found)

    def switches(self) -> tuple[Switch, ...]:
        """The smallest changes of what was assumed with which it passes if every open member votes yes."""
        against, apart, room = self.of(self.no), self.of(self.abstain), self.sizes(self.left)
        names = list(against)
        limits = [len(against[name]) for name in names] * 2 + [len(apart[name]) for name in names]
        found: list[tuple[int, ...]] = []
        for counts in _by_sum(limits):
            if len(found) == MOST_SWITCHES or any(all(map(int.__le__, one, counts)) for one in found):
                continue
            quiet, turned, joined = (dict(zip(names, part, strict=True)) for part in _thirds(counts))
            if any(quiet[name] + turned[name] > len(against[name]) for name in names):
                continue
            more = {name: room[name] + turned[name] + joined[name] for name in names}
            if self.won(more_yes=more, fewer_no={name: quiet[name] + turned[name] for name in names}):
                found.append(counts)
        return tuple(
            Switch(
                *(_choice(names, part, of) for part, of in zip(_thirds(one), (against, against, apart), strict=True))
            )
            for one in found
        )


def _thirds(counts: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    n = len(counts) // 3
    return counts[:n], counts[n : 2 * n], counts[2 * n :]


def _choice(names: Sequence[str], counts: Sequence[int], members: Mapping[str, tuple[str, ...]]) -> Choice:
    taken = [(name, n) for name, n in zip(names, counts, strict=True) if n]
    return Choice(tuple(taken), tuple((name, members[name]) for name, _ in taken))


def _by_sum(limits: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every vector of counts up to these limits, smallest sum first. Raises UsageError if there are too many."""
    if prod(n + 1 for n in limits) > MOST_COMBINATIONS:
        raise UsageError("the rule has too many classes and members for every choice to be listed: use one with fewer")
    yield from sorted(product(*(range(n + 1) for n in limits)), key=lambda counts: (sum(counts), counts))


def _listed(members: Iterable[str]) -> str:
    return ", ".join(sorted(members)[:20])
