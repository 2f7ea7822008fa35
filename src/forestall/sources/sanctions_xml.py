"""Reads XML that may be hostile or malformed into (tag, text, children) trees, within limits and without any entity.

A document type declaration is refused outright, so neither entity bombs nor external entities can act. Some releases
declare UTF-8 but had characters cut to their low byte: those are read as Latin-1, control characters are dropped (the
cut quotation marks and dashes are put back), and stray `&` and `<` are escaped.
"""

import re
from dataclasses import dataclass, field
from xml.parsers import expat  # safe: declarations are refused before any entity can be defined

from forestall.errors import SourceError

MAX_DEPTH = 32
MAX_ELEMENTS = 2_000_000
TAGS = re.compile(r"<(?!/?(?:CONSOLIDATED|INDIVIDUAL|ENTIT|[A-Z][A-Z0-9_]{2,40}\s*/?>)|\?xml|!--|!\[CDATA\[)")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)")
_REFERENCE = re.compile(r"&#(x[0-9a-fA-F]{1,6}|[0-9]{1,7});")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_CUT = str.maketrans({"\x18": "'", "\x19": "'", "\x1c": '"', "\x1d": '"', "\x13": "-", "\x14": "-"})


@dataclass(slots=True)
class Node:
    """One element: its tag in capitals without namespace, its own text, its children in order."""

    tag: str
    parts: list[str] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The element's own text with runs of white space as one blank."""
        return " ".join("".join(self.parts).split())

    def all(self, tag: str) -> list["Node"]:
        """The children with this tag."""
        return [child for child in self.children if child.tag == tag]

    def value(self, tag: str) -> str:
        """The text of the first child with this tag, empty if there is none."""
        return next((child.text for child in self.children if child.tag == tag), "")


def repair(content: bytes) -> str:
    """The text of malformed XML: Latin-1 unless it is UTF-8, no control characters, stray `&` and `<` escaped."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    text = _CONTROL.sub("", text.translate(_CUT))
    return TAGS.sub("&lt;", _ENTITY.sub("&amp;", _REFERENCE.sub(_kept, text)))


def _kept(found: re.Match[str]) -> str:
    code = int(found[1][1:], 16) if found[1][0] == "x" else int(found[1])
    allowed = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF
    return found[0] if allowed else ""


def read(content: bytes, name: str) -> tuple[Node, bool]:
    """The root element, and whether the text had to be repaired.

    Raises SourceError for a document type declaration, too deep nesting, too many elements, or XML that cannot be
    read even after repair (with line and column).
    """
    try:
        return _parse(content.decode("utf-8-sig"), name), False
    except (UnicodeDecodeError, expat.ExpatError):
        pass
    try:
        return _parse(repair(content), name), True
    except expat.ExpatError as bad:
        raise SourceError(
            f"{name}, line {bad.lineno}, column {bad.offset + 1}: not readable as XML even after repair; "
            "fetch the file again"
        ) from None


def _parse(text: str, name: str) -> Node:
    parser = expat.ParserCreate("utf-8")
    root = Node("")
    stack = [root]
    count = 0

    def start(tag: str, _attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) > MAX_DEPTH or count > MAX_ELEMENTS:
            raise SourceError(
                f"{name}: elements nested deeper than {MAX_DEPTH} or more than {MAX_ELEMENTS:,}: "
                "expected the Council's list"
            )
        node = Node(tag.rpartition(":")[2].upper())
        if len(stack) == 1 and "dateGenerated" in _attributes:
            root.parts.append(_attributes["dateGenerated"])
        stack[-1].children.append(node)
        stack.append(node)

    def end(_tag: str) -> None:
        stack.pop()

    def data(piece: str) -> None:
        stack[-1].parts.append(piece)

    def declaration(*_about: object) -> None:
        raise SourceError(f"{name}: a document type declaration (<!DOCTYPE) is refused; the Council's list has none")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = data, declaration
    parser.Parse(text.encode("utf-8", "replace"), True)
    return root
