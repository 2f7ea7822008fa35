"""Rows of treaty_actions: reading the file of all sources by the table of rules, and laying facts over it."""

import csv
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from forestall.ids.state_table import rows as states
from forestall.instruments.nonproliferation.treaties.register import key_in_table
from forestall.instruments.nonproliferation.treaties.status import Action
from forestall.store.schemas import SCHEMAS

CONSENT = ("ratified", "acceded", "accepted", "succeeded")
ACTIONS = ("signed", *CONSENT, "withdrew", "withdrawal_notified", "suspended", "revoked", "rejoined")
_DROPS = {"not_party": CONSENT, "not_signed": ("signed",)}
GGO = "manytreaties-GGO"
"""Repeats days of accession as days of signature."""
NAMED = {
    "UNTC-zmjones-2015": "UN Treaty Collection, copy of 2015",
    GGO: "manytreaties 2023 (GGO)",
    "manytreaties-IEADB": "manytreaties 2023 (IEADB)",
}
"""Sources of the file as the table names them."""
OPEN = "9999-12-31"
PLACEHOLDER = "0001-01-01"
REPAIRED = {"ALG": "DZA", "GIN - GNQ": "GNQ", "SWA - SWZ": "SWZ", "KOR - PRK": "PRK", "BZL": "BLZ", "LES": "LSO"}
DROPPED = {"YUG", "SCG", "YAR", "EUE", "IO-EAEC", "ABW", "BES", "CUW", "MAF"}
"""Not states, territories, and states whose series another code goes on with. CSK, DDR and YMD are kept for the days on
which they existed and count in no total after them."""
OWN_STANDING = {"BLR", "UKR", "EST", "LVA", "LTU", "IND", "IRQ", "DEU", "KHM", "LAO", "TWN"}
"""Acted in their own name before the first day that the table of states has for them (members of the United Nations
from 1945, or parties to agreements of between the wars): their days stay as the source has them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Which rows of the file are taken for a treaty. only: codes, empty for all. parties: what it must come to.
    note: said of each consent."""

    file_key: str
    treaty: str
    source: str
    only: frozenset[str]
    needs_force: bool
    signatures: bool
    ends: date
    parties: int
    note: str | None


def order(one: Action) -> tuple[str, str, date, int]:
    """Order in the table: treaty, state, day, and signatures before consent on the same day."""
    return one.treaty, one.iso3, one.day or date.max, ACTIONS.index(one.action)


def values(one: Action) -> tuple[object, ...]:
    """The values in the order of the table's columns."""
    return tuple(getattr(one, name) for name in SCHEMAS["treaty_actions"])


def fact(row: Mapping[str, str]) -> Action:
    """The action in a row of a file of facts. Raises ValueError if action, state or day is not one."""
    action = row["action"].strip()
    if action not in ACTIONS and action not in _DROPS:
        raise ValueError(f"action {action!r} is none of {', '.join((*ACTIONS, *_DROPS))}")
    iso3 = row["iso3"].strip()
    if iso3 not in known_codes():
        raise ValueError(f"{iso3!r} is not the code of a state")
    day, precision = day_of(row.get("day") or "")
    said = (row.get("day_precision") or "").strip()
    if said in ("by", "month", "year") and precision == "day":
        day, precision = day_of(row["day"].strip()[: {"by": 10, "month": 7, "year": 4}[said]])[0], said
    return Action(
        treaty=key_in_table(row["treaty"].strip()),
        iso3=iso3,
        action=action,
        day=day,
        day_precision=precision,
        in_force=day_of(row.get("in_force") or "")[0],
        source=row["source"].strip(),
        looked_up=row["looked_up"].strip().lower() in ("yes", "true", "1"),
        note=(row.get("note") or "").strip() or None,
    )


def known_codes() -> set[str]:
    """Codes that may stand in the table."""
    return {code for one in states() for code in (one.iso3, one.series_iso3) if code}


def day_of(text: str) -> tuple[date | None, str]:
    """A day as written YYYY-MM-DD, YYYY-MM or YYYY, and its precision; a month or year alone is its last day: a state
    is not counted before it surely acted. None for an empty text. Raises ValueError."""
    wanted = text.strip().rstrip("?")
    if not wanted or wanted in (OPEN, PLACEHOLDER):
        return None, "none"
    parts = [int(part) for part in wanted.split("-")]
    if len(parts) == 1:
        return date(parts[0], 12, 31), "year"
    if len(parts) == 2:
        return date(parts[0], parts[1], monthrange(parts[0], parts[1])[1]), "month"
    return date.fromisoformat(wanted), "day"


