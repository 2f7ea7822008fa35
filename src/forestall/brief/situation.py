"""What every page of one edition shares: the panel, the forecasts of now and of a month before, and where figures come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from forestall import __version__
from forestall.brief import early, measures, words
from forestall.brief.document import Change, CountryRisk, Method, Release, Surprise
from forestall.brief.method import method
from forestall.errors import UsageError
from forestall.forecast import dependence, event_cache, models, service
from forestall.forecast.frame import Forecast
from forestall.forecast.training import learned_from, training_month
from forestall.ids.countries import State, states
from forestall.ids.months import format_month, long_month, month_end
from forestall.instruments import warning
from forestall.instruments.assessment import Case
from forestall.panel.country_month import country_month, latest_month
from forestall.panel.frame import Panel
from forestall.store import Workspace
from forestall.store.holdings import holdings

MODEL = models.DEFAULT
TARGET = "deaths_total"
HORIZON = 36
N_DRAWS = 1000
MONTH_TABLES = frozenset({"ucdp_country_month", "ucdp_events"})
PAGE_TABLES = frozenset(
    {
        "ucdp_country_year",
        "ucdp_cell_year",
        "ucdp_cell_month",
        "ucdp_conflict_year",
        "ucdp_conflict_month",
        "population",
        "land_cells",
    }
)
SEED = 2018  # the year of S/PRST/2018/1; any fixed number would do


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """One edition's common ground. Arrays are per unit of `panel`. Compared by identity, so that drawings can be kept for it."""

    workspace: Workspace
    panel: Panel
    forecast: Forecast
    previous: Forecast
    risk: measures.Risk
    chances: early.Chances
    early: early.Early
    states: Mapping[int, State]
    written_on: date
    known_on: date | None
    releases: tuple[Release, ...]
    method: Method
    base_rate: tuple[float, int, int]
    base_rate_any: tuple[float, int, int]
    expected_before: npt.NDArray[np.float64]
    expected_without: npt.NDArray[np.float64]
    worst_month: npt.NDArray[np.int32]
    spelling: Mapping[str, str]

    @property
    def as_of(self) -> int:
        """The last month of data."""
        return self.panel.as_of

    @property
    def window(self) -> str:
        """The outlook window, as 2026-03..2026-08."""
        return f"{format_month(self.as_of + 1)}..{format_month(self.as_of + measures.WINDOW)}"

    @property
    def window_long(self) -> str:
        """The outlook window, as March to August 2026."""
        return span(self.as_of + 1, self.as_of + measures.WINDOW)

    @property
    def edition(self) -> dict[str, Any]:
        """The fields that every document of this edition shares; see `document.Edition`."""
        return {
            "as_of": format_month(self.as_of),
            "as_of_long": long_month(self.as_of),
            "window": self.window,
            "window_long": self.window_long,
            "known_on": self.known_on.isoformat() if self.known_on else None,
            "written_on": self.written_on.isoformat(),
            "forestall_version": __version__,
            "releases": self.releases,
            "method": self.method,
        }

    def territories(self, gw_id: int) -> tuple[State, ...]:
        """Territories whose events UCDP counts under a state."""
        return tuple(
            t
            for t in states(month_end(self.as_of), territories=True)
            if t.kind == "territory" and t.counted_with == gw_id
        )

    def began(self, i: int) -> int:
        """The first month that is known of panel row `i`: January 1989, or when the state enters the list."""
        return int(self.panel.months[np.flatnonzero(~np.isnan(self.panel.values[i]))[0]])

    def row(self, gw_id: int) -> int:
        """The panel row of a country. Raises UsageError if it has none in this edition."""
        found = np.flatnonzero(self.panel.units == gw_id)
        if not found.size:
            raise UsageError(f"Gleditsch-Ward number {gw_id} is no state in {format_month(self.as_of)}")
        return int(found[0])

    def case(self, gw_id: int) -> Case:
        """A country as instruments are asked about it."""
        state = self.states[gw_id]
        return Case(gw_id=gw_id, iso3=state.iso3, name=state.name, region=state.subregion or state.region or "")


