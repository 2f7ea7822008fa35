"""Presidential statements: the catalogue's symbols, dated by the yearly tables. Meetings, with what they decided."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from forestall.council.country_items import countries_of
from tools.embed.council.decisions_resolutions import Differs
from tools.embed.council.decisions_text import link, mended, number
from tools.embed.council.decisions_yearly import Meeting
from tools.embed.inputs import Inputs

CATALOGUE = "council/sc_statements_notes_decisions.csv"
_ITEM = re.compile(r"item entitled:? (.+)$|on the item entitled (.+)$")
_DAY = re.compile(r"(\d{1,2}) (Jan|Feb|Mar|Apr|May|June|July|Aug|Sept|Oct|Nov|Dec)[a-z]*\.? (\d{4})")
_MEETING = re.compile(r"at the (\d+)(?:st|nd|rd|th) meeting")
_DECIDED = re.compile(r"S/RES/\d+ \(\d{4}\)|S/PRST/\d+/\d+|(?<![A-Z])S/\d+(?:/\d+)?(?:/Rev\.\d+)?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")


def rows(inputs: Inputs, decided: dict[str, Meeting]) -> tuple[list[dict[str, Any]], list[Differs], dict[str, int]]:
    """Rows of council_statements, where the files differ, and counts of what was left out or agreed.

    The catalogue's descriptions are shifted in other series; in S/PRST/ they were checked against the tables.
    """
    found: dict[str, dict[str, Any]] = {}
    counts = {"agree on meeting": 0, "differ on meeting": 0, "other series": 0}
    for symbol, title, description, url in inputs.csv(CATALOGUE, ("symbol", "title", "description", "url")).rows():
        if re.fullmatch(r"S/PRST/\d{4}/\d+", symbol):
            told = mended(description) or ""
            meeting = decided.get(symbol)
            named = _MEETING.search(told)
            if meeting and named:
                same = number(meeting.record) == int(named[1])
                counts["agree on meeting" if same else "differ on meeting"] += 1
            found[symbol] = _row(symbol, told, meeting, url)
        elif symbol in decided:
            found[symbol] = _row(symbol, None, decided[symbol], url)
        elif title == "Note" and re.fullmatch(r"S/\d+", symbol):
            found[symbol] = _row(symbol, None, None, url)
        else:
            counts["other series"] += 1
    for symbol, meeting in decided.items():
        if symbol not in found:
            found[symbol] = _row(symbol, None, meeting, None)
    made = sorted(found.values(), key=lambda row: (row["known_by"], row["symbol"]))
    return made, [differing for row in made if (differing := _misplaced(row))], counts


def _misplaced(row: dict[str, Any]) -> Differs | None:
    """Take away a title that names other countries than the agenda item of the yearly table."""
    title, agenda = row["title"], row["agenda_item"]
    if not title or row["meeting"] is None:
        return None
    item, named = (set(countries_of(row["known_by"], **{key: row[key]})) for key in ("agenda_item", "title"))
    if not item or not named or item & named:
        return None
    row["title"], row["countries"] = None, " ".join(sorted(item))
    said = f"catalogue: {title[:60]}"
    return Differs(
        row["symbol"], "title", said, f"yearly table: {agenda}", str(agenda), "the catalogue's title is another's"
    )


def _row(symbol: str, told: str | None, meeting: Meeting | None, url: str | None) -> dict[str, Any]:
    series = symbol.startswith("S/PRST/")
    year = int(symbol.split("/")[2]) if series else None
    on = meeting.last if meeting else _told_day(told, year)
    # Without a date: the last day on which a symbol of its series can have been issued.
    known_by = on or (date(year, 12, 31) if year else date(1993, 12, 31))
    item = _ITEM.search(told or "")
    title = (item[1] or item[2]) if item else told
    agenda = meeting.agenda_item if meeting else title
    return {
        "symbol": symbol,
        "date": on,
        "known_by": known_by,
        "agenda_item": agenda,
        "title": title,
        "meeting": meeting.record if meeting else None,
        "countries": " ".join(countries_of(known_by, title=title, agenda_item=agenda)),
        "organ": "Security Council, President",
        "link": (url or link(symbol)).replace("http://", "https://"),
        "source": "catalogue; yearly table" if meeting and url else "yearly table" if meeting else "catalogue",
    }


def _told_day(told: str | None, year: int | None) -> date | None:
    found = _DAY.search(told or "")
    if found is None or int(found[3]) != year or "made on behalf" not in (told or ""):
        return None
    return date(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]))


def meeting_rows(
    meetings: Sequence[Meeting],
    resolutions: Sequence[dict[str, Any]],
    statements: Sequence[dict[str, Any]],
    vetoes: Sequence[dict[str, Any]],
) -> list[dict[str, Any]]:
    """Rows of council_meetings: the yearly tables, and meetings that only a resolution or a veto shows."""
    found = [
        _meeting(
            one.record,
            one.last,
            one.agenda_item,
            one.outcome,
            form=one.form,
            press=one.press_release,
            source="yearly table",
        )
        for one in meetings
    ]
    held = {number(one.record) for one in meetings}
    end = max(one.last for one in meetings if one.last)
    extra: dict[tuple[str, str | None], dict[str, Any]] = {}
    for row in [*resolutions, *vetoes]:
        symbol = row["meeting"]
        if symbol and number(symbol) not in held and row["date"] <= end:
            outcome = row.get("symbol") or f"draft {row['draft']} vetoed"
            key = (symbol, row["agenda_item"])
            source = "resolution" if "symbol" in row else "veto list"
            extra.setdefault(key, _meeting(symbol, row["date"], row["agenda_item"], outcome, source=source))
    rows = [*found, *extra.values()]
    concerned = {
        row.get("symbol") or row["draft"]: row["countries"].split() for row in [*resolutions, *statements, *vetoes]
    }
    for row in rows:
        # "The situation in the Middle East" names nobody, what was decided under it may.
        named = {code for symbol in _DECIDED.findall(row["decided"] or "") for code in concerned.get(symbol, ())}
        row["countries"] = " ".join(sorted({*row["countries"].split(), *named}))
    return sorted(
        rows,
        key=lambda row: (
            row["date"],
            row["number"] or 0,
            row["symbol"] or "",
            row["agenda_item"] or "",
            row["decided"] or "",
        ),
    )


def _meeting(
    symbol: str | None, on: date | None, agenda: str | None, decided: str | None, **more: Any
) -> dict[str, Any]:
    if on is None:
        raise ValueError(f"meeting {symbol}: no date")
    return {
        "symbol": symbol,
        "number": number(symbol),
        "date": on,
        "agenda_item": agenda,
        "decided": decided,
        "form": more.get("form"),
        "press_release": more.get("press"),
        "countries": " ".join(countries_of(on, agenda_item=agenda)),
        "organ": "Security Council",
        "link": link(symbol) if symbol else None,
        "source": more["source"],
    }
