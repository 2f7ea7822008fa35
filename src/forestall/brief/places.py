"""Where in the country: cells with recorded deaths, and cells where deaths are likely in the twelve months ahead."""

import re
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.brief import words
from forestall.brief.document import CellMap, Place, RiskCell, RiskMap, RiskRow
from forestall.brief.situation import Situation, span
from forestall.errors import ForestallError, UsageError
from forestall.forecast.cells import outlook as cell_outlook
from forestall.forecast.cells.outlook import CellRisk
from forestall.ids import cells
from forestall.ids.months import format_month, long_month, parse_month, year_of
from forestall.panel import cell_month, conflicts

Floats = npt.NDArray[np.float64]

AHEAD = 12
"""Months that the risk of cells looks ahead."""
TOP = 10
RECENT = 6  # located months that end longer ago than this many are no news
MONTH = re.compile(r"\b\d{4}-\d{2}\b")
NOTABLE = 0.05  # chance of the likeliest cell from which cells are worth a list
VAGUE = 0.25  # share of deaths without a place from which a page says so
FEW = 10.0  # deaths expected: of fewer, a handful of draws decides on which cells they fall
LIKELY, EVEN = 0.66, 0.33  # the words' own bounds, see words.LIKELIHOOD


def recorded(s: Situation, gw_id: int) -> tuple[CellMap, ...]:
    """Two maps at most: the newest located months, and the last five years that are located completely."""
    months, years = _months(s), _years(s)
    out: list[CellMap] = []
    if months is not None and (run := _recent(s, months)):
        rows = months.frame.filter((pl.col("gw_id") == gw_id) & pl.col("month_id").is_between(run[0], run[-1]))
        why = "; the months before are not located in the releases on hand" if len(run) < 12 else ""
        out.append(_map(rows, span(run[0], run[-1]), why))
    if years is not None and (run := _run(years.periods, 5)):
        rows = years.frame.filter((pl.col("gw_id") == gw_id) & pl.col("year").is_between(run[0], run[-1]))
        why = "; the last years that are located completely"
        same_years = conflicts.yearly(s.workspace, "ucdp_country_year", as_of=s.as_of).filter(
            (pl.col("gw_id") == gw_id) & pl.col("year").is_between(run[0], run[-1])
        )
        newest = int(same_years["deaths_total"].sum())
        if newest != int(rows["deaths_total"].sum()):
            # Places come from an older release than the yearly table on the same page.
            why += f". Revised since: the yearly figures now give {words.exact(newest)} for the same years, whose places are not on hand"
        out.append(_map(rows, f"{run[0]} to {run[-1]}", why))
    return tuple(m for m in out if m.deaths > 0)


def ahead(s: Situation, gw_id: int) -> tuple[RiskMap | None, str]:
    """Where deaths are likely in the next twelve months, or None and a sentence that says why that is not known."""
    name = s.states[gw_id].name
    own = s.workspace.table("land_cells").filter(pl.col("gw_id") == gw_id)["pg_id"].to_list()
    if not own:
        return None, f"{name} has no cell on the half-degree land grid: where in it violence is likely is not known."
    risk = _risk(s)
    if risk is None:
        return None, f"Where in {name} violence is likely is not known: too few figures on hand say where deaths were."
    return _risk_map(s, gw_id, risk, own), ""


@lru_cache(maxsize=1)
def _risk(s: Situation) -> CellRisk | None:
    """The risk of all cells, which all pages of an edition share."""
    try:
        return cell_outlook.risk(s.workspace, s.panel)
    except ForestallError:
        return None


@lru_cache(maxsize=1)
def _months(s: Situation) -> cell_month.Located | None:
    return _located(cell_month.cell_month, s)


@lru_cache(maxsize=1)
def _years(s: Situation) -> cell_month.Located | None:
    return _located(cell_month.cell_year, s)


def _located(read: Callable[..., cell_month.Located], s: Situation) -> cell_month.Located | None:
    try:
        return read(s.workspace, as_of=s.as_of)
    except UsageError:  # nothing is located up to this month
        return None


def _recent(s: Situation, months: cell_month.Located) -> list[int]:
    """The last located months in a row, twelve at most; none if they are old."""
    run = _run(months.periods, 12)
    return run if run and run[-1] > s.as_of - RECENT else []


def _run(periods: tuple[int, ...], most: int) -> list[int]:
    """The last periods that follow each other without a hole, `most` of them at most."""
    out: list[int] = []
    for period in sorted(periods, reverse=True):
        if len(out) == most or (out and period != out[-1] - 1):
            break
        out.append(period)
    return out[::-1]


def _at_places(frame: pl.DataFrame) -> pl.DataFrame:
    """Without the rows that are drawn at the middle of a province or country because no better place is known."""
    return frame.filter(~pl.col("precision").is_in(["province", "country"]).fill_null(False))


