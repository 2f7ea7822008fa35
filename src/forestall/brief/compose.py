"""Write an edition: documents, charts and pages together."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from forestall.brief import charts, deployment, maps, partners_chart, render, theme, treaties, words
from forestall.brief.document import Dossier, Outlook
from forestall.brief.dossier import dossier
from forestall.brief.method import MODEL_NAMES
from forestall.brief.outlook import outlook
from forestall.brief.situation import MODEL, Situation, situation
from forestall.brief.words import MOST, listing
from forestall.ids.countries import resolve
from forestall.ids.months import long_month, month_end, parse_month
from forestall.store import Workspace, files

MONTHS_SHOWN = (1, 2, 3, 6, 12, 24, 36)
"""Months ahead that the dossier's table lists; the fan chart and the JSON have all of them."""

ONE = 0.5  # what is said as one death expected
PAST_SHOWN = 36  # months before the forecast in the fan chart
SKILL_SHOWN = (MODEL, "conflictology_12", "ewma", "last")


ONSET = (
    "onset",
    "Onset: 25 or more deaths in total in the window, in countries whose last twelve months had fewer than 25.",
)
ESCALATION = (
    "escalation",
    "Escalation: at least twice the deaths of the last six months and at least 100 more, in countries whose last twelve months had 25 or more.",
)
DEESCALATION = (
    "de-escalation",
    "De-escalation: at most half the deaths of the last six months, in countries where those had 100 or more.",
)


def _silent(text: str) -> None:
    del text


def write_outlook(
    workspace: Workspace,
    out: Path,
    *,
    as_of: str | None = None,
    dossiers: bool = False,
    progress: Callable[[str], None] = _silent,
) -> tuple[list[Path], Outlook]:
    """Write `outlook.html` and `outlook.json` to `out`; with `dossiers`, also both for each country with a death in
    36 months or one expected.

    as_of: YYYY-MM, the latest month on hand if None. Returns the files written and the document.
    """
    s = situation(workspace, as_of=None if as_of is None else parse_month(as_of))
    document = outlook(s)
    links: dict[str, str] = {}
    written: list[Path] = []
    if dossiers:
        chosen = [r for r in document.countries if not r.quiet or r.expected >= ONE]
        links = {r.iso3: f"{r.iso3}.html" for r in chosen}
        for done, row in enumerate(chosen, 1):
            progress(f"{done}/{len(chosen)} {row.name}")
            written += _write(out, row.iso3, *dossier_page(s, row.gw_id, links, outlook_link="outlook.html"))
    written = _write(out, "outlook", document, outlook_page(s, document, links)) + written
    return written, document


def write_dossier(
    workspace: Workspace,
    country: str,
    out: Path,
    *,
    as_of: str | None = None,
    progress: Callable[[str], None] = _silent,
) -> tuple[list[Path], Dossier]:
    """Write a country's dossier as `ISO3.html` and `ISO3.json` to `out`.

    Raises UsageError if the country is not known or is no state in the edition's month.
    """
    month = None if as_of is None else parse_month(as_of)
    if month is not None:
        resolve(country, month_end(month))  # a country nobody knows is said before any work is done
    s = situation(workspace, as_of=month)
    state = resolve(country, month_end(s.as_of))
    unit = state.gw_id if state.gw_id in s.states else state.counted_with
    if unit is not None and unit != state.gw_id:
        progress(f"UCDP counts events in {state.name} under {s.states[unit].name}: this dossier covers both together")
    document, text = dossier_page(s, -1 if unit is None else unit, {})
    return _write(out, document.iso3, document, text), document


def outlook_page(s: Situation, document: Outlook, links: dict[str, str]) -> str:
    """The outlook as HTML. links: pages of countries, by ISO3."""
    rows = {r.iso3: r for r in document.countries}
    by_expected = [rows[code] for code in document.watch_expected]
    shown = pl.DataFrame(
        [{"label": r.name, "expected": r.expected, "low80": r.low80, "high80": r.high80} for r in by_expected]
    )
    cards = {
        "recorded_month": f"Deaths recorded, {document.as_of_long}",
        "recorded_12_months": "Deaths recorded, last 12 months",
        "countries_25_month": f"Countries with 25 or more deaths, {document.as_of_long}",
        "expected_window": f"Deaths expected, {document.window_long}",
        "countries_25_next": f"Countries expected to see 25 or more, {long_month(s.as_of + 1)}",
    }
    return render.page(
        document,
        charts={
            "map": maps.world(
                {r.iso3: r.expected for r in document.countries},
                {r.iso3: r.name for r in document.countries},
                name="world",
                window=document.window_long,
            ),
            **_both("expected", charts.intervals, shown, title=f"Expected deaths, {document.window_long}"),
            **_both(
                "coverage",
                partners_chart.draw,
                document.coverage.columns,
                document.coverage.rows,
                title="Who covers which hot spot",
            ),
            treaties.MAP: treaties.draw(document.treaties),
            **_skill(s),
        },
        sparks={r.iso3: theme.sparkline(list(r.recent)) for r in by_expected},
        links=links,
        cards=[(label, document.headline[key]) for key, label in cards.items()],
        disclaimer=maps.DISCLAIMER,
        boundaries=maps.BOUNDARIES,
        legend=maps.legend(),
        treaty_legend=treaties.legend(),
        by_expected=by_expected,
        called={one.organisation: one.called for one in document.coverage.columns},
        by_p25=[rows[code] for code in document.watch_p25],
        by_event=[
            (
                title,
                meaning,
                [
                    (rows[code], getattr(rows[code], field), getattr(rows[code], f"{field}_draws", None))
                    for code in listed
                ],
            )
            for title, meaning, field, listed in (
                (*ONSET, "p_onset_6", document.watch_onset),
                (*ESCALATION, "p_escalation", document.watch_escalation),
                (*DEESCALATION, "p_deescalation", document.watch_deescalation),
            )
        ],
        certain=listing([r.name for r in document.countries if r.p25_next_month >= MOST]),
        next_month_long=long_month(s.as_of + 1),
        previous_long=long_month(s.as_of - 1),
    )


