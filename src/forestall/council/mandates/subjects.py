"""Whom or what a commitment is about: missions by the acronym that the text gives them, measures by their
usual name.
"""

import re

from forestall.council.mandates.verbs import listed

_PART = r"(?:[A-Z][\w'/.-]{0,40}|of|for|in|the|and|on|to|de|la)"
NAMED = re.compile(
    rf"\b({_PART}(?: {_PART}){{1,14}})\"? ?\((?:\"|the \"?)?"
    r"(?P<short>[A-Z][A-Za-z]{0,8}(?:[-/ ]?[A-Z0-9][A-Za-z0-9]{0,10}){0,3})\"?\)"
)
SHORT = re.compile(r"\b[A-Z][A-Za-z]{0,4}[A-Z]{2,9}(?:[-/][A-Z][A-Za-z]{1,9})?\b|\bEUFOR[- ][A-Z][A-Za-z]+")
STRANGERS = frozenset(
    listed(
        """
        EU DPRK IED IEDS MANPADS ISIL NATO IAEA FDLR ECOWAS OPCW ADF SADC IGAD ICC UNHCR UNDP UNICEF NGO NGOS OSCE
        AQAP LRA FARDC DDR SSR USA UNSC WMD SEMG CEEAC ECCAS INTERPOL UNODC ICAO IMO FAO WFP OCHA GDP CTC TFG FGS
        OECD HTS TTP ANF AQIM CPA
        """
    )
)
"""Acronyms that stand in resolutions and are no missions of the Council."""
NOUN = (
    r"(?:(?<!use of )(?<!into )(?<!in )(?<!by )force(?! of)\b|missions?\b(?! of"
    r" good)|(?<!co-)(?<!flight )(?<!military )operation\b|observer (?:group|team|force)"
    r"|(?:panel|group|team)s? of (?:up to )?(?:\w+ )?experts|experts?"
    r" (?:group|panel)|expert committee|monitoring (?:group|team|mechanism)"
    r"|(?<!peacebuilding )(?<!union )(?<!european )(?<!electoral )(?<!boundary"
    r" )commission\b|tribunal|residual mechanism|impartial and independent mechanism|assistance group"
    r"|investigative team|(?:integrated|support|liaison|political|assistance)"
    r" (?:office|team|component|presence)|observer mission|verification mission|observers\b"
    r"|special adviser's office|office of the ombudsperson|(?:civil|security) presences?"
    r"|transitional administration|transitional authority|civil administration|interim administration)"
)
"""Words for what the Council sends or sets up; read with IGNORECASE."""
MEASURE = (
    r"(?:measures? (?:imposed|set out|set forth|specified|contained"
    r"|referred|described|outlined|established|relating|provided|adopted|taken|"
    r"concerning|introduced|laid|decided|stipulated|in paragraphs?|on arms|on"
    r" travel|on the (?:export|import|supply)|against|under|and|as|pursuant|of|above)"
    r"|sanctions(?! monitoring)(?: measures| regime)?"
    r"|(?:arms |oil |trade |economic )?embargo(?:es)?|travel bans?|assets? freezes?"
    r"|(?:the|all|these|those|certain|such|other|export|import|flight) (?:\w+ )?prohibitions?|restrictions"
    r" (?:imposed|on)|the ban (?:on|established|imposed)|import ban|export ban|no-?fly zone|ban on all flights)"
)
"""Words for measures under Article 41; read with IGNORECASE."""
MEASURES = {
    "arms embargo": r"\barms\b|weapon|battle tank|armoured|military equipment|mat[eé]riel|ammunition",
    "asset freeze": r"asset|\bfunds\b|economic resources|financial resources",
    "travel ban": r"\btravel\b|entry into or transit|entry (?:into|to) their territor",
    "oil": r"\boil\b|petroleum|\bcrude\b",
    "trade": r"\bimport|\bexport|commodit|\btrade\b|\bcoal\b|\biron\b"
    r"|diamond|timber|charcoal|luxury|seafood|textile|economic relations",
    "aviation": r"\bflights?\b|aircraft|airline|airspace|take off",
    "diplomatic relations": r"diplomatic|consular",
}
GENERIC = ("commission", "force", "mission", "operation", "tribunal")
PREFIXES = ("UN", "MI", "AM", "ON", "EU", "KF", "MO", "BI")
"""How the short names of missions begin."""
_NAME = re.compile(r"\b(?:[A-Z][\w'/.-]{0,40})(?: (?:[A-Z][\w'/.-]{0,40}|of|for|in|the|and|on|to)){0,12}")
_TAIL = re.compile(r"(?: (?:of|for|in|the|and|on|to))+$")


