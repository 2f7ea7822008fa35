"""Early warning: alerts that stand, were raised or were cleared this month, each with its record; the watch list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from forestall.errors import UsageError
from forestall.forecast import models, service
from forestall.forecast.frame import Forecast
from forestall.forecast.sampling import MAX_HORIZON
from forestall.ids.months import format_month, parse_month
from forestall.instruments import alert_events, alert_history, alerts, watchlist
from forestall.instruments import record as records
from forestall.instruments.alert_events import EVENTS, HORIZON, FromDraws, Source
from forestall.instruments.assessment import Assessment, Part
from forestall.panel.country_month import country_month, latest_month
from forestall.panel.frame import Panel
from forestall.store import Workspace

TARGET = "deaths_total"
MODEL = models.DEFAULT
"""The model that raises alerts: the one whose record since 2010 is embedded, for one without is worth little."""
EVENT_MODELS = (
    False  # whether onset and escalation come from the models learned for them; the record must be made so too
)
LEAST_MONTHS = 72  # of history, as the brief asks
TOP = 15


class EventRule(Part):
    """One event: what it means, from which probability an alert is raised, why there, and how such alerts fared."""

    event: str
    title: str
    definition: str
    raise_at: float
    clear_below: float
    clear_months: int
    bayes: float = Field(description="1 / (1 + miss_cost): the threshold for calibrated probabilities")
    from_record: bool = Field(description="whether months before 2018 moved the threshold away from it")
    record: records.Record | None = Field(
        description="origins from 2018 on, which no choice has seen; null if none is over"
    )
    record_before: records.Record | None = Field(description="origins before 2018, in which the threshold was chosen")


class Alert(Part):
    """One alert: raised this month (new), raised before (standing) or cleared this month."""

    event: str
    iso3: str
    gw_id: int
    name: str
    state: Literal["new", "standing", "cleared"]
    since: str | None = Field(description="month it was raised; null once cleared")
    since_or_before: bool = Field(description="it stood already in the first month looked back to, which is `since`")
    probability: float | None = Field(description="null where the event cannot begin any more")
    probability_before: float | None = Field(description="a month ago")
    own_record: records.OwnRecord | None


class Warnings(Part):
    """The monthly watch list and alerts. Everything `forestall warn --json` prints."""

    as_of: str
    window: str = Field(description="the six months spoken of")
    target: str
    model: str
    model_version: str
    miss_cost: float = Field(description="what a missed event costs, in false alarms")
    figures: str
    last_month: dict[str, str] = Field(description="release and status of the last month's figures")
    events: tuple[EventRule, ...]
    alerts: tuple[Alert, ...] = Field(description="new first, then cleared, then standing with the last raised first")
    watch_risk: tuple[watchlist.Watched, ...]
    watch_change: tuple[watchlist.Watched, ...]
    watch_surprise: tuple[watchlist.Watched, ...]
    caveats: tuple[str, ...]


class CountryWarnings(Warnings):
    """The same for one country: its alerts only, its figures, the chances of all events, and the assessment."""

    iso3: str
    gw_id: int
    name: str
    country: watchlist.Watched
    chances: dict[str, float | None] = Field(description="by event; null where it cannot begin")
    assessment: Assessment


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """What the warnings of one month rest on: the panel, every country's figures, the rules and the alerts.

    rows and chances (event -> (n,), NaN where it cannot begin) are in the panel's order.
    """

    panel: Panel
    rows: tuple[watchlist.Watched, ...]
    rules: Mapping[str, EventRule]
    alerts: tuple[Alert, ...]
    chances: Mapping[str, npt.NDArray[np.float64]]
    source: Source
    miss_cost: float

    @property
    def window(self) -> str:
        """The six months spoken of, as 2026-03..2026-08."""
        return f"{format_month(self.panel.as_of + 1)}..{format_month(self.panel.as_of + HORIZON)}"


def picture(
    workspace: Workspace,
    *,
    as_of: int | None = None,
    miss_cost: float = alerts.MISS_COST,
    model: str = MODEL,
    event_models: bool = EVENT_MODELS,
    source: Source | None = None,
    progress: Callable[[str], None] | None = None,
) -> Picture:
    """Build the panel, forecast now and a month before, and find which alerts stand.

    as_of: last month of data (month_id), the latest on hand if None. model: the forecasting model behind the watch
    list. event_models: whether onset and escalation come from the models learned for them. source: of the events'
    probabilities, in place of both. Nothing after as_of is used, in the
    record neither. Raises UsageError on a month without data or with under 72 months before it, a cost that is none, or
    an unknown model.
    """
    alerts.bayes_threshold(miss_cost)
    month = latest_month(workspace) if as_of is None else as_of
    panel = country_month(workspace, as_of=month, target=TARGET)
    if panel.months.size < LEAST_MONTHS:
        raise UsageError(
            f"warnings as of {format_month(month)} have too little history: {LEAST_MONTHS} months are needed, figures "
            f"begin {format_month(int(panel.months[0]))}"
        )
    before = panel.cut(month - 1)
    now, previous = (_forecast(workspace, one, model) for one in (panel, before))
    table = _table(workspace)
    own = FromDraws(model, workspace.cache_dir)
    if source is None and event_models:
        from forestall.instruments.alert_sources import WithEventModels

        learned = WithEventModels(own, workspace)
        given = {month: learned.of(panel, now), month - 1: learned.of(before, previous)}
        source = learned
    elif source is None:
        given = {month: alert_events.from_draws(panel, now), month - 1: alert_events.from_draws(before, previous)}
        source = own
    else:
        given = {}
    held = {event: grid.known_by(month) for event, grid in records.grids(table, source.model, source.version).items()}
    rules = {event: _rule(event, held.get(event), miss_cost) for event in EVENTS}
    past = alert_history.history(panel, source, table, records.grids(table, source.model, source.version), given=given)
    if progress is not None and past.computed:
        progress(f"{past.computed} past months forecast anew: the embedded record was made from other figures")
    rows = watchlist.watched(panel, now, previous)
    found = [one for event in EVENTS for one in _alerts(rules[event], held.get(event), past, rows)]
    return Picture(
        panel=panel,
        rows=rows,
        rules=rules,
        alerts=_ordered(found),
        chances={event: column[:, -1] for event, column in past.probability.items()},
        source=source,
        miss_cost=miss_cost,
    )


def warnings(p: Picture, *, top: int = TOP) -> Warnings:
    """The document of a picture; `top` is the length of each watch list."""
    return Warnings(
        as_of=format_month(p.panel.as_of),
        window=p.window,
        target=p.panel.target,
        model=p.source.model,
        model_version=p.source.version,
        miss_cost=p.miss_cost,
        figures="revised figures: those held today, cut at the last month a forecast may see",
        last_month={"release": p.panel.releases[-1], "status": p.panel.status[-1]},
        events=tuple(p.rules.values()),
        alerts=p.alerts,
        watch_risk=watchlist.by_risk(p.rows, top),
        watch_change=watchlist.by_change(p.rows, top),
        watch_surprise=watchlist.by_surprise(p.rows, top),
        caveats=caveats(p),
    )


def caveats(p: Picture) -> tuple[str, ...]:
    """What a reader must know before using the alerts."""
    out = []
    status = p.panel.status[-1]
    if status != "final":
        out.append(f"The figures of {format_month(p.panel.as_of)} are {status} and will be revised, often upward.")
    quiet = sum(row.quiet for row in p.rows)
    if quiet and p.source.model == "ewma":
        out.append(
            f"{quiet} countries have no recorded death in the last 36 months. The model {p.source.model} knows a "
            "country's own record only and raises no alert for them."
        )
    if all(rule.record is None for rule in p.rules.values()):
        early = p.panel.as_of < records.HONEST + HORIZON
        why = "none of its months from 2018 on is over yet" if early else "none is held"
        out.append(f"No record of alerts of model {p.source.model} {p.source.version} can be shown here: {why}.")
    out.append(
        "The record rests on figures as revised since, not as they were known at the time; real alerts may fare worse."
    )
    out.extend(p.panel.set_aside)
    return tuple(out)


def _forecast(workspace: Workspace, panel: Panel, model: str) -> Forecast:
    # The brief asks for the same months, draws and seed: what either made, the other finds in the cache.
    return service.run(
        panel,
        model,
        months=MAX_HORIZON,
        n_draws=alert_events.N_DRAWS,
        seed=alert_events.SEED,
        cache_dir=workspace.cache_dir,
    )


def _table(workspace: Workspace) -> pl.DataFrame:
    if records.TABLE in workspace.names():
        return workspace.table(records.TABLE)
    from forestall.store.schemas import empty

    return empty(records.TABLE)


def _rule(event: str, grid: records.Grid | None, miss_cost: float) -> EventRule:
    threshold = records.choose(grid, miss_cost)
    exact = alerts.hysteresis(threshold.raise_at)
    # The rule is the one that is printed, so that a reader can check it.
    rule = alerts.Rule(round(exact.raise_at, 4), round(exact.clear_below, 4), exact.clear_months)
    about = EVENTS[event]
    shown, earlier = (
        None if grid is None else records.record(grid, rule, miss_cost, first=first, last=last)
        for first, last in ((records.HONEST, None), (None, records.HONEST - HORIZON - 1))
    )
    return EventRule(
        event=event,
        title=about.title,
        definition=about.definition,
        raise_at=rule.raise_at,
        clear_below=rule.clear_below,
        clear_months=rule.clear_months,
        bayes=round(threshold.bayes, 4),
        from_record=threshold.from_record,
        record=shown,
        record_before=earlier,
    )


def _alerts(
    about: EventRule,
    grid: records.Grid | None,
    past: alert_history.History,
    rows: tuple[watchlist.Watched, ...],
) -> list[Alert]:
    rule = alerts.Rule(about.raise_at, about.clear_below, about.clear_months)
    probability = past.probability[about.event]
    stands = alerts.standing(probability, rule)
    run = alerts.months_standing(stands)
    found = []
    for i, (row, state) in enumerate(zip(rows, alerts.state(stands), strict=True)):
        if state is None:
            continue
        found.append(
            Alert(
                event=about.event,
                iso3=row.iso3,
                gw_id=row.gw_id,
                name=row.name,
                state=state,
                since=None if state == "cleared" else format_month(int(past.origins[-int(run[i])])),
                since_or_before=int(run[i]) == past.origins.size,
                probability=_known(probability[i, -1]),
                probability_before=_known(probability[i, -2]),
                own_record=None if grid is None else records.own(grid, rule, row.gw_id),
            )
        )
    return found


def _ordered(found: list[Alert]) -> tuple[Alert, ...]:
    """New, then cleared, then standing with the last raised first; by probability among those of one month."""
    order = {"new": 0, "cleared": 1, "standing": 2}

    def key(one: Alert) -> tuple[int, int, float, str, str]:
        age = 0 if one.since is None else -parse_month(one.since)
        return order[one.state], age, -(one.probability or 0), one.iso3, one.event

    return tuple(sorted(found, key=key))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