def span(first: int, last: int) -> str:
    """Two months as people say them: March to August 2026, or December 2025 to May 2026."""
    a, b = long_month(first), long_month(last)
    if first == last:
        return a
    return f"{a.split()[0] if a.split()[1] == b.split()[1] else a} to {b}"


def situation(workspace: Workspace, *, as_of: int | None = None, written_on: date | None = None) -> Situation:
    """Build the panel, run the forecasts and gather the record of sources.

    as_of: last month of data; the latest on hand if None. Raises UsageError for a month without data or with too little before it.
    """
    latest = latest_month(workspace)
    month = latest if as_of is None else as_of
    panel = country_month(workspace, as_of=month, target=TARGET)
    if panel.months.size < 2 * HORIZON:
        raise UsageError(
            f"an edition as of {format_month(month)} has too little history: {HORIZON * 2} months are needed, figures begin "
            f"{format_month(int(panel.months[0]))}"
        )
    forecast = _forecast(workspace, panel)
    previous = _forecast(workspace, panel.cut(month - 1))
    releases = _releases(workspace, panel, written_on or date.today())
    published = [r.published for r in releases if r.published]
    without, worst = measures.without_worst_month(panel)
    with learned_from(panel):  # what one month does to a forecast, not what models learn from a record with a hole
        rest = _drawn(workspace, without)
    risk = measures.risk(panel, forecast)
    here = {st.gw_id: st for st in states(month_end(month)) if st.gw_id is not None}
    known_on = date.fromisoformat(max(published)) if published and month == latest else None
    return Situation(
        workspace=workspace,
        panel=panel,
        forecast=forecast,
        previous=previous,
        risk=risk,
        chances=early.chances(event_cache.run(panel, workspace), risk),
        early=early.alerts(workspace, panel, warning.MODEL),
        states=here,
        written_on=written_on or date.today(),
        known_on=known_on,
        releases=releases,
        method=method(workspace, forecast),
        base_rate=measures.base_rate_after_quiet(panel),
        base_rate_any=measures.base_rate_after_quiet(panel, reach=1.0),
        expected_before=measures.expected_over(previous, month + 1),
        expected_without=measures.expected_over(rest, month + 1),
        worst_month=worst,
        spelling={st.ucdp_name: st.name for st in here.values() if st.ucdp_name and "(" in st.ucdp_name},
    )


def country_risk(s: Situation, i: int) -> CountryRisk:
    """The figures of panel row `i`."""
    state = s.states[int(s.panel.units[i])]
    r, c = s.risk, s.chances
    onset = _known(c.onset_6[i])
    recent = s.panel.values[i, -measures.RECENT :]
    return CountryRisk(
        iso3=state.iso3,
        gw_id=int(s.panel.units[i]),
        name=state.name,
        region=state.subregion or state.region or "",
        recorded_last_month=_known(s.panel.values[i, -1]),
        recorded_last_window=_known(r.recorded_window[i]),
        quiet=float(s.panel.values[i, -36:].sum()) == 0.0,
        expected=float(r.expected[i]),
        low80=float(r.low80[i]),
        high80=float(r.high80[i]),
        median=float(r.median[i]),
        p25_next_month=float(r.p25_next_month[i]),
        p1_window=max(float(r.p1_window[i]), onset or 0.0),
        p25_window=float(r.p25_window[i]) if onset is None else onset,
        p100_window=float(r.p100_window[i]),
        p1000_window=float(r.p1000_window[i]),
        p_onset_6=onset,
        p_onset_12=_known(c.onset_12[i]),
        p_escalation=_known(c.escalation[i]),
        p_deescalation=_known(c.deescalation[i]),
        p_escalation_draws=None if np.isnan(c.escalation[i]) else float(r.p_escalation[i]),
        p_deescalation_draws=None if np.isnan(c.deescalation[i]) else float(r.p_deescalation[i]),
        rests_on=format_month(int(s.worst_month[i])) if s.expected_without[i] < 0.5 * r.expected[i] else None,
        expected_without=float(s.expected_without[i]),
        recent=tuple(_known(v) for v in recent),
    )


