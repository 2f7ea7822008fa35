"""Whether the Council says that it acts under Chapter VII."""

import re

from forestall.council.mandates.model import Finding
from forestall.council.mandates.structure import Resolution

ACTING = re.compile(
    r"\b(?:acting|decides,?|authorizes,?)"
    r" (?:[^;.]{0,60}?)\b(?:Chapters? V[I1l]{2}\b(?! ?I)|Articles? (?:39|40|41|42)\b(?:[^;.]{0,40})?)",
    re.I,
)
RECALL = re.compile(
    r"[\"'( ]*(?:and |also |further )*(?:recall|reaffirm|noting|taking note|having regard to its|welcoming|reiterat)",
    re.I,
)


def find(resolution: Resolution) -> list[Finding]:
    """At most one finding: the first place where it says so for this resolution. What earlier resolutions did under
    Chapter VII ("recalling that, acting under Chapter VII, ...") is not counted.
    """
    text = resolution.flat.text
    for unit in resolution.units:
        if unit.part == "quoted":
            continue
        for m in ACTING.finditer(text, unit.start, unit.end):
            gap = m.group()
            if re.search(r"resolution \d|not acting|\bthen\b|\bwas\b", gap, re.I) and not re.match(
                r"acting under", gap, re.I
            ):
                continue
            if not gap.lower().startswith("acting") and not re.match(
                r"\w+,? (?:also |further )?,?(?:acting |hereby )?(?:under|pursuant|in accordance)", gap, re.I
            ):
                continue
            before = text[unit.start : m.start()]
            if RECALL.match(before) and len(before) > 3:
                continue
            if unit.part == "title" and not re.search(r"(?:^|[,.;\"] ?)$", before.strip()[-1:] or ""):
                continue
            return [Finding("chapter_vii", "true", m.start(), m.end(), "chapter VII: acting", None, None, unit.number)]
    return []
