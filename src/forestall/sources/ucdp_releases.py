"""Names, status and span of UCDP releases, from file names and version columns."""

import re
from dataclasses import dataclass, replace

from forestall.errors import SourceError, UsageError

FIRST_MONTH = (1989 - 1980) * 12 + 1
"""GED and everything built on it begin in January 1989 (month_id 109)."""


@dataclass(frozen=True, slots=True)
class Release:
    """One release.

    kind: as in `ucdp_formats`, or "ucdp-candidate". status: final, candidate or provisional. first_month, last_month:
    the span it covers, as month_id.
    """

    name: str
    kind: str
    status: str
    first_month: int | None = None
    last_month: int | None = None


def _month(year: int, month: int) -> int:
    return (year - 1980) * 12 + month


def ged(version: str) -> Release:
    """A final GED release: 25.1 covers January 1989 to December 2024."""
    last = _month(2000 + int(version.partition(".")[0]) - 1, 12)
    return Release(f"ucdp-ged-{version}", "ucdp-ged", "final", FIRST_MONTH, last)


def candidate(version: str) -> Release:
    """A Candidate release: 26.0.2 is February 2026, 21.01.21.12 January to December 2021, 2025 that whole year."""
    parts = [int(p) for p in version.split(".")]
    if len(parts) == 1:
        first, last = _month(parts[0], 1), _month(parts[0], 12)
    elif len(parts) == 3:
        first = last = _month(2000 + parts[0], parts[2])
    else:
        first, last = _month(2000 + parts[0], parts[1]), _month(2000 + parts[2], parts[3])
    # A whole year under one number comes in seven columns: no places, no low or high. Anything else is better.
    status = "provisional" if len(parts) == 1 else "candidate"
    return Release(f"ucdp-candidate-{version}", "ucdp-candidate", status, first, last)


_YEARLY = {
    "ucdp-acd": 1946,
    "ucdp-dyadic": 1946,
    "ucdp-country-year": 1989,
    "ucdp-peace-agreements": 1975,
    "ucdp-termination-conflict": 1946,
    "ucdp-termination-dyad": 1946,
    "ucdp-actors": None,
}
_TERMINATION_LAST_YEAR = {"3": 2020}


def yearly(kind: str, version: str) -> Release:
    """A yearly dataset by its version: 25.1 ends with 2024. Version 3 of the terminations is 3-2021, to 2020."""
    first = _YEARLY[kind]
    name = version
    if kind.startswith("ucdp-termination"):
        last = _TERMINATION_LAST_YEAR.get(version)
        name = f"{version}-{last + 1}" if last else version
    else:
        last = 2000 + int(version.partition(".")[0]) - 1
    if first is None or last is None:
        return Release(f"{kind}-{name}", kind, "final")
    return Release(f"{kind}-{name}", kind, "final", _month(first, 1), _month(last, 12))


_EVENT_NAMES = (
    (re.compile(r"gedevent[_-]?v?(\d{2})[_.-](\d{2})[_.-](\d{2})[_.-](\d{2})(?!\d)"), "range"),
    (re.compile(r"gedevent[_-]?v?(\d{2})[_.-]0[_.-](\d{1,2})(?!\d)"), "monthly"),
    (re.compile(r"gedevent[_-]?v?(\d{2})[_.-](\d)(?![\d_.-]\d)"), "final"),
    (re.compile(r"(?<![a-z])ged(\d{2})(\d)(?!\d)"), "final"),
    (re.compile(r"candidate[_-](20\d{2})[_-]events"), "year"),
)


def of_events(file_name: str) -> Release | None:
    """The release of an event file by its published name (GEDEvent_v25_1, ged251-csv, GEDEvent_v26_0_2), or None."""
    text = file_name.lower()
    for pattern, sort in _EVENT_NAMES:
        if found := pattern.search(text):
            parts = found.groups()
            if sort == "final":
                return ged(f"{parts[0]}.{parts[1]}") if parts[1] != "0" else None
            version = {"range": ".".join(parts), "monthly": f"{parts[0]}.0.{parts[-1]}", "year": parts[0]}[sort]
            return _checked(candidate(version))
    return None


def _checked(release: Release) -> Release | None:
    """None for a name whose months are none: v26_0_13, v21_01_21_00."""
    digits = [int(p) for p in release.name.removeprefix("ucdp-candidate-").split(".")]
    months = digits[2:3] if len(digits) == 3 else digits[1::2]
    return release if all(1 <= m <= 12 for m in months) and release.first_month <= release.last_month else None  # type: ignore[operator]


_NAMED = re.compile(r"(ucdp-[a-z-]+?)-(\d+(?:\.\d+)*(?:-\d{4})?)")


def named(text: str) -> Release:
    """The release with this name, as a user types it after --release. Raises UsageError for a name that is none."""
    found = _NAMED.fullmatch(text.strip().lower())
    if found:
        kind, version = found.groups()
        if kind == "ucdp-ged" and re.fullmatch(r"\d{2}\.[1-9]", version):
            return ged(version)
        if kind == "ucdp-candidate" and re.fullmatch(r"20\d{2}|\d{2}\.0\.\d{1,2}|\d{2}(\.\d{2}){3}", version):
            release = _checked(candidate(version))
            if release:
                return release
        if kind in _YEARLY and re.fullmatch(r"\d{1,2}(\.\d)?(-\d{4})?", version):
            return replace(yearly(kind, version.split("-")[0]), name=text.strip().lower())
    raise UsageError(
        f"release {text!r} is not a UCDP release: "
        "write for example ucdp-ged-25.1, ucdp-candidate-26.0.2 or ucdp-acd-25.1"
    )


def ask(file_name: str) -> SourceError:
    """The error for an event file whose name does not say which release it is."""
    return SourceError(
        f"{file_name}: cannot tell which release this is from its name: say so, for example --release ucdp-ged-25.1, "
        "or give the file its published name back (GEDEvent_v25_1.csv)"
    )
