"""Words of a text as names are compared by: without case, accents, articles and apostrophes."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Dotted initials ("U.S.", "U.N.H.C.R") are one word; a French elision ("l'Union", "d'Ivoire") is two.
_WORD = re.compile(r"(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?|[^\W_]+(?:['’‘`ʼ´][^\W_]+)*|&")
_ELISION = re.compile(r"^([ldqnLDQN]|qu|Qu|dell|Dell)['’‘`ʼ´](.+)$", re.DOTALL)
_APOSTROPHES = re.compile(r"['’‘`ʼ´.]")
_POSSESSIVE = re.compile(r"['’‘`ʼ´][sS]$")
ARTICLES = frozenset({"the"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word. norm: what it is compared by; raw: as written; start, end: place in the text (characters)."""

    norm: str
    raw: str
    start: int
    end: int

    @property
    def capital(self) -> bool:
        """Whether it is written with a capital first letter."""
        return self.raw[:1].isupper()


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """A word without case, accents and apostrophes."""
    word = _POSSESSIVE.sub("", word)
    if "0" in word and word[0].isalpha():
        word = word.replace("0", "O")  # a scanned letter: "UNPROF0R"
    if word.isascii():
        return _APOSTROPHES.sub("", word.lower()) or word.lower()
    plain = unicodedata.normalize("NFKD", word.casefold().replace("ı", "i").replace("œ", "oe"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _APOSTROPHES.sub("", plain) or plain


def tokens(text: str) -> list[Token]:
    """The words of a text in order, articles left out."""
    found: list[Token] = []
    for piece in _WORD.finditer(text):
        raw, start = piece.group(), piece.start()
        if raw == "&":
            found.append(Token("and", raw, start, start + 1))
            continue
        elision = _ELISION.match(raw)
        if elision and len(elision.group(2)) > 1:
            at = start + elision.start(2)
            first = elision.group(1)
            found.append(Token(fold(first), first, start, start + len(first)))
            raw, start = elision.group(2), at
        norm = fold(raw)
        if norm not in ARTICLES:
            found.append(Token(norm, raw, start, piece.end()))
    return found


def key(name: str) -> tuple[str, ...]:
    """A name as its words are compared: `key("Union of the Comoros") == ("union", "of", "comoros")`."""
    return tuple(token.norm for token in tokens(name))
