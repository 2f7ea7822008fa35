"""The items as an iCalendar file (RFC 5545), which calendars of every maker read."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event

from forestall.council.due.items import Due

NOTICE = timedelta(days=30)
"""How long before a mandate's end its alarm goes off."""


def calendar_bytes(dated: Iterable[Due]) -> bytes:
    """An .ics file with one all-day event for each item, in order of days; the same items give the same bytes.

    DTSTAMP is the day of adoption at 00:00 UTC: nothing here depends on the clock. A mandate's end has an alarm 30 days
    before. The description holds the quote, how the day was found, the symbol and the confidence.
    """
    made = Calendar()
    made.add("prodid", "-//forestall//council due//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", "Security Council: what falls due")
    for item in sorted(dated, key=lambda one: (one.due, one.uid)):
        made.add_component(_event(item))
    return bytes(made.to_ical())


def _event(item: Due) -> Event:
    event = Event()
    event.add("uid", item.uid)
    event.add("dtstamp", datetime.combine(item.adopted, time(), tzinfo=UTC))
    event.add("dtstart", item.due)
    event.add("dtend", item.due + timedelta(days=1))
    event.add("summary", plain(item.title))
    event.add("description", description(item))
    event.add("categories", [item.kind])
    event.add("transp", "TRANSPARENT")
    if item.kind == "mandate_end":
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", plain(f"In 30 days: {item.title}"))
        alarm.add("trigger", -NOTICE)
        event.add_component(alarm)
    return event


def description(item: Due) -> str:
    """What the event says below its title."""
    sure = "not given" if item.confidence is None else f"{item.confidence:.2f}"
    return "\n".join(
        (
            f"“{plain(item.quote)}”",
            f"{plain(item.symbol)}, adopted {item.adopted}",
            f"Day: {plain(item.basis)}",
            f"Confidence of the extraction: {sure}",
            "Found by a program in the text; check it against the official record.",
        )
    )


def plain(text: str) -> str:
    """One line without control characters or halves of characters, which a calendar file cannot hold."""
    kept = "".join(" " if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} else char for char in text)
    return re.sub(r" +", " ", kept).strip()
