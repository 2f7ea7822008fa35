"""Third parties of a peace agreement or crisis, read from free text.

For the field `ThrdPart` of PA-X (Bell and Badanjak 2019, doi:10.1177/0022343318819123) and `pa_3rd` and `c_3rd` of
UCDP's Peace Agreement Dataset (Pettersson, Högbladh and Öberg 2019, doi:10.1177/0022343319856046): lists, prose and
blocks of signatures. Nothing is dropped: every part of the text is an actor's, domestic, a person's, a heading, or not
resolved.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from forestall.instruments.mediation.third_parties import words
from forestall.instruments.mediation.third_parties.fold import Read, fold
from forestall.instruments.mediation.third_parties.lexicon import Kind
from forestall.instruments.mediation.third_parties.scan import Mention, mentions
from forestall.instruments.mediation.third_parties.segments import Span, Status, items, person_like, spans
from forestall.instruments.mediation.third_parties.tokens import Token, tokens
from forestall.instruments.mediation.third_parties.words import ROLE_OF, Role

_LONG = 9
"""Words of an item in a list at most."""
MAX_TEXT = 100_000
"""Characters of a text that are read; the longest field of PA-X has 3,100."""


@dataclass(frozen=True, slots=True)
class Found:
    """A third party in a text. key, kind: as `Actor`; role: what the text says it did; segment: where."""

    key: str
    kind: Kind
    role: Role
    segment: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the text and what became of it."""

    text: str
    status: Status


@dataclass(frozen=True, slots=True)
class Parsed:
    """The third parties of a text.

    actors: each once for each role, in the order of the text; "unknown" only where no role is told. domestic: parts
    that name an actor of the conflict's own states, or somebody of no known state with a domestic office. persons:
    parts that name a person without saying for whom. unresolved: parts that nobody could read. parts: the whole text,
    part by part.
    """

    actors: tuple[Found, ...]
    domestic: int
    persons: int
    unresolved: tuple[str, ...]
    parts: tuple[Part, ...]

    def keys(self, *kinds: Kind) -> frozenset[str]:
        """The keys of the actors, of some kinds or of all; states that are only the place of talks left out."""
        return frozenset(one.key for one in self.actors if (not kinds or one.kind in kinds) and one.role != "host")


def parse(text: str, own: frozenset[str] = frozenset(), on: date | None = None) -> Parsed:
    """Who the third parties of a text are.

    own: ISO3 codes of the conflict's states, whose governments, officials and churches are domestic. on: day of the
    agreement, for groups whose members changed; None: groups whatever the day. Never raises for any text.
    """
    text = text[:MAX_TEXT]
    found = tokens(text)
    named = mentions(text, found, own, on)
    starts = [token.start for token in found]
    index = _Index(found, named, starts, [starts[one.first] for one in named], [starts[one.last] for one in named])
    within = {token.start for one in named if one.sort != "group" for token in found[one.first : one.last + 1]}
    parts: list[Read] = []
    actors: list[Found] = []
    heading: Role = "unknown"
    for span in _cut(text, index):
        inside, here = index.inside(span), index.here(span)
        external = [(one, actor) for one in here for actor in one.actors if actor.key not in own and _counts(one)]
        internal = any(actor.key in own for one in here if not one.place for actor in one.actors)
        plain = [token for token in inside if token.start not in within]
        part = Read(text[span.start : span.end].strip(), inside, plain, bool(external) or index.ends(span), internal)
        parts.append(part)
        said = _said(plain)
        if said not in ("unknown", "signatory") and (part.status() == "passed" or _leads(part)):
            heading = said
        marks = [
            (token.start, ROLE_OF[token.norm]) for token in plain if ROLE_OF.get(token.norm, "signatory") != "signatory"
        ]
        for one, actor in external:
            role = "host" if one.hosting else _role(starts[one.first], marks, heading, said)
            actors.append(Found(actor.key, actor.kind, role, part.text))
    told = fold(parts)
    both = sum(part.internal and status != "domestic" for part, status in zip(parts, told, strict=True))
    return Parsed(
        _once(actors),
        both + told.count("domestic"),
        told.count("person"),
        tuple(part.text for part, status in zip(parts, told, strict=True) if status == "unresolved"),
        tuple(Part(part.text, status) for part, status in zip(parts, told, strict=True)),
    )


