"""The register of treaties: when each opened and entered into force, what it asks for and how a state may leave it.

Files register*.yml beside this module, read in the order of their names (docs/methods/nonproliferation-treaties.md).
Obligations are our own words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from forestall.errors import StoreError, UsageError
from forestall.ids.state_table import key_of
from forestall.store.packaged import read_yaml

PACKAGE = "forestall.instruments.nonproliferation.treaties"

FIELDS = (
    "nuclear",
    "chemical",
    "biological",
    "conventional",
    "humanitarian",
    "space",
    "regional",
    "justice",
    "confidence-building",
)
ANY, LISTED = "all", "listed"
_NOT_FOR_ALL = ("Semipalatinsk", "Tlatelolco", "Rarotonga", "Bangkok", "Pelindaba")
_IN_TABLE = {"ArmsTrade": "ATT", "CANWFZ_Semipalatinsk": "Semipalatinsk"}
_USUAL = {
    "ATT": ("Arms Trade Treaty", "arms trade"),
    "Semipalatinsk": ("CANWFZ", "Central Asian Nuclear-Weapon-Free Zone", "Treaty of Semipalatinsk", "Semey"),
    "NPT": ("Non-Proliferation Treaty", "Treaty on the Non-Proliferation of Nuclear Weapons"),
    "CTBT": ("Comprehensive Nuclear-Test-Ban Treaty", "Test Ban Treaty"),
    "PTBT": ("Partial Test Ban Treaty", "LTBT", "Limited Test Ban Treaty", "Moscow Treaty 1963"),
    "TPNW": ("Treaty on the Prohibition of Nuclear Weapons", "Ban Treaty"),
    "BWC": ("Biological Weapons Convention", "BTWC"),
    "CWC": ("Chemical Weapons Convention",),
    "ENMOD": ("Environmental Modification Convention",),
    "CPPNM": ("Convention on the Physical Protection of Nuclear Material",),
    "NuclearSafety": ("Convention on Nuclear Safety", "CNS"),
    "NuclearTerrorism": ("ICSANT", "Convention for the Suppression of Acts of Nuclear Terrorism"),
    "GenevaProtocol1925": ("Geneva Protocol", "1925 Geneva Protocol"),
    "MineBan": ("Ottawa Convention", "Mine Ban Convention", "Anti-Personnel Mine Ban Convention", "APMBC", "Ottawa"),
    "ClusterMunitions": ("Convention on Cluster Munitions", "CCM"),
    "CCW": ("Convention on Certain Conventional Weapons", "Inhumane Weapons Convention"),
    "RomeStatute": ("Rome Statute of the International Criminal Court", "ICC", "Rome"),
    "Genocide": ("Genocide Convention",),
    "CAT": ("Convention against Torture", "Torture"),
    "OuterSpace": ("Outer Space Treaty", "OST"),
    "Seabed": ("Seabed Arms Control Treaty", "Sea-Bed Treaty"),
    "Moon": ("Moon Agreement", "Moon Treaty"),
    "Antarctic": ("Antarctic Treaty",),
    "Tlatelolco": ("Treaty of Tlatelolco",),
    "Rarotonga": ("Treaty of Rarotonga", "SPNFZ"),
    "Bangkok": ("Treaty of Bangkok", "SEANWFZ"),
    "Pelindaba": ("Treaty of Pelindaba", "ANWFZ"),
}


@dataclass(frozen=True, slots=True)
class Treaty:
    """One treaty. key: its name in table treaty_actions.

    opened: first day on which it could be signed, in_force: first day of force, ended: day after which it binds nobody;
    None where not known or not so. field: one of `FIELDS`. obligations: one line of our own. withdrawal: clause and
    notice. protocols: their keys or names. condition: of entry into force. open_to: "all", or "listed" where only some
    states may join (zones, treaties between two states). known_to: actions of all states are complete up to then, None
    if the register does not say. checked: whether its facts were looked up.
    """

    key: str
    name: str
    aliases: tuple[str, ...]
    field: str
    opened: date | None
    in_force: date | None
    ended: date | None
    depositary: str | None
    obligations: str | None
    withdrawal: str | None
    protocols: tuple[str, ...]
    condition: str | None
    open_to: str
    known_to: date | None
    sources: tuple[str, ...]
    checked: bool
    note: str | None

    def open_on(self, on: date) -> bool:
        """Whether it could be signed by a day; True where the register has no day."""
        return self.opened is None or self.opened <= on


def key_in_table(name: str) -> str:
    """The key that a treaty has in our tables, of the key that a file gives it."""
    return _IN_TABLE.get(name, name.replace("CANWFZ_", ""))


@cache
def register() -> Mapping[str, Treaty]:
    """All treaties of the register by key. Raises StoreError if a file is damaged."""
    from importlib.resources import files

    found: dict[str, Treaty] = {}
    for file in sorted(files(PACKAGE).iterdir(), key=lambda one: one.name):
        if not (file.name.startswith("register") and file.name.endswith(".yml")):
            continue
        try:
            for row in _rows(read_yaml(PACKAGE, file.name)):
                one = _treaty(row)
                found[one.key] = one
        except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise StoreError(f"the register of treaties ({file.name}) cannot be read: {error!r}") from None
    return found


def treaty(key: str) -> Treaty:
    """The register's entry of a key; a bare one, with nothing known, where the register has none."""
    names = _USUAL.get(key, (key,))
    return register().get(key) or _treaty(
        {"key": key, "name": names[0], "aliases": names[1:], "field": "", "open_to": None if key in _USUAL else LISTED}
    )


