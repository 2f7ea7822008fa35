"""Measures under Article 41: imposed, renewed, eased, lifted."""

import re

from forestall.council.mandates.model import Finding
from forestall.council.mandates.structure import Clause
from forestall.council.mandates.subjects import MEASURE, measures

OBJECT = (
    r"(?:\barms\b|weapon|military|mat[eé]riel|assets?\b|\bfunds\b|economic"
    r" resources|entry into|\btravel|\bimport|\bexport|commodit|\btrade\b|"
    r"\boil\b|petroleum|\bflights?\b|aircraft|airspace|diplomatic|consular|\bcoal\b|battle tank|ammunition"
    r"|diamond|timber|charcoal|impose the measures|supply|sale|transfer|investment|vessel|financial|relations)"
)
_STATES = (
    r"(?:(?:all |Member |each )+States?(?: Members of the United"
    r" Nations)?|all Members of the United Nations|States|all countries"
    r"|the (?:DPRK|Democratic People's Republic of Korea)|Iran|Eritrea|Iraq|Libya\w*)"
)
_DO = (
    r"(?:prevent|freeze|prohibit|ban|deny|impose|(?:immediately )?implement (?:an?"
    r"|the)? ?(?:general|complete|embargo|arms)|sever|interrupt|break|suspend|cease|"
    r"not (?:permit|allow|supply|sell|provide|make available|import"
    r"|export|procure|maintain)|require|close|reduce|withdraw|inspect and seize)"
)
IMPOSED = re.compile(rf"\b{_STATES}\b[^;:]{{0,140}}?\bshall\b[^;:]{{0,130}}?\b{_DO}\b", re.I)
IMPOSED_HEAD = re.compile(rf"\b{_STATES}\b[^;:]{{0,140}}?\bshall\b[^;:]{{0,60}}:", re.I)
SUB_DO = re.compile(rf"\(\w{{1,4}}\) (?:(?:immediately|also|take [^;:]{{0,60}}? to) )*{_DO}\b", re.I)
INFINITIVE = re.compile(
    r"(?:\bto |\b(?=imposes|establishes))(?:impose[sd]?|institute|establish(?:es)?) (?:an?|the"
    r"|additional|further|new|targeted|on [^,;]{3,40},?|against [^,;]{3,40},?|following|these)? ?"
    r"(?:[\w-]+ ){0,5}?(?:ban\b|embargo|measures|sanctions|assets? freeze|travel ban|prohibition|restrictions)",
    re.I,
)
WIDENED = re.compile(
    rf"{MEASURE}[^;]{{0,260}}?\bshall (?:also |now |further |hereby )?(?:apply|extend) (?:also"
    rf" )?(?:to|with respect)\b|\bshall be subject to the (?:measures|assets? freeze|travel ban)",
    re.I,
)
RHODESIA = re.compile(
    rf"\b(?:break|sever|interrupt|not to permit|desist from"
    rf" providing|refrain from|prevent|embargo)\b[^;]{{0,200}}?{OBJECT}",
    re.I,
)
RENEWED = re.compile(
    rf"\b(?:renew|extend|prolong|reaffirm and renew|maintain|continue|re-?impose)s?\b[^;]{{0,110}}?\b{MEASURE}"
    r"|\b(?:renew|extend)s? until [^;]{3,30}? the (?:\w+ )?measures\b"
    r"|\bStates shall (?:also )?continue to (?:take|apply|implement|impose)\b[^;]{0,60}?\bmeasures",
    re.I,
)
PROVISIONS = re.compile(r"\brenews? the provisions (?:set out|contained|set forth) in paragraphs?\b", re.I)
"""After "Reaffirms the arms embargo, and"."""
CONTINUED = re.compile(
    rf"\b{MEASURE}[^;]{{0,320}}?\b(?:shall|will|are to|be|are|is) (?:hereby |further |also )?(?:continue to"
    rf" apply|continue in|continue|remain in|be (?:hereby )?(?:extended"
    rf"|renewed|maintained)|renewed|extended|remain applicable)",
    re.I,
)
LIFTED = re.compile(
    rf"(?:(?:\b(?:to|hereby|also|therefore|immediately|effect) )(?:terminate|lift|remove|end|abolish|repeal"
    rf"|rescind|discontinue)\b|\b(?:terminates"
    rf"|lifts))\b[^;]{{0,120}}?\b(?:{MEASURE}|measures\b|prohibitions?\b|ban\b|requirements imposed)",
    re.I,
)
NO_LONGER = re.compile(
    rf"\b(?:{MEASURE}|prohibitions?|provisions of (?:Security Council"
    rf" )?resolutions?)[^;]{{0,420}}?\b(?:shall|are|be|is|will) (?:hereby |also |immediately )?(?:be"
    rf" )?(?:hereby |immediately )?(?:terminated|lifted|removed|rescinded|terminate\b"
    rf"|no longer (?:apply|be)|cease to (?:apply|have)|expire (?:immediately|on the date))",
    re.I,
)
EASED = re.compile(
    rf"\b(?:{MEASURE}|provisions)[^;]{{0,420}}?\bshall not apply\b|(?:shall not|are not|is not)(?: be"
    rf" considered| constitute| be)?(?: as)?(?: an?)? violations? of[^;]{{0,60}}?(?:{MEASURE}|assets?"
    rf" freezes?)|\b(?:to )(?:ease|suspend|modify|relax)s?\b[^;]{{0,80}}?\b{MEASURE}"
    rf"|\b{MEASURE}[^;]{{0,200}}?\b(?:shall|are|be) (?:hereby )?(?:be"
    rf" )?suspended|\bexempt(?:s|ed|ion)? from the (?:measures|embargo|assets? freeze)",
    re.I,
)
PARTLY = re.compile(r"with the exception of|except (?:for|as|that)|other than|partial|not including|excluding", re.I)
LONGEST = 300
ELSEWHERE = re.compile(r"resolutions? \d|\bof (?:that|those) resolutions?", re.I)


