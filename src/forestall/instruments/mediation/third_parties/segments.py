"""A text cut into the parts that each name somebody, and what a part without a known actor is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from forestall.instruments.mediation.third_parties import words
from forestall.instruments.mediation.third_parties.tokens import Token

Status = Literal["resolved", "domestic", "person", "passed", "unresolved"]

_LINE = re.compile(r"[\r\n;•·▪●]+|[ \t\xa0]{4,}|\t")
# The end of a sentence: a point after a word of four letters or more (no title, no initial), then a capital letter.
_SENTENCE = re.compile(r"(?<=[^\W\d_]{4})[.?!]['\"”’)\]]*\s+(?=['\"“‘(\[]*[A-ZÀ-Þ])")
_TITLE_END = re.compile(
    r"\b(?:prof|capt|brig|hons?|excell|secr|amb|govt|dept|brother|usec|edir|atty|engr|comdr|supt)\.$", re.I
)
_ITEM = re.compile(r"\s*,\s*(?:and\s+|et\s+|y\s+)?|\s+and\s+|\s+et\s+")
# A person with the letters of a party or office that no register of ours knows: "A. Name, GRP", "B. Name (MTSM)".
_TAGGED = re.compile(
    r"(?:\w[.\s]*[,(]\s*|\b(?:of|from|de|du)\s+)(?:the\s+|la\s+)?([A-Z]{2,6})(?=\s*[,;()\[\]]|\s*$|\s+of\b)"
)
_PARTICLES = frozenset(
    {
        "bin",
        "ibn",
        "al",
        "el",
        "bint",
        "ould",
        "de",
        "da",
        "do",
        "dos",
        "das",
        "von",
        "van",
        "der",
        "den",
        "di",
        "la",
        "le",
        "y",
        "e",
        "abu",
        "ag",
        "ol",
        "du",
        "san",
    }
)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the text: places of its first and after its last character."""

    start: int
    end: int


def spans(text: str) -> list[Span]:
    """The parts of a text: lines, items between semicolons or bullets, and sentences; none without letters."""
    found: list[Span] = []
    for start, end in _between(text, _LINE, 0, len(text)):
        here = start
        for stop in _SENTENCE.finditer(text, start, end):
            if _TITLE_END.search(text, here, stop.start() + 1):
                continue
            found.append(Span(here, stop.start() + 1))
            here = stop.end()
        found.append(Span(here, end))
    return [span for span in found if any(letter.isalpha() for letter in text[span.start : span.end])]


def items(text: str, span: Span) -> list[Span]:
    """A part cut at its commas and "and"."""
    return [
        Span(start, end)
        for start, end in _between(text, _ITEM, span.start, span.end)
        if any(letter.isalpha() for letter in text[start:end])
    ]


def _between(text: str, separator: re.Pattern[str], start: int, end: int) -> list[tuple[int, int]]:
    found = []
    here = start
    for cut in separator.finditer(text, start, end):
        found.append((here, cut.start()))
        here = cut.end()
    found.append((here, end))
    return found


def bare(text: str, found: Sequence[Token]) -> Status:
    """What a part is that names no known actor: a heading or negation, a domestic actor, a person, or not resolved.

    text: the part; found: its tokens.
    """
    rest = _telling(found)
    norms = {token.norm for token in rest}
    untitled = [token for token in rest if token.norm not in words.TITLES]
    told = any(token.norm in words.ROLE_OF for token in found)
    if (words.NEGATION.search(text) and not _named(found)) or not rest or (told and norms <= words.GENERIC):
        return "passed"
    if _is_domestic(text, norms):
        return "domestic"
    if not untitled:
        return "passed"  # a title alone, part of a person's description: "Special Envoy", "Chairman"
    body = norms & (words.ORGANISED - words.TITLES)
    return "person" if not body and _person(untitled, found) else "unresolved"


def _is_domestic(text: str, norms: set[str]) -> bool:
    """Whether words tell an office, party, church or association of the country itself."""
    if any(tag.lower() not in words.HONOURS for tag in _TAGGED.findall(text)):
        return True
    if norms & {"minister", "ministers", "ministry", "ministre"} or norms & words.LOCAL_TITLES:
        return True
    return bool(norms & (words.DOMESTIC - words.TITLES)) and not norms & words.FOREIGN


def person_like(found: Sequence[Token]) -> bool:
    """Whether words are nothing but a person's name with titles."""
    norms = {token.norm for token in found}
    untitled = [token for token in _telling(found) if token.norm not in words.TITLES]
    return bool(untitled) and not norms & (words.ORGANISED - words.TITLES) and _person(untitled, found)


def _telling(found: Sequence[Token]) -> list[Token]:
    """The words that are no function word, heading, role, number or initial."""
    known = (words.FUNCTION, words.HEADINGS, words.ROLE_OF)
    return [
        token
        for token in found
        if len(token.norm) > 1 and not token.norm.isdigit() and not any(token.norm in held for held in known)
    ]


def _person(untitled: Sequence[Token], found: Sequence[Token]) -> bool:
    capitals = sum(token.capital or token.norm in _PARTICLES for token in untitled)
    return capitals >= max(1, round(0.75 * len(untitled))) and len(untitled) <= 8 and len(found) <= 24


def _named(found: Sequence[Token]) -> bool:
    """Whether a part has, beside a negation, two capital words in a row that are no heading or title: a name."""
    known = words.FUNCTION | words.HEADINGS | words.TITLES
    names = [token.capital and token.norm not in known and token.norm not in words.ROLE_OF for token in found]
    return any(first and second for first, second in pairwise(names))
