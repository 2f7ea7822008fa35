"""What a brief says, as data: the JSON that is written beside every page. The page shows this and nothing else."""

from typing import Literal

from pydantic import Field

from forestall.brief.document_nonproliferation import NonproliferationPart, TreatiesPart
from forestall.brief.document_part import Part
from forestall.brief.document_response import (
    CoveragePart,
    DeploymentPart,
    MediationPart,
    PartnersPart,
    PeacekeepingPart,
)


class Figure(Part):
    """A number a reader sees, with all that makes it honest.

    low, high: the publisher's range for a recorded figure, or the interval of an estimate at `level` (0.8 = 80 %).
    kind: recorded (counted by the source) or estimated (from draws).
    """

    value: float | None
    unit: str
    source: str
    kind: Literal["recorded", "estimated"]
    low: float | None = None
    high: float | None = None
    level: float | None = None
    months: str = Field(description="the month or span the figure speaks of, e.g. 2026-02 or 2026-03..2026-08")


class Release(Part):
    """A release of a source that a page draws on."""

    release: str
    source: str
    status: str
    first_month: str | None
    last_month: str | None
    published: str | None
    age_days: int | None
    licence: str
    citation: str


class CountryRisk(Part):
    """One country's row: what was recorded, and what is expected over the outlook window."""

    iso3: str
    gw_id: int
    name: str
    region: str
    recorded_last_month: float | None
    recorded_last_window: float | None
    quiet: bool = Field(description="no death recorded in the last 36 months")
    expected: float
    low80: float
    high80: float
    median: float
    p25_next_month: float = Field(description="share of draws; pages claim no more than 0.95 of it, see method")
    p1_window: float = Field(description="1 or more deaths in total over the outlook window")
    p25_window: float = Field(description="25 or more in total; the same as p_onset_6 where that is given")
    p100_window: float
    p1000_window: float
    p_onset_6: float | None = Field(
        description="25 or more deaths in total in 6 months; null unless the last 12 months have fewer than 25"
    )
    p_onset_12: float | None = Field(description="the same in 12 months")
    p_escalation: float | None = Field(
        description="6 months with at least twice the deaths of the last 6 and at least 100 more; null unless the last "
        "12 months have 25 or more"
    )
    p_deescalation: float | None = Field(
        description="6 months with at most half the deaths of the last 6; null unless those have 100 or more"
    )
    p_escalation_draws: float | None = Field(description="the same by the draws that the interval comes from")
    p_deescalation_draws: float | None
    rests_on: str | None = Field(description="the one month without which less than half would be expected, or null")
    expected_without: float = Field(
        description="deaths expected if the worst of the last 36 months were not known, with the same fitted models"
    )
    recent: tuple[float | None, ...] = Field(description="deaths in each of the last 24 months")


class Change(Part):
    """How the expectation for the same months moved since the forecast of a month before."""

    iso3: str
    name: str
    before: float
    after: float
    recorded: float | None
    sentence: str


class Surprise(Part):
    """A newly recorded month that fell outside the 90 % interval of the forecast made just before it."""

    iso3: str
    name: str
    recorded: float
    low90: float
    high90: float
    direction: Literal["above", "below"]
    sentence: str


class AlertRow(Part):
    """An alert for one country, with how such alerts fared."""

    iso3: str
    name: str
    event: str
    title: str
    state: Literal["new", "standing", "cleared"]
    since: str | None = Field(description="month in which it was raised; null once cleared")
    since_or_before: bool
    probability: float | None = Field(
        description="by the alert's own source; null where the event cannot begin any more"
    )
    own_record: str = Field(description="how alerts raised for this country fared, in words; may be empty")


class AlertRule(Part):
    """When an alert for an event is raised, and how often such alerts were right, and how early."""

    event: str
    title: str
    definition: str
    raise_at: float
    record: str


class YearAhead(Part):
    """A calendar year that the forecast covers whole: total deaths, and probabilities of reaching a count."""

    year: int
    mean: float
    q05: float
    q50: float
    q95: float
    low80: float
    high80: float
    p1: float
    p25: float
    p100: float
    p1000: float


class SkillRow(Part):
    """One model's measured scores, mean over yearly windows; lower is better."""

    model: str
    windows: str
    crps: float
    ignorance: float
    interval_score: float
    coverage80: float | None = None


class Method(Part):
    """What made the numbers, and how well it did when tried on the past."""

    model: str
    version: str
    draws: int
    seed: int
    target: str
    paragraphs: tuple[str, ...]
    skill: tuple[SkillRow, ...]
    skill_note: str


class Edition(Part):
    """What every page says of itself: when it was made, from data through which month, by what means."""

    title: str
    as_of: str
    as_of_long: str
    window: str
    window_long: str
    known_on: str | None
    written_on: str
    forestall_version: str
    summary: tuple[str, ...]
    releases: tuple[Release, ...]
    caveats: tuple[str, ...]
    method: Method


class Outlook(Edition):
    """The monthly world outlook."""

    kind: Literal["outlook"] = "outlook"
    headline: dict[str, Figure]
    countries: tuple[CountryRisk, ...]
    watch_expected: tuple[str, ...]
    watch_p25: tuple[str, ...]
    watch_onset: tuple[str, ...]
    watch_escalation: tuple[str, ...]
    watch_deescalation: tuple[str, ...]
    alerts: tuple[AlertRow, ...]
    alert_rules: tuple[AlertRule, ...]
    alert_note: str
    changes: tuple[Change, ...]
    surprises: tuple[Surprise, ...]
    coverage: CoveragePart = Field(description="regional organisations of the countries with most deaths expected")
    treaties: TreatiesPart = Field(description="weapons treaties: who is a party, who is not")


