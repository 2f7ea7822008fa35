"""What is past its day and not marked done, and which later resolutions may have renewed a mandate that ran out."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from forestall.council.due.items import KINDS, Due
from forestall.council.due.texts import day_of, read_csv
from forestall.errors import UsageError

NOT_SEEN = (
    "forestall does not see whether a report was delivered, a review held or a mandate renewed: an item counts as open "
    "until you mark it done (--done FILE, with uid, or symbol and due)"
)
MOST_CANDIDATES = 5
LATE = timedelta(days=60)
"""A mandate is renewed before it ends, seldom in the weeks after; later resolutions are no candidates."""
_RENEWS = re.compile(r"\b(mandate|extension|renewal|extending|renewing|continuation|authorization)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a user says is done: an item by its uid, or every item of a symbol that falls due on a day."""

    uid: str | None
    symbol: str | None = None
    due: date | None = None

    def fits(self, item: Due) -> bool:
        """Whether this mark means that item. Blanks in a symbol do not matter: S/RES/1(1946) is S/RES/1 (1946)."""
        if self.uid is not None:
            return self.uid == item.uid
        return self.due == item.due and _tight(self.symbol or "") == _tight(item.symbol)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A later resolution on the same matter."""

    symbol: str
    adopted: date
    title: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """An item past its day. days: how many days past. candidates: for mandates, at most five resolutions that may
    have renewed it; None where the record does not reach (not known), and for
    reports and reviews.
    """

    item: Due
    days: int
    candidates: tuple[Candidate, ...] | None


def read_marks(path: Path) -> tuple[Mark, ...]:
    """The marks of a CSV file with columns uid, or symbol and due (YYYY-MM-DD); other columns are left alone.

    Raises UsageError for a file without such columns and for a row with neither.
    """
    rows = read_csv(path, ({"uid"}, {"symbol", "due"}))
    marks = []
    for number, row in enumerate(rows, 2):
        uid, symbol = row.get("uid") or None, row.get("symbol") or None
        due = day_of(row.get("due", ""), f"{path.name}, row {number}")
        if uid is None and (symbol is None or due is None):
            raise UsageError(f"{path.name}, row {number}: give a uid, or a symbol and a day (due)")
        marks.append(Mark(uid, symbol, due))
    return tuple(marks)


def overdue(
    dated: Iterable[Due], today: date, done: Sequence[Mark] = (), resolutions: pl.DataFrame | None = None
) -> tuple[Overdue, ...]:
    """The items whose day lies before `today` and that no mark means, longest past first.

    today: what was decided after it is not used. resolutions: the record of resolutions (columns symbol, date, title,
    agenda_item, agenda_subject, countries), from which later ones on the same matter are named for mandates.
    """
    open_items = [item for item in dated if item.due < today and not any(mark.fits(item) for mark in done)]
    found = [
        Overdue(item, (today - item.due).days, _candidates(item, today, resolutions) if item.kind == KINDS[0] else None)
        for item in open_items
    ]
    return tuple(sorted(found, key=lambda one: (-one.days, one.item.uid)))


def idle(dated: Sequence[Due], done: Iterable[Mark]) -> tuple[Mark, ...]:
    """The marks that mean no item: a slip of the pen, or an item of a text that is not here."""
    return tuple(mark for mark in done if not any(mark.fits(item) for item in dated))


def _candidates(item: Due, today: date, resolutions: pl.DataFrame | None) -> tuple[Candidate, ...] | None:
    """Resolutions on the same item of the agenda, subject of it or countries, from the adoption to 60 days after the
    mandate's end: those that name the mission first, then those that speak of a mandate, then the nearest to that end.
    None where the item's own resolution is not in the record.
    """
    if resolutions is None:
        return None
    own = resolutions.filter(pl.col("symbol").str.replace_all(" ", "") == _tight(item.symbol))
    topics = {name: own[name].drop_nulls().to_list() for name in ("agenda_item", "agenda_subject", "countries")}
    if not any(topics.values()):
        return None
    same = pl.any_horizontal(pl.col(name).is_in(known).fill_null(value=False) for name, known in topics.items())
    last = min(today, item.due + LATE)
    later = resolutions.filter(same & (pl.col("date") > item.adopted) & (pl.col("date") <= last))
    names = _names(item.subject)
    rows = [Candidate(row["symbol"], row["date"], row["title"] or "") for row in later.iter_rows(named=True)]

    def rank(one: Candidate) -> tuple[bool, bool, int, str]:
        title, apart = _as_in_titles(one.title), abs((item.due - one.adopted).days)
        return not any(name in title for name in names), _RENEWS.search(title) is None, apart, one.symbol

    return tuple(sorted(rows, key=rank)[:MOST_CANDIDATES])


def _names(subject: str | None) -> tuple[str, ...]:
    """What a title may call the subject: all of it, and an abbreviation that stands in it."""
    if not subject:
        return ()
    return (_as_in_titles(subject), *(word.casefold() for word in re.findall(r"\b[A-Z]{4,}\b", subject)))


def _as_in_titles(name: str) -> str:
    """The catalogue writes UN for the United Nations, and peacekeeping now in one word and now in two."""
    return name.casefold().replace("united nations", "un").replace("-", "").replace("(", "").replace(")", "")


def _tight(symbol: str) -> str:
    return symbol.replace(" ", "")
