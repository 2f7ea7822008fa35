"""Dates, durations and the phrases that hold them: "until 31 July", "within ninety days of", "every six months"."""

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

ONES = (
    "one two three four five six seven eight nine ten eleven twelve"
    " thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
VALUE = {word: k + 1 for k, word in enumerate(ONES.split())} | {
    word: 10 * k + 20 for k, word in enumerate(TENS.split())
}
VALUE |= {"a": 1, "an": 1, "hundred": 100}
MONTHS = {name.lower(): k for k, name in enumerate(calendar.month_name) if name}
_ONE = "(?:" + "|".join(sorted(ONES.split(), key=len, reverse=True)) + ")"
_TEN = "(?:" + "|".join(TENS.split()) + ")"
NUMBER = (
    rf"(?:\d{{1,3}}|(?:one|a) hundred(?: and)?(?: {_TEN}(?:[- ]{_ONE})?| {_ONE})?|{_TEN}(?:[- ]{_ONE})?|{_ONE}|an?)"
)
UNIT = r"(?:hour|day|week|fortnight|month|year)s?"
DURATION = (
    rf"{NUMBER}(?: ?\(\d{{1,3}}\))?[- ](?:calendar |consecutive |full |more |further |additional )?{UNIT}\b"
    rf"(?:(?: and|,) {NUMBER}[- ]{UNIT}\b)?"
)
MONTH = rf"(?:(?:{'|'.join(MONTHS)})\b|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
DATE = (
    rf"(?:(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: day)?(?: of)? {MONTH}(?:,? \d{{4}}\b)?"
    rf"|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}}\b)?)"
)
COARSE = (
    rf"(?:(?:the )?(?:end|middle|beginning) of (?:{MONTH} )?\d{{4}}"
    rf"|(?:the )?end of {MONTH}|(?:mid-|early |late |end )?{MONTH},? \d{{4}})"
)
ANYDATE = rf"(?:{DATE}|{COARSE})"
_HOURS = r"(?:(?:\d{3,4} hours|midnight)[^;.]{0,40}?,? (?:on|of) )?"
ADOPTION = re.compile(
    r"(?:the |its |this )?(?:date of )?(?:the |its |this"
    r" )?(?:today|now|adoption|passage|passing|present resolution|resolution"
    r"|adopting|(?:mandate )?renewal|extension|(?<=this )date)\b(?! on which| when| that| specified| set)"
)
ADVERBS = {
    "annually": "P1Y",
    "yearly": "P1Y",
    "annual": "P1Y",
    "once a year": "P1Y",
    "quarterly": "P3M",
    "monthly": "P1M",
    "weekly": "P1W",
    "fortnightly": "P2W",
    "bimonthly": "P2M",
    "bi-monthly": "P2M",
    "semiannually": "P6M",
    "daily": "P1D",
    "semi-annually": "P6M",
    "biannually": "P6M",
    "bi-annually": "P6M",
    "semiannual": "P6M",
    "semi-annual": "P6M",
    "biannual": "P6M",
    "bi-annual": "P6M",
    "half-yearly": "P6M",
    "six-monthly": "P6M",
    "three-monthly": "P3M",
    "biennially": "P2Y",
    "biennial": "P2Y",
    "trimestrial": "P3M",
    "two-monthly": "P2M",
    "year": "P1Y",
    "month": "P1M",
    "quarter": "P3M",
    "week": "P1W",
    "day": "P1D",
}
_ADVERB = "(?:" + "|".join(sorted((w for w in ADVERBS if w.endswith(("ly", "al"))), key=len, reverse=True)) + ")"
_DOCUMENT = r"(?:reports?|updates?|briefings?|reporting|assessments?|oral|written|letters?)\b"
_ADJECTIVES = (
    r"(?:(?:further|additional|initial|new|final|interim|renewed"
    r"|last|single|second|third|transitional|short|maximum|technical"
    r"|non-renewable|another|limited|temporary|specific|exceptional|period of|period|not exceeding|not to exceed|up to"
    r"|of|no more than|no longer than|more|exactly|at least),? ){0,7}"
)
_END = (
    r"(?:(?:the|its|their|his|this|that)? ?(?:current |present |new "
    r"|said |initial )?(?:end|expiry|expiration|conclusion|termination|close)"
    r" of [^;.]{0,70}?(?:mandates?|period|extension|term|authorizations?|measures?)\b"
    r"|(?:the|its|their|this|that|[A-Z][\w-]{2,12}'s) (?:current |present )?(?:mandate"
    r"|authorization|period)(?:'s)? (?:expires|ends|expir\w+)|(?:its|their|the) (?:expiration|expiry)\b)"
)
PATTERNS = {
    "lead": re.compile(rf"\b(?P<lead>{DURATION}) (?:before|prior to|in advance of|ahead of|preceding) {_END}", re.I),
    "end": re.compile(rf"\b(?:a[tl]|by|before|prior to|upon|on|towards) {_END}", re.I),
    "within": re.compile(
        rf"\b(?P<prep>within|in|(?:no|not) (?:later|more) than|after)(?: an?| the)?(?: (?:maximum|period"
        rf"|next|first|further|coming|following|time|initial)(?: of)?){{0,3}} (?:(?P<also>{NUMBER}) and )?"
        rf"(?P<dur>{DURATION})(?:'s?)?(?: time)?(?=(?:,? (?:from|after"
        rf"|following|of|starting from) (?P<anchor>[^;,.]{{3,60}}))?)",
        re.I,
    ),
    "period": re.compile(
        rf"\b(?:(?:for|limited to|over|of) (?:an?|the|its|this|another"
        rf"|one)? ?{_ADJECTIVES}(?P<dur>{DURATION})(?: (?:period|extension))?"
        rf"|\b(?:an?|another|further) (?:further |additional |final"
        rf" )?(?P<dur2>{DURATION}) (?:period|extension|renewal))"
        rf"(?=(?:,? (?:starting |beginning |commencing |effective |as"
        rf" )?(?:from|after|following|of|on) (?P<anchor>[^;,.]{{3,60}}))?)",
        re.I,
    ),
    "until": re.compile(
        rf"\b(?:until|till|through|(?<!subsequent )(?<!prior )to|untill|ending(?:"
        rf" on)?|end(?:s)? on|expir(?:e|es|ing)(?: on)?|terminat(?:e|es|ing)(?: on)?"
        rf"|conclud(?:e|ing)(?: on)?|up to(?: and including)?|cease"
        rf" (?:operations )?on)[ ,]{{1,2}}{_HOURS}(?P<date>{ANYDATE})",
        re.I,
    ),
    "as_of": re.compile(rf"\b(?:as (?:of|from)|with effect (?:from|on)|effective) (?P<date>{DATE})", re.I),
    "by": re.compile(
        rf"\b(?:by no later than|by|before|prior to|(?:no|not) later than(?: by| on)?"
        rf"|on or before|not after|due (?:on|by)|latest by) {_HOURS}(?P<date>{ANYDATE})"
        rf"(?: at the latest)?",
        re.I,
    ),
    "every": re.compile(
        rf"\b(?:(?:every|each) (?P<other>other )?(?:(?P<dur>{DURATION})|(?P<unit>month|year|quarter|week|day)\b)"
        rf"|at (?:least )?(?:regular )?(?:(?P<dur3>{DURATION})|(?P<adv3>{_ADVERB}))[' -]{{0,2}}intervals"
        rf"|at intervals of (?:no more than |not more than |not exceeding |at least )?(?P<dur4>{DURATION})"
        rf"|on an? (?:at least )?(?:(?P<adv5>{_ADVERB})|(?P<dur5>{DURATION})) basis"
        rf"|(?P<times>once|twice|one time|two times|three times|four"
        rf" times) (?:a|per|each|every) (?P<per>year|month|quarter|week)"
        rf"|(?P<adv6>{_ADVERB}),? (?:and )?(?:(?:comprehensive|regular|periodic"
        rf"|written|oral|progress|public|interim|joint|detailed|factual) ){{0,3}}{_DOCUMENT}"
        rf"|(?P<dur7>\d{{2,3}}[- ]days?|{_ONE}[- ]months?|{_TEN}[- ]days?) (?:(?:comprehensive"
        rf"|regular|periodic|written|progress) ){{0,3}}(?:reports?|reporting|updates?)\b(?! period)"
        rf"|(?P<adv8>annually|yearly|quarterly|monthly|weekly|fortnightly"
        rf"|semi-?annually|bi-?annually|bi-?monthly|half-yearly|biennially)\b)",
        re.I,
    ),
    "after": re.compile(rf"\b(?P<dur>{DURATION})(?= (?:after|following|from|of) (?P<anchor>[^;,.]{{3,60}}))", re.I),
    "within_date": re.compile(rf"\bon (?P<date>{DATE})", re.I),
}
MORE = re.compile(
    rf"(?:,? and(?: then| again)?|,) (?:by |on |no later than |not later than |before )?(?P<date>{DATE})", re.I
)
WORD = re.compile(r"[a-z]+|\d+", re.I)
PART = re.compile(
    rf"({NUMBER})(?: ?\(\d{{1,3}}\))?[- ](?:calendar |consecutive |full |more |further |additional )?({UNIT})", re.I
)


@dataclass(frozen=True)
class Time:
    """A phrase of time: its kind, where it stands, and the date or duration it holds.

    `anchored` is false for a delay that runs from an event whose date the text does not give.
    """

    kind: str
    start: int
    end: int
    day: date | None = None
    span: str | None = None
    anchored: bool = True
    origin: date | None = None
    prep: str = ""


def number(words: str) -> int | None:
    """The whole number that English words or digits name ("one hundred and twenty"), None if none."""
    total = 0
    for word in WORD.findall(words.lower()):
        if word.isdigit():
            return int(word)
        if word == "hundred":
            total = max(total, 1) * 100
        elif word in VALUE:
            total += VALUE[word]
    return total or None


def duration(words: str) -> str | None:
    """ISO 8601 of "seven months and twenty-two days" (P7M22D), "24 hours" (PT24H), "three weeks" (P3W); None
    if none.
    """
    parts: dict[str, int] = {}
    for amount, unit in PART.findall(words):
        count, key = number(amount), unit.lower()[0]
        if count is None:
            return None
        if key == "f":
            count, key = 2 * count, "w"
        parts[key] = parts.get(key, 0) + count
    if not parts:
        return None
    if "h" in parts:
        return f"PT{parts['h']}H"
    return "P" + "".join(f"{parts[key]}{key.upper()}" for key in "ymwd" if key in parts)


def after(day: date, span: str, sign: int = 1) -> date | None:
    """The day that lies an ISO 8601 duration after (or before) another, clipped to its month's end; None past
    year 9999.
    """
    parts = {key: int(count) for count, key in re.findall(r"(\d+)([YMWDH])", span)}
    months = day.year * 12 + day.month - 1 + sign * (12 * parts.get("Y", 0) + parts.get("M", 0))
    year, month = divmod(months, 12)
    if not 1 <= year <= 9998:
        return None
    moved = date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
    hours = parts.get("H", 0)
    return moved + sign * timedelta(days=7 * parts.get("W", 0) + parts.get("D", 0) + hours // 24)


def read_date(words: str, adopted: date) -> date | None:
    """The day that words name; without a year the next such day after adoption, None if there is no such day.

    "March 2025" and "the end of 2024" are their last days, "mid-March 2025" the 15th.
    """
    lowered = words.lower()
    year_found = re.search(r"\b(\d{4})\b", lowered)
    month_found = re.search(MONTH, lowered)
    day_found = re.search(r"\b(\d{1,2})(?:st|nd|rd|th)?\b", lowered)
    month = next(k for name, k in MONTHS.items() if name[:3] == month_found.group()[:3]) if month_found else 12
    years = [int(year_found.group(1))] if year_found else [adopted.year, adopted.year + 1]
    for year in years:
        if not 1900 <= year <= 2200:
            return None
        last = calendar.monthrange(year, month)[1]
        day = int(day_found.group(1)) if day_found else 15 if "mid" in lowered else last
        if not 1 <= day <= last:
            return None
        found = date(year, month, day)
        if year_found or found > adopted:
            return found
    return None


def _every(m: re.Match[str]) -> str | None:
    parts = m.groupdict()
    if parts["times"]:
        months = {"year": 12, "quarter": 3, "month": 1}.get(parts["per"].lower())
        count = {"once": 1, "one": 1, "twice": 2, "two": 2, "three": 3, "four": 4}[parts["times"].lower().split()[0]]
        if months is None or months % count:
            return {("month", 2): "P2W", ("week", 1): "P1W"}.get((parts["per"].lower(), count))
        return "P1Y" if months == 12 * count else f"P{months // count}M"
    for key in ("dur", "dur3", "dur4", "dur5", "dur7"):
        if parts[key]:
            words = parts[key] if number(parts[key]) else "one " + parts[key]
            span = duration(words)
            return f"P{2 * int(span[1:-1])}{span[-1]}" if span and parts["other"] else span
    word = next((parts[key] for key in ("adv3", "adv5", "adv6", "adv8", "unit") if parts[key]), "").lower()
    span = ADVERBS.get(word)
    return f"P{2 * int(span[1:-1])}{span[-1]}" if span and parts["other"] else span


def _one(kind: str, m: re.Match[str], adopted: date) -> Time | None:
    parts = m.groupdict()
    here = Time("within" if kind == "after" else "on" if kind == "within_date" else kind, m.start(), m.end())
    if kind == "lead":
        return replace(here, span=duration(parts["lead"]))
    if kind == "end":
        return here
    if kind == "every":
        return replace(here, span=_every(m))
    if parts.get("date"):
        return replace(here, day=read_date(parts["date"], adopted), end=m.end())
    words = parts.get("dur") or parts.get("dur2") or ""
    anchor = parts.get("anchor")
    end = m.end() if anchor is None else m.start("anchor")
    origin: date | None = None
    anchored = True
    if kind == "within" and re.match(r"within the (?!next|first|coming|following)", m.group(), re.I):
        anchored = False  # "within the three-month period" speaks of a period already named
    if anchor is not None:
        if found := re.match(rf"(?:the )?{DATE}", anchor, re.I):
            origin, end = read_date(found.group(), adopted), m.start("anchor") + found.end()
            anchored = origin is not None
        elif found := ADOPTION.match(anchor.lower()):
            end = m.start("anchor") + found.end()
            if tail := re.match(r" of (?:this|the present) resolution", anchor[found.end() :], re.I):
                end += tail.end()
        elif kind == "period":
            # "six months of preparation" has no anchor; "six months from its deployment" one whose date is not known.
            anchored = not re.match(
                r"(?:the |its |their )?(?:date|expir|end|deploy|arriv|entry|transfer|start|commence|appoint)",
                anchor,
                re.I,
            )
            end = m.end("dur") if parts.get("dur") else m.end("dur2")
        else:
            anchored = False
    return replace(
        here, end=end, span=duration(words), anchored=anchored, origin=origin, prep=(parts.get("prep") or "").lower()
    )


def find(text: str, start: int, end: int, adopted: date) -> list[Time]:
    """The phrases of time in text[start:end], in their order, none over another; where two compete, the pattern that
    stands first in PATTERNS wins. "15 March and 15 September" gives two.
    """
    taken: list[Time] = []
    for kind, pattern in PATTERNS.items():
        for m in pattern.finditer(text, start, end):
            one = _one(kind, m, adopted)
            if one is None or any(one.start < other.end and other.start < one.end for other in taken):
                continue
            if kind == "after" and not one.anchored:
                continue
            taken.append(one)
            if also := m.groupdict().get("also"):  # "within six and eleven months"
                unit = re.search(UNIT, m.group("dur"), re.I)
                taken.append(replace(one, span=duration(f"{also} {unit.group()}") if unit else None))
            last = one
            while (
                one.day is not None
                and kind in ("by", "within_date", "as_of", "until")
                and (n := MORE.match(text, last.end, end))
            ):
                last = replace(one, start=n.start("date"), end=n.end(), day=read_date(n.group("date"), adopted))
                taken.append(last)
    return sorted(taken, key=lambda one: one.start)
