"""Which treaties the gap view looks at, and which states each is open to.

Treaties between two states, of one region's arms control (CFE, Open Skies) and of few parties by design (Antarctic,
Moon) are left out: that a state is outside of them tells nothing. Keys, days and conditions of entry into force come
from the register (treaties/register.py).
"""

from collections.abc import Mapping
from datetime import date
from functools import cache

from forestall.instruments.nonproliferation import groups
from forestall.instruments.nonproliferation.treaties import register

CTBT, SAFEGUARDS, PROTOCOL = "CTBT", "SafeguardsAgreement", "AdditionalProtocol"
STATUSES = ("party", "signatory", "suspended", "withdrawn", "none")
BOUND = frozenset({"party", "suspended"})
"""Statuses of a party in law; one that suspended a treaty's operation is still a party."""

NUCLEAR_WEAPON_STATES = ("CHN", "FRA", "GBR", "RUS", "USA")
"""Those of NPT article IX.3."""

OPEN_TO_ALL = (
    "NPT",
    "SafeguardsAgreement",
    "AdditionalProtocol",
    "CTBT",
    "TPNW",
    "PTBT",
    "CPPNM",
    "NuclearSafety",
    "NuclearTerrorism",
    "BWC",
    "CWC",
    "GenevaProtocol1925",
    "ENMOD",
    "OuterSpace",
    "Seabed",
    "CCW",
    "MineBan",
    "ClusterMunitions",
    "ATT",
    "RomeStatute",
    "Genocide",
    "CAT",
)

JUSTICE = frozenset({"RomeStatute", "Genocide", "CAT"})
"""Treaties that bear on persons' responsibility, not on weapons."""

CORE = ("NPT", "AdditionalProtocol", "CTBT", "TPNW", "BWC", "CWC", "MineBan", "ATT")
"""With the zone of a state's region: the treaties that the world map counts."""

ZONE_STATES: Mapping[str, tuple[str, ...]] = {
    "Semipalatinsk": ("KAZ", "KGZ", "TJK", "TKM", "UZB"),
    "Bangkok": ("BRN", "IDN", "KHM", "LAO", "MMR", "MYS", "PHL", "SGP", "THA", "VNM"),
    "Rarotonga": (
        "AUS", "COK", "FJI", "FSM", "KIR", "MHL", "NIU", "NRU", "NZL", "PLW", "PNG", "SLB", "TON", "TUV", "VUT", "WSM",
    ),
}  # fmt: skip
"""Named in the treaty (Semipalatinsk, Bangkok art. 18), or members of the forum it is open to (Rarotonga art. 12)."""
ZONE_REGIONS: Mapping[str, tuple[str, ...]] = {
    "Tlatelolco": ("Caribbean", "Central America", "South America"),
    "Pelindaba": ("Africa",),
}
"""Zones of all Member States of regions (M49): Latin America and the Caribbean, Africa."""
ZONES = (*ZONE_REGIONS, *ZONE_STATES)
PROTOCOLS: Mapping[str, tuple[str, ...]] = {
    "Tlatelolco": ("Tlatelolco_P2",),
    "Rarotonga": ("Rarotonga_P2", "Rarotonga_P3"),
    "Bangkok": ("Bangkok_P",),
    "Pelindaba": ("Pelindaba_P1", "Pelindaba_P2"),
    "Semipalatinsk": ("Semipalatinsk_P",),
}
"""Protocols of each zone that are open to the five nuclear-weapon States: not to use or threaten, not to test."""

ANNEX_2 = (
    "ARG", "AUS", "AUT", "BEL", "BGD", "BGR", "BRA", "CAN", "CHE", "CHL", "CHN", "COD", "COL", "DEU", "DZA", "EGY",
    "ESP", "FIN", "FRA", "GBR", "HUN", "IDN", "IND", "IRN", "ISR", "ITA", "JPN", "KOR", "MEX", "NLD", "NOR", "PAK",
    "PER", "POL", "PRK", "ROU", "RUS", "SVK", "SWE", "TUR", "UKR", "USA", "VNM", "ZAF",
)  # fmt: skip
"""The 44 States listed in Annex 2 of the CTBT (A/50/1027, annex), by code of their series today."""

