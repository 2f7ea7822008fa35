"""Which line of one catalogue of explosions is which of the other, and why a line has no counterpart.

Two lines can be the same explosion if the same state made it, their days differ by one at most (catalogues give local
or universal time) and their places can be the same. Among all ways to pair lines that way we take one with the most
pairs and, of these, the closest in day, place and yield (assignment problem, solved exactly). What is left over is
paired if it is all that either leaves over of the same state on the same day: then the places differ.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from tools.embed.nonproliferation.catalogues import Explosion

NEAR_KM = 300.0
"""Places farther apart are not the same, whatever they are called."""
PAIR = 1000.0
"""What a pair is worth, so that no gain in closeness outweighs one pair more."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """An event: a line of the one catalogue, of the other, or of both. reason: why it stands in one only, or that its
    two places differ.
    """

    one: Explosion | None
    other: Explosion | None
    reason: str | None


def closeness(one: Explosion, other: Explosion) -> float | None:
    """How well two lines fit, up to 30, or None if they cannot be the same explosion."""
    days = abs((one.day - other.day).days)
    if one.iso3 != other.iso3 or days > 1:
        return None
    named = one.site is not None and other.site is not None
    same_name = named and one.site == other.site
    apart = distance_km(one, other)
    # A site that both name outweighs coordinates, of which several are misprinted (Lop Nur at 81.567 E).
    if not same_name and ((named and apart is None) or (apart is not None and apart > NEAR_KM)):
        return None
    return 16.0 * (days == 0) + 8.0 * same_name + _yields(one, other)


def distance_km(one: Explosion, other: Explosion) -> float | None:
    """Great-circle distance, None unless both places are known by coordinates."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    a, b = math.radians(one.latitude), math.radians(other.latitude)
    between = math.radians(one.longitude - other.longitude)
    cosine = math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(between)
    return 6371.0 * math.acos(min(1.0, max(-1.0, cosine)))


def _yields(one: Explosion, other: Explosion) -> float:
    """4 for the same most probable yield, less for a difference, 1 if one isn't known."""
    if one.high is None or other.high is None:
        return 1.0
    return 4.0 / (1.0 + abs(math.log(max(one.high, 1e-4) / max(other.high, 1e-4))))


def pairs(ones: Sequence[Explosion], others: Sequence[Explosion]) -> list[tuple[int, int]]:
    """Places (in the two sequences) of lines that are the same explosion, each at most once; sorted."""
    found: list[tuple[int, int]] = []
    for iso3 in sorted({line.iso3 for line in ones} & {line.iso3 for line in others}, key=str):
        left = [at for at, line in enumerate(ones) if line.iso3 == iso3]
        right = [at for at, line in enumerate(others) if line.iso3 == iso3]
        worth = np.zeros((len(left), len(right)))
        for i, at in enumerate(left):
            for j, to in enumerate(right):
                if abs((ones[at].day - others[to].day).days) <= 1:
                    fit = closeness(ones[at], others[to])
                    worth[i, j] = 0.0 if fit is None else PAIR + fit
        rows, columns = linear_sum_assignment(worth, maximize=True)
        found += [(left[i], right[j]) for i, j in zip(rows, columns, strict=True) if worth[i, j] > 0]
    return sorted(found)


def left_over(ones: Sequence[Explosion], others: Sequence[Explosion]) -> list[tuple[int, int]]:
    """Places of lines of the same state and day, where each side has just one such line."""
    days: dict[tuple[str | None, object], tuple[list[int], list[int]]] = {}
    for side, lines in enumerate((ones, others)):
        for at, line in enumerate(lines):
            days.setdefault((line.iso3, line.day), ([], []))[side].append(at)
    return [(one[0], other[0]) for one, other in days.values() if len(one) == 1 and len(other) == 1]


def reconcile(ones: Sequence[Explosion], others: Sequence[Explosion]) -> list[Reconciled]:
    """All events of two catalogues, by day; those in one catalogue only with the reason, one of

    'further device of a test both list': its day and place are those of a pair; 'same day, another place': the other
    has a line of that state within a day, but too far; 'after the other ends'; 'contested': no state is named;
    'listed under another state'; 'not listed'. Pairs of which only the places differ bear 'place'.
    """
    matched = pairs(ones, others)
    by_one, by_other = dict(matched), {to: at for at, to in matched}
    events = [Reconciled(ones[at], others[to], None) for at, to in matched]
    rest = [at for at in range(len(ones)) if at not in by_one], [at for at in range(len(others)) if at not in by_other]
    for i, j in left_over([ones[at] for at in rest[0]], [others[at] for at in rest[1]]):
        at, to = rest[0][i], rest[1][j]
        by_one[at], by_other[to] = to, at
        events.append(Reconciled(ones[at], others[to], "place"))
    for lines, taken, against, is_one in ((ones, by_one, others, True), (others, by_other, ones, False)):
        end = max(line.day for line in against) if against else None
        partners = [lines[at] for at in taken]
        for at, line in enumerate(lines):
            if at in taken:
                continue
            reason = _reason(line, partners, against, end is not None and line.day.year > end.year)
            events.append(Reconciled(line if is_one else None, None if is_one else line, reason))
    return sorted(events, key=_order)


def _reason(line: Explosion, partners: Sequence[Explosion], against: Sequence[Explosion], late: bool) -> str:
    if late:
        return "after the other ends"
    if line.iso3 is None:
        return "contested"
    if any(closeness(line, partner) is not None for partner in partners):
        return "further device of a test both list"
    near = [one for one in against if abs((one.day - line.day).days) <= 1]
    if any(one.iso3 == line.iso3 for one in near):
        return "same day, another place"
    if any(one.site is not None and one.site == line.site for one in near):
        return "listed under another state"
    return "not listed"


def _order(event: Reconciled) -> tuple[str, str, int, int]:
    line = event.one or event.other
    assert line is not None  # noqa: S101  (an event without any line is not made)
    return (
        line.day.isoformat(),
        str(line.iso3),
        -1 if event.one is None else event.one.line,
        -1 if event.other is None else event.other.line,
    )
