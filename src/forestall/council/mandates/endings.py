"""When mandates, authorisations and measures end: "until 31 July", "for a further period of six months"."""

import re
from dataclasses import replace
from datetime import date

from forestall.council.mandates.model import Finding
from forestall.council.mandates.structure import Clause
from forestall.council.mandates.subjects import MEASURE, measures, mission
from forestall.council.mandates.times import Time, after

LASTING = re.compile(
    r"\b(?:extend|extension|renew|prolong|maintain|continu|authori[sz]"
    r"|establish|set up|setting up|creat|deploy|station|mandate|remain in|"
    r"appl(?:y|ies|ication)|in (?:force|effect)|limited to|exempt|suspend|appoint"
    r"|impos|operat|form\b|\bshall\b|terminat|cease|expir|delegat|reaffirm|enforce|permit|allow|States\b[^;]{0,160}?\bmay\b)",
    re.I,
)
SETTING_UP = re.compile(
    r"\b(?:to|that) (?:[^;]{0,60}?\b)?(?:re-?)?(?:create|establish"
    r"|set up|appoint|extend|renew|continue|maintain|deploy|prolong)",
    re.I,
)
DELEGATED = re.compile(r"authori[sz]es the Secretary-General to (?:extend|prolong|renew)", re.I)
"""Leave to extend is no extension."""
OTHER_LIVES = re.compile(
    r"(?:ceasefire|cease-fire|truce|electoral|elections?|transition(?:al)? period"
    r"|interim government|imprison|sentence|negotiat|curfew|humanitarian pause)[^;,]{0,40}$",
    re.I,
)
"""What the Council calls for from others may last until a date as well; that is no mandate of the Council's."""
ENDING = re.compile(r"\b(?:expire|terminate|terminated|lapse|end|conclude|close|cease)d?,? $", re.IGNORECASE)
FAR = re.compile(r"\b(?:terminat\w*|clos(?:e|ure)|liquidat\w*|end)\b[^;]{0,120}$", re.IGNORECASE)
STARTING = re.compile(r"\b(?:begin|start|commence)", re.IGNORECASE)
VERB = re.compile(
    r"\b(?:extend|renew|prolong|maintain|continu|authori[sz]|establish|set up"
    r"|creat|deploy|appl|remain|exempt|suspend|appoint|impos|terminat|cease|expir|limited)\w*",
    re.I,
)


def joined(times: list[Time], text: str) -> list[tuple[Time, Time | None]]:
    """Ends in order, each with the period stated beside it: "for six months, that is, until 31 March" is one end."""
    ends = [one for one in times if one.kind in ("until", "period")]
    pairs: list[tuple[Time, Time | None]] = []
    k = 0
    while k < len(ends):
        one = ends[k]
        following = ends[k + 1] if k + 1 < len(ends) else None
        if following is not None and one.kind != following.kind:
            until, period = (following, one) if one.kind == "period" else (one, following)
            between = text[one.end : following.start]
            room = 130 if one.kind == "period" and not one.anchored else 60 if one.kind == "period" else 12
            if len(between) <= room and not re.search(r";|\band\b.{0,20}(?:extend|renew)", between):
                pairs.append((until, period))
                k += 2
                continue
        pairs.append((one, None))
        k += 1
    return pairs


def _day(until: Time, adopted: date) -> date | None:
    if until.kind == "until":
        return until.day
    return after(until.origin or adopted, until.span, 1) if until.span and until.anchored else None


def _begun(until: Time, times: list[Time], flat: str, clause: Clause) -> Time:
    """The same period counted from the day that stands before it: "as of 9 July 2011 ... for one year"."""
    if until.kind != "period" or until.origin is not None or not until.anchored:
        return until
    for one in times:
        fits = one.kind == "as_of" or (
            one.kind == "on" and re.search(r"\b(?:beginning|starting|commencing) $", flat[: one.start][-14:], re.I)
        )
        if fits and one.day and clause.start <= one.start < until.start:
            return replace(until, origin=one.day)
    return until


