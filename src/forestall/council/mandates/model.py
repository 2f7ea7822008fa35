"""What the extractor hands back: one thing that a resolution decides or requests, with the words that prove it."""

from dataclasses import dataclass

TYPES = (
    "mandate_until",
    "report_by",
    "report_within",
    "report_every",
    "review",
    "sanctions",
    "chapter_vii",
    "mission",
)
"""Types of commitment, in the order in which tables show them."""


@dataclass(frozen=True)
class Commitment:
    """One commitment.

    `value`: an ISO date for mandate_until, report_by and review (or "standing" for a review without a time),
    an ISO 8601
    duration for report_within and report_every, else one of the words of its type ("renewed", "imposed", "true").
    `period`: the ISO 8601 duration that the text states beside or instead of the date. `start` and `end` are offsets in
    the text as given: `" ".join(text[start:end].split()) == quote`. `confidence`: the share of findings of
    this rule that
    were right on the development labels, drawn towards the mean of all rules where a rule was seen rarely.
    """

    type: str
    value: str
    quote: str
    confidence: float
    period: str | None
    subject: str | None
    paragraph: str | None
    start: int
    end: int
    rule: str


@dataclass(frozen=True)
class Finding:
    """A commitment as a rule finds it: positions in the flattened text, no confidence yet."""

    type: str
    value: str
    start: int
    end: int
    rule: str
    period: str | None = None
    subject: str | None = None
    paragraph: str | None = None
