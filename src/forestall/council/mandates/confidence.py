"""How sure a finding is: the share of each rule's findings that were right at first sight of labels.

RIGHT holds, for each rule, how many of its findings matched a label of the development half, and how many there were,
when the rules met those labels for the first time, before any was mended by them (`python -m benchmarks.mandates
--labels dev --rules` prints today's counts, which are higher because the rules were mended). With few findings the
share is drawn towards the mean of all rules, as if PRIOR further findings had been right that often; a rule that had no
finding then gets that mean less UNSEEN.
"""

RIGHT: dict[str, tuple[int, int]] = {
    "chapter VII: acting": (30, 30),
    "end: date": (23, 23),
    "end: period and date": (15, 15),
    "end: period from a date": (2, 2),
    "end: period from adoption": (10, 11),
    "end: termination": (0, 1),
    "mission: asked to be set up": (1, 1),
    "mission: ended": (2, 2),
    "mission: renewed": (33, 35),
    "mission: set up": (14, 15),
    "report: after a date": (1, 1),
    "report: before the end of the mandate": (11, 11),
    "report: date": (34, 36),
    "report: delay": (27, 28),
    "report: interval": (13, 14),
    "report: interval named in passing": (7, 7),
    "review: date": (7, 7),
    "review: delay": (4, 4),
    "review: standing": (7, 7),
    "sanctions: called for": (2, 2),
    "sanctions: eased": (1, 1),
    "sanctions: imposed": (12, 12),
    "sanctions: lifted": (3, 3),
    "sanctions: renewed": (1, 1),
}
PRIOR = 4
UNSEEN = 0.1


def confidence(rule: str) -> float:
    """Between 0 and 1, two decimals."""
    right, seen = (sum(pair[k] for pair in RIGHT.values()) for k in (0, 1))
    mean = right / seen if seen else 0.8
    hit, count = RIGHT.get(rule, (0, 0))
    share = (hit + PRIOR * mean) / (count + PRIOR)
    return round(min(0.99, share - (0 if count else UNSEEN)), 2)
