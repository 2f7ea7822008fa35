"""From the commitments of a resolution to dated items: when a mandate ends, a report or a review falls due."""

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from forestall.council.due.durations import after, parse, words
from forestall.errors import UsageError

if TYPE_CHECKING:
    from forestall.council.mandates.model import Commitment

KINDS = ("mandate_end", "report", "review")
MOST_OF_A_SERIES = 400
"""A daily briefing for a year fits; a series beyond this is cut, and its basis says so."""

_DATED = {"mandate_until": "mandate_end", "report_by": "report", "report_within": "report", "review": "review"}
_NEXT_PARAGRAPH = re.compile(r";\s*\n|\n\s*\n|[;.]\s+[“\"]?\(?\w{1,3}[.)]\s")
_NEAR = 90


@dataclass(frozen=True, slots=True)
class Due:
    """One day on which something falls due. number: which one of a series of repeated reports, from 1; else None.

    basis: how the day follows from the text. confidence: of the extraction, 0 to 1, None where none was given.
    """

    uid: str
    symbol: str
    adopted: date
    due: date
    kind: str
    subject: str | None
    basis: str
    quote: str
    confidence: float | None
    number: int | None

    @property
    def title(self) -> str:
        """One line for a calendar."""
        what = {"mandate_end": "Mandate ends", "report": "Report due", "review": "Review due"}[self.kind]
        who = f": {self.subject}" if self.subject else ""
        return f"{what}{who} ({self.symbol})"


def items(found: Sequence["Commitment"], symbol: str, adopted: date, text: str | None = None) -> tuple[Due, ...]:
    """Every dated item of one resolution, in order of days.

    Each mandate's end, report by a day or within a delay, and review with a date gives exactly one item; a repeated
    report gives its series until the mandate's end where the resolution tells one, else for a year. Sanctions,
    missions, Chapter VII and standing reviews have no day. text: what the commitments were found in; it tells which
    first report a "thereafter" counts from. Raises UsageError for a value that is neither a date nor a duration.
    """
    made: list[Due] = []
    about = _Resolution(found, symbol, adopted, text)
    for one in sorted(found, key=lambda c: (c.end, c.start, c.type, c.value)):
        if one.type == "report_every":
            made += _series(one, about)
        elif one.type in _DATED and one.value != "standing":
            day, basis = _day(one, adopted)
            made.append(
                Due("", symbol, adopted, day, _DATED[one.type], one.subject, basis, one.quote, one.confidence, None)
            )
    return tuple(sorted(_named(made), key=lambda item: (item.due, item.uid)))


def undated(found: Iterable["Commitment"]) -> int:
    """How many commitments have no day of their own (sanctions, missions, Chapter VII, standing reviews)."""
    return sum(one.type not in {*_DATED, "report_every"} or one.value == "standing" for one in found)


