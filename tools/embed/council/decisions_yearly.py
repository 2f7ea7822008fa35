"""The yearly tables of meetings: one row a meeting and agenda item, and the votes that their outcomes tell of."""

import re
from dataclasses import dataclass
from datetime import date

from tools.embed.council.decisions_text import days, draft, members, mended, record
from tools.embed.inputs import Inputs

MEETINGS = "council/sc_meetings_1946_2022.csv"
_VOTED = re.compile(
    r"(?<![A-Z])(S/(?:PV\.\d+|\d+(?:/\d+)?)(?:/Rev\.\d+)?)(?P<rest>(?:(?!S/RES|S/PRST|vetoed|not adopted).)*?)"
    r"(?P<what>vetoed by|(?:was )?not adopted)(?P<who>(?:(?!Draft|S/)[^\d])*)(?P<votes>\d+-\d+-\d+)?"
)
_PRST = re.compile(r"(S/PRST/\d{4}/\d+|S/\d+(?= ?\(PRST\)))")


@dataclass(frozen=True, slots=True)
class Meeting:
    """An agenda item at a meeting: record None for decisions by letter in 2020, dates None if the table gives none."""

    record: str | None
    first: date | None
    last: date | None
    agenda_item: str | None
    outcome: str | None
    form: str
    press_release: str | None
    year: int


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote on a draft that was not adopted, as an outcome of a yearly table tells it."""

    draft: str
    written: str
    record: str | None
    on: date | None
    agenda_item: str | None
    vetoed_by: tuple[str, ...]
    yes: int | None
    no: int | None
    abstain: int | None


def read(inputs: Inputs) -> list[Meeting]:
    """The rows of the yearly tables, in the order of the file.

    A row without a record is a further agenda item of the meeting in the row above it.
    """
    names = ("year", "meeting_record", "date", "press_release", "topic", "outcome")
    found: list[Meeting] = []
    for year, written, day, press, topic, outcome in inputs.csv(MEETINGS, names).rows():
        above = found[-1] if found else None
        if written is None and above is not None:
            first, last, symbol, form = above.first, above.last, above.record, above.form
        else:
            span = days(day, int(year))
            first, last = span or (None, None)
            symbol, form = record(written), _form(written)
        meeting = Meeting(
            symbol,
            first,
            last,
            mended(topic),
            None if outcome in (None, "--") else mended(outcome),
            form,
            None if press in (None, "--", "None issued") else press,
            int(year),
        )
        if meeting not in found[-3:]:  # two rows stand twice
            found.append(meeting)
    return found


def _form(written: str | None) -> str:
    if written is None or written == "--":
        return "decision by letter"  # S/2020/253: while no meetings were held in 2020
    return "closed" if re.search("closed|privada", written) else "open"


def failed(meetings: list[Meeting]) -> list[Vote]:
    """Votes on drafts that were vetoed or not adopted."""
    found = []
    for meeting in meetings:
        for match in _VOTED.finditer(meeting.outcome or ""):
            drafts = [match[1], *re.findall(r"(?<=& )S/\d+|(?<=and )S/\d+(?!/)", match["rest"])]
            votes = [int(part) for part in match["votes"].split("-")] if match["votes"] else [None] * 3
            who = re.sub(r"^the ", "", match["who"].strip()) if "vetoed" in match["what"] else ""
            for one in drafts:
                # Two drafts under one figure: the figure is of the first.
                figures = votes if one == drafts[0] else [None] * 3
                found.append(
                    Vote(
                        draft(one),
                        one,
                        meeting.record,
                        meeting.last,
                        meeting.agenda_item,
                        members(who) if who else (),
                        *figures,
                    )
                )
    return found


def statements(meetings: list[Meeting]) -> dict[str, Meeting]:
    """The meeting at which each presidential statement was made, by symbol."""
    found: dict[str, Meeting] = {}
    for meeting in meetings:
        for symbol in _PRST.findall(meeting.outcome or ""):
            found.setdefault(symbol, meeting)
    return found
