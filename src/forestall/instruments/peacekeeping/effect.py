"""What later deaths did where UN troops were more or fewer: one association, many specifications, with placebos.

Missions go where war is or has just ended, so that the sign depends on what is held fixed. No figure here is a causal
effect; docs/methods/peacekeeping-effect.md says what may be read from them.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from forestall.instruments.peacekeeping.effect_panel import EffectPanel, Rows, monthly, rows, sample, yearly
from forestall.instruments.peacekeeping.presence import presence
from forestall.instruments.peacekeeping.regression import FloatArray, least_squares, within
from forestall.panel.country_month import country_month
from forestall.store import Workspace

TABLE = "peace_effect"

SPECIFICATIONS = {
    "pooled": "all countries and periods together",
    "current_deaths": "pooled, with the deaths of the period before held fixed",
    "country": "each country against its own mean (country fixed effects)",
    "country_period": "country and period fixed effects",
    "country_period_current": "country and period fixed effects, with the deaths of the period before held fixed",
    "differences": "change in deaths on the change in troops a period earlier (first differences)",
    "differences_current": "first differences, with the level of deaths of the period before held fixed",
}
TARGETS = {
    "deaths_total": "all deaths",
    "deaths_state_based": "state-based conflict (battle)",
    "deaths_one_sided": "one-sided violence against civilians",
}
TIMINGS = {
    "lag": "troops in the period before the deaths",
    "lead": "placebo: troops in the year after the deaths",
    "lead_beside_lag": "placebo: troops in the year after the deaths, those in the period before held fixed",
}
DOSES = ((0.0, 1000.0), (1000.0, 5000.0), (5000.0, 10000.0), (10000.0, float("inf")))
SOURCES = (
    "troops: International Peace Institute, at the end of each month, 1990-11 to 2017-03, mean of the year; a mission "
    "with several hosts divided by Geo-PKO's maps",
    "deaths by year and type: UCDP country-year 25.1; by month: UCDP GED 25.1; best estimates",
)
LAST_MONTH = 456
"""December 2017: deaths after the last year with strength are not used."""
PERMUTATIONS = 999
SEED = 2013


@dataclass(frozen=True, slots=True)
class Effect:
    """One row of table peace_effect.

    step: "year" or "month". sample: of effect_panel.SAMPLES, or "all_whole" (missions with several hosts counted whole
    in each). personnel: troops, police or observers. specification: of SPECIFICATIONS, or "dose" (country and period
    fixed effects, by class of strength). dose: lowest strength of the class in persons, null otherwise. timing: of
    TIMINGS. estimate: change in log(1 + deaths) for one unit more of log(1 + persons / unit); for a dose against
    no troops. standard_error, estimate_low, estimate_high (95 %): clustered by country. country_periods: rows.
    clusters: countries. hosts: countries among them with any such personnel. first_period, last_period: in which the
    deaths fall, year or month_id.
    shuffled_low, shuffled_high: 95 % range of the estimate when the countries' whole troop series are dealt out anew;
    shuffled_share: share of deals with an estimate at least as far from 0. Null where not done.
    """

    step: str
    sample: str
    target: str
    personnel: str
    specification: str
    dose: int | None
    timing: str
    estimate: float
    standard_error: float
    estimate_low: float
    estimate_high: float
    country_periods: int
    clusters: int
    hosts: int
    first_period: int
    last_period: int
    shuffled_low: float | None = None
    shuffled_high: float | None = None
    shuffled_share: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Design:
    """y, and the columns, of which the first is the one asked about; already cleared of fixed effects."""

    y: FloatArray
    x: FloatArray
    held: Rows


def design(held: Rows, specification: str, timing: str = "lag") -> _Design:
    """The regression of a specification on rows. Raises ValueError if either name is not known."""
    if specification not in SPECIFICATIONS or timing not in TIMINGS:
        raise ValueError(f"no specification {specification!r} with timing {timing!r}")
    changes = specification.startswith("differences")
    lag = held.lag - held.lag_before if changes else held.lag
    lead = held.lead - held.lead_before if changes else held.lead
    columns = {"lag": [lag], "lead": [lead], "lead_beside_lag": [lead, lag]}[timing]
    y = held.after - held.now if changes else held.after
    if specification in ("current_deaths", "country_period_current", "differences_current"):
        columns = [*columns, held.now]
    known = ~np.isnan(y + sum(columns, start=np.zeros(y.size)))
    kept = held.take(known)
    stacked = np.stack([column[known] for column in columns], axis=1)
    if specification.startswith("country"):
        groups = (kept.country, kept.period) if "period" in specification else (kept.country,)
        cleared = within(np.column_stack([y[known], stacked]), *groups)
        return _Design(cleared[:, 0], cleared[:, 1:], kept)
    return _Design(y[known], np.column_stack([stacked, np.ones(kept.after.size)]), kept)


def estimate(
    panel: EffectPanel,
    *,
    target: str = "deaths_total",
    specification: str,
    timing: str = "lag",
    of: str = "all",
    measure: str = "troops",
    label: str | None = None,
) -> Effect:
    """One specification on one sample. label: the name of the sample in the row, if another."""
    made = design(sample(panel, of, rows(panel, target, measure)), specification, timing)
    fit = least_squares(made.y, made.x, made.held.country)
    return Effect(
        panel.step,
        label or of,
        target,
        measure,
        specification,
        None,
        timing,
        float(fit.coefficients[0]),
        float(fit.errors[0]),
        float(fit.low[0]),
        float(fit.high[0]),
        fit.n,
        fit.clusters,
        _hosts(made.held),
        *_span(panel, made.held),
    )


def _hosts(held: Rows) -> int:
    return int(np.unique(held.country[held.lag > 0]).size)


def _span(panel: EffectPanel, held: Rows) -> tuple[int, int]:
    return int(panel.periods[held.period.min()]), int(panel.periods[held.period.max()])


def doses(panel: EffectPanel, *, target: str, of: str = "all") -> list[Effect]:
    """Classes of strength against no troops, with country and period fixed effects."""
    held = sample(panel, of, rows(panel, target))
    persons = np.expm1(held.lag) * 1000
    classes = [(persons > low if low == 0 else persons >= low) & (persons < high) for low, high in DOSES]
    stacked = np.stack([one.astype(np.float64) for one in classes], axis=1)
    cleared = within(np.column_stack([held.after, stacked]), held.country, held.period)
    fit = least_squares(cleared[:, 0], cleared[:, 1:], held.country)
    return [
        Effect(
            panel.step,
            of,
            target,
            "troops",
            "dose",
            max(int(low), 1),
            "lag",
            float(fit.coefficients[k]),
            float(fit.errors[k]),
            float(fit.low[k]),
            float(fit.high[k]),
            fit.n,
            fit.clusters,
            int(np.unique(held.country[classes[k]]).size),
            *_span(panel, held),
        )
        for k, (low, _) in enumerate(DOSES)
    ]


def shuffled(
    panel: EffectPanel, *, target: str, specification: str, of: str = "all", deals: int = PERMUTATIONS, seed: int = SEED
) -> FloatArray:
    """(deals,) estimates when whole troop series are dealt out among the countries of the sample at random.

    Each country keeps its own deaths; the series it is dealt keeps its order in time. What is left is what the
    specification finds where there is nothing to find.
    """
    held = sample(panel, of, rows(panel, target))
    members = np.unique(held.country)
    order = np.random.default_rng(seed)
    found = np.empty(deals)
    for k in range(deals):
        dealt = np.arange(len(panel.iso3))
        dealt[members] = order.permutation(members)
        swapped = EffectPanel(
            panel.iso3, panel.periods, panel.step, {"troops": panel.persons["troops"][dealt]}, panel.deaths
        )
        again = rows(swapped, target)
        made = design(again.take(_same(again, held, panel.periods.size)), specification)
        found[k] = np.linalg.lstsq(made.x, made.y, rcond=None)[0][0]
    return found


def _same(again: Rows, held: Rows, periods: int) -> npt.NDArray[np.bool_]:
    return np.isin(again.country * periods + again.period, held.country * periods + held.period)


def with_shuffle(panel: EffectPanel, row: Effect, *, deals: int = PERMUTATIONS) -> Effect:
    """The row with what chance alone would give."""
    drawn = shuffled(panel, target=row.target, specification=row.specification, of=row.sample, deals=deals)
    low, high = np.quantile(drawn, [0.025, 0.975])
    share = (1 + int(np.count_nonzero(np.abs(drawn) >= abs(row.estimate)))) / (deals + 1)
    return Effect(
        **asdict(row) | {"shuffled_low": float(low), "shuffled_high": float(high), "shuffled_share": float(share)}
    )


def all_rows(
    panels: Mapping[str, EffectPanel], whole: EffectPanel | None = None, *, deals: int = PERMUTATIONS
) -> Iterator[Effect]:
    """Every row of the table. panels: "year" and "month". whole: by year, missions counted whole in each host."""
    for step, panel in panels.items():
        for target in (name for name in TARGETS if name in panel.deaths):
            for of in ("all", "hosts", "conflict"):
                for name in SPECIFICATIONS:
                    for timing in TIMINGS:
                        row = estimate(panel, target=target, specification=name, timing=timing, of=of)
                        shuffle = step == "year" and timing == "lag" and of != "conflict"
                        yield with_shuffle(panel, row, deals=deals) if shuffle else row
            yield from doses(panel, target=target)
    year = panels["year"]
    for measure in ("police", "observers"):
        for target in TARGETS:
            for of in ("all", "conflict"):
                for name in SPECIFICATIONS:
                    yield estimate(year, target=target, specification=name, of=of, measure=measure)
    if whole is not None:
        for name in SPECIFICATIONS:
            yield estimate(whole, specification=name, label="all_whole")


def panels(workspace: Workspace, *, whole: bool = False) -> dict[str, EffectPanel]:
    """The panels by "month" and by "year" from the workspace's tables, to LAST_MONTH; revised figures.

    whole: count a mission with several hosts whole in each. Raises StoreError if a table is missing.
    """
    deaths = country_month(workspace, as_of=LAST_MONTH)
    held = presence(
        workspace.table("peace_strength_month"),
        workspace.table("peace_mission_hosts"),
        workspace.table("peace_missions"),
        deaths.iso3,
        as_of=LAST_MONTH,
        sites=workspace.table("peace_sites"),
        whole=whole,
    )
    by_month = monthly(held, deaths)
    return {"year": yearly(by_month, workspace.table("ucdp_country_year")), "month": by_month}


@dataclass(frozen=True, slots=True)
class Published:
    """What a study reports. figures_from: where its figures were read, if not in the study itself."""

    study: str
    doi: str
    journal: str
    design: str
    span: str
    finding: str
    figures_from: str


def published() -> tuple[Published, ...]:
    """Published findings beside ours, with their designs."""
    text = files("forestall.instruments.peacekeeping").joinpath("published_effects.csv").read_text("utf-8")
    return tuple(Published(**row) for row in csv.DictReader(text.splitlines()))


def table(workspace: Workspace) -> list[Effect]:
    """The rows of the embedded table peace_effect. Raises StoreError if it is not there."""
    frame = workspace.table(TABLE)
    return [Effect(**row) for row in frame.iter_rows(named=True)]
