"""From a resolution's text to its commitments."""

from datetime import date

from forestall.council.mandates import chapter, endings, missions, reports, reviews, sanctions
from forestall.council.mandates.confidence import confidence
from forestall.council.mandates.model import TYPES, Commitment, Finding
from forestall.council.mandates.reading import flatten
from forestall.council.mandates.structure import split
from forestall.council.mandates.subjects import MEASURES, acronyms
from forestall.council.mandates.times import find as find_times
from forestall.errors import UsageError

FIRST_YEAR, LAST_YEAR = 1946, 2100
LARGEST = 2_000_000
LARGEST_CLAUSE = 20_000


def findings(text: str, adopted: date) -> tuple[tuple[Finding, ...], "tuple[Commitment, ...]"]:
    """The findings of every rule and the commitments made of them (see `extract`)."""
    if not FIRST_YEAR <= adopted.year <= LAST_YEAR:
        raise UsageError(
            f"the date of adoption {adopted} is outside {FIRST_YEAR} to"
            f" {LAST_YEAR}; give the day on which the Council adopted the text"
        )
    if len(text) > LARGEST:
        raise UsageError(
            f"the text has {len(text):,} characters; a resolution has fewer than {LARGEST:,}: give one resolution"
        )
    resolution = split(flatten(text))
    flat = resolution.flat.text
    known = acronyms(flat)
    found: list[Finding] = list(chapter.find(resolution))
    clauses = [one for one in resolution.clauses if one.end - one.start <= LARGEST_CLAUSE]
    times = [find_times(flat, one.start, one.end, adopted) for one in clauses]
    for clause, when in zip(clauses, times, strict=True):
        found.extend(endings.find(clause, flat, when, adopted, known) if when else [])
        found.extend(missions.find(clause, flat, when, known))
        found.extend(sanctions.find(clause, flat))
    ends = sorted((one.start, date.fromisoformat(one.value)) for one in found if one.type == "mandate_until")
    for clause, when in zip(clauses, times, strict=True):
        found.extend(reviews.find(clause, flat, when, adopted, ends))
    taken = {(one.start, one.end) for one in found if one.type == "review"}
    for clause, when in zip(clauses, times, strict=True):
        left = [one for one in when if not any(first <= one.start < last for first, last in taken)]
        if left:
            found.extend(reports.find(clause, flat, left, adopted, ends))
    kept = _distinct(found)
    made = []
    for one in kept:
        first, last = resolution.flat.span(one.start, one.end)
        made.append(
            Commitment(
                one.type,
                one.value,
                resolution.flat.quote(one.start, one.end),
                confidence(one.rule),
                one.period,
                one.subject,
                one.paragraph,
                first,
                last,
                one.rule,
            )
        )
    return tuple(kept), tuple(made)


def _distinct(found: list[Finding]) -> list[Finding]:
    """One finding for each (type, value, subject), the first in the text; measures of one resolution that were imposed,
    renewed, eased or lifted are one finding each, with all they concern as its subject.
    """
    kept: dict[tuple[str, ...], Finding] = {}
    for one in sorted(found, key=lambda f: (f.start, f.end)):
        key: tuple[str, ...] = (one.type, one.value)
        if one.type in ("mission", "mandate_until", "report_by", "report_within", "report_every"):
            # A travel ban and an asset freeze of one resolution that end on one day are one end.
            measure = one.type == "mandate_until" and (
                one.subject is None or set(one.subject.split("; ")) <= {*MEASURES, "measures"}
            )
            key = (*key, "measures" if measure else (one.subject or "").lower())
        held = kept.get(key)
        if held is None:
            kept[key] = one
        elif one.type == "sanctions" or key[-1] == "measures":
            subjects = dict.fromkeys([*(held.subject or "").split("; "), *(one.subject or "").split("; ")])
            named = [name for name in subjects if name and name != "measures"] or [
                held.subject or one.subject or "measures"
            ]
            kept[key] = Finding(**{**held.__dict__, "subject": "; ".join(named)})
    order = {name: k for k, name in enumerate(TYPES)}
    return sorted(kept.values(), key=lambda f: (f.start, order[f.type]))


def extract(text: str, adopted: date) -> tuple[Commitment, ...]:
    """What a resolution commits the Council, the Secretariat and States to, in the order of its text.

    `text`: a resolution as published or pasted, in English; `adopted`: the day of its adoption, from which
    periods count.
    An empty result means that no rule found a commitment, not that there is none. Raises UsageError for a date outside
    1946 to 2100 and for a text of more than 2,000,000 characters.
    """
    return findings(text, adopted)[1]