def acronyms(text: str) -> dict[str, str]:
    """Names that the text abbreviates, lower case, with their short forms: "... Force in Cyprus (UNFICYP)"."""
    found: dict[str, str] = {}
    for m in NAMED.finditer(text):
        words = m.group(1).split()
        while words and words[0] in ("of", "for", "in", "the", "and", "on", "to", "The", "Recalling", "Decides"):
            words.pop(0)
        found[" ".join(words).lower()] = m.group("short")
    return found


def mission(words: str, known: dict[str, str]) -> str | None:
    """The first mission named in these words: its short form if the text gives one, else its name; None if there is
    none. `known`: as `acronyms` gives.
    """
    for m in re.finditer(rf"{SHORT.pattern}|{_NAME.pattern}", words):
        if found := _named(m.group(), words[m.end() :], known):
            return found
    return _generic(words, known) or _bare(words)


def _named(one: str, behind: str, known: dict[str, str]) -> str | None:
    """The mission that a capitalised phrase names, given what stands behind it."""
    ours = set(known.values()) - STRANGERS
    if SHORT.fullmatch(one):
        return one if one in ours or (len(one) > 2 and one not in STRANGERS and one.startswith(PREFIXES)) else None
    gap = "[^;,.()]{0,60}?" if re.search(NOUN, one, re.I) else ""  # "Mission to support the Agreement (UNMHA)"
    short = re.match(rf"{gap}\"? ?\(\"?([A-Z][A-Za-z/-]{{2,20}})\"?\)", behind)
    if short and short.group(1) not in STRANGERS:
        return short.group(1)
    inner = re.search(SHORT.pattern, one)
    if inner and inner.group() in ours:
        return inner.group()
    plain = _TAIL.sub("", one)
    low = plain.lower()
    for name, form in known.items():
        if form in ours and (low == name or (len(plain) > 12 and name.startswith(low))):
            return form
    return plain if re.search(NOUN, plain, re.I) and low not in GENERIC else None


def _generic(words: str, known: dict[str, str]) -> str | None:
    """ "the Force", where the text abbreviates the name of one force only."""
    generic = re.fullmatch(
        rf"(?:the |that |this |its )*({'|'.join(GENERIC)}|panel|team|group)(?: .{{0,12}})?", words.strip(), re.I
    )
    if generic is None:
        return None
    shorts = {form for name, form in known.items() if generic.group(1).lower() in name and form not in STRANGERS}
    return shorts.pop() if len(shorts) == 1 else None


def _bare(words: str) -> str | None:
    """A mission named in small letters only: "an expert committee"."""
    bare = re.search(rf"(?:\b[\w'-]+ ){{0,3}}{NOUN}(?: of [a-z]+)?", words, re.I)
    if bare is None:
        return None
    return re.sub(
        r"^(?:(?:a|an|the|of|its|to|mandate|up|under|authority|immediately|present|send|establish|for) )+",
        "",
        bare.group(),
    )


def measures(words: str) -> str | None:
    """The kinds of measure named in these words, joined by "; "; None if there is none."""
    found = [name for name, pattern in MEASURES.items() if re.search(pattern, words, re.I)]
    return "; ".join(found) or None


def asked(words: str, head: str) -> str | None:
    """Who is asked in a clause: "Requests the Secretary-General to ..." gives Secretary-General."""
    for text in (head,) if words.startswith("(") else (words, head):
        m = re.match(
            r"(?:\(\w{1,4}\) )?(?:To )?\w+(?: (?:upon|on|its request|its call"
            r"|forward))?(?: also| further| again| once again)?(?: to)?(?: that)? (?:all |the |its )?"
            r"([^,;:]{3,90}?)(?:,| to |,? shall | within | provide | report | submit |:)",
            text,
            re.I,
        )
        if m and re.search(r"[A-Z]|panel|commission|committee|group|states", m.group(1)):
            return m.group(1).strip()
    return None
