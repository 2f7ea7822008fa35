"""Organisations and their forerunners as one: the OAU before the African Union, the CSCE before the OSCE.

A family bears the acronym of its last member, which is also the key of organisations in the record of mediation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from forestall.regional.membership import FULL, TABLE
from forestall.regional.organisations import Organisation, Power, goes_on_as, register
from forestall.store import Workspace


@dataclass(frozen=True, slots=True)
class Family:
    """An organisation on a day, with what it follows.

    acronym: of the family. called: the acronym and the name it bore on the day. about: its entries in the register that
    existed then, the newest first. standings: by code of the state's series, each state's standing on the day. left:
    states that had been members, under this name or an earlier one, and were no more.
    """

    acronym: str
    called: str
    name: str
    about: tuple[Organisation, ...]
    standings: Mapping[str, str]
    left: frozenset[str]

    @property
    def members(self) -> frozenset[str]:
        """Members in law, suspended ones too."""
        return frozenset(iso3 for iso3, standing in self.standings.items() if standing in FULL)

    def powers(self, on: date) -> tuple[Power, ...]:
        """What it might do by the register on the day."""
        return tuple(power for one in self.about for power in one.powers if power.held(on))


@lru_cache(maxsize=32)
def families(workspace: Workspace, on: date) -> tuple[Family, ...]:
    """All organisations of the register that existed on a day, by acronym of the family; none whose members we lack."""
    begun = workspace.table(TABLE).filter(pl.col("membership_from") <= on)
    held = begun.filter(pl.col("membership_until").is_null() | (pl.col("membership_until") >= on)).select(
        "organisation", "iso3", "membership"
    )
    ever: dict[str, set[str]] = {}
    for acronym, iso3 in begun.filter(pl.col("membership").is_in(FULL)).select("organisation", "iso3").iter_rows():
        ever.setdefault(goes_on_as().get(acronym, acronym), set()).add(iso3)
    standings: dict[str, dict[str, dict[str, str]]] = {}
    for acronym, iso3, standing in held.iter_rows():
        family = goes_on_as().get(acronym, acronym)
        standings.setdefault(family, {}).setdefault(acronym, {})[iso3] = standing
    found = []
    for family in sorted(set(goes_on_as().values())):
        about = _about(family, on)
        if not about:
            continue
        # Where both have members on the day (OAU and AU on the day between them), the successor's count.
        of = standings.get(family, {})
        spells: dict[str, str] = {}
        for acronym in (*(one.acronym for one in reversed(about)), family):
            spells |= of.get(acronym, {})
        if not spells:
            continue
        shown = next((one for one in about if one.acronym in of), about[0])
        inside = {iso3 for iso3, standing in spells.items() if standing in FULL}
        left = frozenset(ever.get(family, set()) - inside)
        found.append(Family(family, shown.acronym, shown.name, about, spells, left))
    return tuple(found)


def _about(family: str, on: date) -> tuple[Organisation, ...]:
    """The entries of a family that existed on a day, the last one first."""
    chain: list[Organisation] = []
    acronym: str | None = family
    while acronym is not None:
        one = register()[acronym]
        if one.exists(on):
            chain.append(one)
        acronym = one.predecessor
    return tuple(chain)