def usual(key: str) -> str:
    """How lists call a treaty by its key: RomeStatute is Rome Statute, New_START New START."""
    return re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", key).replace("_", " ")


def resolve(query: str, also: tuple[str, ...] = ()) -> str:
    """The key of the treaty that a person means: its key, a name or an alias; case and punctuation don't matter.

    also: keys known beside those of the register. Raises UsageError if nobody knows it, with the nearest names.
    """
    key = key_of(query[:200])
    spelt = spellings(also)
    for asked in (key, key.replace(" ", "")):  # mine-ban, Open Skies
        if asked in spelt:
            return spelt[asked]
    near = nearest(query, also)
    raise UsageError(
        f"treaty {query[:60]!r} is not one we follow: nearest are {', '.join(near)}; give a treaty (NPT, CTBT, BWC, "
        "MineBan ...) or a country (ISO3, Gleditsch-Ward number or name)"
    )


def nearest(query: str, also: tuple[str, ...] = (), n: int = 3) -> tuple[str, ...]:
    """The keys of the n treaties spelt most like this, best first."""
    from rapidfuzz.distance import OSA

    asked = key_of(query[:100])
    spelt = spellings(also)

    def likeness(spelling: str) -> float:
        whole = 1.0 if len(asked) > 3 and asked in spelling else 0.0
        return whole + float(OSA.normalized_similarity(asked, spelling))

    ranked = sorted(spelt, key=lambda spelling: (-likeness(spelling), spelling))
    return tuple(dict.fromkeys(spelt[spelling] for spelling in ranked))[:n]


@cache
def spellings(also: tuple[str, ...] = ()) -> Mapping[str, str]:
    """Key of the treaty by each spelling; keys before names before aliases."""
    held = register()
    listed = [(key, key) for key in (*held, *_USUAL, *also)]
    listed += list(_IN_TABLE.items())
    listed += [(one.name, one.key) for one in held.values()]
    listed += [(alias, one.key) for one in held.values() for alias in one.aliases]
    listed += [(alias, key) for key, aliases in _USUAL.items() for alias in aliases]
    found: dict[str, str] = {}
    for spelling, key in listed:
        for text in (spelling, spelling.replace("_", " ")):
            found.setdefault(key_of(text), key)
    return found


def _rows(held: Any) -> list[Mapping[str, Any]]:
    """Rows of a file: a list, a list under `treaties`, or a mapping by key."""
    if isinstance(held, Mapping) and "treaties" in held:
        held = held["treaties"]
    if isinstance(held, Mapping):
        return [{"key": key, **row} for key, row in held.items()]
    return list(held or ())


def _treaty(row: Mapping[str, Any]) -> Treaty:
    sources = row.get("sources") or ()
    return Treaty(
        key=key_in_table(str(row["key"])),
        name=str(row["name"]).strip(),
        aliases=_texts(row.get("aliases")),
        field=str(row["field"]),
        opened=_day(row.get("opened")),
        in_force=_day(row.get("in_force")),
        ended=_day(row.get("ended")),
        depositary=_text(row.get("depositary")),
        obligations=_text(row.get("obligations")),
        withdrawal=_text(row.get("withdrawal")),
        protocols=_texts(row.get("protocols")),
        condition=_text(row.get("condition")),
        open_to=_open_to(row),
        known_to=_day(row.get("known_to")),
        sources=_texts([sources] if isinstance(sources, str) else sources),
        checked=row.get("checked") not in (None, False, "no"),
        note=_text(row.get("note")),
    )


def _open_to(row: Mapping[str, Any]) -> str:
    """Where the register does not say: all states for the treaties of the table that are open to all."""
    key = key_in_table(str(row["key"]))
    given = str(row.get("open_to") or "").strip()
    if given in (ANY, LISTED):
        return given
    return ANY if key in _USUAL and key not in _NOT_FOR_ALL else LISTED


def _day(value: object) -> date | None:
    """A day; None where the register gives none or only a word or a year."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        return None


def _text(value: object) -> str | None:
    if value in (None, ""):
        return None
    if isinstance(value, Mapping):
        return "; ".join(f"{part}" for part in value.values() if part not in (None, "")) or None
    return " ".join(str(value).split())


def _texts(values: Any) -> tuple[str, ...]:
    if isinstance(values, str):
        values = [values]
    return tuple(text for text in (_text(value) for value in values or ()) if text)
