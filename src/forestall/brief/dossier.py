"""One country's dossier, composed from one edition's situation."""

from typing import Any

import numpy as np
import polars as pl

from forestall.brief import (
    council,
    deployment,
    early,
    measures,
    mediation,
    nonproliferation,
    partners,
    peacekeeping,
    places,
    reasons,
    words,
)
from forestall.brief.document import (
    Conflict,
    CountryRisk,
    Dossier,
    Figure,
    HistoryMonth,
    MonthForecast,
    Neighbour,
    TypeYear,
    YearAhead,
)
from forestall.brief.outlook import caveats
from forestall.brief.situation import Situation, change, country_risk, surprise, ucdp_words
from forestall.ids.months import format_month, long_month, parse_month, year_of
from forestall.panel import conflicts, country_month

TYPES = {1: "state-based", 2: "non-state", 3: "one-sided"}
YEARS_SHOWN = 12
CONFLICTS_SHOWN = 25
UNNAMED = "actors that UCDP has not named yet"


def dossier(s: Situation, gw_id: int) -> Dossier:
    """The dossier of a country. Raises UsageError if it is no state in the edition's month."""
    i = s.row(gw_id)
    state = s.states[gw_id]
    risk = country_risk(s, i)
    forecast = _months(s, i)
    teams = deployment.part(s, gw_id)  # before the map of risk: one learning then serves both
    risk_map, risk_note = places.ahead(s, gw_id)
    return Dossier(
        title=f"{state.name}: conflict dossier",
        iso3=state.iso3,
        gw_id=gw_id,
        name=state.name,
        un_name=state.un_name,
        region=state.subregion or state.region or "",
        un_member_since=words.day(state.un_member_since) if state.un_member_since else None,
        un_group=state.un_group,
        population=_population(s, state.iso3),
        **s.edition,
        summary=_summary(s, i, risk, forecast),
        quiet=risk.quiet,
        risk=risk,
        history=_history(s, i),
        forecast=forecast,
        years_ahead=_years_ahead(s, i),
        reasons=reasons.of(s, gw_id),
        alerts=tuple(a for a in s.early.alerts if a.iso3 == state.iso3),
        alert_rules=s.early.rules,
        alert_note=s.early.note,
        years=_years(s, state.iso3),
        conflicts=_conflicts(s, gw_id, state.iso3),
        maps=places.recorded(s, gw_id),
        risk_map=risk_map,
        risk_note=risk_note,
        neighbours=_neighbours(s, gw_id, risk),
        deployment=teams,
        peacekeeping=peacekeeping.part(s, gw_id),
        mediation=mediation.part(s, gw_id),
        partners=partners.part(s, gw_id),
        nonproliferation=nonproliferation.part(s, gw_id),
        council=council.part(s, gw_id),
        change=change(s, i),
        surprise=surprise(s, i),
        caveats=(*_counted_here(s, gw_id, i), *caveats(s)),
    )


def _counted_here(s: Situation, gw_id: int, i: int) -> tuple[str, ...]:
    here = [t.name for t in s.territories(gw_id)]
    first = s.began(i)
    name = s.states[gw_id].name
    out = []
    if first > int(s.panel.months[0]):
        out.append(
            f"The record begins in {long_month(first)}, when {name} enters the list of states used here; earlier deaths on its territory are counted "
            "under the state of that time."
        )
    if s.states[gw_id].iso3 in {"NER", "NGA"} and "ucdp-ged-25.1" in s.panel.releases:
        out.append(
            "The monthly release on hand adds Niger to Nigeria; they were taken apart with other figures of the same release. Years are exact; in 36 months of 2007 and "
            "2019-2023 some deaths of the one may stand under the other (344 at most), and low and high estimates by month are not known."
        )
    if not here:
        return tuple(out)
    return (
        *out,
        f"UCDP counts events in {words.listing(here)} under {name}: the figures on this page cover {words.listing([name, *here])} together.",
    )


def _months(s: Situation, i: int) -> tuple[MonthForecast, ...]:
    draws = s.forecast.draws[i].astype(np.float64)
    quantiles = np.quantile(draws, [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95], axis=1)
    out = []
    for j, month in enumerate(s.forecast.months):
        q05, q10, q25, q50, q75, q90, q95 = (float(q) for q in quantiles[:, j])
        p1, p25, p100, p1000 = (float((draws[j] >= k).mean()) for k in measures.REACHES)
        out.append(
            MonthForecast(
                month=format_month(int(month)), mean=float(draws[j].mean()),
                q05=q05, q10=q10, q25=q25, q50=q50, q75=q75, q90=q90, q95=q95, p1=p1, p25=p25, p100=p100, p1000=p1000,
            )
        )  # fmt: skip
    return tuple(out)


