"""Maps: the world by expected deaths, and where in a country deaths were recorded and are likely.

The world map uses the Equal Earth projection, so that areas can be compared; close-ups are drawn by `closeup`. Outlines come
from `data/geometry`; how disputed areas are shown is in docs/methods/maps.md.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from forestall.brief import closeup, theme, words
from forestall.brief.document import Place, RiskCell

Spec = dict[str, Any]
T = TypeVar("T")

BOUNDARIES = (
    "The boundaries and names shown and the designations used on this map do not imply official endorsement or acceptance by the United Nations. "
    "Dashed lines: final status or boundary not agreed (Jammu and Kashmir: the parties have not agreed upon its final status; Sudan and South Sudan: "
    "the final boundary and the status of Abyei are not determined; Western Sahara; Kosovo: without prejudice to positions on status, in line with Security "
    "Council resolution 1244 (1999); occupied Palestinian territory). A dispute exists between Argentina and the United Kingdom over sovereignty of the Falkland "
    "Islands (Malvinas)."
)
DISCLAIMER = f"{BOUNDARIES} UCDP counts events in Palestine under Israel and events in Western Sahara under Morocco: they have no figures of their own."

NOT_GIVEN = "no separate figure"
CLASSES = ("fewer than 1", "1–24", "25–99", "100–999", "1,000–9,999", "10,000 or more", NOT_GIVEN)
COLOURS = (theme.ZERO, *theme.STEPS, theme.NO_FIGURE)
CELL_CLASSES = ("1–4", "5–24", "25–99", "100–499", "500 or more")
CELL_EDGES = (1, 5, 25, 100, 500)
CHANCE_CLASSES = ("1–5 %", "5–10 %", "10–25 %", "25–50 %", "50 % or more")
CHANCE_EDGES = (0.01, 0.05, 0.1, 0.25, 0.5)
DOT_CLASSES = ("1–24 deaths", "25–99", "100 or more")
DOT_EDGES = (1, 25, 100)
DOT_SIZES = (22.0, 60.0, 130.0)
"""Square pixels of the dots."""


def expected_class(value: float | None) -> str:
    """The legend class of a number of expected deaths."""
    if value is None:
        return NOT_GIVEN
    return CLASSES[int(np.searchsorted([0.5, 24.5, 99.5, 999.5, 9999.5], value, side="right"))]


def legend(
    classes: Sequence[str] = CLASSES, colours: Sequence[str] = COLOURS, name: str = "world"
) -> list[tuple[str, str]]:
    """A world map's classes with their colours; the page writes them as text, which stays readable on a phone."""
    return [(label, theme.paint(colour, name)) for label, colour in zip(classes, colours, strict=True)]


def cell_legend() -> list[tuple[str, str]]:
    """The classes of cells in the close-ups with their colours."""
    return list(zip(CELL_CLASSES, theme.STEPS, strict=True))


def chance_legend() -> list[tuple[str, str]]:
    """The classes of cells by chance with their colours."""
    return list(zip(CHANCE_CLASSES, theme.CHANCES, strict=True))


def dot_legend() -> list[tuple[str, float]]:
    """The classes of dots with their radius in pixels."""
    return [(label, float(np.sqrt(size / np.pi))) for label, size in zip(DOT_CLASSES, DOT_SIZES, strict=True)]


def world(expected: Mapping[str, float], names: Mapping[str, str], *, name: str, window: str) -> str:
    """The world by expected deaths per country. expected, names: by ISO3; a territory counted under a state shows that state's class."""
    top = sorted(expected, key=lambda code: -expected[code])[:5]
    said = "; ".join(f"{names[code]} {expected[code]:,.0f}" for code in top)
    return by_class(
        lambda code: expected_class(expected.get(code)),
        CLASSES,
        COLOURS,
        name=name,
        title=f"Expected deaths by country, {window}",
        description=f"Most expected: {said}. The table below has all countries.",
    )