def _places(frame: pl.DataFrame) -> tuple[Place, ...]:
    """Cells with deaths at known places, most deaths first."""
    by_cell = (
        _at_places(frame)
        .group_by("pg_id")
        .agg(pl.col("deaths_total").sum(), pl.col("events").sum())
        .filter(pl.col("deaths_total") > 0)
        .sort("deaths_total", "pg_id", descending=[True, False])
    )
    lat, lon = cells.centre(by_cell["pg_id"].to_numpy())
    return tuple(
        Place(pg_id=int(p), lat=float(a), lon=float(b), deaths=int(d), events=int(e))
        for p, a, b, d, e in zip(by_cell["pg_id"], lat, lon, by_cell["deaths_total"], by_cell["events"], strict=True)
    )


def _map(frame: pl.DataFrame, when: str, why: str) -> CellMap:
    found = _places(frame)
    deaths = int(frame["deaths_total"].sum())
    province, country = (
        int(frame.filter(pl.col("precision") == known)["deaths_total"].sum()) for known in ("province", "country")
    )
    release = words.releases(sorted(frame["release"].unique().to_list()))
    status = words.listing(sorted(frame["status"].unique().to_list()))
    return CellMap(
        span=when,
        release=release,
        deaths=deaths,
        province_only=province,
        country_only=country,
        cells=found,
        note=f"{_drawn(deaths, province, country)} {release}, {status} figures{why}.",
    )


def _drawn(deaths: int, province: int, country: int) -> str:
    """How many of the deaths are on the map, and how many are not because their place is not known."""
    said = f"{words.deaths(deaths)} {'is' if deaths == 1 else 'are'} recorded in all."
    unknown = " and ".join(
        f"{words.exact(count)} {what}"
        for count, what in ((province, "known only to the province"), (country, "only to the country"))
        if count
    )
    # "known" stands once, whichever of the two comes first.
    unknown = unknown if province or not country else f"{words.exact(country)} known only to the country"
    return f"{said} Not drawn: {unknown}." if unknown else said


def _risk_map(s: Situation, gw_id: int, risk: CellRisk, own: list[int]) -> RiskMap:
    here = np.flatnonzero(risk.gw_id == gw_id)
    order = here[np.lexsort((risk.pg_id[here], -risk.expected[here], -risk.chance[here]))]
    lat, lon = cells.centre(risk.pg_id[order])
    shown = tuple(
        RiskCell(
            pg_id=int(risk.pg_id[k]),
            lat=float(lat[j]),
            lon=float(lon[j]),
            chance=float(risk.chance[k]),
            chance_25=float(risk.chance_25[k]),
            expected=float(risk.expected[k]),
            low80=float(risk.low80[k]),
            high80=float(risk.high80[k]),
        )
        for j, k in enumerate(order)
    )
    total = s.forecast.draws[s.row(gw_id), :AHEAD].sum(axis=0, dtype=np.float64)
    expected, low, high = float(total.mean()), *(float(q) for q in np.quantile(total, [0.1, 0.9]))
    onset = s.chances.onset_12[s.row(gw_id)]
    any_death = max(float((total >= 1).mean()), float(np.nan_to_num(onset)), float(s.risk.p1_window[s.row(gw_id)]))
    months = _months(s)
    run = [] if months is None else _recent(s, months)
    lately: pl.DataFrame | None = None
    recent: tuple[Place, ...] = ()
    if months is not None and run:
        newest = months.frame.filter(pl.col("month_id").is_between(run[0], run[-1]))
        lately = newest.filter(pl.col("gw_id") == gw_id)
        # Also what UCDP counts under a neighbour, if it happened on a cell of this country.
        recent = _places(newest.filter((pl.col("gw_id") == gw_id) | pl.col("pg_id").is_in(own)))
    when = span(risk.first_month, risk.last_month)
    recent_when = span(run[0], run[-1]) if run else None
    half_in = _half_in(risk.expected[here], expected)
    return RiskMap(
        months=f"{format_month(risk.first_month)}..{format_month(risk.last_month)}",
        span=when,
        cells=shown,
        top=_rows(s, shown[:TOP]) if shown and shown[0].chance >= NOTABLE else (),
        cells_in_country=len(own),
        expected=expected,
        low80=low,
        high80=high,
        half_in=half_in if expected >= FEW else None,
        recent=recent,
        recent_span=recent_when,
        sentences=_sentences(
            s.states[gw_id].name, when, shown, half_in, land=len(own), country=(expected, low, high, any_death)
        ),
        notes=_notes(risk, lately, recent_when or ""),
        located_to=risk.located_to,
        model=risk.model,
    )


def _half_in(expected: Floats, whole: float) -> int | None:
    """The fewest cells that hold half of `whole` deaths; None if all that are given hold less."""
    held = np.cumsum(np.sort(expected)[::-1])
    reached = np.flatnonzero(held >= whole / 2)
    return int(reached[0]) + 1 if reached.size else None


