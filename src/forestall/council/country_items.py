"""Which countries an item of the Council concerns, told from its agenda item, title and subject terms.

Names are the dated spellings of `forestall.ids.countries`. What names alone do not tell (the Golan Heights, a tribunal)
stands in `agenda_countries.csv`, each row with a UN symbol that shows it. docs/methods/council-decisions.md says how
often this is right.
"""

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files

from forestall.ids.state_table import State, key_of, rows

_SENDER = re.compile(
    r"(?<=from ).{3,500}?(?= (?:addressed )?to (?:the )?(?:president|united nations|secretary|security|chairman))"
)
_JOINT = re.compile(r"reports of the secretary general on")  # one item of two States: the title says which of them
_WIDE = re.compile(r"yugoslavia|palestine", re.IGNORECASE)  # headings wider than what they are put on
_OWNER = re.compile(r"(?<![Pp]eople)(?<![Ll]ord)['’]s\b")  # "South Africa's", but not "People's Republic"
_LETTER = re.compile(r"\b(letters?|telegrams?|cablegrams?|notifications?) dated\b")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A turn of phrase and the countries it means on the days from first to last (None: open)."""

    text: re.Pattern[str]
    iso3: tuple[str, ...]
    first: date | None
    last: date | None


@lru_cache(maxsize=65536)
def countries_of(
    on: date,
    *,
    title: str | None = None,
    agenda_item: str | None = None,
    subjects: str | None = None,
    subject: str | None = None,
) -> tuple[str, ...]:
    """Codes of the countries that an item of a day concerns, sorted; empty if none is named.

    title: what the catalogue says it is on. agenda_item: the item of the agenda. subjects: index terms, separated by
    commas. subject: the agenda subject of the index. The sender of a letter is not by that alone concerned.
    """
    by_title, by_agenda = _named(_prepared(title), on), _named(_prepared(agenda_item), on)
    if by_title and by_title < by_agenda and _JOINT.match(key_of(agenda_item or "")):
        by_agenda = by_title
    found = by_title | by_agenda
    # Headings ("SOMALIA SITUATION") say what an item is on; single terms name anybody who occurs in the text.
    terms = [term.strip() for term in (subjects or "").split(",")]
    headings = [subject or "", *(term for term in terms if term.casefold().endswith((" situation", " question")))]
    for heading in headings:
        if not found or not _WIDE.search(heading):
            found |= _named(_prepared(heading), on)
    if not found:
        found = {code for term in terms for code in _named(_prepared(term), on)}
    return tuple(sorted(found))


def _prepared(text: str | None) -> str:
    if not text:
        return " "
    key = f" {key_of(_OWNER.sub('', text[:4000]))} "
    return _SENDER.sub("a sender", key) if _LETTER.search(key) else key


def _named(key: str, on: date) -> set[str]:
    found: set[str] = set()
    for pattern in _patterns():
        if (pattern.first and on < pattern.first) or (pattern.last and on > pattern.last):
            continue
        if pattern.text.search(key):
            found |= set(pattern.iso3)
            key = pattern.text.sub(" ", key)
    regex, spelt = _spellings()
    for match in regex.finditer(key):
        found.add(_code(spelt[match[0]], on))
    return found


def _code(states: tuple[State, ...], on: date) -> str:
    """Today's code of the state that a spelling means on a day; before it existed or after, the nearest in time."""

    def away(state: State) -> int:
        if on < state.start:
            return (state.start - on).days
        return max(0, (on - state.end).days) if state.end else 0

    state = min(states, key=away)
    return state.series_iso3


@cache
def _spellings() -> tuple[re.Pattern[str], dict[str, tuple[State, ...]]]:
    held: defaultdict[str, list[State]] = defaultdict(list)
    for state in rows():
        for name in (state.name, state.un_name, state.ucdp_name, *state.aliases):
            key = key_of(name or "")
            if len(key) > 3 or key in {"usa", "uar", "ussr"}:
                held[key].append(state)
    held.pop("america", None)
    longest = sorted(held, key=lambda key: (-len(key), key))
    joined = "|".join(re.escape(key) for key in longest)
    return re.compile(rf"(?<= )(?:{joined})(?= )"), {key: tuple(states) for key, states in held.items()}


@cache
def _patterns() -> tuple[Pattern, ...]:
    source = files("forestall").joinpath("council", "agenda_countries.csv").read_text("utf-8")
    return tuple(
        Pattern(
            re.compile(rf"(?<= )(?:{row['pattern']})(?= )"),
            tuple(row["iso3"].split()),
            date.fromisoformat(row["first"]) if row["first"] else None,
            date.fromisoformat(row["last"]) if row["last"] else None,
        )
        for row in csv.DictReader(source.splitlines())
    )