def _years_ahead(s: Situation, i: int) -> tuple[YearAhead, ...]:
    """Totals of the calendar years that the forecast covers whole, from draws whose months are tied together."""
    out = []
    for year, draws in s.forecast.select(int(s.panel.units[i])).yearly().items():
        total = draws[0].astype(np.float64)
        q05, q10, q50, q90, q95 = (float(q) for q in np.quantile(total, [0.05, 0.1, 0.5, 0.9, 0.95]))
        p1, p25, p100, p1000 = (float((total >= k).mean()) for k in measures.REACHES)
        out.append(
            YearAhead(
                year=year, mean=float(total.mean()), q05=q05, q50=q50, q95=q95, low80=q10, high80=q90,
                p1=p1, p25=p25, p100=p100, p1000=p1000,
            )
        )  # fmt: skip
    return tuple(out)


def _summary(s: Situation, i: int, risk: CountryRisk, forecast: tuple[MonthForecast, ...]) -> tuple[str, ...]:
    month, name = long_month(s.as_of), risk.name
    values = s.panel.values[i]
    lines = []
    releases = words.releases(s.panel.releases[-36:])
    known = f", known on {s.known_on.isoformat()}" if s.known_on else ""
    if np.isnan(values[-1]):
        lines.append(f"{name}: figures for {month} are not known.")
    elif risk.quiet:
        last = np.flatnonzero(np.nan_to_num(values) > 0)
        began = long_month(s.began(i))
        when = (
            f"the last one was in {long_month(int(s.panel.months[last[-1]]))}" if last.size else f"none since {began}"
        )
        lines.append(
            f"{name}: no death in organised violence is recorded in the last 36 months ({when}). {releases}{known}."
        )
        lines.append(
            f"In {s.window_long}, a death is {_chance(risk.p1_window)} and 25 or more in total are {_chance(risk.p25_window)}; 25 or more within twelve months are "
            f"{_chance(risk.p_onset_12 if risk.p_onset_12 is not None else risk.p25_window)}."
        )
        lines.append(
            f"For comparison: since 1992, countries that had been quiet for 36 months saw a death within the next six in {words.rate(s.base_rate_any)}, and 25 or "
            f"more in {words.rate(s.base_rate)}."
        )
        return tuple(lines)
    else:
        p = [m.p25 for m in forecast[: measures.WINDOW]]
        words_for = sorted({words.likelihood(x) for x in p}, key=[w for _, w in words.LIKELIHOOD].index)
        how = words_for[0] if len(words_for) == 1 else f"{words_for[-1]} to {words_for[0]}"
        lines.append(
            f"{name}: 25 or more deaths are {how} in each of the next six months ({words.percent_range(min(p), max(p))}); expected over "
            f"{s.window_long}: {words.rounded(risk.expected)} deaths (80 % interval {words.interval(risk.low80, risk.high80)}). {releases}{known}."
        )
        year = values[-12:].sum()
        before = values[-24:-12].sum()
        if not np.isnan(year + before):
            lines.append(
                f"{_first_up(words.deaths(values[-1]))} {'is' if values[-1] == 1 else 'are'} recorded for {month}; {words.exact(year)} in the last twelve months, against {words.exact(before)} in the "
                "twelve before."
            )
        lines += _events(risk)
    if risk.rests_on:
        lines.append(
            f"Most of the expected deaths rest on one month, {long_month(parse_month(risk.rests_on))}, which the model holds possible again; without that month it "
            f"would expect {words.rounded(risk.expected_without)} in {s.window_long}."
        )
    best = int(np.nanargmax(np.nan_to_num(values)))
    if values[best] > 0:
        lines.append(
            f"The worst month since 1989 was {long_month(int(s.panel.months[best]))}, with {words.exact(values[best])} deaths recorded."
        )
    return tuple(lines)


def _chance(probability: float) -> str:
    return f"{words.likelihood(probability)} ({words.percent(probability)})"


