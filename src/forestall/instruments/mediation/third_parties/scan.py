"""Which actors a text names, where, and whether a name is meant as an actor or as a place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from forestall.instruments.mediation.third_parties import words
from forestall.instruments.mediation.third_parties.lexicon import Actor, Entry, Node, actors, trie
from forestall.instruments.mediation.third_parties.tokens import Token

# What may stand between two words of one name: not a comma, semicolon or the end of a sentence.
_WITHIN = re.compile(r"[\s\-–—'’./(]*(?:the\s+)?[\s\-–'’.]*", re.IGNORECASE)
_CLOSE = re.compile(r"[\s\-–]*(?:the\s+)?", re.IGNORECASE)
_NEAR = 80
"""Characters to either side in which an adjective must be alone in its line to stand for its state."""
_ALWAYS_CAPITALS = 5
"""Acronyms of at most so many letters count only in capitals; longer ones with a capital first letter (Unmiss)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text being read. found: its tokens; own: the conflict's states; on: the day, None: any."""

    text: str
    found: Sequence[Token]
    own: frozenset[str]
    on: date | None

    def gap(self, before: int) -> str:
        """What stands between a token and the next; a comma before the first and after the last."""
        if before < 0 or before + 1 >= len(self.found):
            return ","
        return self.text[self.found[before].end : self.found[before + 1].start]

    def norms(self, first: int, last: int) -> list[str]:
        """The words from a token (or the first) up to another, left out itself."""
        return [token.norm for token in self.found[max(0, first) : max(0, last)]]


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found. actors: one, or a group's members; none while it may still turn out to be no actor.

    first, last: its tokens (last included). place: it is named as a place; hosting: as the place of talks or signature.
    """

    actors: tuple[Actor, ...]
    first: int
    last: int
    sort: str
    place: bool = False
    hosting: bool = False


def mentions(text: str, found: Sequence[Token], own: frozenset[str], on: date | None = None) -> list[Mention]:
    """The names of actors in a text, from left to right, the longest at each place."""
    reading = Reading(text, found, own, on)
    result: list[Mention] = []
    at = 0
    while at < len(found):
        match = _longest(reading, at)
        mention = _judged(reading, at, match[1], match[0]) if match else None
        if mention is None:
            at += 1
            continue
        if (
            result
            and result[-1].place
            and mention.actors
            and mention.sort == "name"
            and _goes_on(reading, result[-1], mention)
        ):
            mention = replace(mention, place=True, hosting=result[-1].hosting)
        result.append(mention)
        at = mention.last + 1
    return [mention for mention in _without_generic(found, result) if mention.actors]


def _goes_on(reading: Reading, before: Mention, mention: Mention) -> bool:
    """Whether a state follows a place as "Sudan and South Sudan" do."""
    states = all(one.actors[:1] and one.actors[0].kind == "state" for one in (before, mention))
    return states and mention.first == before.last + 2 and reading.found[before.last + 1].norm in ("and", "et", "y")


def _longest(reading: Reading, at: int) -> tuple[Entry, int] | None:
    node: Node = trie()
    best: tuple[Entry, int] | None = None
    for here in range(at, len(reading.found)):
        if here > at and not _joined(reading, here - 1, here - at):
            break
        step = _step(node, reading.found[here].norm)
        if step is None:
            break
        node = step
        entry = _entry(node.entries, reading, at, here)
        if entry is not None:
            best = entry, here
    return best


def _step(node: Node, word: str) -> Node | None:
    step = node.follows.get(word)
    if step is None and word.endswith("s") and (len(word) > 3 or word == "uns"):
        return node.follows.get(word[:-1])  # a possessive without its apostrophe: "Irans", "UNs"
    return step


def _joined(reading: Reading, before: int, length: int) -> bool:
    """Whether the words before and after a gap may belong to one name; over a line's end only in long names."""
    gap = reading.gap(before)
    if not _WITHIN.fullmatch(gap):
        return False
    if "\n" in gap or "\r" in gap:
        return length >= 2 and gap.count("\n") <= 1
    return len(gap) <= 5 and not ("." in gap and len(reading.found[before].raw) > 3)


_ORDER = {"group": 0, "name": 1, "acronym": 2, "none": 3, "adjective": 4}


