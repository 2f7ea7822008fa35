"""A text as a user gives it: a file or standard input, with what must be refused; and the date it states itself."""

import re
import sys
from datetime import date
from pathlib import Path

from forestall.council.mandates.times import DATE, read_date
from forestall.errors import SourceError, UsageError

LARGEST_BYTES = 2_000_000
STARTS = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a Word or other zipped document",
    b"\xd0\xcf\x11\xe0": "a Word 97 document",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"{\\rtf": "an RTF document",
    b"\x1f\x8b": "a compressed file",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
STATED = re.compile(
    rf"Adopted\s{{1,3}}by\s{{1,3}}the\s{{1,3}}Security\s{{1,3}}Council\s{{1,3}}at\s{{1,3}}its\s{{1,3}}[\w\s(){{}}-]{{3,40}}?meeting,?\s{{1,3}}on\s{{1,3}}({DATE})"
    rf"|Resolution\s{{1,3}}\d{{1,4}}\s?\(\d{{4}}\)\.?\s{{1,3}}(?:Resolution\s{{1,3}})?of\s{{1,3}}({DATE})",
    re.I,
)


def load(name: str) -> str:
    """The text in file `name`, or on standard input for "-". Raises UsageError if there is no such file,
    SourceError if it
    is not plain UTF-8 text of at most 2 MB.
    """
    if name == "-":
        raw = sys.stdin.buffer.read(LARGEST_BYTES + 1)
        name = "standard input"
    else:
        path = Path(name)
        if not path.is_file():
            raise UsageError(f"--text {name!r} is no file; give a text file, or - to read standard input")
        try:
            with path.open("rb") as stream:
                raw = stream.read(LARGEST_BYTES + 1)
        except OSError as error:
            raise SourceError(f"{name}: cannot be read ({error.strerror}); give a file that you may read") from error
    if len(raw) > LARGEST_BYTES:
        raise SourceError(f"{name}: more than {LARGEST_BYTES:,} bytes; expected the text of one resolution")
    for start, what in STARTS.items():
        if raw.startswith(start):
            raise SourceError(
                f"{name}: is {what}, expected plain text in UTF-8; copy the resolution's text into a text file"
            )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}: byte {error.start} is not UTF-8; save the file as plain text in UTF-8") from error
    if "\x00" in text:
        raise SourceError(
            f"{name}: holds NUL bytes, so it is no plain text; copy the resolution's text into a text file"
        )
    if not text.strip():
        raise SourceError(f"{name}: is empty; expected the text of a resolution")
    return text


def stated_adoption(text: str) -> date | None:
    """The day of adoption that the text itself states near its beginning; None if it states none."""
    m = STATED.search(" ".join(text[:6000].split()))
    return read_date(m.group(1) or m.group(2), date(1946, 1, 1)) if m else None


def doubts(text: str, adopted: date) -> list[str]:
    """What a user should be told before trusting the result: one line each."""
    told = []
    stated = stated_adoption(text)
    if stated is not None and stated != adopted:
        told.append(
            f"the text says it was adopted on {stated}, --adopted says {adopted}: periods are counted from {adopted}"
        )
    if not re.search(r"Security\s+Council", text) and not re.search(
        r"\b(?:Decides|Requests|Authorizes|Calls upon)\b", text
    ):
        told.append(
            "this does not look like a resolution of the Security"
            " Council: no operative verb and no mention of the Council"
        )
    return told
