"""Reports, briefings and updates asked for: by a date, within a delay, at intervals."""

import re
from datetime import date

from forestall.council.mandates.model import Finding
from forestall.council.mandates.structure import Clause
from forestall.council.mandates.subjects import asked
from forestall.council.mandates.times import DATE, Time, after, duration, read_date

DOCUMENT = (
    r"(?:reports?|reporting|briefings?|updates?|assessments?"
    r"|recommendations?|proposals?|plans?|letters?|options|evaluations?|analys[ei]s"
    r"|study|stud(?:y|ies)|strateg(?:y|ies)|findings|summar(?:y|ies)|statements?"
    r"|accounts?|information|programmes? of work|work programme|timetable|views|reviews?"
    r"|roadmap|road map|concept|benchmarks|inputs?|list|notification"
    r"|observations|presentation|details|data|submissions?|calendar|exit strategy|mapping)"
)
REPORT = re.compile(
    r"(?:\b(?:to|and|shall|will|should|that it|or|also|further|who"
    r"|orally|regularly|,|\(\w{1,4}\)|periodically|jointly|fully|promptly) )"
    r"(?:report|brief|inform|apprise|notify|keep (?:it|the (?:Security )?Council"
    r"|the Committee)[^;]{0,40}?informed|update (?:it|the|members|orally|regularly|on)"
    r"|address the (?:Security )?Council)\b"
    rf"|\b(?:submi(?:t|ts|tting)|present|provid(?:e|ing)|transmit|issue|prepare|deliver"
    rf"|furnish|communicate|convey|make|give|conduct|complete|undertake|develop|forward|"
    rf"include|circulate|carry out|recommend(?:ing)?|formulate|produce"
    rf"|share|propose|devise|explore|continue)\b(?!d)[^;]{{0,260}}?\b{DOCUMENT}\b"
    r"|\breports? (?:shall |should |is |are |to )?(?:to )?be (?:made"
    r"|submitted|presented|provided|issued|published|delivered|circulated)"
    rf"|\b(?:requests?|invites?|expects?|looks forward to|asks for)(?: (?:also|further|to receive"
    rf"|receiving|from|for|an?|the|within [\w -]{{3,20}}|at least|every \w+ \w+|by [\w ]{{4,20}}))*"
    rf" (?:\w+ ){{0,3}}(?:reports?|briefings?|updates?|assessments?)\b"
    r"|\brequests? (?:also |further )?that [^;:]{3,160}? (?:report|brief|inform)\b"
    r"|\bthat (?:the|any) [^;,]{3,80}? (?:report|brief|provide|submit"
    r"|inform)\b|\b(?:recommending|reporting (?:to|on)|by recommending)\b",
    re.I,
)
EVENT = re.compile(
    r"\b(?:held|scheduled|complet(?:ed|ion)|take place|takes place|disarm\w*"
    r"|implemented|withdrawn|adopted|deployed|redeploy\w*|concluded|planned|achieved|"
    r"established|withdraw|begin|commence|operational|handed over|returned"
    r"|resumed|occurred|exist|convened|occurring)(?: (?:in \w+|there))?,?\s*$",
    re.I,
)
"""A date right behind one of these is the date of that event, not of a report on it."""
ORDER = re.compile(
    r"\b(?:shall|should|will|to|Provide|Submit|Report|Present|that) |\([a-z]\)|Approves|Endorses", re.IGNORECASE
)
OTHER_VERB = re.compile(r"\b(?:to|shall|will) (?!the\b|receive)[a-z]+|\b(?:held|completed)\b", re.IGNORECASE)
ON_REPORT = re.compile(
    r"(?:report\w*|brief\w*|update\w*|assessment|Council|Committee|letter)[^;]{0,50}$", re.IGNORECASE
)
ON_OTHER = re.compile(r"\b(?:adopted|signed|held|dated|meeting|agreement|agreed|issued)[^;]{0,20}$", re.IGNORECASE)
TO_OTHERS = re.compile(r"\bto (?:the )?(?:Secretary-General|General Assembly|Director-General|him)\b", re.I)
TO_COUNCIL = re.compile(r"\bCouncil\b|\bCommittee\b|\bto it\b", re.I)
REACH, NEAR = 240, 110


def _words(clause: Clause, flat: str, one: Time) -> tuple[int, int] | None:
    """The report nearest to a phrase of time: positions of its words; None if the clause asks for none."""
    best: tuple[int, int] | None = None
    at = clause.start
    while (m := REPORT.search(flat, at, clause.end)) is not None:
        # On from the next character, not from the end: "the present situation, and to submit a report" holds two.
        at = m.start() + 1
        if best is None or m.start() <= one.start:
            best = (m.start() + len(m.group()) - len(m.group().lstrip(", ")), m.end())
    return best


