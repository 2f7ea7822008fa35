"""The chart of a reform of the Council: what each area holds and would hold, beside what it is due by each measure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forestall.brief import svg, theme

Spec = dict[str, Any]
WIDTH = 420
NARROW = 230
"""Pixels of the plot beside its row labels, on a desk and on a phone."""

MEASURE_KEY = "share of the world"


@dataclass(frozen=True)
class AreaShares:
    """One area's rows of the chart. held: row label -> (today, proposal), shares from 0 to 1; due: measure -> share."""

    area: str
    held: Mapping[str, tuple[float | None, float | None]]
    due: Mapping[str, float]


def shares_spec(areas: Sequence[AreaShares], *, today: str, proposed: str, width: int = WIDTH) -> Spec:
    """A grouped dot plot: a panel an area; seats and power as two dots, today's hollow; measures as one diamond each."""
    dots: list[Spec] = []
    lines: list[Spec] = []
    for area in areas:
        for label, (before, after) in area.held.items():
            for key, value in ((today, before), (proposed, after)):
                if value is not None:
                    dots.append({"area": area.area, "row": label, "key": key, "share": 100 * value})
            if before is not None and after is not None:
                lines.append({"area": area.area, "row": label, "low": 100 * before, "high": 100 * after})
        for label, share in area.due.items():
            dots.append({"area": area.area, "row": label, "key": MEASURE_KEY, "share": 100 * share})
    rows = list(dict.fromkeys(dot["row"] for dot in dots))
    keys = list(dict.fromkeys((today, proposed, MEASURE_KEY)))
    top = max((dot["share"] for dot in dots), default=0.0)
    y: Spec = {
        "field": "row",
        "type": "nominal",
        "sort": rows,
        "title": None,
        "axis": {"ticks": False, "domain": False, "labelColor": theme.FG, "labelLimit": 220, "grid": True},
    }
    x: Spec = {
        "type": "quantitative",
        "scale": {"domain": [0, max(10.0, 1.04 * top)], "nice": False},
        "title": "share, percent",
        "axis": {"tickCount": 6},
    }
    # Today's ring is drawn larger, so that it shows around a dot at the same place.
    marks = {
        today: (theme.ACCENT_2, theme.BACK, "circle", 120),
        proposed: (theme.ACCENT, theme.ACCENT, "circle", 55),
        MEASURE_KEY: (theme.MUTED, theme.MUTED, "diamond", 55),
    }
    legend: Spec = {"orient": "top", "title": None, "columns": 3 if width > 300 else 1}

    def by_key(place: int) -> Spec:
        scale = {"domain": keys, "range": [marks[key][place] for key in keys]}
        return {"field": "key", "type": "nominal", "scale": scale, "legend": legend}

    return {
        "data": {
            "values": [{**dot, "low": None, "high": None} for dot in dots] + [{**one, "key": None} for one in lines]
        },
        "facet": {
            "row": {
                "field": "area",
                "type": "nominal",
                "sort": [area.area for area in areas],
                "title": None,
                "header": {
                    "labelAngle": 0,
                    "labelOrient": "top",
                    "labelAnchor": "start",
                    "labelFontSize": 12,
                    "labelFontWeight": "bold",
                    "labelColor": theme.FG,
                    "labelPadding": 2,
                },
            }
        },
        "spacing": 14,
        "spec": {
            "width": width,
            "height": {"step": 17},
            "layer": [
                {
                    "transform": [{"filter": "datum.key === null"}],
                    "mark": {"type": "rule", "color": theme.LINE, "strokeWidth": 2},
                    "encoding": {"y": y, "x": {"field": "low", **x}, "x2": {"field": "high"}},
                },
                {
                    "transform": [{"filter": "datum.key !== null"}],
                    "mark": {"type": "point", "strokeWidth": 2, "opacity": 1},
                    "encoding": {
                        "y": y,
                        "x": {"field": "share", **x},
                        "stroke": by_key(0),
                        "fill": by_key(1),
                        "shape": by_key(2),
                        "size": by_key(3),
                    },
                },
            ],
        },
    }


def describe(areas: Sequence[AreaShares]) -> str:
    """What the chart shows, in words, for those who cannot see it."""
    said = []
    for area in areas:
        parts = [f"{label} {_percent(before)} to {_percent(after)}" for label, (before, after) in area.held.items()] + [
            f"{label} {_percent(share)}" for label, share in area.due.items()
        ]
        said.append(f"{area.area}: {', '.join(parts)}")
    return ". ".join(said) + "."


def shares_svg(
    areas: Sequence[AreaShares], *, today: str, proposed: str, name: str = "reform", title: str, width: int = WIDTH
) -> str:
    """The chart as an SVG that may stand in a page; name: prefix of its ids."""
    spec = shares_spec(areas, today=today, proposed=proposed, width=width)
    return theme.to_svg(spec, name=name, title=title, description=describe(areas))


def shares_png(areas: Sequence[AreaShares], *, today: str, proposed: str, scale: float = 2.0) -> bytes:
    """The chart as a PNG on a white ground; scale: pixels for each pixel of the SVG."""
    import vl_convert

    spec = svg.writable(shares_spec(areas, today=today, proposed=proposed))
    drawn: bytes = vl_convert.vegalite_to_png(
        {**spec, "config": theme.config() | {"background": "#ffffff"}}, scale=scale
    )
    return drawn


def _percent(share: float | None) -> str:
    return "not known" if share is None else f"{100 * share:.1f} %"
