"""A pasted text made even: page furniture, soft hyphens and broken words out, with the way back to the text as
given.
"""

import re
from array import array
from dataclasses import dataclass

from forestall.council.mandates.verbs import listed

VOCABULARY = frozenset(
    listed(
        """
        january february march april may june july august september october november december one two three four
        five six seven eight nine ten eleven twelve fifteen eighteen twenty thirty forty sixty ninety hundred day
        days week weeks month months year years until period periods mandate mandates further additional another
        within later than every thereafter decides requests authorizes extends renews extend renew extension report
        reports reporting council security secretary general resolution resolutions mission force operation panel
        experts group committee commission measures imposed sanctions embargo adoption adopted terminate terminates
        establish establishes review continue acting under chapter charter nations united decide request authorize
        observer disengagement peacekeeping submit provide present monthly quarterly annually expiration expiry that
        which with from states shall member
        """
    )
)
"""Words whose halves are joined when a line break stands between them: those that the rules look for."""
SAME = str.maketrans(
    {
        **dict.fromkeys("‘’ʼ", "'"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‐‑‒–—−", "-"),
        "…": ".",
        "\uf0b7": " ",
    }
)
GONE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff¹²³⁰⁴-⁹*]")
LIGATURES = {"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl"}
FURNITURE = re.compile(
    r"^[ \t\xa0]*(?:S/RES/\d{1,4}[ \xa0]?\(\d{4}\)|\d{2}-\d{5}(?:[ \t]{0,3}\(E\))?(?:[ \t]{1,80}\d{1,3}/\d{1,3})?"
    r"|\d{1,3}/\d{1,3}(?:[ \t]{1,80}\d{2}-\d{5})?|\*\d{6,8}[A-Z]?\*|_{3,80}|-{5,80}|/\.\.\.|Please recycle.{0,20}"
    r"|Page \d{1,3}(?: of \d{1,3})?)[ \t\xa0]*$",
    re.MULTILINE,
)
LONE_NUMBER = re.compile(r"(?<=\n)[ \t]*\n[ \t]*\d{1,3}[ \t]*(?=\n[ \t]*(?:\n|\Z))")
MARKUP = re.compile(r"</?(?:i|b|em|strong|p|br|div|span|sup|a|u|li|ol|ul)\b[^<>]{0,200}>|&nbsp;|&#160;", re.IGNORECASE)
FOOTNOTE_MARK = re.compile(r"<sup>[^<>]{0,8}</sup>", re.IGNORECASE)
BROKEN = re.compile(r"([A-Za-z]{1,14})(-?)[ \t]{0,4}\n[ \t]{0,40}([a-z]{1,14})")
BROKEN_NUMBER = re.compile(
    r"(?:January|February|March|April|May|June|July|August"
    r"|September|October|November|December)\s{1,3}(?:1|2|19|20|199|20\d)"
    r"([ \t]{0,4}\n[ \t]{0,20})\d{1,3}\b"
)


@dataclass(frozen=True)
class Flat:
    """A text with every run of blanks as one blank. `offsets[i]` is where character i stands in `source`; `lines` holds
    the positions at which a line of the source begins, `breaks` those that follow an empty line.
    """

    source: str
    text: str
    offsets: "array[int]"
    lines: frozenset[int]
    breaks: frozenset[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the source of characters `start` to `end` (exclusive) of the flat text."""
        return self.offsets[start], self.offsets[end - 1] + 1

    def quote(self, start: int, end: int) -> str:
        """The words of the source at these characters of the flat text, each run of blanks as one."""
        first, last = self.span(start, end)
        return " ".join(self.source[first:last].split())


def _dropped(source: str) -> list[tuple[int, int]]:
    """Spans of the source that are no part of its words."""
    spans = [(m.start(), m.end()) for p in (FURNITURE, LONE_NUMBER, FOOTNOTE_MARK) for m in p.finditer(source)]
    for m in BROKEN.finditer(source):
        left, right = m.group(1).lower(), m.group(3).lower()
        joined = left + right
        if joined in VOCABULARY and not (left in VOCABULARY and right in VOCABULARY):
            spans.append((m.end(1), m.start(3)))
        elif m.group(2):
            spans.append((m.end(2), m.start(3)))
    spans.extend((m.start(1), m.end(1)) for m in BROKEN_NUMBER.finditer(source))
    return sorted(spans)


def flatten(source: str) -> Flat:
    """The text made even. Work and memory grow with its length alone."""
    drop = _dropped(source)
    blanks = {m.start(): m.end() for m in MARKUP.finditer(source)}
    out: list[str] = []
    offsets = array("l")
    lines: set[int] = set()
    breaks: set[int] = set()
    newlines, blank, k, i = 1, -1, 0, 0
    while i < len(source):
        while k < len(drop) and drop[k][1] <= i:
            k += 1
        if k < len(drop) and drop[k][0] <= i < drop[k][1]:
            i = drop[k][1]
            continue
        one = source[i]
        if i in blanks or one.isspace():
            blank = i if blank < 0 else blank
            newlines += (
                one in "\n\r\u2028\u2029" or source[i : i + 2].lower() == "<p" or source[i : i + 3].lower() == "<br"
            )
            i = blanks.get(i, i + 1)
            continue
        if GONE.match(one) or (one == "_" and (source[i + 1 : i + 2].isalpha() or source[i - 1 : i].isalnum())):
            i += 1
            continue
        if blank >= 0 and out:
            out.append(" ")
            offsets.append(blank)
        if newlines:
            lines.add(len(out))
            if newlines > 1:
                breaks.add(len(out))
        newlines, blank = 0, -1
        for char in LIGATURES.get(one, one.translate(SAME)):
            out.append(char)
            offsets.append(i)
        i += 1
    return Flat(source, "".join(out), offsets, frozenset(lines), frozenset(breaks))