def _events(risk: CountryRisk) -> list[str]:
    """A sentence for each event that can begin from here."""
    lines = []
    if risk.p_onset_6 is not None and risk.p_onset_12 is not None:
        lines.append(
            f"Onset (25 or more deaths in total, after twelve months with fewer) is {_chance(risk.p_onset_6)} within six months and {_chance(risk.p_onset_12)} "
            "within twelve."
        )
    last = words.exact(risk.recorded_last_window)
    if risk.p_escalation is not None:
        lines.append(
            f"Escalation (at least twice the {last} deaths of the last six months, and at least 100 more) is "
            f"{_chance(risk.p_escalation)}{_beside(risk.p_escalation, risk.p_escalation_draws)}."
        )
    if risk.p_deescalation is not None:
        lines.append(
            f"De-escalation (at most half of the {last} deaths of the last six months) is "
            f"{_chance(risk.p_deescalation)}{_beside(risk.p_deescalation, risk.p_deescalation_draws)}."
        )
    return lines


def _beside(event: float, draws: float | None) -> str:
    """Says that the model of the event and the draws of the interval disagree, where a reader would see it."""
    if draws is None or abs(event - draws) < early.APART:
        return ""
    return f" by the model of such events; the draws that the interval above comes from say {words.percent(draws)}"


def _first_up(text: str) -> str:
    return text[0].upper() + text[1:]


def _history(s: Situation, i: int) -> tuple[HistoryMonth, ...]:
    p = s.panel

    def at(array: np.ndarray | None, j: int) -> float | None:
        return None if array is None or np.isnan(array[i, j]) else float(array[i, j])

    return tuple(
        HistoryMonth(
            month=format_month(int(m)), deaths=at(p.values, j), low=at(p.low, j), high=at(p.high, j), status=p.status[j]
        )
        for j, m in enumerate(p.months)
    )


def _years(s: Situation, iso3: str) -> tuple[TypeYear, ...]:
    frame = (
        conflicts.yearly(s.workspace, "ucdp_country_year", as_of=s.as_of)
        .filter(pl.col("iso3") == iso3)
        .sort("year")
        .tail(YEARS_SHOWN)
    )
    return tuple(
        TypeYear(
            year=r["year"],
            deaths_total=r["deaths_total"],
            low=r["deaths_total_low"],
            high=r["deaths_total_high"],
            state_based=r["deaths_state_based"],
            non_state=r["deaths_non_state"],
            one_sided=r["deaths_one_sided"],
        )
        for r in frame.iter_rows(named=True)
    )


