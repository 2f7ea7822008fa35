"""Missions that a resolution extends, renews or continues."""

import re

from forestall.council.mandates.model import Finding
from forestall.council.mandates.structure import Clause
from forestall.council.mandates.subjects import MEASURE, NOUN, PREFIXES, SHORT, STRANGERS, mission
from forestall.council.mandates.times import Time

RENEWAL = re.compile(
    r"\b(?:extend(?:s|ed|ing)?|extension|renew(?:s|ed|al)?|prolong(?:s|ed)?"
    r"|re-?authori[sz]e[sd]?|continues?|continued|maintain(?:ed)?|maintenance|retain)\b",
    re.I,
)
NOT_MISSION = re.compile(
    rf"^(?:(?:until|for|through|,|that|with effect)(?:(?!mandate|authori)[^;]){{0,80}}? )?"
    rf"(?:the |all |those |these |its |certain |such |any )*"
    rf"(?:{MEASURE}|exemption|decisions? (?:in|set|contained)|provisions"
    rf"|requirements?|deadline|prohibition|authori[sz]ations? (?:granted|set out|in paragraph|contained)"
    rf"|terms? of office|deadlines?|item|question|matter|efforts?|cooperation"
    rf"|co-operation|dialogue|ceasefire|cease-fire|its (?:full )?support|assistance|support)",
    re.I,
)
FORCE = re.compile(rf"(?:multinational|mission|force\b|{SHORT.pattern})")
OTHER_BODY = re.compile(
    r"Committee(?:'s| mandate)|mandate of the (?:\d+ )?Committee|Special (?:Representative|Envoy)|Executive Directorate"
)
OF_MANDATE = re.compile(r"\b(?:mandate|stationing|deployment|presence)\b", re.IGNORECASE)
LOOSE = re.compile(r"\b(?:further|future|possible|for an?|any|request(?:ed)? (?:the|an?)) $", re.IGNORECASE)
AHEAD = 220


def find(clause: Clause, flat: str, times: list[Time], known: dict[str, str]) -> list[Finding]:
    """The first mission that this clause renews."""
    lasting = [one for one in times if one.kind in ("until", "period")]
    for m in RENEWAL.finditer(flat, clause.start, clause.end):
        if LOOSE.search(flat, max(clause.start, m.start() - 14), m.start()):
            continue
        # "maintain", "continue" and what is only asked for renew nothing unless an end is stated.
        weak = m.group().lower().startswith(("contin", "maint", "retain")) or clause.kind == "ask"
        if weak and not lasting:
            continue
        if re.search(r"(?:be|is|are|hereby) $", flat[max(clause.start, m.start() - 8) : m.start()]):
            begin = max(clause.start, m.start() - AHEAD)
            spans = _object(flat[begin : m.start()], known, weak=weak, lasting=bool(lasting))
            start, end = (begin + spans[0], m.end()) if spans else (0, 0)
        else:
            begin = m.end() + 1
            words = _ahead(m.end(), clause, flat, lasting)
            authorised = re.match(r"(?:the |its )?authori[sz]ation", words, re.IGNORECASE) and FORCE.search(words)
            if NOT_MISSION.match(words) and not authorised:
                continue
            spans = _object(words, known, weak=weak, lasting=bool(lasting))
            # As far as the name goes: the quote proves what is renewed.
            start, end = (m.start(), min(begin + spans[1], clause.end)) if spans else (0, 0)
        if spans:
            subject = mission(
                flat[begin : min(clause.end, end + 90)] if start < begin else flat[start : m.start()], known
            )
            subject = subject or mission(clause.head, known)
            return [Finding("mission", "renewed", start, end, "mission: renewed", None, subject, clause.paragraph)]
    return []


def _ahead(at: int, clause: Clause, flat: str, lasting: list[Time]) -> str:
    """The words that say what is renewed: up to the time; behind it if none stand before it."""
    stop = next((one.start for one in lasting if one.start > at), None)
    near = flat[at : min(clause.end, stop if stop and stop - at > 4 else at + AHEAD)].strip()
    if SHORT.search(near) or re.search(rf"{NOUN}|mandate|measure|authori|decision", near, re.IGNORECASE):
        return near
    return flat[at : min(clause.end, at + AHEAD)].strip()


def _object(words: str, known: dict[str, str], *, weak: bool, lasting: bool) -> tuple[int, int] | None:
    """Where in these words a mission is named, first and last character; None if none is."""
    noun = re.search(NOUN, words, re.IGNORECASE)
    short = next((s for s in SHORT.finditer(words) if _ours(s.group(), words, known)), None)
    mandate = OF_MANDATE.search(words)
    if OTHER_BODY.search(words) and not noun:
        return None
    if not (noun or (short and (mandate or lasting)) or (mandate and lasting)) or (weak and not (noun or short)):
        return None
    found = [one for one in (noun, short, mandate) if one]
    return min(one.start() for one in found), max(one.end() for one in found)


def _ours(short: str, words: str, known: dict[str, str]) -> bool:
    if short in STRANGERS:
        return False
    return short in known.values() or (
        short.startswith(PREFIXES) and re.search(r"mandate|stationing|presence|deployment|for|of", words) is not None
    )
