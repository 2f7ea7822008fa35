"""A resolution taken apart: title, preamble, operative paragraphs, sub-paragraphs, and clauses each under its
own verb.
"""

import re
from dataclasses import dataclass

from forestall.council.mandates.reading import Flat
from forestall.council.mandates.verbs import ACT, ASK, IDLE, INTENT, OPENING


def _alternatives(words: tuple[str, ...]) -> str:
    return "|".join(sorted((word.replace("|", r"\s") for word in words), key=len, reverse=True))


VERBS = {"ask": ASK, "act": ACT, "intent": INTENT, "idle": IDLE}
_ADVERBS = (
    r"(?:(?:also|further|again|once again|strongly|hereby|therefore"
    r"|accordingly|in this regard|in this context|moreover|specifically|urgently|"
    r"additionally|furthermore|similarly|consequently|in that regard|to that"
    r" end|to this end|in this respect|in that connection|solemnly),? ){0,3}"
)
VERB = re.compile(
    rf"(?:(?<=[,;:.)] )|(?<=and )|(?<=also )|(?<=further )|(?<=hereby )"
    rf"|(?<=therefore )|(?<=accordingly )|(?<=regard )|(?<=then )|(?<=context )|(?<=Charter ))"
    rf"(?P<verb>{'|'.join(_alternatives(words) for words in VERBS.values())})\b(?! for exempt)",
    re.I,
)
START_VERB = re.compile(
    rf"(?:and )?{_ADVERBS}(?P<verb>{'|'.join(_alternatives(words) for words in VERBS.values())})\b", re.I
)
OPENING_WORD = re.compile(
    rf"(?:and |further |also |solemnly |deeply |still |fully |therefore )?(?:{'|'.join(OPENING)})\b", re.I
)
_MONTH = "January|February|March|April|May |June|July|August|September|October|November|December"
NUMBERED = re.compile(
    rf"[\"'(\[ ]{{0,3}}(?:OP ?)?(?P<number>\d{{1,3}})(?: ?bis)?(?:"
    rf" ?[.),]| (?=[A-Z(]))[\"' ]{{0,2}}(?=[A-Z(])(?!{_MONTH})"
)
SUB = re.compile(r"\((?P<label>[a-z]{1,2}|[ivx]{1,5}|\d{1,2})\) ?(?=[A-Za-z\"'])")
ENDING = re.compile(r"\bAdopted (?:unanimously|at the \d|by (?:\d|consensus|acclamation)|without)")
COUNCIL = re.compile(
    rf"The Security Council,? {{0,2}}\"?(?=(?:{'|'.join(_alternatives(words) for words in VERBS.values())})\b)", re.I
)
"""The Council named as the subject of its own verb, as in 1946: "The Security Council resolves: that ..."."""
ANNEX = re.compile(r"(?:Annex|ANNEX|Appendix|APPENDIX|Enclosure)(?: [IVX\dA-E]{1,4})?\b")
QUOTED = re.compile(r"\"The Security Council,")
SOFT_BREAK = re.compile(r"[;:,.] (?=[\"'(]{0,2}(?:\d{1,3}\. ?[\"']?[A-Z]|[A-Z]))")


AHEAD, HEAD = 120, 600
"""Characters looked at for a verb, and kept of a paragraph as the head of its parts."""


@dataclass(frozen=True)
class Clause:
    """A run of an operative paragraph under one verb. `kind`: act, ask, intent or idle; `verb`: the word;
    `head`: the words
    of the paragraph's own opening when this is a sub-paragraph of it.
    """

    start: int
    end: int
    kind: str
    verb: str
    paragraph: str | None
    head: str
    text: str


@dataclass(frozen=True)
class Unit:
    """A paragraph: preamble or operative, its number if it has one."""

    start: int
    end: int
    part: str
    number: str | None


@dataclass(frozen=True)
class Resolution:
    """A text taken apart: `units` in order, `clauses` those of its operative paragraphs."""

    flat: Flat
    units: tuple[Unit, ...]
    clauses: tuple[Clause, ...]


