"""The brief's charts over time and across countries, one definition for page and print."""

import math
from collections.abc import Sequence
from typing import Any

import polars as pl

from forestall.brief import theme
from forestall.brief.document import HistoryMonth, MonthForecast

Spec = dict[str, Any]
WIDTH = 640
NARROW = 270
"""Pixels of the plot on a desk and on a phone: each chart is drawn for both, and the page shows one."""


def _ticks(top: float) -> list[float]:
    """0, 1, 10, 100 ... up to the first power of ten that is not below `top`."""
    return [0.0, *(10.0**k for k in range(math.ceil(math.log10(max(top, 10))) + 1))]


def _count_scale(top: float, least: float = 0.0) -> tuple[Spec, Spec]:
    """Scale and axis for deaths: in proportion up to 60, else logarithmic; the axis title says which.

    least: the smallest figure to show. From 20 on the logarithmic axis begins below it, otherwise at a true zero.
    """
    if top > 60 and least >= 20:
        domain = [0.7 * least, 1.3 * top]
        values = [m * 10.0**k for k in range(1, 8) for m in (1, 2, 5) if domain[0] <= m * 10.0**k <= domain[1]]
        axis = {"title": "deaths a month (logarithmic, not from zero)", "values": values, "format": ",d"}
        return {"type": "log", "domain": domain, "nice": False}, axis
    if top <= 60:
        return {"domain": [0, max(5, math.ceil(top))]}, {"title": "deaths a month", "tickMinStep": 1}
    values = _ticks(top)
    return (
        {"type": "symlog", "constant": 1, "domain": [0, top * 1.15]},
        {"title": "deaths a month (logarithmic)", "values": [v for v in values if v <= top * 1.15], "format": ",d"},
    )


def _date(month: str) -> str:
    return f"{month}-01"


def history(months: Sequence[HistoryMonth], *, name: str, country: str, width: int = WIDTH) -> str:
    """Deaths per month as bars, the publisher's low and high as a band, months that are not final in another colour."""
    rows: list[Spec] = [
        {
            "month": _date(m.month),
            "deaths": m.deaths,
            "low": m.low,
            "high": m.high,
            "status": "final" if m.status == "final" else "not final",
        }
        for m in months
        if m.deaths is not None
    ]
    top = max((max(r["deaths"], r["high"] or 0) for r in rows), default=0)
    scale, axis = _count_scale(top)
    x: Spec = {
        "field": "month",
        "type": "temporal",
        "title": None,
        "axis": {"format": "%Y", "grid": False, "tickCount": 8 if width > 400 else 4},
        # The whole record, also the quiet years before the first death.
        "scale": {"domain": [rows[0]["month"], rows[-1]["month"]]} if len(rows) > 1 else {},
    }
    color: Spec = {
        "field": "status",
        "type": "nominal",
        "title": None,
        "scale": {"domain": ["final", "not final"], "range": [theme.ACCENT, theme.ACCENT_2]},
        "legend": {"orient": "top", "symbolType": "stroke", "symbolStrokeWidth": 4},
    }
    dead = [{**r, "zero": 0} for r in rows if r["deaths"]]
    ranged = [r for r in dead if r["low"] is not None and r["high"] is not None and r["high"] > r["low"]]
    y: Spec = {"type": "quantitative", "scale": scale, "axis": axis}
    spec: Spec = {
        "width": width,
        "height": 220,
        "layer": [
            {
                "data": {"values": dead},
                "mark": {"type": "rule", "strokeWidth": 1.45},
                "encoding": {"x": x, "y": {"field": "zero", **y}, "y2": {"field": "deaths"}, "color": color},
            },
            {
                "data": {"values": ranged},
                "mark": {"type": "rule", "color": theme.FG, "strokeWidth": 0.7, "opacity": 0.7},
                "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}},
            },
        ],
    }
    if not top:
        spec["layer"] = [_empty(rows, x, scale, axis)]
    total = sum(r["deaths"] for r in rows)
    return theme.to_svg(
        spec,
        name=name,
        title=f"{country}: deaths per month since {rows[0]['month'][:4] if rows else 'the record began'}",
        description=f"{total:,.0f} deaths recorded in {len(rows)} months, most in a month {max((r['deaths'] for r in rows), default=0):,.0f}.",
    )


def _empty(rows: Sequence[Spec], x: Spec, scale: Spec, axis: Spec) -> Spec:
    """A flat line at zero: nothing was recorded, which is itself a finding."""
    return {
        "data": {"values": [rows[0], rows[-1]] if rows else []},
        "mark": {"type": "line", "color": theme.ACCENT},
        "encoding": {"x": x, "y": {"field": "deaths", "type": "quantitative", "scale": scale, "axis": axis}},
    }