def _entry(entries: Sequence[Entry], reading: Reading, first: int, last: int) -> Entry | None:
    """The first entry that fits how the name is written and the conflict; names before adjectives."""
    for entry in sorted(entries, key=lambda one: _ORDER[one.sort]):
        written = reading.found[first : last + 1]
        state = bool(entry.actors) and entry.actors[0].kind == "state"
        if entry.capitals and not _in_capitals(written):
            continue
        if state and entry.sort in ("name", "adjective") and not written[0].capital and not written[-1].capital:
            continue
        if entry.sort == "group" and not entry.holds(reading.own, reading.on):
            continue
        return entry
    return None


def _in_capitals(written: Sequence[Token]) -> bool:
    raw = re.sub(r"\.|['’][sS]$", "", "".join(token.raw for token in written))
    if raw.endswith("s") and raw[:-1].isupper():
        return True
    if len(raw) <= _ALWAYS_CAPITALS and len(written) == 1:
        return raw.isupper() or (len(raw) >= 4 and sum(letter.isupper() for letter in raw) >= 2)
    return raw[:1].isupper()


def _judged(reading: Reading, first: int, last: int, entry: Entry) -> Mention:
    """A match as it is meant; without actors where the words are no name of one."""
    nobody = Mention((), first, last, "none")
    if entry.sort == "none":
        return nobody
    who = entry.actors
    if len(who) > 1 or who[0].kind != "state":
        place = entry.sort != "group" and _accredited(reading, first)
        return Mention(who, first, last, entry.sort, place)
    if entry.sort == "adjective":
        return Mention(who, first, last, entry.sort) if _governs(reading, first, last) else nobody
    if _is_person(reading, first, last) or _former(reading, first, last) or _in_association(reading, last, who[0]):
        return nobody
    if who[0].key == "COG" and "COD" in reading.own and first == last:
        who = (actors()["COD"],)  # "Congo" alone
    place, hosting = _as_place(reading, first)
    if words.GOVERNMENT_BODIES & set(reading.norms(first, last + 1)):
        place = False  # "for the Royal Norwegian Government" names no place
    place = place or _about(reading, first, last)
    return Mention(who, first, last, entry.sort, place, hosting)


def _governs(reading: Reading, first: int, last: int) -> bool:
    """Whether an adjective of a state stands for its government: before an office, or alone in its line."""
    if _former(reading, first, last):
        return False
    if first and reading.found[first - 1].norm in words.ROMANCE_OFFICES:
        return True  # "République algérienne": the adjective comes after
    for here in range(last + 1, min(last + 4, len(reading.found))):
        if re.search(r"[\n\r,;:]", reading.gap(here - 1)):
            break
        token = reading.found[here]
        if token.norm in words.GOVERNMENT:
            return True
        if not token.capital and token.norm not in ("and", "et"):
            break
    start, end = reading.found[first].start, reading.found[last].end
    before, after = reading.text[max(0, start - _NEAR) : start], reading.text[end : end + _NEAR]
    alone = re.split(r"[\n\r;,]", before)[-1] + re.split(r"[\n\r;,]", after, maxsplit=1)[0]
    return not re.search(r"\w", alone)


def _former(reading: Reading, first: int, last: int) -> bool:
    """Whether what follows is a former office ("former South African President"), which speaks for no state."""
    before = reading.norms(first - 1, first)
    after = reading.norms(first, last + 4)
    offices = {"president", "minister", "secretary", "ambassador", "premier", "senator", "head", "leader", "king"}
    if before[-1:] and before[-1] in words.FORMER:
        return bool(offices & set(after))
    clause = _clause(reading, first)
    late = max((place for place, word in enumerate(clause) if word in words.FORMER), default=None)
    # "Former Head of State of the Federal Republic of X": nothing but the office between.
    return late is not None and late + 1 < len(clause) and set(clause[late + 1 :]) <= offices | {"of", "state", "prime"}


def _is_person(reading: Reading, first: int, last: int) -> bool:
    """Whether a one-word name of a state is part of a person's name: beside a capital word that is no title."""
    if first != last or reading.found[first].norm not in words.NAMES_TOO:
        return False
    known = (words.TITLES, words.FUNCTION, words.HEADINGS, words.GOVERNMENT, words.DOMESTIC, words.ROLE_OF)
    for near, gap in ((first - 1, reading.gap(first - 1)), (last + 1, reading.gap(last))):
        if gap != " ":
            continue
        token = reading.found[near]
        if token.capital and not any(token.norm in held for held in known) and token.norm not in trie().follows:
            return True
    return False


