"""Vetoes: the Library's list and the Lab's beside each other, and later vetoes that were looked up one by one."""

import csv
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from forestall.council.country_items import countries_of
from tools.embed.council.decisions_resolutions import Differs
from tools.embed.council.decisions_text import days, draft, link, member_name, members, mended, record
from tools.embed.inputs import Inputs

LIBRARY = "council/veto_list_dhl_1946_2022-05.csv"
LAB = "council/vetoes_1946_2022-09.csv"
LATER = Path(__file__).with_name("later_vetoes.csv")
LISTS = "Dag Hammarskjöld Library veto list"
TOPICS = {
    "Admission": "Admission of new Members",
    "Biological Warfare": "Bacterial warfare, allegations",
    "Bosnia": "Bosnia and Herzegovina",
    "Congo": "Congo (1960)",
    "Disarmament": "Regulation of armaments",
    "Falklands-Malvinas": "Falkland Islands (Malvinas)",
    "Greek Civil War": "Greek question",
    "Israel-Lebanon": "Lebanon",
    "Israel-Palestine": "Palestinian question",
    "Korean Airlines": "Korean airliner (1983)",
    "Korean War": "Korea (1950)",
    "Macedonia": "The former Yugoslav Republic of Macedonia",
    "Malasyia": "Malaysia and Indonesia",
    "North Korea": "Democratic People's Republic of Korea",
    "Rhodesia": "Southern Rhodesia",
    "Spain": "Spanish question",
    "Syria": "Syrian Arab Republic",
    "Terrorism": "Terrorist acts",
    "US-Libya": "Libya",
    "US-USSR": "USSR and United States",
}
"""Short names of the Lab in the words of the UN; the others are kept."""
_VOTED = {"S/13729": date(1980, 1, 7)}
"""The vote was on the first day of S/PV.2190; S/RES/462 (1980) followed at the resumed meeting of 9 January."""
_DRAFT_TYPED = {"S/PV.3038": "S/PV.303"}


@dataclass(frozen=True, slots=True)
class Vetoed:
    """A draft that was vetoed: `first` and `last` are the days of the sitting, `on` the day of the vote."""

    draft: str | None
    written: str | None
    on: date
    sitting: tuple[date, date]
    meeting: str | None
    agenda_item: str
    topic: str | None
    members: tuple[str, ...]
    source: str
    figures: tuple[int | None, int | None, int | None] = (None, None, None)


def read(inputs: Inputs) -> tuple[list[Vetoed], list[Differs]]:
    """All vetoed drafts by date, from both lists and the rows of `later_vetoes.csv`; and where the lists differ."""
    columns = ("date", "draft", "record", "agenda_item", "members_casting_negative_vote")
    library = [row for row in inputs.csv(LIBRARY, columns).rows() if "Prepared" not in row[0]][::-1]
    names = (
        "date",
        "draft",
        "meeting_record",
        "agenda_item",
        "crisis_topic",
        "member_veto1",
        "member_veto2",
        "member_veto3",
    )
    lab: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in inputs.csv(LAB, names).rows():
        typed = draft(row[1])
        lab[_DRAFT_TYPED.get(typed, typed)].append(row)
    found: list[Vetoed] = []
    differs = [
        Differs("S/PV.303", "draft", "World Politics Data Lab S/PV.3038", LISTS, "S/PV.303", "a mistyped digit"),
        Differs(
            "vetoes",
            "rows",
            "Library list, first row",
            "World Politics Data Lab",
            "left out",
            "the first row is a note",
        ),
    ]
    for row in library:
        symbol = draft(row[1])
        other = _same(lab[symbol], row[3])
        lab[symbol].remove(other)
        one, differing = _joined(symbol, row, other)
        found.append(one)
        differs += differing
    for rest in lab.values():
        for row in rest:
            day = datetime.strptime(row[0], "%m/%d/%Y").date()
            who = members(";".join(name for name in row[5:] if name))
            found.append(
                Vetoed(
                    draft(row[1]),
                    row[1],
                    day,
                    (day, day),
                    record(row[2]),
                    mended(row[3]) or "",
                    row[4],
                    who,
                    "World Politics Data Lab",
                )
            )
            differs.append(
                Differs(
                    row[1],
                    "row",
                    f"{LISTS} ends 2022-05",
                    "World Politics Data Lab has it",
                    "taken",
                    "later than the other list",
                )
            )
    return sorted(
        [*found, *_later()],
        key=lambda one: (one.on, meeting_number(one.meeting), found.index(one) if one in found else 0),
    ), differs