def _conflicts(s: Situation, gw_id: int, iso3: str) -> tuple[Conflict, ...]:
    """The conflicts and pairs with most deaths in the newest releases, then pairs of actors by their last active year."""
    months = conflicts.conflict_month(s.workspace, as_of=s.as_of).filter(pl.col("gw_id") == gw_id)
    # Candidate releases hold a place for actors that UCDP has yet to name: XXX70 - XXX70, XXX130 - Civilians.
    name = pl.coalesce("conflict_name", "dyad_name")
    recent = (
        months.with_columns(name=pl.when(name.str.contains("XXX")).then(pl.lit(UNNAMED)).otherwise(name))
        .group_by("type_of_violence", "name")
        .agg(pl.col("deaths_total").sum(), pl.col("month_id").max(), pl.col("release", "status").last())
        .filter(pl.col("deaths_total") > 0)
        .sort("deaths_total", "type_of_violence", "name", descending=[True, False, False])
    )
    wars = (
        conflicts.yearly(s.workspace, "ucdp_conflict_year", as_of=s.as_of)
        .filter((pl.col("iso3") == iso3) & pl.col("dyad_id").is_not_null())
        .select("dyad_id", "year", "intensity", "territory", "incompatibility")
    )
    dyads = (
        conflicts.yearly(s.workspace, "ucdp_dyad_country_year", as_of=s.as_of)
        .filter((pl.col("iso3") == iso3) & pl.col("dyad_name").is_not_null())
        .group_by("type_of_violence", "dyad_id", "dyad_name")
        .agg(
            first=pl.col("year").min(),
            last=pl.col("year").max(),
            years=pl.col("year").n_unique(),
            release=pl.col("release").last(),
        )
        .sort("last", "years", "dyad_name", "dyad_id", descending=[True, True, False, False])
    )
    now = {(r["type_of_violence"], r["name"]): r for r in recent.iter_rows(named=True)}
    past: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for r in dyads.iter_rows(named=True):
        past.setdefault((r["type_of_violence"], r["dyad_name"]), []).append(r)
    keys = list(dict.fromkeys([*list(now)[: CONFLICTS_SHOWN // 2], *past]))[:CONFLICTS_SHOWN]
    last_year = int(dyads["last"].to_numpy().max()) if dyads.height else 0
    notes = {key: "; ".join(_note(r, wars) for r in past.get(key, [])) for key in keys}
    return tuple(
        _recent(s, key, now[key], notes[key])
        if key in now
        else _past(s, key, past[key], notes[key], last_year=last_year, covered=months.height > 0)
        for key in keys
    )


def _recent(s: Situation, key: tuple[int, str], row: dict[str, Any], note: str) -> Conflict:
    """A conflict or pair with deaths in the newest releases."""
    return Conflict(
        name=_named(s, key[1]),
        kind=TYPES[key[0]],
        last_active=format_month(row["month_id"]),
        deaths=row["deaths_total"],
        note=f"{note}; {row['status']} figures" if note else f"{row['status']} figures",
        source=row["release"],
    )


def _past(
    s: Situation, key: tuple[int, str], rows: list[dict[str, Any]], note: str, *, last_year: int, covered: bool
) -> Conflict:
    """A pair that the yearly figures know and the newest releases don't name. covered: whether those say anything here."""
    # For state-based violence the candidate release of 2025 names conflicts, not pairs.
    split, last = key[0] != 1, max(r["last"] for r in rows)
    open_end = not split and last == last_year
    return Conflict(
        name=_named(s, key[1]),
        kind=TYPES[key[0]],
        last_active=f"{last} or later" if open_end else str(last),
        deaths=0 if split and covered else None,
        note=f"{note}; later months are recorded by conflict, above" if open_end else note,
        source=rows[0]["release"],
    )


def _named(s: Situation, name: str) -> str:
    return ucdp_words(s, name).replace(" - ", " – ")


def _note(row: dict[str, Any], wars: pl.DataFrame) -> str:
    """For how long a pair of actors has fought here, over what, and in how many years at the level of war."""
    note = f"active in {words.plural(row['years'], 'year')} since {row['first']}"
    fought = (
        wars.filter(pl.col("dyad_id") == row["dyad_id"]).sort("year") if row["type_of_violence"] == 1 else wars.clear()
    )
    if not fought.height:
        return note
    over = fought.row(-1, named=True)
    about = f"about territory ({over['territory']})" if over["territory"] else "about government"
    at_war = fought.filter(pl.col("intensity") == 2).height
    return f"{note}; {about}" + (f"; war (1,000+ deaths a year) in {words.plural(at_war, 'year')}" if at_war else "")


def _population(s: Situation, iso3: str) -> Figure | None:
    """The last yearly figure that was out by the edition's month."""
    known = country_month.population(s.workspace, year_of(s.as_of), as_of=s.as_of).filter(pl.col("iso3") == iso3)
    if not known.height:
        return None
    row = known.row(0, named=True)
    return Figure(
        value=round(row["persons"]),
        unit="persons",
        source=row["source"].replace(" (gdidata)", ""),
        kind="recorded",
        months=str(row["year_of_figure"]),
    )


def _neighbours(s: Situation, gw_id: int, own: CountryRisk) -> tuple[Neighbour, ...]:
    land = s.workspace.table("land_cells").drop_nulls("gw_id")
    beside = measures.neighbours(
        land["pg_id"].to_numpy().astype(np.int64), land["gw_id"].to_numpy().astype(np.int64)
    ).get(gw_id, set())
    rows = [i for i, unit in enumerate(s.panel.units) if int(unit) in beside and int(unit) != gw_id]
    others = sorted((country_risk(s, i) for i in rows), key=lambda r: -r.expected)

    def neighbour(r: CountryRisk) -> Neighbour:
        year = float(s.panel.values[s.row(r.gw_id), -12:].sum())
        return Neighbour(
            iso3=r.iso3,
            name=r.name,
            recorded_12_months=None if np.isnan(year) else year,
            expected=r.expected,
            low80=r.low80,
            high80=r.high80,
        )

    return tuple(neighbour(r) for r in [own, *others])