def _starts(flat: Flat) -> list[int]:
    """Where a paragraph may begin: at a line that opens like one after a stop, or after a stop within a line."""
    text = flat.text
    found = {0} if text else set()
    for here in flat.lines:
        before = text[here - 2 : here - 1]
        ahead = text[here : here + 80]
        opens = (
            NUMBERED.match(ahead) or START_VERB.match(ahead.lstrip("\"'(")) or OPENING_WORD.match(ahead.lstrip("\"'("))
        )
        plain = ahead.lstrip("\"'([")[:1]
        if (here in flat.breaks and (before in ';:.,")' or not plain.islower())) or (
            opens and plain and not plain.islower() and before in ";:.,\")'-"
        ):
            found.add(here)
    for here in flat.lines:
        # A line that says no more than "Annex".
        if (
            (annex := ANNEX.match(text, here))
            and text[here - 2 : here - 1] in "."
            and any(at in flat.lines for at in range(here + 6, annex.end() + 2))
        ):
            found.add(here)
    last = 0
    for m in SOFT_BREAK.finditer(text):
        here, ahead = m.end(), text[m.end() : m.end() + 80]
        if numbered := NUMBERED.match(ahead):
            number = int(numbered.group("number"))
            if last < number <= last + 60 and START_VERB.match(ahead[numbered.end() :].lstrip("\"' ")):
                last = number
                found.add(here)
            continue
        bare = ahead.lstrip("\"'")
        word = START_VERB.match(bare) or OPENING_WORD.match(bare)
        if word and m.group()[0] in ";,:" and bare[:1].isupper():
            found.add(here)
    return sorted(found)


def _units(flat: Flat) -> list[Unit]:
    text = flat.text
    starts = _starts(flat)
    units: list[Unit] = []
    operative = False
    quoted = False
    for start, end in zip(starts, [*starts[1:], len(text)], strict=False):
        body = text[start:end]
        bare = body.lstrip("\"'( ")
        numbered = NUMBERED.match(body)
        if operative and ANNEX.match(bare) and len(bare) < 200:
            break
        if operative and QUOTED.search(body) and not body.startswith('"The Security Council, "'):
            quoted = True
        rest = body[numbered.end() :].lstrip("\"' ") if numbered else bare
        rest = re.sub(r"^The Security Council,? {0,2}\"?", "", rest) if COUNCIL.match(rest) else rest
        verb = START_VERB.match(rest)
        opening = OPENING_WORD.match(rest)
        if quoted:
            part = "quoted"
            quoted = not re.search(r"[.;]\"\s*[;.,]?\s*$", body)
        elif verb and rest[:1].isupper():
            part = "operative"
        elif opening and not numbered:
            part = "preamble"
        elif numbered and (operative or SUB.match(rest) or int(numbered.group("number")) <= 60):
            part = "operative" if operative or rest[:1].isupper() else "title"
        elif operative:
            part = "operative"
        elif re.match(r"(?:The Security Council)[,\s]{1,3}(?!meeting|held)", bare):
            part = "preamble"
        else:
            part = "title"
        operative = operative or (part == "operative" and (verb is not None))
        if (stop := ENDING.search(body)) and operative:
            units.append(Unit(start, start + stop.start(), part, numbered.group("number") if numbered else None))
            if units[-1].end <= start:
                units.pop()
            break
        units.append(Unit(start, end, part, numbered.group("number") if numbered else None))
    return units


def _kind(word: str) -> str:
    plain = " ".join(word.lower().split())
    for kind, verbs in VERBS.items():
        if any(plain == verb.replace("|", " ") for verb in verbs):
            return kind
    return "idle"


@dataclass(frozen=True)
class _Verb:
    """The verb that governs what follows: words of the paragraph from it on, its kind, the verb itself."""

    words: str
    kind: str
    verb: str