def _quote(flat: str, one: Time, words: tuple[int, int]) -> tuple[int, int]:
    start, end = min(words[0], one.start), max(one.end, min(words[1], one.start))
    if one.start < words[1]:
        start, end = min(one.start, words[0]), max(one.end, words[1])
    if end - start > NEAR and one.start > words[0]:
        # The document nearest to the time: "a midterm report by 30 December and a final report by 15 May" has two.
        behind = re.match(
            rf",? (?:an?|the|its|his|their) (?:[\w-]+ ){{0,5}}?{DOCUMENT}\b", flat[one.end : one.end + 90], re.I
        )
        if behind:
            return one.start, one.end + behind.end()
        nearest = list(re.finditer(DOCUMENT, flat[start : one.start], re.I))
        start = start + nearest[-1].start() if nearest else start
    return (start, end) if end - start <= REACH else (one.start, one.end)


def _to_council(clause: Clause, flat: str, words: tuple[int, int]) -> bool:
    text = flat[words[0] : clause.end]
    if not TO_OTHERS.search(text):
        return True
    return bool(TO_COUNCIL.search(re.sub(r"Security Council (?:resolution|Committee established)", "", text)))


def find(clause: Clause, flat: str, times: list[Time], adopted: date, ends: list[tuple[int, date]]) -> list[Finding]:
    """The reports this clause asks for. `ends`: positions and days of the mandates that the text ends, in order; a
    report "before the end of the mandate" takes the last one before it, else the first one behind.
    """
    if clause.kind not in ("ask", "act") or clause.verb.startswith("authori"):
        return []
    if clause.kind == "act" and not ORDER.search(clause.text):
        return []
    found: list[Finding] = []
    who = asked(clause.text, clause.head)
    for one in times:
        words = _words(clause, flat, one)
        if words is None or not _to_council(clause, flat, words):
            continue
        if words[0] > one.start and OTHER_VERB.search(flat[clause.start : one.start]):
            continue  # the date belongs to another verb, in front of the report
        before = flat[max(clause.start, one.start - 60) : one.start]
        read = _read(one, before, flat, adopted) or _before_end(one, adopted, ends)
        if read is not None:
            kind, value, rule = read
            start, end = _quote(flat, one, words)
            found.append(Finding(kind, value, start, end, rule, None, who, clause.paragraph))
    if after_date := _thereafter(clause, flat, adopted, who):
        found.append(after_date)
    return found


def _read(one: Time, before: str, flat: str, adopted: date) -> tuple[str, str, str] | None:
    """Type, value and rule of a report asked for at this time; `before`: the words in front of it."""
    if one.kind == "every" and one.span:
        passing = re.search(r"\b(?:the|its|his|their|per) $", before, re.I)
        named = passing and not re.search(r"include|provide|submit|in (?:his|its|their|the) ", before, re.I)
        return "report_every", one.span, "report: interval named in passing" if named else "report: interval"
    if one.kind == "within" and one.span and one.anchored and one.prep != "after":
        later = re.match(r",? (?:thereafter|after (?:that|which)|later)\b", flat[one.end : one.end + 16])
        return None if later else ("report_within", one.span, "report: delay")
    if one.kind in ("by", "on") and one.day and adopted < one.day and one.day.year <= adopted.year + 30:
        if EVENT.search(before) or (one.kind == "on" and (ON_OTHER.search(before) or not ON_REPORT.search(before))):
            return None
        return "report_by", one.day.isoformat(), "report: date"
    return None


def _before_end(one: Time, adopted: date, ends: list[tuple[int, date]]) -> tuple[str, str, str] | None:
    """The same for a report asked for before, or at, the end of the mandate."""
    if one.kind not in ("end", "lead") or not ends:
        return None
    day = max((held for held in ends if held[0] < one.start), key=lambda held: held[0], default=ends[0])[1]
    computed = after(day, one.span, -1) if one.kind == "lead" and one.span else day
    if computed is None or computed <= adopted:
        return None
    return "report_by", computed.isoformat(), "report: before the end of the mandate"


def _thereafter(clause: Clause, flat: str, adopted: date, who: str | None) -> Finding | None:
    """ "no later than 30 November ..., and ... its report not later than three months thereafter": counted
    from that date.
    """
    m = re.search(
        r"(?:not|no) later than [\w-]+ (?:months?|weeks?|days?) (?:thereafter|after that date)",
        flat[clause.start : clause.end],
        re.I,
    )
    if m is None or not REPORT.search(flat, clause.start, clause.end):
        return None
    earlier = list(re.finditer(DATE, flat[max(0, clause.start - 400) : clause.start + m.start()], re.I))
    span = duration(m.group())
    day = read_date(earlier[-1].group(), adopted) if earlier else None
    value = after(day, span) if day and span else None
    if value is None or value <= adopted:
        return None
    return Finding(
        "report_by",
        value.isoformat(),
        clause.start + m.start(),
        clause.start + m.end(),
        "report: after a date",
        None,
        who,
        clause.paragraph,
    )