def table(dated: Iterable[Due]) -> pl.DataFrame:
    """The items as a table, one row each, in the order given."""
    rows = [
        (i.due, i.kind, i.subject, i.symbol, i.adopted, i.number, i.basis, i.confidence, i.quote, i.uid) for i in dated
    ]
    schema = {
        "due": pl.Date,
        "kind": pl.String,
        "subject": pl.String,
        "symbol": pl.String,
        "adopted": pl.Date,
        "number": pl.Int64,
        "basis": pl.String,
        "confidence": pl.Float64,
        "quote": pl.String,
        "uid": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def between(dated: Iterable[Due], first: date | None, last: date | None) -> tuple[Due, ...]:
    """The items that fall due from `first` to `last`, both included; None leaves that side open."""
    return tuple(i for i in dated if (first is None or i.due >= first) and (last is None or i.due <= last))


def _day(one: "Commitment", adopted: date) -> tuple[date, str]:
    if one.type == "report_within":
        return after(adopted, parse(one.value)), f"{words(one.value)} after the adoption"
    try:
        day = date.fromisoformat(one.value)
    except ValueError:
        raise UsageError(f"{one.type}: {one.value[:40]!r} is no date; expected YYYY-MM-DD") from None
    return day, "as the text says" if one.period is None else f"as the text says, a period of {words(one.period)}"


def _series(one: "Commitment", about: "_Resolution") -> Iterable[Due]:
    """The days of a repeated report. The first report, where another commitment sets it, is an item of its own."""
    length = parse(one.value)
    anchor = about.first_report(one)
    start = about.adopted if anchor is None else _day(anchor, about.adopted)[0]
    counted = "the adoption" if anchor is None else f"the first report, {start}"
    end = about.mandate_end(one)
    last = end if end is not None else after(about.adopted, parse("P1Y"))
    until = f"until the mandate's end, {end}" if end is not None else "for a year: the text tells no mandate's end"
    basis = f"every {words(one.value)} from {counted}, {until}"
    days: list[date] = []
    while len(days) < MOST_OF_A_SERIES:
        day = after(start, length, len(days) + 1)
        if day > last:
            break
        days.append(day)
    if len(days) == MOST_OF_A_SERIES:
        basis += f"; cut after {MOST_OF_A_SERIES}"
    if not days and anchor is None:  # silence would hide the request
        days, basis = [after(start, length)], f"{basis}; its first day lies beyond that"
    return [
        Due("", about.symbol, about.adopted, day, "report", one.subject, basis, one.quote, one.confidence, number)
        for number, day in enumerate(days, 1)
    ]


class _Resolution:
    """The commitments of one resolution by paragraph and subject, so that a long text is read once and not for each."""

    def __init__(self, found: Sequence["Commitment"], symbol: str, adopted: date, text: str | None) -> None:
        self.symbol, self.adopted, self._text = symbol, adopted, text
        self._breaks = [] if text is None else [m.end() for m in _NEXT_PARAGRAPH.finditer(text)]
        self._reports: dict[Hashable, list[Commitment]] = {}
        self._ends: dict[Hashable, date] = {}
        for one in found:
            if one.type in {"report_by", "report_within"}:
                self._reports.setdefault(self._paragraph(one), []).append(one)
            elif one.type == "mandate_until":
                day = _day(one, adopted)[0]
                for key in (self._paragraph(one), one.subject and ("subject", one.subject), "any"):
                    self._ends[key] = max(day, self._ends.get(key, day))

    def _paragraph(self, one: "Commitment") -> Hashable:
        """What paragraph a commitment stands in; None where that is not known."""
        if one.paragraph is not None:
            return ("number", one.paragraph)
        return None if self._text is None else ("place", bisect_right(self._breaks, one.end - 1))

    def mandate_end(self, one: "Commitment") -> date | None:
        """The end of the mandate a repeated report belongs to: of the same subject, else of the same paragraph, else
        the latest of the resolution.
        """
        keys = (one.subject and ("subject", one.subject), self._paragraph(one), "any")
        return next((self._ends[key] for key in keys if key is not None and key in self._ends), None)

    def first_report(self, one: "Commitment") -> "Commitment | None":
        """The first report that a repeated one follows: "by 1 March and every six months thereafter", "every four
        months, the first by 5 July". Looked for in the same paragraph; None without the text.
        """
        if self._text is None:
            return None
        # The words of a commitment may begin with its verb, and end with the time: the end tells the order.
        reports = self._reports.get(self._paragraph(one), [])
        nearest = max((c for c in reports if c.end < one.end), key=lambda c: c.end, default=None)
        if nearest is not None:
            said = self._text[max(one.start, one.end - 30) : one.end + 25].casefold()
            lead = self._text[max(0, nearest.end - _NEAR) : nearest.end].casefold()
            if "thereafter" in said or re.search(r"\b(first|initial)\b(?! period)", lead):
                return nearest
        following = min((c for c in reports if c.end >= one.end), key=lambda c: c.end, default=None)
        if following is not None and re.search(r"\bfirst\b", self._text[one.end : following.end].casefold()):
            return following
        return None


def _named(made: Sequence[Due]) -> list[Due]:
    """The items with names that stay: symbol, kind, day and, for several alike, their order in the text."""
    seen: Counter[tuple[str, str, date]] = Counter()
    named = []
    for item in made:
        key = (item.symbol, item.kind, item.due)
        seen[key] += 1
        digest = hashlib.sha256(f"{item.symbol}|{item.adopted}".encode()).hexdigest()[:8]
        plain = re.sub(r"[^a-z0-9]+", "-", item.symbol.casefold()).strip("-")[:40]
        uid = f"{plain}-{digest}-{item.kind}-{item.due}-{seen[key]}@forestall".replace("_", "-")
        named.append(replace(item, uid=uid))
    return named