def _sentences(
    name: str,
    when: str,
    shown: tuple[RiskCell, ...],
    half_in: int | None,
    *,
    land: int,
    country: tuple[float, float, float, float],
) -> tuple[str, ...]:
    """How much of what is expected lies in how few cells, and how sure that is.

    shown: the likeliest first. half_in: the fewest cells that hold half of what is expected. land: cells of the country. country: its expected deaths, the ends of their 80 % interval,
    and the chance of any death.
    """
    expected, low, high, any_death = country
    if not shown:
        return (
            f"In no cell of {name} is there a chance of 1 % or more that somebody is killed in organised violence from {when}.",
        )
    out = []
    if expected >= FEW:
        ten = sum(sorted((c.expected for c in shown), reverse=True)[:TOP]) / expected
        few = f"; the ten with most hold {words.share(ten)}" if half_in is not None and half_in > TOP else ""
        half = (
            "Where is not known: the cells with a chance of 1 % or more hold less than half of them."
            if half_in is None
            else f"Half of them fall on {half_in:,} of its {words.plural(land, 'cell')}{few}."
        )
        out.append(
            f"{words.rounded(expected)} deaths are expected in {name} from {when} (80 % interval {words.interval(low, high)}). {half}"
        )
    else:
        out.append(f"A death in {name} from {when} is {words.likelihood(any_death)} ({words.percent(any_death)}).")
    likely = sum(c.chance >= LIKELY for c in shown)
    even = sum(EVEN <= c.chance < LIKELY for c in shown)
    below = land - len(shown)
    rest = f"; in {words.exact(below)} of {words.exact(land)} cells it is below 1 %" if below > 0 else ""
    if likely or even:
        counted = [
            f"{word} in {words.plural(n, 'cell')}"
            for n, word in ((likely, "likely (66 % or more)"), (even, "about as likely as not (33 to 66 %)"))
            if n
        ]
        out.append(f"A death within the twelve months is {words.listing(counted)}{rest}.")
    else:
        top = max(c.chance for c in shown)
        out.append(f"In no cell is a death more likely than {words.percent(top)}{rest}.")
    wide = max(shown[:TOP], key=lambda c: c.high80)
    reach = words.interval(wide.low80, wide.high80)
    if " to " in reach:
        out.append(
            f"How many is unsure: in the cell at {words.position(wide.lat, wide.lon)} the 80 % interval runs from {reach} deaths."
        )
    return tuple(out)


def _notes(risk: CellRisk, lately: pl.DataFrame | None, when: str) -> tuple[str, ...]:
    """What the risk rests on, months in words, and how much of the newest deaths has no better place than a province."""
    said = [f"The places of deaths are known for {risk.located_to}.", *risk.caveats]
    said = [MONTH.sub(lambda found: long_month(parse_month(found.group())), note) for note in said]
    if risk.caveats:
        said.append("Adding a full UCDP GED release (forestall data add) closes gaps that it covers.")
    if lately is not None:
        deaths = int(lately["deaths_total"].sum())
        vague = deaths - int(_at_places(lately)["deaths_total"].sum())
        if vague >= VAGUE * deaths and vague >= FEW:
            said.append(
                f"Of the {words.exact(deaths)} deaths recorded from {when}, {words.exact(vague)} are known only to a province or to the country. They are "
                "spread over its cells, most over those with a record of deaths, so the risk of single cells is less sure here."
            )
    return tuple(said)


def _rows(s: Situation, top: tuple[RiskCell, ...]) -> tuple[RiskRow, ...]:
    """The cells most at risk, with the deaths last recorded in each, whichever state UCDP counts them under."""
    asked = [c.pg_id for c in top]
    last: dict[int, tuple[int, int, str]] = {}  # deaths, the year, and the year, month or span in words
    months, years = _months(s), _years(s)
    if years is not None:
        for pg_id, year, deaths in _last(years.frame, asked, "year"):
            last[pg_id] = deaths, year, str(year)
    if months is not None:
        for pg_id, month, deaths in _last(months.frame, asked, "month_id"):
            if pg_id not in last or year_of(month) > last[pg_id][1]:
                last[pg_id] = deaths, year_of(month), long_month(month)
        if run := _recent(s, months):
            together = months.frame.filter(pl.col("month_id").is_between(run[0], run[-1]))
            found = {p.pg_id: p.deaths for p in _places(together.filter(pl.col("pg_id").is_in(asked)))}
            last |= {pg_id: (deaths, year_of(run[-1]), span(run[0], run[-1])) for pg_id, deaths in found.items()}
    return tuple(
        RiskRow(
            **c.model_dump(),
            last_deaths=last[c.pg_id][0] if c.pg_id in last else None,
            last_when=last[c.pg_id][2] if c.pg_id in last else None,
        )
        for c in top
    )


def _last(frame: pl.DataFrame, asked: list[int], time: str) -> list[tuple[int, int, int]]:
    """Cell, last period with deaths at known places, and how many; only of the cells asked for."""
    found = (
        _at_places(frame.filter(pl.col("pg_id").is_in(asked)))
        .group_by("pg_id", time)
        .agg(pl.col("deaths_total").sum())
        .filter(pl.col("deaths_total") > 0)
        .sort("pg_id", time)
        .group_by("pg_id", maintain_order=True)
        .last()
    )
    return found.select("pg_id", time, "deaths_total").rows()