def meeting_number(meeting: str | None) -> int:
    """Number of a meeting record, 0 for none, for sorting."""
    return int("".join(filter(str.isdigit, (meeting or "0").split("(")[0].split(".")[-1])) or 0)


def _same(rows: list[tuple[Any, ...]], agenda: str) -> tuple[Any, ...]:
    """The row of the other list for the same vote: several drafts of one meeting share its symbol."""
    return next((row for row in rows if row[3] == agenda), rows[0])


def _joined(symbol: str, row: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Vetoed, list[Differs]]:
    day, written, meeting, agenda, who = row
    differs = []
    span = days(day)
    if span is None:
        raise ValueError(f"{symbol}: no date in {day!r}")
    on = datetime.strptime(other[0], "%m/%d/%Y").date()
    if symbol in _VOTED:
        differs.append(
            Differs(
                symbol,
                "date",
                f"Library {day}",
                f"World Politics Data Lab {on}",
                str(_VOTED[symbol]),
                "S/PV.2190: before the meeting resumed",
            )
        )
        on = _VOTED[symbol]
    elif not span[0] <= on <= span[1]:
        differs.append(
            Differs(
                symbol,
                "date",
                f"Library {day}",
                f"World Politics Data Lab {on}",
                str(span[0]),
                "outside the sitting; the yearly table has its first day",
            )
        )
        on = span[0]
    elif span[0] != span[1]:
        differs.append(
            Differs(
                symbol,
                "date",
                f"Library {day}",
                f"World Politics Data Lab {on}",
                str(on),
                "a night sitting: the day in the other list lies in it",
            )
        )
    named, others = members(who), members(";".join(name for name in other[5:] if name))
    if named != others:
        differs.append(
            Differs(
                symbol,
                "members",
                f"Library {' '.join(named)}",
                f"World Politics Data Lab {' '.join(others)}",
                " ".join(named),
                "the Library keeps the official list (A/58/47, annex III)",
            )
        )
    record_here, record_there = record(meeting), record(other[2])
    if record_here != record_there:
        differs.append(
            Differs(
                symbol,
                "meeting",
                f"Library {meeting}",
                f"World Politics Data Lab {other[2]}",
                str(record_here),
                "the Library's record",
            )
        )
    return (
        Vetoed(
            symbol,
            written,
            on,
            span,
            record_here,
            mended(agenda) or "",
            mended(other[4]),
            named,
            f"{LISTS}; World Politics Data Lab",
        ),
        differs,
    )


def _later() -> list[Vetoed]:
    with LATER.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    found = []
    for row in rows:
        on = date.fromisoformat(row["date"])
        figures = [int(row[name]) if row[name] else None for name in ("yes", "no", "abstain")]
        found.append(
            Vetoed(
                row["draft"] or None,
                row["draft"] or None,
                on,
                (on, on),
                row["meeting"],
                row["agenda_item"],
                row["topic"],
                tuple(sorted(row["members"].split())),
                row["source"],
                (figures[0], figures[1], figures[2]),
            )
        )
    return found


def veto_rows(vetoed: Sequence[Vetoed]) -> list[dict[str, Any]]:
    """Rows of council_vetoes: one a draft and member; `sequence` counts the vetoed drafts of a meeting."""
    rows = []
    count: Counter[tuple[date, str | None]] = Counter()
    for one in vetoed:
        count[(one.on, one.meeting)] += 1
        concerned = " ".join(countries_of(one.on, title=one.topic, agenda_item=one.agenda_item))
        rows += [
            {
                "date": one.on,
                "draft": one.draft,
                "sequence": count[(one.on, one.meeting)],
                "member": member,
                "member_name": member_name(member, one.on),
                "agenda_item": one.agenda_item,
                "topic": TOPICS.get(one.topic or "", one.topic),
                "meeting": one.meeting,
                "countries": concerned,
                "link": link(one.draft or one.meeting or ""),
                "source": one.source,
                "note": None
                if one.sitting[0] == one.sitting[1]
                else f"sitting of {one.sitting[0]} to {one.sitting[1]}",
            }
            for member in one.members
        ]
    return rows