class MonthForecast(Part):
    """One month ahead for one country: quantiles of deaths and probabilities of reaching a count."""

    month: str
    mean: float
    q05: float
    q10: float
    q25: float
    q50: float
    q75: float
    q90: float
    q95: float
    p1: float
    p25: float
    p100: float
    p1000: float


class HistoryMonth(Part):
    """One recorded month."""

    month: str
    deaths: float | None
    low: float | None
    high: float | None
    status: str


class TypeYear(Part):
    """One recorded year by type of violence."""

    year: int
    deaths_total: int
    low: int | None
    high: int | None
    state_based: int
    non_state: int
    one_sided: int


class Conflict(Part):
    """A conflict or pair of actors that was active here, and when."""

    name: str
    kind: str
    last_active: str
    deaths: int | None
    note: str
    source: str


class Neighbour(Part):
    """A neighbouring country beside this one."""

    iso3: str
    name: str
    recorded_12_months: float | None
    expected: float
    low80: float
    high80: float


class Place(Part):
    """A grid cell where deaths were recorded."""

    pg_id: int
    lat: float
    lon: float
    deaths: int
    events: int


class CellMap(Part):
    """Where in the country: cells of one span, with what is missing from it."""

    span: str
    release: str
    deaths: int = Field(description="all deaths here in the span, however well their places are known")
    province_only: int = Field(description="deaths of which only the province is known; not in `cells`")
    country_only: int = Field(description="deaths of which only the country is known; not in `cells`")
    cells: tuple[Place, ...]
    note: str


class RiskCell(Part):
    """A grid cell by its middle in degrees, and what may happen there in the twelve months ahead."""

    pg_id: int
    lat: float
    lon: float
    chance: float = Field(description="of one death or more")
    chance_25: float = Field(description="of 25 deaths or more")
    expected: float
    low80: float
    high80: float


class RiskRow(RiskCell):
    """One of the cells most at risk, with what was last recorded there at a known place."""

    last_deaths: int | None
    last_when: str | None = Field(
        description="the year, the month, or the newest months together, in words; null if none"
    )


class RiskMap(Part):
    """Where in the country deaths are likely in the next twelve months."""

    months: str
    span: str
    cells: tuple[RiskCell, ...] = Field(description="cells with a chance of 1 % or more, the likeliest first")
    top: tuple[RiskRow, ...] = Field(description="the ten likeliest; none where no cell has a chance of 5 % or more")
    cells_in_country: int
    expected: float = Field(description="deaths expected in the whole country in these months")
    low80: float
    high80: float
    half_in: int | None = Field(description="the fewest cells that hold half of the expected deaths; null if none do")
    recent: tuple[Place, ...] = Field(description="cells with deaths recorded lately at known places")
    recent_span: str | None
    sentences: tuple[str, ...]
    notes: tuple[str, ...] = Field(description="what the figures rest on, and what they lack")
    located_to: str
    model: str


class CouncilItem(Part):
    """An agenda item of the Security Council under which a country was dealt with."""

    item: str
    first: str
    last: str
    resolutions: int
    statements: int
    meetings: int


class CouncilRecord(Part):
    """A resolution, or a draft that was vetoed. votes: yes-no-abstaining, "unanimous" where the record
    gives no numbers, or who voted against; "" if not known."""

    symbol: str
    date: str
    title: str
    votes: str
    link: str


class CouncilSeat(Part):
    """A member of the Council on the edition's last day. until: last day of its term; "" of a permanent member."""

    iso3: str
    name: str
    permanent: bool
    group: str | None
    until: str


class CouncilPart(Part):
    """What the record of the Security Council holds on a country. on: the last day that was looked at."""

    on: str
    sentences: tuple[str, ...]
    items: tuple[CouncilItem, ...]
    more_items: int
    records: tuple[CouncilRecord, ...]
    vetoes: tuple[CouncilRecord, ...]
    more_vetoes: int
    seats: tuple[CouncilSeat, ...]
    notes: tuple[str, ...]


class Dossier(Edition):
    """One country, from record to forecast."""

    kind: Literal["dossier"] = "dossier"
    iso3: str
    gw_id: int
    name: str
    un_name: str | None
    region: str
    un_member_since: str | None
    un_group: str | None
    population: Figure | None
    quiet: bool = Field(description="no recorded death in the last 36 months")
    risk: CountryRisk
    history: tuple[HistoryMonth, ...]
    forecast: tuple[MonthForecast, ...]
    years_ahead: tuple[YearAhead, ...]
    reasons: tuple[str, ...] = Field(description="what the forecast rests on, in words")
    alerts: tuple[AlertRow, ...]
    alert_rules: tuple[AlertRule, ...]
    alert_note: str
    years: tuple[TypeYear, ...]
    conflicts: tuple[Conflict, ...]
    maps: tuple[CellMap, ...]
    risk_map: RiskMap | None
    risk_note: str = Field(description="why there is no risk map; empty if there is one")
    neighbours: tuple[Neighbour, ...]
    deployment: DeploymentPart | None = Field(description="null where it is not known where deaths are likely")
    peacekeeping: PeacekeepingPart | None = Field(description="null in a month before the first release of deaths")
    mediation: MediationPart | None = Field(description="null in a month before the first release of deaths")
    partners: PartnersPart | None = Field(description="null where it was no state on the last day of the month")
    nonproliferation: NonproliferationPart | None = Field(
        description="null where it was no state on that day, or is neither a Member State nor an observer State of the UN"
    )
    council: CouncilPart | None = Field(description="null after the last day that the Council's membership is known of")
    change: Change | None
    surprise: Surprise | None
