"""The chart of who covers which hot spot: countries by organisations, with standing and powers in each field."""

from collections.abc import Sequence
from typing import Any

from forestall.brief import theme
from forestall.brief.document_response import CoverageColumn, CoverageRow

Spec = dict[str, Any]
WIDTH, NARROW = 640, 300
NARROW_COLUMNS = 9
COLOURS = {
    "member": theme.CHANCES[2],
    "suspended": theme.STEPS[2],
    "observer or partner": theme.CHANCES[0],
    "none, but has acted there": theme.ZERO,
}
OTHER = frozenset({"observer", "associate", "partner", "participant", "disputed"})
POWERS = "letters: M may mediate, D may deploy; underlined field: has acted there"


def spec(columns: Sequence[CoverageColumn], rows: Sequence[CoverageRow], *, width: int = WIDTH) -> Spec:
    """The matrix: colour for the country's standing, letters for what the organisation may do, a line where it has led
    an operation or had a part in mediation. On a narrow page only the first columns."""
    kept = columns if width > NARROW else columns[:NARROW_COLUMNS]
    names = [one.called for one in kept]
    order = [row.name for row in rows]
    wanted = {one.organisation: one.called for one in kept}
    fields = [
        {
            "country": row.name,
            "organisation": wanted[cover.organisation],
            "standing": _standing(cover.standing),
            "letters": "M" * cover.may_mediate + "D" * cover.may_deploy,
            "acted": cover.acted,
        }
        for row in rows
        for cover in row.covers
        if cover.organisation in wanted and (cover.standing or cover.acted)
    ]
    x: Spec = {
        "field": "organisation",
        "type": "nominal",
        "scale": {"domain": names},
        "title": None,
        "axis": {"orient": "top", "labelAngle": -60, "labelColor": theme.FG, "ticks": False, "domain": False},
    }
    y: Spec = {
        "field": "country",
        "type": "nominal",
        "scale": {"domain": order},
        "title": None,
        "axis": {"labelLimit": 150, "labelColor": theme.FG, "ticks": False, "domain": False},
    }
    return {
        "width": {"step": (width - 130) / max(1, len(names))},
        "height": {"step": 20},
        "data": {"values": fields},
        "layer": [
            {
                "mark": {"type": "rect", "stroke": theme.BACK, "strokeWidth": 2},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": {
                        "field": "standing",
                        "type": "nominal",
                        "title": None,
                        "scale": {"domain": list(COLOURS), "range": list(COLOURS.values())},
                        "legend": {"orient": "top", "columns": 4 if width > NARROW else 2},
                    },
                },
            },
            {
                "transform": [{"filter": "datum.acted"}],
                "mark": {
                    "type": "tick",
                    "orient": "horizontal",
                    "yOffset": 8,
                    "thickness": 2,
                    "color": theme.FG,
                    "width": 14,
                },
                "encoding": {"x": x, "y": y},
            },
            {
                "mark": {"type": "text", "fontSize": 10, "color": theme.FG},
                "encoding": {"x": x, "y": y, "text": {"field": "letters"}},
            },
        ],
    }


def draw(
    columns: Sequence[CoverageColumn], rows: Sequence[CoverageRow], *, name: str, title: str, width: int = WIDTH
) -> str:
    """The matrix as SVG for a page."""
    said = "; ".join(f"{one.called} {one.covered} of {len(rows)}" for one in columns[:5])
    return theme.to_svg(
        spec(columns, rows, width=width),
        name=name,
        title=title,
        description=f"Countries that are members, suspended ones too: {said}.",
    )


def _standing(standing: str) -> str:
    if standing in ("member", "suspended"):
        return standing
    return "observer or partner" if standing in OTHER else "none, but has acted there"
