"""Third parties of a peace agreement or crisis, read from free text.

For the field `ThrdPart` of PA-X (Bell and Badanjak 2019, doi:10.1177/0022343318819123) and `pa_3rd` and `c_3rd` of
UCDP's Peace Agreement Dataset (Pettersson, Högbladh and Öberg 2019, doi:10.1177/0022343319856046): lists, prose and
blocks of signatures. Nothing is dropped: every part of the text is an actor's, domestic, a person's, a heading, or not
resolved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from forestall.instruments.mediation.third_parties import words
from forestall.instruments.mediation.third_parties.lexicon import Actor, Kind
from forestall.instruments.mediation.third_parties.scan import Mention, mentions
from forestall.instruments.mediation.third_parties.segments import Span, Status, bare, items, person_like, spans
from forestall.instruments.mediation.third_parties.tokens import Token, tokens
from forestall.instruments.mediation.third_parties.words import ROLE_OF, Role

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
    words_ = tokens(text)
    named = mentions(text, words_, own, on)
    parts = _cut(text, words_, named)
    within = {token.start for one in named for token in words_[one.first : one.last + 1]}
    found: list[Found] = []
    told: list[Part] = []
    domestic = 0
    heading: Role = "unknown"
    scope: Status | None = None
    folded: list[int] = []
    for index, span in enumerate(parts):
        inside = [token for token in words_ if span.start <= token.start < span.end]
        plain = [token for token in inside if token.start not in within]
        here = [one for one in named if span.start <= words_[one.first].start < span.end]
        piece = text[span.start : span.end].strip()
        external = [(one, actor) for one in here for actor in one.actors if actor.key not in own and _counts(one)]
        internal = any(actor.key in own for one in here if not one.place for actor in one.actors)
        covered = any(words_[one.first].start < span.start <= words_[one.last].start and one.actors for one in named)
        said = _said(plain)
        if external or covered:
            status: Status = "resolved"
        elif internal:
            status = "domestic"
        else:
            status = bare(piece, inside)
            if status == "person" and ":" in piece and _is_body(piece):
                status = "domestic"
        if said not in ("unknown", "signatory") and (status == "passed" or _leads(piece, plain)):
            heading = said
        for one, actor in external:
            found.append(Found(actor.key, actor.kind, _role(one, plain, words_, heading), piece))
        domestic += internal and status != "domestic"
        if scope is not None and (status == "person" or (status == "domestic" and not internal and _describes(inside))):
            status = scope
        elif status == "person":
            folded.append(index)
        else:
            if status in ("resolved", "domestic") and _describes(inside) and folded and folded[-1] == len(told) - 1:
                told[-1] = Part(told[-1].text, status)  # the person in the line before is whom this part describes
            scope = status if status in ("resolved", "domestic") and _opens(piece, inside, plain) else None
        told.append(Part(piece, status))
    return Parsed(
        _once(found),
        domestic + sum(part.status == "domestic" for part in told),
        sum(part.status == "person" for part in told),
        tuple(part.text for part in told if part.status == "unresolved"),
        tuple(told),
    )


def _counts(mention: Mention) -> bool:
    return not mention.place or mention.hosting


def _cut(text: str, found: Sequence[Token], named: Sequence[Mention]) -> list[Span]:
    """The parts of the text; a plain list in one line is cut at its commas, so that the unknown in it stands out."""
    result: list[Span] = []
    for span in spans(text):
        pieces = items(text, span)
        if len(pieces) > 1 and _is_list(pieces, found, named):
            result += pieces
        else:
            result.append(span)
    return result


def _is_list(pieces: Sequence[Span], found: Sequence[Token], named: Sequence[Mention]) -> bool:
    if any(found[one.first].start < piece.start <= found[one.last].start for one in named for piece in pieces):
        return False  # a cut would go through a name
    known = 0
    for piece in pieces:
        inside = [token for token in found if piece.start <= token.start < piece.end]
        if any(piece.start <= found[one.first].start < piece.end for one in named):
            known += 1
            if len(inside) > 9:
                return False
        elif (
            len(inside) > 7 or person_like(inside) or {token.norm for token in inside} <= words.TITLES | words.FUNCTION
        ):
            return False
    return 2 * known >= len(pieces)


def _said(inside: Iterable[Token]) -> Role:
    """The role that a part tells, "unknown" if none; signing is the least of them."""
    said: list[Role] = [ROLE_OF[token.norm] for token in inside if token.norm in ROLE_OF]
    return next((role for role in said if role != "signatory"), said[0] if said else "unknown")


def _role(mention: Mention, inside: Sequence[Token], found: Sequence[Token], heading: Role) -> Role:
    """The role of one mention: the host of talks, what the nearest word of its part says, or the heading's."""
    if mention.hosting:
        return "host"
    start = found[mention.first].start
    near = sorted(
        (abs(token.start - start), ROLE_OF[token.norm])
        for token in inside
        if token.norm in ROLE_OF and ROLE_OF[token.norm] != "signatory"
    )
    if near:
        return near[0][1]
    if heading != "unknown":
        return heading
    return _said(inside)