NONE = _Verb("", "idle", "")
PART_OF = re.compile(r"(?:paragraphs?|sub-?paragraphs?|and|or|to|,) ?$")
CITED = re.compile(r"\([a-z]+\) (?:of|and|to|above|below)\b")


def _clauses(flat: Flat, units: list[Unit]) -> list[Clause]:
    found: list[Clause] = []
    number: str | None = None
    head = NONE
    for unit in units:
        if unit.part != "operative":
            continue
        body = flat.text[unit.start : unit.end]
        skip = 0
        if unit.number is not None and (m := NUMBERED.match(body)):
            number, skip = unit.number, m.end()
        cuts, head = _cuts(flat, unit, skip, head)
        for (at, governed, mark), end in zip(cuts, [*(c[0] for c in cuts[1:]), len(body)], strict=True):
            where = f"{number or ''}{f'({mark})' if mark else ''}" or None
            found.append(
                Clause(
                    start=unit.start + at,
                    end=unit.start + end,
                    kind=governed.kind,
                    verb=governed.verb.lower(),
                    paragraph=where,
                    head=head.words[:HEAD],
                    text=body[at:end],
                )
            )
    return found


def _cuts(flat: Flat, unit: Unit, skip: int, head: _Verb) -> tuple[list[tuple[int, _Verb, str | None]], _Verb]:
    """Where the clauses of one paragraph begin, each with its verb and its sub-paragraph; and the verb that holds for
    the sub-paragraphs behind it. `skip`: length of its number; `head`: the verb so far.
    """
    body = flat.text[unit.start : unit.end]
    rest = body[skip:]
    lead = len(rest) - len(rest.lstrip("\"'( "))
    if named := COUNCIL.match(rest, lead):
        lead = named.end()
    first = START_VERB.match(rest, lead)
    sub = SUB.match(rest)
    if first is None and sub is None and unit.number is not None:
        head = _Verb(rest, "idle", "")  # a paragraph of its own whose verb is none of ours
    if first is not None and sub is None:
        head = _Verb(rest, _kind(first.group("verb")), first.group("verb"))
        cuts: list[tuple[int, _Verb, str | None]] = [(skip + first.start("verb"), head, None)]
    else:
        cuts = [(skip, head, sub.group("label") if sub else None)]
    label = cuts[-1][2]
    marks = [(m.start(), m, True) for m in SUB.finditer(body, skip)]
    marks += [(m.start("verb"), m, False) for m in VERB.finditer(body, skip)]
    for at, m, is_sub in sorted(marks, key=lambda one: one[0]):
        if at <= cuts[-1][0]:
            continue
        if is_sub and _opens(flat, unit, body, at):
            label = m.group("label")
            after = START_VERB.match(body[m.end() : m.end() + AHEAD])
            own = _Verb(body[m.end() :], _kind(after.group("verb")), after.group("verb")) if after else head
            cuts.append((at, own, label))
        elif not is_sub and not (body[at].isupper() and body[at - 2 : at] not in (", ", "; ", ": ", ". ")):
            own = _Verb(body[at : at + HEAD], _kind(m.group("verb")), m.group("verb"))
            cuts.append((at, own, label))
            if label is None:
                head = own
    return cuts, head


def _opens(flat: Flat, unit: Unit, body: str, at: int) -> bool:
    """Whether "(a)" here opens a sub-paragraph, and does not cite one ("paragraphs (a) to (c)")."""
    ahead = body[max(0, at - 20) : at]
    stopped = ahead.rstrip()[-1:] in (";", ":", ",", ".") or ahead.rstrip().endswith((" and", " or"))
    if not stopped and unit.start + at not in flat.lines:
        return False
    return not (PART_OF.search(ahead) and CITED.match(body, at))


def split(flat: Flat) -> Resolution:
    """Take a flattened text apart. A text without an operative paragraph has no clauses."""
    units = _units(flat)
    return Resolution(flat, tuple(units), tuple(_clauses(flat, units)))