def _quote(clause: Clause, flat: str, first: int, last: int) -> int:
    """Where the quote begins: at the verb that lasts, if it stands near."""
    begin = first
    for m in VERB.finditer(flat, clause.start, first):
        if last - m.start() <= 220:
            begin = m.start()
            break
    return begin


def about(words: str, known: dict[str, str]) -> str | None:
    """What lasts: a measure if the words name one first, else a mission, else nothing known."""
    measure = re.search(MEASURE, words, re.I)
    named = mission(words[: measure.start()] if measure else words, known)
    if named is None and measure:
        return measures(words[measure.start() :]) or "measures"
    if named is None and re.search(r"authori[sz]ations?|authori[sz]es? (?:all )?Member States", words, re.I):
        return "authorization"
    return named


def find(clause: Clause, flat: str, times: list[Time], adopted: date, known: dict[str, str]) -> list[Finding]:
    """The ends that this clause decides."""
    if clause.kind not in ("act", "ask") or (clause.kind == "ask" and not SETTING_UP.search(clause.text)):
        return []
    if DELEGATED.search(clause.text[:120]):
        return []
    found: list[Finding] = []
    for until, period in joined(times, flat):
        first = min(one.start for one in (until, period) if one)
        last = max(one.end for one in (until, period) if one)
        before, behind = flat[clause.start : first], flat[last : clause.end]
        if not any(LASTING.search(words) for words in (before, flat[first:last], behind[:260])):
            continue
        if OTHER_LIVES.search(before) and not re.search(r"mandate|extend|renew", before[-160:], re.I):
            continue
        if clause.kind == "ask" and re.search(r"\bcontinue[^;]{0,60}\b(?:reports?|reporting|updates?)\b", before, re.I):
            continue
        word = flat[until.start : until.start + 3].lower()
        if word == "to " and not re.search(
            r"\bfrom (?:the )?[\w ]{4,22}$", flat[max(0, until.start - 30) : until.start].rstrip()
        ):
            continue
        if re.search(
            r"\b(?:to|shall|and|will) (?:report|brief|update|inform)\b[^;]{0,60}$", before, re.I
        ) and not re.search(r"extend|renew|mandate", before[-80:], re.I):
            continue
        day = _day(_begun(until, times, flat, clause), adopted)
        if day is None or day <= adopted or day.year > adopted.year + 30:
            continue
        rule = (
            "end: period and date"
            if period
            else "end: date"
            if until.kind == "until"
            else "end: period from adoption"
            if until.origin is None
            else "end: period from a date"
        )
        span = (period or until).span
        subject = (
            about(before, known) or about(behind[:200], known) or about(clause.head, known) or measures(clause.text)
        )
        found.append(
            Finding(
                "mandate_until",
                day.isoformat(),
                _quote(clause, flat, first, last),
                last,
                rule,
                span,
                subject,
                clause.paragraph,
            )
        )
    return found + _terminated(clause, flat, times, adopted, known)


def _terminated(clause: Clause, flat: str, times: list[Time], adopted: date, known: dict[str, str]) -> list[Finding]:
    """Ends stated by the verb: "shall terminate on 31 December", "shall expire 15 months after adoption"."""
    if clause.kind != "act":
        return []
    found: list[Finding] = []
    for one in times:
        near = max(clause.start, one.start - 24)
        just = ENDING.search(flat[near : one.start])
        far = None if "after" in flat[max(0, one.start - 8) : one.start] else FAR.search(flat[clause.start : one.start])
        day: date | None = None
        start = one.start
        if just and one.kind in ("within", "by"):
            day = after(adopted, one.span) if one.span and one.anchored else one.day
            start = near + just.start()
        elif far and one.kind in ("as_of", "on"):
            day, start = one.day, clause.start + far.start()
        if day is None or day <= adopted or STARTING.search(flat[max(0, one.start - 20) : one.start]):
            continue
        subject = about(clause.text, known)
        found.append(
            Finding(
                "mandate_until",
                day.isoformat(),
                start,
                one.end,
                "end: termination",
                one.span,
                subject,
                clause.paragraph,
            )
        )
    return found
