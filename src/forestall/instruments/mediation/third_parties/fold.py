"""Which person belongs to which actor: names of persons and the lines before or after that say for whom they signed."""

from collections.abc import Sequence
from dataclasses import dataclass

from forestall.instruments.mediation.third_parties import words
from forestall.instruments.mediation.third_parties.segments import Status, bare
from forestall.instruments.mediation.third_parties.tokens import Token, tokens

_ADDRESS = frozenset(
    {
        "he",
        "h",
        "mr",
        "mrs",
        "ms",
        "dr",
        "his",
        "her",
        "hon",
        "honourable",
        "honorable",
        "s",
        "e",
        "se",
        "sem",
        "prof",
        "m",
    }
)
_AGENTS = frozenset({"for", "on", "of", "pour", "por", "head", "facilitator", "mediator", "moderator", "member"})
_SHORT = 20
"""Words of a line such as "For the United Nations" at most, for the persons after it to belong to it."""


@dataclass(frozen=True, slots=True)
class Read:
    """A part before folding.

    text: the part; inside: its words; plain: those outside the names of actors; external, internal: whether it names an
    actor of others or of the conflict's own states.
    """

    text: str
    inside: Sequence[Token]
    plain: Sequence[Token]
    external: bool
    internal: bool

    def status(self) -> Status:
        """What the part is by itself."""
        if self.external:
            return "resolved"
        if self.internal:
            return "domestic"
        alone = bare(self.text, self.inside)
        return "domestic" if alone == "person" and self.body() else alone

    def describes(self) -> bool:
        """Whether it begins like the description of a person in a line before: with an office or "for"."""
        first = next((token.norm for token in self.inside if not token.norm.isdigit()), "")
        return (first in words.TITLES and first not in _ADDRESS) or first in _AGENTS

    def body(self) -> bool:
        """Whether it names a body before a colon, whose members follow: "Diplomatic Commission: A; B"."""
        lead, colon, _ = self.text.partition(":")
        return bool(colon) and any(token.norm in words.ORGANISED for token in tokens(lead))

    def opens(self) -> bool:
        """Whether persons in the parts after it belong to it.

        So after a colon, after "For the United Nations", and after a line with nothing but an actor's name.
        """
        if self.text.rstrip().endswith(":") or self.body():
            return True
        if not self.inside:
            return False
        short = self.inside[0].norm in ("for", "pour", "por", "on") and len(self.inside) <= _SHORT
        return short or (not self.describes() and not any(_new(token) for token in self.plain))


def fold(parts: Sequence[Read]) -> list[Status]:
    """The status of each part, with persons counted to the actor that the parts around them name."""
    told: list[Status] = []
    scope: Status | None = None
    for part in parts:
        status = part.status()
        if scope is not None and (
            status == "person" or (status == "domestic" and not part.internal and part.describes())
        ):
            status = scope
        elif status in ("resolved", "domestic"):
            if part.describes():
                _take_in(told, status)
            scope = status if part.opens() else None
        elif status != "person":
            scope = None
        told.append(status)
    return told


def _take_in(told: list[Status], status: Status) -> None:
    """Count the last person, if only titles stand between, to the actor whose office is told."""
    place = len(told) - 1
    while place >= 0 and told[place] == "passed":
        place -= 1
    if place >= 0 and told[place] == "person" and len(told) - place <= 3:
        told[place] = status


def _new(token: Token) -> bool:
    """Whether a word is no title, role, heading or function word: perhaps a person's name."""
    known = (words.TITLES, words.FUNCTION, words.HEADINGS, words.GOVERNMENT, words.ORGANISED, words.ROLE_OF)
    return token.capital and len(token.norm) > 1 and not any(token.norm in held for held in known)
