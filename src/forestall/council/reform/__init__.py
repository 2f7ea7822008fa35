"""What reform of the Council would change: `assess` a proposal as of a day; `centres.centres` ranks States outside it.

For example:

    proposal = read("g4")                                  # or a YAML file; "g4:veto_after_review" is a variant
    found = assess(Workspace.open(), proposal, on=date(2026, 1, 1), compare=read("current"))
    rule_of(proposal)                                      # as a rule for forestall.council.power
"""

from forestall.council.reform.proposal import Proposal, proposals, read
from forestall.council.reform.report import assess
from forestall.council.reform.seat_power import rule_of, seat_power

__all__ = ["Proposal", "assess", "proposals", "read", "rule_of", "seat_power"]
