"""A country's history in the Security Council: agenda items, resolutions, statements, meetings and vetoes."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from forestall.council.decisions import KINDS, Decision, Kind, code, data_end, decisions, last_day
from forestall.council.vetoes import Veto, vetoes
from forestall.ids.state_table import key_of
from forestall.store import Workspace

_FORMS = re.compile(
    r"^(?:items? relating to |reports? of the secretary general (?:on|concerning) )?(?:the )?"
    r"(?:(?:situation|question)\b(?: (?:in|concerning|of|on|between|relating to|regarding))?(?: the)?)? ?"
    r"|(?: situation| question)?(?: closed)?$"
)
"""Words of form before what an item is on."""
LAST = 5
"""How many of the newest resolutions, statements and meetings a history names."""


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """An agenda item under which a country was dealt with: days of first and last record, and how many there are.

    item: its most frequent spelling; the sources write "Haiti" and "The question concerning Haiti" for one item.
    """

    item: str
    first: date
    last: date
    resolutions: int
    statements: int
    meetings: int
    drafts: int


@dataclass(frozen=True, slots=True)
class YearCount:
    """Records that concern a country in a year; `vetoed` counts drafts, not members."""

    year: int
    resolutions: int
    statements: int
    meetings: int
    drafts: int
    vetoed: int


@dataclass(frozen=True, slots=True)
class CountryHistory:
    """What the Council's record holds on a country up to a month.

    iso3, name: the country. as_of: last day that was seen, None without a limit. items: agenda items, the most recent
    first. resolutions, statements, meetings, drafts: how many records concern it (drafts: not adopted). last_*: the
    newest. vetoes: all, by date. by_year: years with at least one record. data_end: newest day of each table, so that
    silence after it is not taken for calm. countries are told from titles and agenda items:
    docs/methods/council-decisions.md says how often this is right.
    """

    iso3: str
    name: str
    as_of: date | None
    items: tuple[AgendaItem, ...]
    resolutions: int
    statements: int
    meetings: int
    drafts: int
    last_resolutions: tuple[Decision, ...]
    last_statements: tuple[Decision, ...]
    last_meetings: tuple[Decision, ...]
    vetoes: tuple[Veto, ...]
    by_year: tuple[YearCount, ...]
    data_end: dict[str, str]

    def document(self) -> dict[str, Any]:
        """As JSON has it: dates as ISO dates."""
        plain = {
            "iso3": self.iso3,
            "name": self.name,
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
            "items": [{**asdict(one), "first": str(one.first), "last": str(one.last)} for one in self.items],
            "counts": {name: getattr(self, name) for name in ("resolutions", "statements", "meetings", "drafts")},
            "vetoes": [one.document() for one in self.vetoes],
            "by_year": [asdict(one) for one in self.by_year],
            "data_end": self.data_end,
        }
        lasts = ("last_resolutions", "last_statements", "last_meetings")
        return plain | {name: [one.document() for one in getattr(self, name)] for name in lasts}


def history(workspace: Workspace, country: str, as_of: str | int | date | None = None) -> CountryHistory:
    """The Council's record on a country. Raises UnknownCountryError, UsageError for a bad month."""
    from forestall.ids import countries

    iso3 = code(country)
    limit = last_day(as_of)
    found = {kind: decisions(workspace, kind=kind, country=iso3, as_of=limit) for kind in KINDS}
    vetoed = vetoes(workspace, country=iso3, as_of=limit)
    return CountryHistory(
        iso3=iso3,
        name=countries.lineage(iso3)[-1].name,
        as_of=limit,
        items=_items(found),
        resolutions=len(found["resolution"]),
        statements=len(found["statement"]),
        meetings=len({(one.symbol, one.date) for one in found["meeting"]}),
        drafts=len(found["draft"]),
        last_resolutions=found["resolution"][:LAST],
        last_statements=found["statement"][:LAST],
        last_meetings=found["meeting"][:LAST],
        vetoes=vetoed,
        by_year=_by_year(found, vetoed),
        data_end=data_end(workspace),
    )


def _items(found: Mapping[Kind, tuple[Decision, ...]]) -> tuple[AgendaItem, ...]:
    """Agenda items, the one with the newest record first; spellings that differ in form only are one item."""
    counts: Counter[tuple[str, str]] = Counter()
    days: dict[str, list[date]] = {}
    spelt: dict[str, Counter[str]] = {}
    for kind, records in found.items():
        for one in records:
            if one.agenda_item and one.date:
                key = _FORMS.sub("", key_of(one.agenda_item)).strip()
                counts[(key, kind)] += 1
                days.setdefault(key, []).append(one.date)
                spelt.setdefault(key, Counter())[one.agenda_item] += 1
    items = []
    for key, on in days.items():
        often = max(spelt[key].items(), key=lambda spelling: (spelling[1], spelling[0]))[0]
        items.append(AgendaItem(often, min(on), max(on), *(counts[(key, kind)] for kind in KINDS)))
    return tuple(sorted(items, key=lambda one: (one.last, one.first, one.item), reverse=True))


def _by_year(found: Mapping[Kind, tuple[Decision, ...]], vetoed: tuple[Veto, ...]) -> tuple[YearCount, ...]:
    counts: Counter[tuple[int, str]] = Counter()
    seen: set[tuple[str | None, date]] = set()
    for kind, records in found.items():
        for one in records:
            if one.date is None or (kind == "meeting" and (one.symbol, one.date) in seen):
                continue
            seen |= {(one.symbol, one.date)} if kind == "meeting" else set()
            counts[(one.date.year, kind)] += 1
    for year, _, _ in {(one.date.year, one.meeting, one.sequence) for one in vetoed}:
        counts[(year, "vetoed")] += 1
    kinds = ("resolution", "statement", "meeting", "draft", "vetoed")
    return tuple(
        YearCount(year, *(counts[(year, kind)] for kind in kinds)) for year in sorted({year for year, _ in counts})
    )
