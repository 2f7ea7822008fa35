"""Power under a rule as a document: exact values beside rounded ones, with what they do and do not mean."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from forestall.council.power.abstention import TernarySeat, with_abstention
from forestall.council.power.coalitions import Coalition, coalitions
from forestall.council.power.indices import Power, measure
from forestall.council.power.rule import Rule
from forestall.errors import UsageError

MEANING = (
    "Indices measure the rule: every combination (Banzhaf, Coleman) or order (Shapley-Shubik) of votes counts the same."
    " They are no forecast of how members vote."
)
ABSTENTION = (
    "With abstention as a third way to vote, a member with a veto blocks only by voting against; counted with yes and"
    " no alone, each of its abstentions is a veto. So the two measures differ, and both are shown. Each of the three"
    " ways has a chance of one in three."
)


def seated(rule: Rule, on: date) -> Rule:
    """A rule of permanent and elected members with the Council's members of a day in its seats.

    Raises UsageError if the rule has other classes or sizes than the Council had that day, or as `members` does.
    """
    from forestall.council.members import members

    held = members(on)
    by_kind = {
        "permanent": [m.name for m in held if m.permanent],
        "elected": [m.name for m in held if not m.permanent],
    }
    if {c.name for c in rule.classes} != set(by_kind):
        raise UsageError(
            f"rule {rule.name!r} has the classes {', '.join(c.name for c in rule.classes)}: members of a day can be "
            "named where they are `permanent` and `elected`"
        )
    return rule.seated(by_kind)


def document(rule: Rule) -> dict[str, Any]:
    """All measures of a rule, members in the order of the rule. Fractions are given as text beside their value."""
    power, ternary, sets = measure(rule), with_abstention(rule), coalitions(rule)
    found: dict[str, Any] = {
        "rule": rule.name,
        "source": rule.source,
        "members": [
            {
                "name": name,
                "seat": seat.seat,
                "weight": float(seat.weight),
                "veto": seat.veto,
                **_both("shapley_shubik", seat.shapley_shubik),
                **_both("banzhaf", seat.banzhaf),
                **_both("banzhaf_absolute", seat.banzhaf_absolute),
                **_both("prevent", seat.prevent),
                **_both("initiate", seat.initiate),
            }
            for seat in power.seats
            for name in seat.members
        ],
        **_both("efficiency", power.efficiency),
        "winning_coalitions": power.winning,
        "coleman": {"act": float(power.efficiency)},
        "minimal_winning": None if sets is None else [_coalition(c) for c in sets.winning],
        "minimal_blocking": None if sets is None else [_coalition(c) for c in sets.blocking],
        "ratio": ratio(power),
        "with_abstention": None,
        "notes": [MEANING, ABSTENTION],
    }
    if ternary is not None:
        found["with_abstention"] = {
            **_both("efficiency", ternary.efficiency),
            "seats": [_ternary(seat) for seat in ternary.seats],
            "ratio": _ratio([s.banzhaf for s in ternary.seats]),
            "ratio_shapley_shubik": _ratio([s.shapley_shubik for s in ternary.seats]),
        }
    return found


def ratio(power: Power) -> dict[str, float | None]:
    """How many times the power of the weakest class a member of the strongest has, by index."""
    return {
        "shapley_shubik": _ratio([s.shapley_shubik for s in power.seats]),
        "banzhaf": _ratio([s.banzhaf for s in power.seats]),
    }


def _ratio(held: Sequence[Fraction]) -> float | None:
    return float(max(held) / min(held)) if min(held) > 0 else None


def _both(name: str, value: Fraction) -> dict[str, Any]:
    return {name: float(value), f"{name}_exact": str(value)}


def _coalition(one: Coalition) -> dict[str, Any]:
    return {"members": {k: v for k, v in one.members.items() if v}, "size": one.size, "sets": one.sets}


def _ternary(seat: TernarySeat) -> dict[str, Any]:
    return {
        "seat": seat.seat,
        **_both("shapley_shubik", seat.shapley_shubik),
        **_both("banzhaf", seat.banzhaf),
        **_both("banzhaf_absolute", seat.banzhaf_absolute),
        "yes_or_abstain": float(seat.yes_or_abstain),
        "abstain_or_no": float(seat.abstain_or_no),
    }