def change(s: Situation, i: int) -> Change | None:
    """How the expectation for the outlook window moved in a month; None for a country that moved by less than one death."""
    before = float(s.expected_before[i])
    after = float(s.risk.expected[i])
    if abs(after - before) < 1:
        return None
    state = s.states[int(s.panel.units[i])]
    recorded = _known(s.panel.values[i, -1])
    mean = float(s.previous.draws[i, 0].mean())
    low, high = _foreseen(s, i)
    month = long_month(s.as_of)
    if recorded is None:
        because = f"figures for {month} are not known."
    elif words.rounded(mean) == words.rounded(recorded):
        because = f"{words.deaths(recorded)} recorded in {month}, as expected; the months before it count for less than a month ago."
    else:
        beyond = ", outside the 90 % interval" if not low <= recorded <= high else ""
        because = f"{words.deaths(recorded)} recorded in {month}, against {words.rounded(mean)} expected{beyond}."
    if training_month(s.as_of) == s.as_of:
        because += " The models were fitted anew this month, too."
    return Change(
        iso3=state.iso3,
        name=state.name,
        before=before,
        after=after,
        recorded=recorded,
        sentence=because[0].upper() + because[1:],
    )


def surprise(s: Situation, i: int) -> Surprise | None:
    """A recorded month outside the previous forecast's 90 % interval, or None."""
    recorded = _known(s.panel.values[i, -1])
    low, high = _foreseen(s, i)
    if recorded is None or low <= recorded <= high:
        return None
    state = s.states[int(s.panel.units[i])]
    direction: Literal["above", "below"] = "above" if recorded > high else "below"
    return Surprise(
        iso3=state.iso3,
        name=state.name,
        recorded=recorded,
        low90=low,
        high90=high,
        direction=direction,
        sentence=(
            f"{state.name}: {words.deaths(recorded)} recorded in {long_month(s.as_of)}, {direction} the 90 % interval of the forecast a month "
            f"before, {words.interval(low, high)}."
        ),
    )


def _foreseen(s: Situation, i: int) -> tuple[float, float]:
    """The previous forecast's 90 % interval for its first month, which is this edition's last recorded one."""
    low, high = np.quantile(s.previous.draws[i, 0], [0.05, 0.95])
    return float(low), float(high)


def ucdp_words(s: Situation, text: str) -> str:
    """A name as UCDP gives it, with the states in it spelled as on the rest of the page: Russia, not Russia (Soviet Union)."""
    for theirs, ours in s.spelling.items():
        text = text.replace(theirs, ours)
    return text


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _forecast(workspace: Workspace, panel: Panel) -> Forecast:
    return dependence.tie_months(_drawn(workspace, panel))


def _drawn(workspace: Workspace, panel: Panel) -> Forecast:
    months = range(panel.as_of + 1, panel.as_of + HORIZON + 1)
    return service.run(panel, MODEL, months=months, n_draws=N_DRAWS, seed=SEED, cache_dir=workspace.cache_dir)


def _releases(workspace: Workspace, panel: Panel, today: date) -> tuple[Release, ...]:
    """Releases that figures on a page come from: those the panel chose, and those of the tables a dossier reads."""
    used = set(panel.releases)
    out: dict[tuple[str, str], Release] = {}
    for held in holdings(workspace, today):
        old = held.table == "ucdp_cell_month" and (held.last or "") < format_month(panel.as_of - 11)
        if (held.table in PAGE_TABLES and not old) or (held.table in MONTH_TABLES and held.release in used):
            name = held.release or held.source
            out.setdefault(
                (name, held.status or ""),
                Release(
                    release=name,
                    source=held.source,
                    status=held.status or "–",
                    first_month=held.first,
                    last_month=held.last,
                    published=held.published.isoformat() if held.published else None,
                    age_days=held.age_days,
                    licence=held.licence,
                    citation=held.citation,
                ),
            )
    return tuple(sorted(out.values(), key=lambda r: (r.last_month or "", r.release), reverse=True))
