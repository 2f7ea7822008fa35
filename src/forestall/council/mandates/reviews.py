"""Reviews that the Council says it will make: by a date, after a delay, or standing."""

import re
from datetime import date

from forestall.council.mandates.model import Finding
from forestall.council.mandates.structure import Clause
from forestall.council.mandates.times import Time, after

DOING = (
    r"(?:review|re-?assess|re-?examine|reconsider|revisit|assess"
    r"|evaluate|re-?evaluate|consider|meet|reconvene|take stock)"
)
COUNCIL = re.compile(
    rf"\b(?:decides?|agrees|resolves|undertakes|intention|intent|intends|readiness"
    rf"|determined|and|also|further|prepared|ready|commits|question|matter|seized),?"
    rf" (?:also |further |on |in this regard,? )?(?:[^;.]{{0,60}}?,? )?to (?:further |again |also "
    rf"|closely |regularly |fully |actively "
    rf"|(?:conduct|undertake|carry out|hold) an? (?:interim |initial |midterm |full )?)?{DOING}\b"
    rf"|\b(?:it|the (?:Security )?Council) (?:shall|will|should|would|intends to),? (?:[^;]{{0,100}}?, )?(?:further "
    rf"|again |also |then |closely |regularly |conduct a |undertake a )?(?:be prepared to )?{DOING}\b"
    rf"|\b(?:shall|will|to|should) (?:also |then )?be (?:further "
    rf"|regularly )?(?:reviewed|re-?assessed|reconsidered|re-?examined)\b"
    rf"|\(\w{{1,4}}\) (?:To )?{DOING}\b",
    re.I,
)
STANDING = re.compile(
    r"\b(?:keep|keeping|remain|kept|maintain)\b[^;]{0,220}?\bunder (?:its )?(?:(?:constant|continuous"
    r"|continual|continuing|close|active|regular|permanent|ongoing) (?:and (?:close|active|constant) )?)?"
    r"review\b|\bcontinuously review\b",
    re.I,
)
BY_OTHERS = re.compile(
    r"\b(?:Secretary-General|Committee|Member States|parties|Government|Panel"
    r"|Prosecutor|Tribunal)\b[^;]{0,30}? (?:to|shall|will) (?:keep|review|conduct|assess|continue)",
    re.I,
)


PROMISED = re.compile(
    r"(?:the (?:Security )?Council|it) (?:shall|will) (?:\w+ )?(?:review|keep)|to be reviewed", re.IGNORECASE
)
MEETING = re.compile(r"\b(?:meet|again|reconvene|review\w*)\b[^;]{0,40}$", re.IGNORECASE)
LONGEST = 300
REVIEWER = "Security Council"


def find(clause: Clause, flat: str, times: list[Time], adopted: date, ends: list[tuple[int, date]]) -> list[Finding]:
    """The reviews this clause promises. `ends`: as in `reports.find`, for a review "at the end of this period"."""
    if clause.kind not in ("act", "intent") and not PROMISED.search(clause.text):
        return []
    standing = STANDING.search(flat, clause.start, clause.end)
    if standing and BY_OTHERS.search(flat[clause.start : standing.end()]):
        standing = None
    doing = [
        m
        for m in COUNCIL.finditer(flat, clause.start, clause.end)
        if not BY_OTHERS.search(flat[max(clause.start, m.start() - 40) : m.end()])
    ]
    found: list[Finding] = []
    for one in times:
        near = [m for m in doing if m.start() - 60 <= one.start] or ([standing] if standing else [])
        read = _read(one, flat[max(clause.start, one.start - 50) : one.start], flat, adopted, ends) if near else None
        if read is None or read[0] <= adopted:
            continue
        origin = near[-1].start()
        start, end = min(origin, one.start), max(one.end, origin + 8)
        if end - start > LONGEST:
            start, end = one.start, one.end
        span = None if one.day else one.span
        found.append(Finding("review", read[0].isoformat(), start, end, read[1], span, REVIEWER, clause.paragraph))
    if standing and not found:
        start, end = standing.span()
        found.append(Finding("review", "standing", start, end, "review: standing", None, REVIEWER, clause.paragraph))
    return found


def _read(one: Time, before: str, flat: str, adopted: date, ends: list[tuple[int, date]]) -> tuple[date, str] | None:
    """Day and rule of a review at this time; `before`: the words in front of it."""
    if one.kind == "by" and one.day:
        return one.day, "review: date"
    if one.kind == "on" and one.day and MEETING.search(before):
        return one.day, "review: date"
    if one.kind in ("within", "every") and one.span and one.anchored:
        day = after(adopted, one.span)
        return (day, "review: interval" if one.kind == "every" else "review: delay") if day else None
    held = [day for at, day in ends if at < one.start]
    if one.kind == "end" and held and "this period" in flat[one.start : one.end]:
        return held[-1], "review: date"
    return None
