"""Days that are known to the day, the month or the year, read so that a thing counts only where it surely held."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WRITTEN = re.compile(rf"(?:(?:(\d{{1,2}}) )?({'|'.join(_MONTHS)}) )?\b((?:19|20)\d{{2}})\b")
_FORM = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def begins(text: str) -> date:
    """The last day that a date as far as known ("1991", "1991-01", "1991-01-27") can mean. Raises ValueError."""
    year, month, day = _parts(text)
    month_or_last = month or 12
    return date(year, month_or_last, day or monthrange(year, month_or_last)[1])


def ends(text: str) -> date:
    """The first day that a date as far as known can mean. Raises ValueError."""
    year, month, day = _parts(text)
    return date(year, month or 1, day or 1)


def first_known(text: str | None) -> str | None:
    """The same text, checked. Raises ValueError if it is no date."""
    if text is not None:
        ends(text)
    return text


def told_by(note: str | None, on: date) -> str | None:
    """The sentences of a note that speak of nothing after a day, None if none is left; a month or year counts from its
    last day."""
    if note is None:
        return None
    kept = [sentence for sentence in re.split(r"(?<=\.) ", note) if _newest(sentence) <= on]
    return " ".join(kept) or None


def _newest(sentence: str) -> date:
    """The last day that a sentence names."""
    found = date.min
    for day, month, year in _WRITTEN.findall(sentence):
        text = f"{year}-{_MONTHS.index(month) + 1:02d}" if month else year
        found = max(found, begins(f"{text}-{int(day):02d}" if day else text))
    return found


def _parts(text: str) -> tuple[int, int | None, int | None]:
    found = _FORM.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"{text!r} is no date: write YYYY, YYYY-MM or YYYY-MM-DD, in quotes")
    year, month, day = found.groups()
    return int(year), None if month is None else int(month), None if day is None else int(day)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `since` to before `ended`, each as far as known; None for no limit."""

    since: str | None
    ended: str | None

    @property
    def out(self) -> date | None:
        """First day on which it may no longer hold."""
        return None if self.ended is None else ends(self.ended)

    def started(self, on: date) -> bool:
        """Whether it had surely begun by a day."""
        return self.since is None or begins(self.since) <= on

    def holds(self, on: date) -> bool:
        """Whether it surely held on a day."""
        return self.started(on) and (self.ended is None or on < ends(self.ended))
