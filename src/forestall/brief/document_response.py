"""What a dossier says of responses, as data: parts of `Dossier` that rest on an instrument's assessment."""

from pydantic import Field

from forestall.brief.document_part import Part
from forestall.instruments.assessment import Assessment


class DeploymentSite(Part):
    """A place for a team, and its part of the expected deaths within reach."""

    order: int
    name: str
    iso3: str
    lat: float
    lon: float
    reaches_alone: float = Field(description="expected deaths within reach of a team here and of no other")
    adds: float = Field(description="expected deaths it adds to those before it; these sum to the plan")
    lost_if_dropped: float
    selection_frequency: float | None = Field(
        description="share of plans from resampled scenarios with a team here or within half its reach"
    )


class MissionCell(Part):
    """A grid cell with sites of a UN mission, by its middle in degrees."""

    mission: str
    lat: float
    lon: float
    source: str


class DeploymentPart(Part):
    """Where a few teams would stand in the twelve months ahead. sites: none where too few deaths are expected."""

    months: str
    span: str
    reach_km: float
    assessment: Assessment
    sites: tuple[DeploymentSite, ...]
    missions: tuple[MissionCell, ...]


class MissionRow(Part):
    """A UN mission in the country. Days as ISO dates, "" where there is none or it is not known.

    persons: uniformed, at the end of persons_month, the last one known. deaths: of its personnel, to the end of that
    series; malicious: of those, by malicious acts.
    """

    mission: str
    name: str
    there: bool
    since: str
    until: str
    mandate_to: str
    mandate_symbol: str
    persons: int | None
    persons_month: str
    deaths: int
    malicious: int


class ContributorRow(Part):
    """A state that might contribute to a mission in the country, with what speaks for and against it."""

    iso3: str
    name: str
    reasons: tuple[str, ...]
    cautions: tuple[str, ...]


class PastCase(Part):
    """A past mission that closed or fell by half: deaths in its country in the twelve months before and after.

    usual: median of (1 + deaths after) / (1 + deaths before) where no mission changed so, at a like level of deaths.
    """

    country: str
    month: str
    missions: str
    before: float
    after: float
    usual: float | None


class PeacekeepingPart(Part):
    """Peacekeeping in a country. contributors_record: how such a ranking fared on missions it had not seen."""

    assessment: Assessment
    missions: tuple[MissionRow, ...]
    contributors: tuple[ContributorRow, ...]
    contributors_record: str
    cases: tuple[PastCase, ...]
    cases_rule: str
    deaths_end: str


class PartnerRow(Part):
    """A regional organisation, best first. standing: the country's in it, "" for none. score: of standing, 0 to 1.

    chance: of beginning an operation or a part in mediation there within five years, with its interval of 80 %; null
    where it was not learned for. un_observer_since: ISO day, "" if the register has none.
    """

    organisation: str
    called: str
    name: str
    standing: str
    score: float
    chance: float | None
    chance_low: float | None
    chance_high: float | None
    chance_words: str
    un_observer_since: str
    reasons: tuple[str, ...]
    cautions: tuple[str, ...]


class PartnershipRow(Part):
    """A form in which the UN and an organisation worked there. last: "" while it goes on. months: together, null where
    one followed the other."""

    form: str
    organisation: str
    what: str
    first: str
    last: str
    months: int | None


class PartnersPart(Part):
    """Regional partners in a country. worked_ends: series and where each ends. unknown: what the data do not say."""

    assessment: Assessment
    partners: tuple[PartnerRow, ...]
    worked: tuple[PartnershipRow, ...]
    more_worked: int
    worked_ends: str
    unknown: tuple[str, ...]


class CoverageCell(Part):
    """How an organisation stands to a country. standing: "" for none."""

    organisation: str
    standing: str
    may_mediate: bool
    may_deploy: bool
    acted: bool


class CoverageColumn(Part):
    """An organisation. covered: countries of the table that are members, suspended ones too; members: anywhere."""

    organisation: str
    called: str
    name: str
    covered: int
    members: int


class CoverageRow(Part):
    """A country. deaths: recorded in the twelve months, null if not known."""

    iso3: str
    name: str
    deaths: float | None
    covers: tuple[CoverageCell, ...]


class CoveragePart(Part):
    """Who covers which hot spot. on: the day of all standings. uncovered: members of none of the organisations."""

    on: str
    months: str
    columns: tuple[CoverageColumn, ...]
    rows: tuple[CoverageRow, ...]
    uncovered: tuple[str, ...]
    note: str
    data_end: str


class MediatorRow(Part):
    """A state, organisation or NGO that might mediate. there: it has had a role in this country before."""

    mediator: str
    name: str
    place: int
    score: float = Field(description="estimated chance to be among the third parties of the next agreement or talks")
    low80: float
    high80: float
    there: bool
    reasons: tuple[str, ...]
    cautions: tuple[str, ...]


class MediatorList(Part):
    """One of three lists: the first of those who are already there, and of those who would be new."""

    kind: str
    title: str
    there: tuple[MediatorRow, ...]
    new: tuple[MediatorRow, ...]
    listed: int = Field(description="candidates of the kind in all")


class AgreementRow(Part):
    """A peace agreement. contains: groups of provisions; provisions: each of them in plain words."""

    day: str
    name: str
    stage: str
    third_parties: str
    contains: str
    provisions: tuple[str, ...]
    ended: str
    source: str


class SimilarRow(Part):
    """A past agreement in a conflict elsewhere that was like this one. held: what followed between the same parties."""

    name: str
    conflict: str
    day: str
    distance: float = Field(description="mean of seven parts, 0 (alike) to 1")
    alike: str
    contains: str
    held: str
    source: str


class MediationPart(Part):
    """Who has mediated in a country and who might. note: why nothing is shown; "" where something is."""

    note: str
    assessment: Assessment | None
    lists: tuple[MediatorList, ...]
    short_list: tuple[str, ...]
    agreements: tuple[AgreementRow, ...]
    more_agreements: int
    similar: tuple[SimilarRow, ...]