SHORT: Mapping[str, str] = {
    "SafeguardsAgreement": "IAEA comprehensive safeguards agreement",
    "AdditionalProtocol": "IAEA Additional Protocol",
    "NuclearSafety": "Nuclear Safety Convention",
    "NuclearTerrorism": "Nuclear Terrorism Convention",
    "GenevaProtocol1925": "Geneva Protocol of 1925",
    "OuterSpace": "Outer Space Treaty",
    "Seabed": "Seabed Treaty",
    "MineBan": "Mine Ban Convention",
    "ClusterMunitions": "Convention on Cluster Munitions",
    "ENMOD": "ENMOD Convention",
    "Genocide": "Genocide Convention",
    "CAT": "Convention against Torture",
    "Tlatelolco": "Treaty of Tlatelolco",
    "Rarotonga": "Treaty of Rarotonga",
    "Bangkok": "Treaty of Bangkok",
    "Pelindaba": "Treaty of Pelindaba",
    "Semipalatinsk": "Treaty of Semipalatinsk",
    "ABM": "ABM Treaty",
    "CFE": "CFE Treaty",
    "INF": "INF Treaty",
    "New_START": "New START Treaty",
    "OpenSkies": "Treaty on Open Skies",
}
"""How our texts call treaties whose key is not their usual short name."""


def treaties(on: date) -> tuple[str, ...]:
    """Keys of the treaties looked at that had been opened by a day: those open to all, then the zones."""
    return tuple(key for key in (*OPEN_TO_ALL, *ZONES) if register.treaty(key).open_on(on))


def core(on: date) -> tuple[str, ...]:
    """Keys of the treaties that the world map counts, as far as opened by a day: the core ones and the zones."""
    return tuple(key for key in (*CORE, *ZONES) if register.treaty(key).open_on(on))


def zones(on: date) -> tuple[str, ...]:
    """Keys of the zones whose treaties had been opened by a day."""
    return tuple(key for key in ZONES if register.treaty(key).open_on(on))


def is_open(treaty: str, iso3: str, on: date) -> bool:
    """Whether a state (code of its series) can be a party: to a zone's treaty only the states of the zone, to a
    comprehensive safeguards agreement all but the nuclear-weapon States, which have voluntary ones."""
    if treaty in ZONE_STATES:
        return iso3 in ZONE_STATES[treaty]
    if treaty in ZONE_REGIONS:
        return any(iso3 in codes for codes in _of_regions(treaty, on))
    return treaty != SAFEGUARDS or iso3 not in NUCLEAR_WEAPON_STATES


@cache
def _of_regions(treaty: str, on: date) -> tuple[tuple[str, ...], ...]:
    return tuple(groups.named(name, on).members for name in ZONE_REGIONS[treaty])


def zone_states(treaty: str, on: date) -> tuple[str, ...]:
    """The states of a zone, by code, sorted."""
    held = ZONE_STATES.get(treaty) or tuple(code for codes in _of_regions(treaty, on) for code in codes)
    return tuple(sorted(held))


def in_force(treaty: str) -> date | None:
    """The day a treaty entered into force, None if it has not or the register does not say."""
    return register.treaty(treaty).in_force


def short_name(treaty: str) -> str:
    """How our texts call a treaty or protocol."""
    if treaty in SHORT:
        return SHORT[treaty]
    zone, _, number = treaty.rpartition("_P")
    if zone in ZONES:
        return f"Protocol {number} to the {SHORT[zone]}" if number else f"Protocol to the {SHORT[zone]}"
    return register.usual(treaty)
