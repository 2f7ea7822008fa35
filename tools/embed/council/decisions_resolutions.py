"""Resolutions: catalogue, yearly tables and printed texts (1946-1989) beside each other, one row a resolution."""

import csv
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from forestall.council.country_items import countries_of
from tools.embed.council.decisions_text import mended, number, record, size
from tools.embed.council.decisions_yearly import Meeting
from tools.embed.inputs import Inputs

CATALOGUE = "council/sc_resolutions_1_2722.csv"
TEXTS = "council/sc_resolution_texts_1946_1989.parquet"
TOPICS = "council/sc_resolution_topics.csv"
FACTS = Path(__file__).with_name("decisions_facts.csv")
_COLUMNS = (
    *("res_no", "symbol", "date_iso", "date_suspect", "tbl_date", "title", "description", "voting_yes", "voting_no"),
    *("voting_abstain", "adopted_unanimously", "tbl_yes", "tbl_no", "tbl_abstain", "related_symbol", "tbl_meeting"),
    *("tbl_agenda", "topics", "subjects", "url"),
)
_HEADING = re.compile(r"\bof\s+(\d{1,2}\s+[A-Z][a-z]+\s+\d{4})")
_ADOPTED = re.compile(r"Adopted\s+(unanimously\s+)?at\s+the\s+([\d\s,]+)(?:st|nd|rd|th|d)?\s*meeting(.*)", re.DOTALL)
_VOTES = re.compile(r"by\s+(\d+)\s+votes?\s+to\s+(none|\d+)(?:\s*\([^)]*\))?(?:[\s,\d]*with\s+(\d+)\s+abstention)?")
Figures = tuple[int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Differs:
    """Two files say different things of one symbol; `taken` and `why` say what stands in the table."""

    symbol: str
    field: str
    first: str
    second: str
    taken: str
    why: str


@dataclass(frozen=True, slots=True)
class Printed:
    """What a printed resolution says of itself: day, meeting, votes; None where its lines could not be read."""

    day: date | None
    meeting: int | None
    adoption: str | None
    votes: Figures | None


def printed(text: str) -> Printed:
    """Read the heading and the closing line of a resolution as the yearly volumes print it."""
    heading = _HEADING.search(text[:160])
    day = datetime.strptime(" ".join(heading[1].split()), "%d %B %Y").date() if heading else None
    tail = re.sub(r"meet-\s+ing", "meeting", text[-900:])
    found = next(iter(reversed(list(_ADOPTED.finditer(tail)))), None)
    if found is None:
        return Printed(day, None, None, None)
    meeting = int(re.sub(r"\D", "", found[2]))
    rest = " ".join(found[3].split())
    if found[1] or rest.lstrip(" ,").startswith("unanimously"):
        return Printed(day, meeting, "unanimous vote", None)
    if re.match(r"[\s,]*(without|by consensus)", rest) or "Adopted without vote" in rest:
        return Printed(day, meeting, "without a vote", None)
    if re.search(r"[Nn]o vote was\s+taken on the (text|draft resolution|resolution) as a whole", rest):
        return Printed(day, meeting, "in parts", None)
    votes = _VOTES.search(rest)
    if votes is None:
        return Printed(day, meeting, None, None)
    figures = int(votes[1]), 0 if votes[2] == "none" else int(votes[2]), int(votes[3] or 0)
    # A digit misread in print would make more votes than members.
    return Printed(day, meeting, "vote", figures if day and sum(figures) <= size(day) else None)


def build(inputs: Inputs, meetings: list[Meeting]) -> tuple[list[dict[str, Any]], list[Differs]]:
    """Rows of council_resolutions by number, and what the files disagree on."""
    with FACTS.open(encoding="utf-8", newline="") as handle:
        facts = {(int(row["number"]), row["field"]): row["value"] for row in csv.DictReader(handle)}
    texts = {int(n): printed(text) for n, text in inputs.parquet(TEXTS, ("res_no", "text")).rows()}
    held: dict[str | None, Meeting] = {meeting.record: meeting for meeting in reversed(meetings) if meeting.record}
    decided = _outcomes(meetings)
    lists = pl.read_csv(inputs.path(TOPICS), separator=";", infer_schema=False).select("Number", "Topic")
    topics = {int(n): topic for n, topic in lists.rows()}
    rows, differs = [], []
    for values in inputs.csv(CATALOGUE, _COLUMNS).rows():
        given = dict(zip(_COLUMNS, values, strict=True))
        n = int(given["res_no"])
        row, found = _row(given=given, text=texts.get(n), held=held, decided=decided, facts=facts, topic=topics.get(n))
        rows.append(row)
        differs += found
    numbers = [row["number"] for row in rows]
    if numbers != list(range(1, len(rows) + 1)):
        raise ValueError("resolutions are not numbered without a gap")
    return rows, differs


def _outcomes(meetings: list[Meeting]) -> dict[int, tuple[Meeting, str]]:
    """The meeting of each resolution by the yearly tables and what is said of its vote; the earliest of two."""
    found: dict[int, tuple[Meeting, str]] = {}
    for meeting in meetings:
        for match in re.finditer(r"S/RES/(\d+)\s*\((\d{4}) ?\)((?:(?!S/RES|S/PRST|Draft).)*)", meeting.outcome or ""):
            if int(match[2]) == meeting.year:
                found[int(match[1])] = (meeting, match[3].strip().casefold())
    return found


def _row(
    *,
    given: dict[str, Any],
    text: Printed | None,
    held: dict[str | None, Meeting],
    decided: dict[int, tuple[Meeting, str]],
    facts: dict[tuple[int, str], str],
    topic: str | None,
) -> tuple[dict[str, Any], list[Differs]]:
    n = int(given["res_no"])
    year = int(given["symbol"].split("(")[1].strip(" )"))
    symbol = f"S/RES/{n} ({year})"
    differs: list[Differs] = []

    def differ(field: str, a: object, b: object, taken: object, why: str) -> None:
        differs.append(Differs(symbol, field, str(a), str(b), str(taken), why))

    text = _trusted(given, text, differ)
    meeting = _meeting(given, text, facts.get((n, "meeting")), differ)
    day, source = _day(
        given=given, text=text, meeting=held.get(meeting), fact=facts.get((n, "date")), year=year, differ=differ
    )
    misplaced = (n, "table_row") in facts  # the yearly table lists another resolution under this number
    votes, adoption, votes_source = _votes(given, text, decided.get(n), misplaced, differ)
    agenda = mended(given["tbl_agenda"])
    at = held.get(meeting)
    if (misplaced or agenda is None) and at is not None:
        agenda = at.agenda_item
    agenda = agenda or mended(topic)
    title, subjects, subject = (mended(given[key]) for key in ("description", "topics", "subjects"))
    total = None if None in votes else sum(v for v in votes if v is not None)
    if total is not None and total > size(day):
        raise ValueError(f"{symbol}: {votes} are more votes than the Council had members")
    row: dict[str, Any] = {
        "symbol": symbol,
        "number": n,
        "date": day,
        "date_source": source,
        "agenda_item": agenda,
        "title": title,
        "subjects": subjects,
        "agenda_subject": subject,
        "yes": votes[0],
        "no": votes[1],
        "abstain": votes[2],
        "not_voting": None if total is None else size(day) - total,
        "adoption": adoption,
        "votes_source": votes_source,
        "meeting": meeting,
        "countries": " ".join(countries_of(day, title=title, agenda_item=agenda, subjects=subjects, subject=subject)),
        "organ": "Security Council",
        "link": given["url"].replace("http://", "https://"),
    }
    return row, differs


def _trusted(given: dict[str, Any], text: Printed | None, differ: Any) -> Printed | None:
    """The printed text, unless both its day and its meeting are others: then it is the text of another resolution."""
    lists = (number(given["tbl_meeting"]), number(given["related_symbol"]))
    if (
        text
        and text.day
        and text.meeting
        and text.meeting not in lists
        and given["tbl_date"] not in (None, str(text.day))
    ):
        differ(
            "text",
            f"text of {text.day}, meeting {text.meeting}",
            f"lists {given['tbl_date']}, {lists[0]}",
            "lists",
            "the text held is another resolution's",
        )
        return None
    return text


def _meeting(given: dict[str, Any], text: Printed | None, fact: str | None, differ: Any) -> str | None:
    table, catalogue = record(given["tbl_meeting"]), record(given["related_symbol"])
    if fact:
        differ("meeting", f"yearly table {table}", f"catalogue {catalogue}", fact, "the resolution's own symbol")
        return fact
    if text and text.meeting and text.meeting not in (number(table), number(catalogue)):
        differ(
            "meeting", f"text {text.meeting}", f"table {table}, catalogue {catalogue}", catalogue, "both lists agree"
        )
    if table and catalogue and number(table) != number(catalogue):
        differ("meeting", f"yearly table {table}", f"catalogue {catalogue}", table, "catalogue's number is mistyped")
    return table or catalogue


def _day(
    *, given: dict[str, Any], text: Printed | None, meeting: Meeting | None, fact: str | None, year: int, differ: Any
) -> tuple[date, str]:
    table = date.fromisoformat(given["tbl_date"]) if given["tbl_date"] else None
    catalogue = date.fromisoformat(given["date_iso"])
    printed_day = text.day if text else None
    if fact:
        taken, source = date.fromisoformat(fact), "the resolution's own heading"
    elif printed_day and printed_day != table == catalogue:
        taken, source = catalogue, "yearly table"
        differ(
            "date",
            f"printed text {printed_day}",
            "yearly table and catalogue",
            taken,
            "two against one: a digit misread in print",
        )
    elif printed_day:
        taken, source = printed_day, "printed text"
    elif table:
        taken, source = table, "yearly table"
    elif meeting and meeting.last and meeting.last.year == year:
        taken, source = meeting.last, "yearly table"
    elif given["date_suspect"] == "False":
        taken, source = catalogue, "catalogue"
    else:
        raise ValueError(f"no date for resolution {given['res_no']}")
    if taken.year != year:
        raise ValueError(f"resolution {given['res_no']} of {year} is dated {taken}")
    if table and table != taken:
        differ("date", f"yearly table {table}", source, taken, "a night sitting, or a misprint in the table")
    if catalogue != taken:
        suspect = " (flagged)" if given["date_suspect"] == "True" else ""
        differ(
            "date",
            f"catalogue {catalogue}{suspect}",
            source,
            taken,
            "catalogue dates are not trusted where others differ",
        )
    return taken, source


def _whole(*values: str | None) -> Figures:
    figures = [None if value is None or not value.replace(".", "").isdigit() else int(float(value)) for value in values]
    return figures[0], figures[1], figures[2]


def _votes(
    given: dict[str, Any], text: Printed | None, decided: tuple[Meeting, str] | None, misplaced: bool, differ: Any
) -> tuple[Figures, str | None, str | None]:
    table = (None, None, None) if misplaced else _whole(given["tbl_yes"], given["tbl_no"], given["tbl_abstain"])
    catalogue = _whole(given["voting_yes"], given["voting_no"], given["voting_abstain"])
    said = "" if decided is None or misplaced else decided[1]
    if None in table and (found := re.match(r"(\d+)-(\d+)-(\d+)", said)):
        table = int(found[1]), int(found[2]), int(found[3])
    told = text.votes if text else None
    known = [
        (figures, name)
        for figures, name in ((told, "printed text"), (table, "yearly table"), (catalogue, "catalogue"))
        if figures and None not in figures
    ]
    if (text and text.adoption == "unanimous vote") or (not known and given["adopted_unanimously"] == "True"):
        figures = next((f for f, name in known if name == "yearly table" and f[1:] == (0, 0)), (None, None, None))
        for other, name in known:
            if other[1] or other[2]:
                differ(
                    "votes", f"{name} {_dashes(other)}", "printed text: unanimously", "unanimous", "the printed record"
                )
        return figures, "unanimous vote", "printed text" if text and text.adoption else "catalogue"
    if text and text.adoption == "in parts":
        for other, name in known:
            differ(
                "votes", f"{name} {_dashes(other)}", "printed text: no vote on the whole", "null", "the printed record"
            )
        return (None, None, None), "vote in parts", "printed text"
    if known:
        # A figure that leaves members out is less likely read whole than one that counts them all.
        figures, source = max(known, key=lambda one: sum(v or 0 for v in one[0]))
        for other, name in known:
            if other != figures:
                differ(
                    "votes",
                    f"{name} {_dashes(other)}",
                    f"{source} {_dashes(figures)}",
                    _dashes(figures),
                    "the figure that counts most members; at a tie print, table, catalogue",
                )
        unanimous = figures[0] == (11 if int(given["res_no"]) <= 218 else 15)
        return figures, "unanimous vote" if unanimous else "vote", source
    if (text and text.adoption == "without a vote") or re.match(r"without|adopted by consensus", said):
        return (None, None, None), "without a vote", "printed text" if text and text.adoption else "yearly table"
    if said.startswith("adopted unanimously"):
        return (None, None, None), "unanimous vote", "yearly table"
    return (None, None, None), None, None


def _dashes(figures: Figures) -> str:
    return "-".join(str(figure) for figure in figures)