def by_class(
    class_of: Callable[[str], str],
    classes: Sequence[str],
    colours: Sequence[str],
    *,
    name: str,
    title: str,
    description: str,
) -> str:
    """The world with each country in the colour of its class. class_of: the class of an ISO3 code, the last of `classes`
    where there is no figure; of a territory counted under a state that state's code is asked."""
    source = closeup.topology("110m")
    shapes, points = [], []
    for geometry in source["objects"]["countries"]["geometries"]:
        klass = class_of(geometry["properties"].get("of", geometry["id"]))
        if geometry["type"]:
            shapes.append({**geometry, "properties": {"class": klass}})
        elif klass != classes[-1]:
            lon, lat = geometry["properties"]["point"]
            points.append({"lon": lon, "lat": lat, "class": klass})
    topo = {
        **source,
        "objects": {**source["objects"], "countries": {"type": "GeometryCollection", "geometries": shapes}},
    }
    color: Spec = {
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(classes), "range": list(colours)},
        "legend": None,
    }
    width = 980
    scale = width / 5.43  # Equal Earth is 5.41 wide on the unit sphere, and reaches 1.29 north and 1.03 south here
    height = round(2.34 * scale)
    spec: Spec = {
        "width": width,
        "height": height,
        # Turned by 11 degrees, the seam falls into the Bering Strait; the frame ends at 84 N and 57 S, beyond the last state.
        "projection": {
            "type": "equalEarth",
            "rotate": [-11, 0, 0],
            "scale": scale,
            "translate": [width / 2, 1.31 * scale],
            "clipExtent": [[0, 0], [width, height]],
            "precision": 0.5,
        },
        "layer": [
            {"data": {"sphere": True}, "mark": {"type": "geoshape", "fill": theme.SEA}},
            {
                "data": {"values": topo, "format": {"type": "topojson", "feature": "countries"}},
                "mark": {"type": "geoshape", "stroke": theme.MUTED, "strokeWidth": 0.45},
                "encoding": {"color": {"field": "properties.class", **color}},
            },
            {
                "data": {"values": topo, "format": {"type": "topojson", "feature": "dashed"}},
                "mark": {
                    "type": "geoshape",
                    "filled": False,
                    "stroke": theme.BACK,
                    "strokeWidth": 1.1,
                    "strokeDash": [2.5, 2],
                },
            },
            {
                "data": {"values": points},
                "mark": {"type": "circle", "size": 16, "opacity": 1, "stroke": theme.MUTED, "strokeWidth": 0.5},
                "encoding": {
                    "longitude": {"field": "lon", "type": "quantitative"},
                    "latitude": {"field": "lat", "type": "quantitative"},
                    "color": {"field": "class", **color},
                },
            },
        ],
    }
    return theme.to_svg(spec, name=name, title=title, description=description)


def country(places: Sequence[Place], codes: Sequence[str], *, name: str, title: str) -> str:
    """Cells with recorded deaths inside a country, its outline and its neighbours', with a scale bar.

    codes: ISO3 of the country, and of territories shown with it. Countries without an outline (small islands) get the cells alone.
    """
    deaths = sum(p.deaths for p in places)
    worst = max(places, key=lambda p: p.deaths, default=None)
    most = f" Most in the cell at {words.position(worst.lat, worst.lon)}: {worst.deaths:,}." if worst else ""
    return closeup.draw(
        [closeup.Square(p.lat, p.lon, _class(p.deaths, CELL_EDGES, CELL_CLASSES)) for p in places],
        codes,
        colours=dict(cell_legend()),
        name=name,
        title=title,
        description=f"{deaths:,} deaths in {words.plural(len(places), 'cell')} of half a degree.{most}",
    )


def chances(risk: Sequence[RiskCell], recent: Sequence[Place], codes: Sequence[str], *, name: str, title: str) -> str:
    """Cells by the chance of a death, with recent deaths as dots on top. Cells below the lowest class are left out."""
    squares = _squares(risk)
    counts = [sum(square.group == k for square in squares) for k in CHANCE_CLASSES]
    said = "; ".join(f"{k} in {n:,}" for k, n in zip(CHANCE_CLASSES[::-1], counts[::-1], strict=True) if n)
    on_top = f" {words.plural(len(recent), 'cell')} with recent deaths marked by dots." if recent else ""
    return closeup.draw(
        squares,
        codes,
        colours=dict(chance_legend()),
        dots=[closeup.Dot(p.lat, p.lon, _class(p.deaths, DOT_EDGES, DOT_SIZES)) for p in recent],
        name=name,
        title=title,
        description=f"Chance of a death by cell of half a degree: {said or 'nowhere 1 % or more'}.{on_top}",
    )


def reach(risk: Sequence[RiskCell], codes: Sequence[str], *, name: str, title: str) -> str:
    """Cells by the upper end of their 80 % interval of deaths: how bad it may get. Cells where that is 0 are left out."""
    shown = [c for c in risk if c.high80 >= CELL_EDGES[0]]
    worst = max(shown, key=lambda c: c.high80, default=None)
    most = f" Highest at {words.position(worst.lat, worst.lon)}: {words.rounded(worst.high80)}." if worst else ""
    return closeup.draw(
        [closeup.Square(c.lat, c.lon, _class(c.high80, CELL_EDGES, CELL_CLASSES)) for c in shown],
        codes,
        colours=dict(cell_legend()),
        extent=_squares(risk),
        name=name,
        title=title,
        description=f"Upper end of the 80 % interval of deaths; one or more in {words.plural(len(shown), 'cell')}.{most}",
    )


def _squares(risk: Sequence[RiskCell]) -> list[closeup.Square]:
    shown = [c for c in risk if c.chance >= CHANCE_EDGES[0]]
    return [closeup.Square(c.lat, c.lon, _class(c.chance, CHANCE_EDGES, CHANCE_CLASSES)) for c in shown]


def _class(value: float, edges: Sequence[float], classes: Sequence[T]) -> T:
    """The class whose lower edge is the last one not above the value."""
    return classes[max(0, int(np.searchsorted(edges, value, side="right")) - 1)]