def _leads(piece: str, inside: Sequence[Token]) -> bool:
    """Whether the role that a part tells holds for the parts after it too: it comes first, or before a colon."""
    lead = piece.partition(":")[0] if ":" in piece else ""
    first = [token.norm for token in inside[: max(3, len(tokens(lead)))]]
    return any(ROLE_OF.get(word, "signatory") != "signatory" for word in first)


def _describes(inside: Sequence[Token]) -> bool:
    """Whether a part begins like the description of the person in the line before: with an office or "for"."""
    if not inside:
        return False
    first = next((token.norm for token in inside if not token.norm.isdigit()), "")
    return first in words.TITLES - {"he", "h", "mr", "mrs", "ms", "dr", "his", "her", "hon"} or first in (
        "for",
        "on",
        "of",
        "pour",
        "por",
        "head",
        "facilitator",
        "mediator",
        "moderator",
    )


def _opens(piece: str, inside: Sequence[Token], plain: Sequence[Token]) -> bool:
    """Whether the persons in the lines after a part belong to it.

    So after a colon, after "For the United Nations", and after a line with nothing but an actor's name. plain: the
    words outside names of actors.
    """
    if piece.rstrip().endswith(":") or (":" in piece and _is_body(piece)):
        return True
    if not inside:
        return False
    short = inside[0].norm in ("for", "pour", "por", "on") and len(inside) <= 12
    return short or (not _describes(inside) and not any(_is_new(token) for token in plain))


def _is_body(piece: str) -> bool:
    """Whether what stands before a colon names a body whose members follow: "Diplomatic Commission: A; B"."""
    lead = tokens(piece.partition(":")[0])
    return any(token.norm in words.ORGANISED for token in lead)


def _is_new(token: Token) -> bool:
    """Whether a word is no title, role, heading or function word: perhaps a person's name."""
    known = (words.TITLES, words.FUNCTION, words.HEADINGS, words.GOVERNMENT, words.ORGANISED, words.ROLE_OF)
    return token.capital and len(token.norm) > 1 and not any(token.norm in held for held in known)


def _once(found: Sequence[Found]) -> tuple[Found, ...]:
    told = {(one.key, one.kind) for one in found if one.role != "unknown"}
    kept: dict[tuple[str, str, str], Found] = {}
    for one in found:
        if one.role == "unknown" and (one.key, one.kind) in told:
            continue
        kept.setdefault((one.key, one.kind, one.role), one)
    return tuple(kept.values())


def actor_of(found: Found) -> Actor:
    """The actor of what was found, with its name."""
    from forestall.instruments.mediation.third_parties.lexicon import actors, organisations

    return actors()[found.key] if found.kind == "state" else organisations()[found.key]
