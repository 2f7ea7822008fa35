"""What pages say of weapons treaties, as data: a country's obligations, and who is outside what in the world."""

from pydantic import Field

from forestall.brief.document_part import Part
from forestall.instruments.assessment import Assessment


class TreatyRow(Part):
    """A treaty as it stands for a country. since: ISO day of the status, "" for none or not known. others_in of others:
    the other states of `region` to which it is open that are parties. gap: outside of what most of those are in.
    unknown: no party on record, by actions that are known to long before the day only."""

    treaty: str
    name: str
    status: str = Field(description="party, signatory, withdrawn, none or suspended")
    since: str
    region: str
    others: int
    others_in: int
    gap: bool
    unknown: bool
    source: str
    known_to: str


class MeasuresRow(Part):
    """Confidence-building measures between the country and another one. between: why it is listed (a border, a rivalry).

    in_force: names of the measures in force, those between the two alone first."""

    iso3: str
    name: str
    between: str
    in_force: tuple[str, ...]


class NonproliferationPart(Part):
    """A country's obligations, capabilities and signals. on: the day of all statuses."""

    on: str
    assessment: Assessment
    treaties: tuple[TreatyRow, ...]
    measures: tuple[MeasuresRow, ...]
    measures_end: str


class TreatyCount(Part):
    """A treaty in the world: Member States of the United Nations to which it is open, by status. outside: names of those
    who are not parties, those of `signed_only` among them. before: parties among the same states ten years earlier."""

    treaty: str
    name: str
    in_force: str
    open_to: int
    parties: int
    suspended: int
    signed_only: tuple[str, ...]
    withdrawn: tuple[str, ...]
    outside: tuple[str, ...]
    before: int
    known_to: str


class ZoneRow(Part):
    """A nuclear-weapon-free zone. outside: names of states of the zone that are not parties. protocols: those open to
    nuclear-weapon states, each with what they are to it."""

    treaty: str
    name: str
    open_to: int
    parties: int
    outside: tuple[str, ...]
    protocols: tuple[str, ...]


class StateCount(Part):
    """To how many of the core treaties open to it a state is a party, and the short names of the others."""

    iso3: str
    name: str
    parties: int
    open_to: int
    outside: tuple[str, ...]


class TreatiesPart(Part):
    """Weapons treaties in the world. on: the day of all statuses. core: the treaties that the map counts."""

    on: str
    summary: tuple[str, ...]
    treaties: tuple[TreatyCount, ...]
    zones: tuple[ZoneRow, ...]
    core: tuple[str, ...]
    states: tuple[StateCount, ...]
    data_end: str
