"""Mission acronyms in the spelling of our register, whatever spelling a file uses.

The files write one mission in several ways: in French (ONUCI for UNOCI), with a stray quote (`MINUSMA'`) or blank, with
a country behind it, or under a family name for several operations that followed each other (UNAVEM for UNAVEM I, II and
III; UNOSOM; UNEF). A family name needs the date of the row.
"""

import re
from datetime import date

OTHER_SPELLINGS = {
    "ONUCI": "UNOCI",
    "UNOCIONUCI": "UNOCI",
    "UNCPSG": "UNPSG",
    "MINUL": "UNMIL",
    "FNUOD": "UNDOF",
    "FINUL": "UNIFIL",
    "ONUST": "UNTSO",
    "UNMIKOSOVO": "UNMIK",
    "UNFYCIP": "UNFICYP",
    "MINUSUD": "UNMIS",
    "MINUAD": "UNAMID",
    "UNITAMAS": "UNITAMS",
    "MANUI": "UNAMI",
    "MANUA": "UNAMA",
    "LBB": "UNLB",
    "UNMCOLOMBIA": "UNMC",
    "OSESYRIA": "OSE-SYRIA",
    "OSES": "OSE-SYRIA",
    "UNSECRETARIAT": "UN SECRETARIAT",
}
"""What a file writes, without blanks and in capitals, and the acronym we keep."""

FAMILIES: dict[str, tuple[tuple[str, date], ...]] = {
    # Each operation with its last day; a family name after the last of them still means the last.
    "UNEF": (("UNEF I", date(1967, 6, 30)), ("UNEF II", date(1979, 7, 24))),
    "UNAVEM": (
        ("UNAVEM I", date(1991, 5, 31)),
        ("UNAVEM II", date(1995, 2, 7)),  # S/RES/976 (1995) of 8 February 1995 created UNAVEM III
        ("UNAVEM III", date(1997, 6, 30)),
    ),
    "UNOSOM": (
        ("UNOSOM I", date(1993, 3, 25)),  # S/RES/814 (1993) of 26 March 1993 created UNOSOM II
        ("UNOSOM II", date(1995, 3, 31)),
    ),
}

SUCCESSIONS: dict[tuple[str, str], date] = {
    ("UNOMSIL", "UNAMSIL"): date(1999, 10, 22),  # S/RES/1270 (1999)
    ("UNTAET", "UNMISET"): date(2002, 5, 20),  # S/RES/1410 (2002)
    ("MONUC", "MONUSCO"): date(2010, 7, 1),  # S/RES/1925 (2010)
}
"""Missions that took over from another on a day; files give some months under the name of the other one."""

_NOT_MISSIONS = {"", "ALL", "NA", "NAN", "NONE", "TOTAL"}
_KEY = re.compile(r"[^A-Z0-9-]")


def mission(name: str, on: date | None = None, *, known: frozenset[str] | None = None) -> str | None:
    """The register's acronym for a name as a file writes it, None if it is not a UN mission that we know.

    name: in any case, with stray blanks, quotes and the like. on: the day (or any day of the month) the row speaks of;
    without it a family name (UNAVEM, UNOSOM, UNEF) is not resolved and gives None. A numbered name (`UNAVEM II`) is
    taken at its word; a month under the name of a successor or predecessor goes to the one that was there. known:
    acronyms that count; default: those of the register's facts.
    """
    held = acronyms() if known is None else known
    key = _KEY.sub("", name.upper())
    if key in _NOT_MISSIONS:
        return None
    if key in FAMILIES:
        return None if on is None else family(key, on)
    found = OTHER_SPELLINGS.get(key, key)
    by_key = {_KEY.sub("", one): one for one in held}
    own = by_key.get(_KEY.sub("", found))
    return own if own is None or on is None else _of_that_day(own, on)


def _of_that_day(name: str, on: date) -> str:
    for (earlier, later), change in SUCCESSIONS.items():
        if name in (earlier, later):
            return earlier if on < change else later
    return name


def family(name: str, on: date) -> str:
    """Which operation of a family (UNEF, UNAVEM, UNOSOM) was there on a day. Raises KeyError for another name."""
    operations = FAMILIES[name]
    return next((one for one, last in operations if on <= last), operations[-1][0])


def acronyms() -> frozenset[str]:
    """The acronyms of the register, from the file of facts beside this module."""
    from tools.embed.peacekeeping.facts import facts

    return frozenset(facts())
