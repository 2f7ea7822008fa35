"""Early warning on a page: the chances of onset, escalation and de-escalation, and the alerts that stand, with their record."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.brief import measures
from forestall.brief.document import AlertRow, AlertRule
from forestall.forecast.event_definitions import HALF
from forestall.forecast.events import EventForecast
from forestall.instruments import alert_events, alert_sources, warning
from forestall.instruments import record as records
from forestall.instruments.warning_case import fared
from forestall.panel.frame import Panel
from forestall.store import Workspace

FloatArray = npt.NDArray[np.float64]

APART = 0.15
"""From this difference on, a page says that the model of an event and the draws disagree on its chance."""


@dataclass(frozen=True, slots=True)
class Chances:
    """Probabilities by panel row, (n,) each, NaN where the event is not defined; see `forecast.event_definitions`."""

    onset_6: FloatArray
    onset_12: FloatArray
    escalation: FloatArray
    deescalation: FloatArray


@dataclass(frozen=True, slots=True)
class Early:
    """Alerts of an edition: rows for all countries, the rule and record of each event, and what a reader must know."""

    alerts: tuple[AlertRow, ...]
    rules: tuple[AlertRule, ...]
    note: str


def chances(found: EventForecast, risk: measures.Risk) -> Chances:
    """The chances of the events beside the draws' own.

    An onset is 25 or more deaths in total over the window. The draws give chances of that in one month alone and of 100 or
    more in total, and one page cannot hold a part for likelier than the whole: the chance is raised to theirs.
    De-escalation is kept to what the 80 % interval printed beside it says: if half of the last deaths lie below its lower
    end, fewer than that have a chance of one in ten at most. Escalation is not, as alerts on the same page rest on it.
    """
    onset = np.maximum(found.of("onset_6"), np.maximum(risk.p25_months, risk.p100_window))
    half = HALF * risk.recorded_window
    low = np.where(half >= risk.high80, 0.9, np.where(half >= risk.low80, 0.1, 0.0))
    high = np.where(half < risk.low80, 0.1, np.where(half < risk.high80, 0.9, 1.0))
    return Chances(
        onset_6=onset,
        onset_12=np.maximum(found.of("onset_12"), onset),
        escalation=found.of("escalation_6"),
        deescalation=np.clip(found.of("deescalation_6"), low, high),
    )


def alerts(workspace: Workspace, panel: Panel, model: str) -> Early:
    """The alerts of an edition, where the record that they are measured by was made from the same figures.

    Without such a record a year of past forecasts would have to be run, and nobody could say how often the alerts are right:
    then there is none here, and the note says so.
    """
    table = workspace.table(records.TABLE) if records.TABLE in workspace.names() else None
    own = alert_events.FromDraws(model)
    source: alert_events.Source = alert_sources.WithEventModels(own, workspace) if warning.EVENT_MODELS else own
    seen = panel.cut(panel.as_of - 2).digest
    held = () if table is None else _digests(table, source)
    if seen not in held:
        return Early((), (), "The record of past alerts was not made from these figures, so no alert is shown here.")
    picture = warning.picture(workspace, as_of=panel.as_of, model=model)
    rules = tuple(
        AlertRule(
            event=rule.event,
            title=rule.title,
            definition=rule.definition,
            raise_at=rule.raise_at,
            record="Nothing can be said yet of how such alerts fared." if rule.record is None else fared(rule.record),
        )
        for rule in picture.rules.values()
    )
    titles = {rule.event: rule.title for rule in rules}
    rows = tuple(
        AlertRow(
            iso3=one.iso3,
            name=one.name,
            event=one.event,
            title=titles[one.event],
            state=one.state,
            since=one.since,
            since_or_before=one.since_or_before,
            probability=one.probability,
            own_record=_own(one.own_record),
        )
        for one in picture.alerts
    )
    note = (
        f"An alert is raised where it costs less than silence if a missed event costs {picture.miss_cost:g} false alarms. The record rests on "
        "figures as revised since, not as they were known at the time; real alerts may fare worse."
    )
    return Early(rows, rules, note)


def _digests(table: pl.DataFrame, source: alert_events.Source) -> set[str]:
    own = table.filter((pl.col("model") == source.model) & (pl.col("version") == source.version))
    return set(own["panel_digest"].unique().to_list())


def _own(held: records.OwnRecord | None) -> str:
    if held is None or not held.raised.n:
        return ""
    return f"{held.raised.happened} of {held.raised.n} raised here in {held.span}"