def dossier_page(s: Situation, gw_id: int, links: dict[str, str], *, outlook_link: str = "") -> tuple[Dossier, str]:
    """A country's dossier, as document and as HTML."""
    document = dossier(s, gw_id)
    codes = [document.iso3, *(t.iso3 for t in s.territories(gw_id))]
    ever = any(m.deaths for m in document.history)
    drawn = (
        {}
        if not any(m.q95 for m in document.forecast) and not any(m.deaths for m in document.history[-PAST_SHOWN:])
        else _both("fan", charts.fan, document.history[-PAST_SHOWN:], document.forecast, country=document.name)
    )
    if ever:
        drawn |= _both("history", charts.history, document.history, country=document.name)
    beside = [n for n in document.neighbours if n.iso3 == document.iso3 or n.high80 > 0 or n.recorded_12_months]
    shown = pl.DataFrame(
        [{"label": n.name, "expected": n.expected, "low80": n.low80, "high80": n.high80} for n in beside]
    )
    text = render.page(
        document,
        charts={
            **drawn,
            **_both("neighbours", charts.intervals, shown, title=f"{document.name} beside its neighbours"),
            **_skill(s),
            **_deployment_map(document, codes),
        },
        cell_legend=maps.cell_legend(),
        chance_legend=maps.chance_legend(),
        dot_legend=maps.dot_legend(),
        dot_colour=theme.ACCENT_2,
        risk_charts=_risk_charts(document, codes),
        deployment_legend=deployment.legend(),
        maps=[
            (
                place,
                maps.country(
                    place.cells,
                    codes,
                    name=f"cells{i}",
                    title=f"{document.name}: recorded deaths by cell, {place.span}",
                )
                if place.cells
                else "",
            )
            for i, place in enumerate(document.maps)
        ],
        links=links,
        outlook_link=outlook_link,
        disclaimer=maps.DISCLAIMER,
        covers=len(codes) > 1,
        ever=ever,
        began=long_month(s.began(s.row(gw_id))),
        last_month_long=long_month(int(s.forecast.months[-1])),
        months_shown=[document.forecast[k - 1] for k in MONTHS_SHOWN if k <= len(document.forecast)],
    )
    return document, text


def _risk_charts(document: Dossier, codes: list[str]) -> dict[str, str]:
    """The maps of where deaths are likely and of how many they may be; no map where there is nothing to colour."""
    risk = document.risk_map
    if risk is None or not risk.cells:
        return {}
    title = f"{document.name}: chance of a death by cell, {risk.span}"
    drawn = {"chance": maps.chances(risk.cells, risk.recent, codes, name="chance", title=title)}
    if any(c.high80 >= 1 for c in risk.cells):
        title = f"{document.name}: deaths by cell that are exceeded with a chance of one in ten, {risk.span}"
        drawn["reach"] = maps.reach(risk.cells, codes, name="reach", title=title)
    return drawn


def _deployment_map(document: Dossier, codes: list[str]) -> dict[str, str]:
    """The map of where teams would stand, if any."""
    of, risk = document.deployment, document.risk_map
    if of is None or not of.sites:
        return {}
    title = f"{document.name}: expected deaths by cell and {words.plural(len(of.sites), 'team')}, {of.span}"
    return {"deployment": deployment.draw(risk.cells if risk else (), of, codes, title=title)}


def _both(name: str, draw: Callable[..., str], *what: Any, **how: Any) -> dict[str, str]:
    """A chart drawn for a desk and, under the name with `_narrow`, for a phone, where the wide one could not be read."""
    return {
        name: draw(*what, name=name, **how),
        f"{name}_narrow": draw(*what, name=f"{name}n", width=charts.NARROW, **how),
    }


@lru_cache(maxsize=1)
def _skill(s: Situation) -> dict[str, str]:
    """The skill chart, which is the same on all pages of an edition."""
    frame: pl.DataFrame = s.workspace.table("skill").filter(pl.col("model").is_in(SKILL_SHOWN))
    named = frame.sort("model", "year").with_columns(pl.col("model").replace(MODEL_NAMES))
    return _both("skill", charts.skill, named.select("model", "year", "crps"))


def _write(out: Path, name: str, document: Outlook | Dossier, text: str) -> list[Path]:
    page, data = out / f"{name}.html", out / f"{name}.json"
    files.write(data, (document.model_dump_json(indent=1) + "\n").encode())
    files.write(page, text.encode())
    return [page, data]