def _counts(mention: Mention) -> bool:
    return not mention.place or mention.hosting


@dataclass(frozen=True, slots=True)
class _Index:
    """The tokens and names of a text by place. starts: of the tokens; firsts, lasts: of each name's outer tokens."""

    found: Sequence[Token]
    named: Sequence[Mention]
    starts: Sequence[int]
    firsts: Sequence[int]
    lasts: Sequence[int]

    def inside(self, span: Span) -> Sequence[Token]:
        """The tokens that begin in a part."""
        return self.found[bisect_left(self.starts, span.start) : bisect_left(self.starts, span.end)]

    def here(self, span: Span) -> Sequence[Mention]:
        """The names that begin in a part."""
        return self.named[bisect_left(self.firsts, span.start) : bisect_left(self.firsts, span.end)]

    def ends(self, span: Span) -> bool:
        """Whether the first name that ends in a part began before: "Economic Community of / Central African States"."""
        at = bisect_left(self.lasts, span.start)
        return at < len(self.lasts) and self.lasts[at] < span.end and self.firsts[at] < span.start


def _cut(text: str, index: _Index) -> list[Span]:
    """The parts of the text; a plain list in one line is cut at its commas, so that the unknown in it stands out."""
    result: list[Span] = []
    for span in spans(text):
        pieces = items(text, span)
        result += pieces if len(pieces) > 1 and _is_list(pieces, index) else [span]
    return result


def _is_list(pieces: Sequence[Span], index: _Index) -> bool:
    """Whether at least half of the pieces name an actor, in few words, and none a person."""
    offices = words.TITLES | words.FUNCTION | words.GOVERNMENT
    known = 0
    for piece in pieces:
        inside = index.inside(piece)
        if index.ends(piece):
            return False  # a cut would go through a name
        if index.here(piece):
            known += 1
            if len(inside) > _LONG:
                return False
        elif len(inside) > _LONG or person_like(inside) or {token.norm for token in inside} <= offices:
            return False
    return 2 * known >= len(pieces)


def _said(inside: Iterable[Token]) -> Role:
    """The role that a part tells, "unknown" if none; signing is the least of them."""
    said: list[Role] = [ROLE_OF[token.norm] for token in inside if token.norm in ROLE_OF]
    return next((role for role in said if role != "signatory"), said[0] if said else "unknown")


def _role(start: int, marks: Sequence[tuple[int, Role]], heading: Role, said: Role) -> Role:
    """The role of a name: what the nearest word of its part says, else the heading, else what the part says.

    marks: the words of its part that tell a role, with their places.
    """
    if not marks:
        return heading if heading != "unknown" else said
    at = bisect_left(marks, start, key=lambda mark: mark[0])
    return min(marks[max(0, at - 1) : at + 1], key=lambda mark: abs(mark[0] - start))[1]


def _leads(part: Read) -> bool:
    """Whether the role that a part tells holds for the parts after it too: it comes first, or before a colon."""
    lead = part.text.partition(":")[0] if ":" in part.text else ""
    first = [token.norm for token in part.plain[: max(3, len(tokens(lead)))]]
    return any(ROLE_OF.get(word, "signatory") != "signatory" for word in first)


def _once(found: Sequence[Found]) -> tuple[Found, ...]:
    told = {(one.key, one.kind) for one in found if one.role != "unknown"}
    kept: dict[tuple[str, str, str], Found] = {}
    for one in found:
        if one.role == "unknown" and (one.key, one.kind) in told:
            continue
        kept.setdefault((one.key, one.kind, one.role), one)
    return tuple(kept.values())