def fan(
    past: Sequence[HistoryMonth], ahead: Sequence[MonthForecast], *, name: str, country: str, width: int = WIDTH
) -> str:
    """The last months as recorded, then the forecast: median and 50, 80 and 90 % intervals."""
    recorded: list[Spec] = [{"month": _date(m.month), "deaths": m.deaths} for m in past if m.deaths is not None]
    rows: list[Spec] = [{**m.model_dump(), "month": _date(m.month)} for m in ahead]
    top = max([r["deaths"] for r in recorded] + [m.q95 for m in ahead], default=0)
    least = min([r["deaths"] for r in recorded] + [m.q05 for m in ahead], default=0)
    scale, axis = _count_scale(top, least)
    x: Spec = {
        "field": "month",
        "type": "temporal",
        "title": None,
        "axis": {"format": "%b %Y" if width > 400 else "%Y", "grid": False, "tickCount": 6},
    }

    def band(low: str, high: str, color: str) -> Spec:
        return {
            "data": {"values": rows},
            "mark": {"type": "area", "color": color, "interpolate": "step"},
            "encoding": {
                "x": x,
                "y": {"field": low, "type": "quantitative", "scale": scale, "axis": axis},
                "y2": {"field": high},
            },
        }

    def line(values: Sequence[Spec], field: str, color: str, **mark: Any) -> Spec:
        return {
            "data": {"values": list(values)},
            "mark": {"type": "line", "color": color, "strokeWidth": 2, **mark},
            "encoding": {"x": x, "y": {"field": field, "type": "quantitative", "scale": scale, "axis": axis}},
        }

    key = [
        {"label": "recorded", "color": theme.FG},
        {"label": "median", "color": theme.ACCENT},
        {"label": "50 %", "color": theme.BANDS[2]},
        {"label": "80 %", "color": theme.BANDS[1]},
        {"label": "90 % interval", "color": theme.BANDS[0]},
    ]
    legend: Spec = {
        "data": {"values": key},
        "mark": {"type": "square", "opacity": 0},
        "encoding": {
            "color": {
                "field": "label",
                "type": "nominal",
                "title": None,
                "scale": {"domain": [k["label"] for k in key], "range": [k["color"] for k in key]},
                "legend": {
                    "orient": "top",
                    "symbolType": "square",
                    "symbolOpacity": 1,
                    "columns": 5 if width > 400 else 3,
                    "symbolSize": 110,
                },
            }
        },
    }
    spec: Spec = {
        "width": width,
        "height": 250,
        "layer": [
            band("q05", "q95", theme.BANDS[0]),
            band("q10", "q90", theme.BANDS[1]),
            band("q25", "q75", theme.BANDS[2]),
            line(rows, "q50", theme.ACCENT, interpolate="step"),
            line(recorded, "deaths", theme.FG, point={"color": theme.FG, "size": 14}),
            legend,
        ],
    }
    first, last = ahead[0], ahead[-1]
    return theme.to_svg(
        spec,
        name=name,
        title=f"{country}: recorded deaths and forecast to {last.month}",
        description=f"{first.month}: median {first.q50:,.0f}, 80 % interval {first.q10:,.0f} to {first.q90:,.0f}. {last.month}: median {last.q50:,.0f}, "
        f"80 % interval {last.q10:,.0f} to {last.q90:,.0f}.",
    )


def intervals(frame: pl.DataFrame, *, name: str, title: str, width: int = WIDTH) -> str:
    """Expected deaths with their intervals, one row a country, on a logarithmic scale with a true zero.

    frame: label, expected, low80, high80, in the order to show.
    """
    top = float(frame["high80"].to_numpy().max()) if frame.height else 0.0
    top = max(top, float(frame["expected"].to_numpy().max()) if frame.height else 0.0, 10.0)
    x_axis = {
        "title": "deaths (logarithmic)",
        "values": [v for v in _ticks(top) if v <= top * 1.2],
        "format": ",d",
        "orient": "top",
    }
    scale = {"type": "symlog", "constant": 1, "domain": [0, top * 1.2]}
    y: Spec = {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"ticks": False, "domain": False, "labelLimit": 170, "labelColor": theme.FG},
    }
    spec: Spec = {
        "width": width - (180 if width > 400 else 90),
        "height": {"step": 22},
        "data": {"values": frame.to_dicts()},
        "layer": [
            {
                "mark": {"type": "rule", "color": theme.BANDS[2], "strokeWidth": 5, "strokeCap": "round"},
                "encoding": {
                    "y": y,
                    "x": {"field": "low80", "type": "quantitative", "scale": scale, "axis": x_axis},
                    "x2": {"field": "high80"},
                },
            },
            {
                "mark": {"type": "circle", "size": 70, "color": theme.ACCENT, "opacity": 1},
                "encoding": {
                    "y": y,
                    "x": {"field": "expected", "type": "quantitative", "scale": scale, "axis": x_axis},
                },
            },
        ],
    }
    said = "; ".join(f"{r['label']} {r['expected']:,.0f}" for r in frame.head(5).iter_rows(named=True))
    return theme.to_svg(spec, name=name, title=title, description=f"Expected deaths: {said}.")


def skill(frame: pl.DataFrame, *, name: str, width: int = WIDTH) -> str:
    """CRPS by yearly window, a line a model. frame: model, year, crps."""
    models = frame["model"].unique(maintain_order=True).to_list()
    spec: Spec = {
        "width": width - 40,
        "height": 200,
        "data": {"values": frame.select("model", pl.col("year").cast(pl.String), "crps").to_dicts()},
        "mark": {"type": "line", "point": {"size": 30}, "strokeWidth": 2},
        "encoding": {
            "x": {
                "field": "year",
                "type": "ordinal",
                "title": None,
                "axis": {"labelAngle": 0, "labelOverlap": True, "grid": False},
            },
            "y": {
                "field": "crps",
                "type": "quantitative",
                "title": "CRPS, deaths (logarithmic)",
                "scale": {"type": "log", "nice": False},
                "axis": {"values": [10, 20, 50, 100, 200]},
            },
            "color": {
                "field": "model",
                "type": "nominal",
                "title": None,
                "scale": {"domain": models, "range": list(theme.MODELS[: len(models)])},
                "legend": {"orient": "top", "columns": 3 if width > 400 else 1},
            },
        },
    }
    best = frame.group_by("model", maintain_order=True).agg(pl.col("crps").mean())
    said = "; ".join(f"{r['model']} {r['crps']:.1f}" for r in best.iter_rows(named=True))
    return theme.to_svg(spec, name=name, title="Measured skill by year", description=f"Mean CRPS: {said}.")
