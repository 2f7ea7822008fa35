"""Symbols, dates and spellings of the Council's catalogues and yearly tables, read into one form."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache

_RECORD = re.compile(r"S/PV\.\s*(\d+)")
_RESUMED = re.compile(r"\(?\s*Resumption\s*(\d+|I)?\s*\)?", re.IGNORECASE)
_PART = re.compile(r"\(Part\s*(I+)\)")
_DRAFT = re.compile(r"S/(?:PV\.\d+|\d+(?:/\d+)?)(?:/(?:Rev|Corr|Add)\.\d+)*")
_RANGE = re.compile(r"^(\d{1,2})\s*[-/+]\s*(\d{1,2})\s+")
MEMBERS = {
    "ussr": "RUS",
    "russian federation": "RUS",
    "russia": "RUS",
    "uk": "GBR",
    "united kingdom": "GBR",
    "usa": "USA",
    "united states": "USA",
    "france": "FRA",
    "china": "CHN",
}


@cache
def mended(text: str | None) -> str | None:
    """A text whose UTF-8 was once read as Windows-1252, put right; with single spaces. None stays None."""
    if text is None:
        return None
    if "Ã" in text or "â€" in text:
        raw = bytearray()
        for letter in text:
            try:
                raw += letter.encode("cp1252")
            except UnicodeEncodeError:
                # C1 controls stand where Windows-1252 has no letter.
                raw += letter.encode("latin-1", "ignore")
        text = raw.decode("utf-8", "replace").replace("\ufffd", "")
    return " ".join(text.split()) or None


def record(text: str | None) -> str | None:
    """A meeting record in one spelling: `S/PV.3842`, `S/PV.4077 (Resumption 1)`; None if the text names none."""
    found = _RECORD.search(text or "")
    if found is None or text is None:
        return None
    symbol = f"S/PV.{int(found[1])}"
    resumed = _RESUMED.search(text)
    part = _PART.search(text)
    if resumed:
        return f"{symbol} (Resumption {(resumed[1] or '1').replace('I', '1')})"
    return f"{symbol} (Part {part[1]})" if part and text.count("(Part") == 1 else symbol


def number(symbol: str | None) -> int | None:
    """Number of a meeting record: 3842 of `S/PV.3842`."""
    found = _RECORD.search(symbol or "")
    return int(found[1]) if found else None


def draft(text: str) -> str:
    """The symbol a draft is listed under, without `(as amended)` and what else is written around it."""
    found = _DRAFT.search(text)
    if found is None:
        raise ValueError(f"no draft symbol in {text!r}")
    return found[0].removesuffix("/Corr.1")


def days(text: str | None, year: int | None = None) -> tuple[date, date] | None:
    """First and last day of `7 July`, `22/23 November`, `7-9 January 1980`, `2 Sep.`; None if there is no date.

    year: for texts without one. Raises ValueError for a text that is no date.
    """
    if not text:
        return None
    span = _RANGE.match(text)
    rest = _RANGE.sub("", text) if span else text.split(maxsplit=1)[1]
    first, last = (span[1], span[2]) if span else (text.split()[0],) * 2
    words = rest.replace("Sep.", "September").split()
    written = int(words[1]) if len(words) > 1 else year
    if written is None:
        raise ValueError(f"no year in {text!r}")
    written += 1900 if written < 100 else 0
    month = datetime.strptime(words[0], "%B").month
    return date(written, month, int(first)), date(written, month, int(last))


def link(symbol: str) -> str:
    """Where the official record of a symbol is."""
    return "https://docs.un.org/" + symbol.partition(" (")[0]


def members(text: str) -> tuple[str, ...]:
    """Codes of the permanent members that a list names; raises ValueError for a name we do not know."""
    found = []
    for part in re.split(r"[;,]| and ", text):
        name = part.replace("the ", "").strip().casefold()
        if name:
            if name not in MEMBERS:
                raise ValueError(f"{part!r} is no permanent member")
            found.append(MEMBERS[name])
    return tuple(sorted(set(found)))


def member_name(iso3: str, on: date) -> str:
    """The name a permanent member had in the Council on a day."""
    names: Mapping[str, str] = {
        "RUS": "Union of Soviet Socialist Republics" if on < date(1991, 12, 24) else "Russian Federation",
        "GBR": "United Kingdom",
        "USA": "United States",
        "FRA": "France",
        "CHN": "China",
    }
    return names[iso3]


def size(on: date) -> int:
    """Members of the Council on a day: 11, and 15 since the seats added to Article 23 were filled in 1966."""
    return 11 if on.year < 1966 else 15