def _one(value: str, rule: str, clause: Clause, m: re.Match[str], words: str) -> Finding:
    start, end = m.start(), m.end()
    if end - start > LONGEST:
        end = max(start + 1, m.string.rfind(" ", start, start + LONGEST))
    return Finding("sanctions", value, start, end, rule, None, measures(words) or "measures", clause.paragraph)


def find(clause: Clause, flat: str) -> list[Finding]:
    """What this clause does to measures against a State or listed persons."""
    words = flat[clause.start : clause.end]
    if clause.kind == "ask" and re.search(r"Southern Rhodesia|Beira", words):
        m = RHODESIA.search(flat, clause.start, clause.end)
        return [_one("imposed", "sanctions: called for", clause, m, words)] if m else []
    if clause.kind != "act":
        return []
    if m := NO_LONGER.search(flat, clause.start, clause.end) or LIFTED.search(flat, clause.start, clause.end):
        return _lifted(clause, flat, m, words)
    if m := EASED.search(flat, clause.start, clause.end):
        # An exception from what this resolution itself imposes is a part of the measure, no easing of it.
        eased = ELSEWHERE.search(words) or re.search(r"suspend|violation|exempt", m.group(), re.IGNORECASE)
        return [_one("eased", "sanctions: eased", clause, m, words)] if eased else []
    if m := CONTINUED.search(flat, clause.start, clause.end) or RENEWED.search(flat, clause.start, clause.end):
        return [_one("renewed", "sanctions: renewed", clause, m, words)]
    return _provisions(clause, flat) or _imposed(clause, flat, words)


def _provisions(clause: Clause, flat: str) -> list[Finding]:
    """ "renew the provisions set out in paragraph 15", where the words in front of the clause name a measure."""
    m = PROVISIONS.search(flat, clause.start, clause.end)
    before = max(0, clause.start - 200)
    if m is None or not re.search(
        rf"\b(?:reaffirms|decides)[^;.]{{0,80}}?{MEASURE}", flat[before : clause.start], re.IGNORECASE
    ):
        return []
    return [_one("renewed", "sanctions: renewed", clause, m, flat[before : clause.end])]


def _lifted(clause: Clause, flat: str, m: re.Match[str], words: str) -> list[Finding]:
    conditional = re.search(
        r"\b(?:if|when|once|(?<!call )(?<!calls )upon|as soon as)\b", words[: m.end() - clause.start + 40]
    )
    if conditional and not re.search(r"immediate effect|hereby", words):
        return []
    value = "eased" if PARTLY.search(words) else "lifted"
    found = [_one(value, f"sanctions: {value}", clause, m, words)]
    if (on := CONTINUED.search(flat, m.end(), clause.end)) is not None:
        found.append(_one("renewed", "sanctions: renewed", clause, on, words))
    return found


def _imposed(clause: Clause, flat: str, words: str) -> list[Finding]:
    m = IMPOSED.search(flat, clause.start, clause.end) or INFINITIVE.search(flat, clause.start, clause.end)
    if m is None and IMPOSED_HEAD.search(clause.head):
        m = SUB_DO.search(flat, clause.start, min(clause.end, clause.start + 120))
    if m:
        # "... shall prevent:" names what it prevents in the sub-paragraphs behind it.
        listing = flat[clause.start : clause.end + 500] if words.rstrip().endswith(":") else words
        if re.search(OBJECT, listing, re.IGNORECASE):
            going_on = re.search(r"\bshall continue to\b", m.group())
            value = "renewed" if going_on else "imposed"
            return [_one(value, f"sanctions: {value}", clause, m, listing)]
    if m := WIDENED.search(flat, clause.start, clause.end):
        return [_one("imposed", "sanctions: widened", clause, m, words)]
    return []