def _in_association(reading: Reading, last: int, who: Actor) -> bool:
    """Whether a state's name begins that of a church or association ("Solomon Islands Christian Association")."""
    if who.key in reading.own:
        return False  # which is domestic
    for here in range(last + 1, min(last + 4, len(reading.found))):
        if reading.gap(here - 1) != " " or not reading.found[here].capital:
            return False
        if reading.found[here].norm in words.ASSOCIATIONS:
            return True
    return False


def _accredited(reading: Reading, first: int) -> bool:
    """Whether an organisation is where somebody represents somebody else: "Permanent Representative of X to the UN"."""
    if not first or reading.found[first - 1].norm not in ("to", "aupres"):
        return False
    offices = {"representative", "ambassador", "ambassadors", "representatives", "mission", "observer"}
    return bool(offices & set(_clause(reading, first - 1, 60)))


def _about(reading: Reading, first: int, last: int) -> bool:
    """Whether a state is named for what goes on in it: "Burundi peace process", "Friends of Yemen"."""
    after = [] if re.search(r"[\n\r,;:]", reading.gap(last)) else reading.norms(last + 1, last + 3)
    if after[:1] and (
        after[0] in words.PROCESSES or (after[0] == "peace" and after[1:] and after[1] in words.PROCESSES)
    ):
        return True
    return reading.norms(first - 2, first) == ["friends", "of"]


def _as_place(reading: Reading, first: int) -> tuple[bool, bool]:
    """Whether a state is named as a place, and as the place of talks."""
    while first and reading.found[first - 1].norm in words.ROMANCE_ARTICLES and not reading.gap(first - 1).strip():
        first -= 1
    if not first:
        return False, False
    before = reading.found[first - 1]
    window = reading.norms(first - 12, first)
    held = bool(words.HELD & set(window))
    if _CLOSE.fullmatch(reading.gap(first - 1)):
        if before.norm in words.PLACES:
            return True, bool(words.HELD & set(window[-8:])) and not words.ENVOYS & set(window[-4:-1])
        if before.norm == "to":
            return not {"thanks", "due", "gratitude", "appreciation", "according", "grateful"} & set(window[-3:]), False
        if before.norm in ("for", "on", "sur", "pour") and first >= 2 and not reading.gap(first - 2).strip(" "):
            return bool(words.ENVOYS & set(_clause(reading, first - 1))) and window[-3:-1] != [
                "high",
                "commissioner",
            ], False
    elif (
        reading.gap(first - 1).strip() == "," and first >= 2 and before.capital and before.norm not in words.CONTINENTS
    ):
        # "in Geneva, Switzerland": the word before the town tells.
        town = first - 1
        while town > 0 and reading.found[town - 1].capital and first - town < 3 and not reading.gap(town - 1).strip():
            town -= 1
        if town and reading.found[town - 1].norm in ("in", "at", "near") and not reading.gap(town - 1).strip():
            return True, held
    return False, False


def _clause(reading: Reading, end: int, most: int = 8) -> list[str]:
    """The words before a token, back to the last stop or line's end, and at most so many."""
    start = end
    while start > 0 and end - start < most and not re.search(r"[;:\n\r]", reading.gap(start - 1)):
        start -= 1
    return reading.norms(start, end)


def _without_generic(found: Sequence[Token], result: list[Mention]) -> list[Mention]:
    """Leave out the UN where a Secretary-General turns out to be another organisation's."""
    kept: list[Mention] = []
    for index, mention in enumerate(result):
        following = result[index + 1] if index + 1 < len(result) else None
        generic = (
            mention.sort == "name"
            and mention.actors[:1] == (actors()["UN"],)
            and found[mention.last].norm in ("general", "representative")
            and not {"un", "united", "nations"} & {token.norm for token in found[mention.first : mention.last + 1]}
        )
        others = (
            following is not None
            and following.first == mention.last + 2
            and found[mention.last + 1].norm in ("of", "de", "du", "des")
            and any(actor.kind != "state" for actor in following.actors)
        )
        if not (generic and others):
            kept.append(mention)
    return kept
