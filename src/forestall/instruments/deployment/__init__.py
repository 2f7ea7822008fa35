"""Where teams should stand so that most of the violence that may come lies within their reach.

`areas` says which land cells a plan is about, `sites` where a team could stand, `coverage` what lies within reach of
what; `problem` holds the question and refuses one that cannot be answered; `exact` (integer programming with HiGHS)
and `greedy` answer it, each with a bound on what was missed.
"""