def rules(path: Path) -> tuple[Rule, ...]:
    """The table of rules."""
    with path.open(newline="", encoding="utf-8") as handle:
        return tuple(
            Rule(
                file_key=row["file_key"],
                treaty=row["treaty"],
                source=row["source"],
                only=frozenset(row["only"].split()),
                needs_force=row["needs_force"] == "yes",
                signatures=row["signatures"] == "yes",
                ends=date.fromisoformat(row["ends"]),
                parties=int(row["parties"]),
                note=row["note"] or None,
            )
            for row in csv.DictReader(handle)
        )


def base(rows: Iterable[Mapping[str, str]], used: Iterable[Rule]) -> list[Action]:
    """The actions of the file by the rules. Where two rules give the same action of a state, the later one counts."""
    asked = defaultdict(list)
    for one in used:
        asked[one.file_key, one.source].append(one)
    order = {id(one): place for place, held in enumerate(asked.values()) for one in held}
    found: dict[tuple[str, str, str], tuple[int, Action]] = {}
    for row in rows:
        iso3 = REPAIRED.get(row["iso3"], row["iso3"])
        if iso3 in DROPPED or len(iso3) != 3:
            continue
        for rule in asked.get((row["treaty"], row["source"]), ()):
            if rule.only and iso3 not in rule.only:
                continue
            for made in _of(row, iso3, rule):
                held = (rule.treaty, iso3, "signed" if made.action == "signed" else "consent")
                if held not in found or found[held][0] <= order[id(rule)]:
                    found[held] = (order[id(rule)], made)
    return [made for _, made in found.values()]


def _of(row: Mapping[str, str], iso3: str, rule: Rule) -> list[Action]:
    """Signature and consent in one row of the file."""
    signed, _ = day_of(row["signature"])
    consent, precision = day_of(row["ratification"])
    force, _ = day_of(row["force"])
    if rule.needs_force and force is None:
        consent = None
    doubt = "the source marks the day with a question mark" if row["ratification"].endswith("?") else rule.note
    made = []
    repeated = signed == consent and rule.source == GGO
    if signed is not None and rule.signatures and (consent is None or signed <= consent) and not repeated:
        made.append(Action(rule.treaty, iso3, "signed", signed, "day", None, NAMED[rule.source], False, None))
    if consent is not None:
        own_signature = bool(made) and signed != consent
        in_force = force if force is not None and force >= consent else None
        action = "ratified" if own_signature else "acceded"
        made.append(Action(rule.treaty, iso3, action, consent, precision, in_force, NAMED[rule.source], False, doubt))
    return made


def merged(found: Iterable[Action], facts: Iterable[Action]) -> list[Action]:
    """Actions with facts laid over them: what a fact says of a signature or of consent replaces what stood there."""
    facts = list(facts)
    gone = set()
    for one in facts:
        kinds = _DROPS.get(one.action) or (CONSENT if one.action in CONSENT else (one.action,))
        gone |= {(one.treaty, one.iso3, kind) for kind in kinds}
    kept = [one for one in found if (one.treaty, one.iso3, one.action) not in gone]
    return kept + [one for one in facts if one.action not in _DROPS]


def inherited(found: Iterable[Action]) -> list[Action]:
    """Days before a state existed are those of the state it followed: it is counted as bound from its first day, and
    signatures of that other state are left out."""
    first: dict[str, date] = {}
    for state in states():
        for code in {state.iso3, state.series_iso3} - {""}:
            first[code] = min(state.start, first.get(code, state.start))
    made = []
    for one in found:
        start = first[one.iso3]
        early = one.day is not None and one.day < start and (start - one.day).days > 366
        if not early or one.iso3 in OWN_STANDING:
            made.append(one)
        elif one.action in CONSENT:
            note = f"the source gives {one.day}, the day of the state or power before it; counted from its first day"
            note += f"; {one.note}" if one.note else ""
            made.append(replace(one, action="succeeded", day=start, in_force=None, note=note))
    return made
