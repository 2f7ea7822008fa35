"""What a vote is worth under a rule of decision: `read` a `Rule`, `measure` its `Power`; all in exact fractions.

    rule = read("council")                      # or a YAML file
    power = measure(rule)
    power.seat("permanent").shapley_shubik      # Fraction(421, 2145)

`coalitions(rule)` gives the smallest sets that pass or block, `with_abstention(rule)` the same measures where a member
may also abstain.
"""

from forestall.council.power.abstention import Ternary, TernarySeat, with_abstention
from forestall.council.power.coalitions import Coalition, Coalitions, coalitions
from forestall.council.power.indices import Power, SeatPower, measure
from forestall.council.power.reading import names, parse, read
from forestall.council.power.rule import All, Any_, AtLeast, Class, Concurring, Rule

__all__ = [
    "All",
    "Any_",
    "AtLeast",
    "Class",
    "Coalition",
    "Coalitions",
    "Concurring",
    "Power",
    "Rule",
    "SeatPower",
    "Ternary",
    "TernarySeat",
    "coalitions",
    "measure",
    "names",
    "parse",
    "read",
    "with_abstention",
]
