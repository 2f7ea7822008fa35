"""The charts as a page holds them: well-formed, silent towards the network, readable by screen readers, bounded in size."""

import math
import re
from xml.etree import ElementTree as ET

import numpy as np
import polars as pl
import pytest

from forestall.brief import charts, closeup, maps, svg, theme
from forestall.brief.document import HistoryMonth, MonthForecast, Place, RiskCell
from forestall.ids import cells
from forestall.ids.months import format_month

NASTY = "<script>alert(1)</script>\"'&]]> onload=\x00\x0b\uffffX"
SVG = "{http://www.w3.org/2000/svg}"


def months(values: list[float | None], *, first: int = 109, final_until: int = 540) -> list[HistoryMonth]:
    return [
        HistoryMonth(
            month=format_month(first + i),
            deaths=v,
            low=None if v is None else v // 2,
            high=None if v is None else v * 2,
            status="final" if first + i <= final_until else "candidate",
        )
        for i, v in enumerate(values)
    ]


def ahead(level: float, *, first: int = 555, n: int = 36) -> list[MonthForecast]:
    return [
        MonthForecast(
            month=format_month(first + i), mean=level, q05=0.1 * level, q10=0.2 * level, q25=0.5 * level, q50=level, q75=2 * level,
            q90=4 * level, q95=6 * level, p1=0.9, p25=0.5, p100=0.1, p1000=0.01,
        )
        for i in range(n)
    ]  # fmt: skip


def place(lat: float, lon: float, deaths: int) -> Place:
    cell = int(cells.cell_of(lat, lon))
    y, x = cells.centre(cell)
    return Place(pg_id=cell, lat=float(y), lon=float(x), deaths=deaths, events=1)


def risky(lat: float, lon: float, chance: float, high80: float = 0.0) -> RiskCell:
    at = place(lat, lon, 0)
    return RiskCell(
        pg_id=at.pg_id,
        lat=at.lat,
        lon=at.lon,
        chance=chance,
        chance_25=chance / 4,
        expected=high80 / 3,
        low80=0,
        high80=high80,
    )


RISK = [risky(14.2, -4.1, 0.8, 120.0), risky(14.7, -4.1, 0.3, 3.0), risky(17.1, 0.2, 0.02)]


def ranked(*values: float, label: str = "Mali") -> pl.DataFrame:
    rows = [{"label": f"{label} {i}", "expected": v, "low80": v / 2, "high80": v * 3} for i, v in enumerate(values)]
    return pl.DataFrame(
        rows, schema={"label": pl.String, "expected": pl.Float64, "low80": pl.Float64, "high80": pl.Float64}
    )


def skill_rows() -> pl.DataFrame:
    return pl.DataFrame(
        {"model": ["a"] * 3 + ["b"] * 3, "year": [2018, 2019, 2020] * 2, "crps": [20.0, 9.6, 13.7, 24.1, 22.6, 21.9]}
    )


def record() -> list[float | None]:
    rng = np.random.default_rng(7)
    return [float(v) for v in np.floor(rng.lognormal(3, 2, 446))]


WORLD = {"MLI": 1450.0, "UKR": 30000.0, "KAZ": 0.0, "TUV": 2.0, "XKX": 0.4}
DRAWN = {
    "history": lambda: charts.history(months(record()), name="h1", country="Mali"),
    "history of zeros": lambda: charts.history(months([0.0] * 446), name="h1", country="Kazakhstan"),
    "history of one month": lambda: charts.history(months([3.0]), name="h1", country="Mali"),
    "history with gaps": lambda: charts.history(months([1.0, None, 5000.0, None]), name="h1", country="Mali"),
    "fan": lambda: charts.fan(months(record()[-36:], first=519), ahead(200.0), name="f1", country="Mali"),
    "fan of zeros": lambda: charts.fan(months([0.0] * 36, first=519), ahead(0.0), name="f1", country="Kazakhstan"),
    "fan with one month each": lambda: charts.fan(months([4.0], first=554), ahead(5.0, n=1), name="f1", country="Mali"),
    "intervals": lambda: charts.intervals(ranked(3000.0, 20.0, 0.2), name="i1", title="Watch list"),
    "intervals of zeros": lambda: charts.intervals(ranked(0.0, 0.0), name="i1", title="Watch list"),
    "skill": lambda: charts.skill(skill_rows(), name="s1"),
    "world": lambda: maps.world(WORLD, {c: c for c in WORLD}, name="w1", window="March to August 2026"),
    "cells": lambda: maps.country([place(14.2, -4.1, 90), place(17.1, 0.2, 3)], ["MLI"], name="c1", title="Mali"),
    "cells, none": lambda: maps.country([], ["KAZ"], name="c1", title="Kazakhstan"),
    "cells across the antimeridian": lambda: maps.country(
        [place(-17.8, 178.2, 5), place(-16.7, -179.9, 700)], ["FJI"], name="c1", title="Fiji"
    ),
    "cells in a far corner": lambda: maps.country([place(66.2, -171.2, 1), place(55.7, 37.6, 9)], ["RUS"], name="c1", title="Russia"),
    "chances": lambda: maps.chances(RISK, [place(14.2, -4.1, 30)], ["MLI"], name="c1", title="Mali"),
    "chances, none": lambda: maps.chances([], [], ["KAZ"], name="c1", title="Kazakhstan"),
    "reach": lambda: maps.reach(RISK, ["MLI"], name="c1", title="Mali"),
    "cells on a small island": lambda: maps.country([place(-8.5, 179.2, 1)], ["TUV"], name="c1", title="Tuvalu"),
}  # fmt: skip


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    return {name: draw() for name, draw in DRAWN.items()}


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_whole_and_calls_nobody(drawn: dict[str, str], name: str) -> None:
    drawing = drawn[name]
    root = ET.fromstring(drawing)
    elements = list(root.iter())
    assert root.tag == f"{SVG}svg"
    assert {e.tag.removeprefix(SVG) for e in elements}.isdisjoint({"script", "image", "foreignObject", "a", "iframe"})
    assert not [a for e in elements for a in e.attrib if a.split("}")[-1].lower().startswith(("on", "href", "src"))]
    outside = re.sub(r'xmlns(:\w+)?="[^"]*"', "", drawing)
    assert "http" not in outside
    assert not re.search(r"url\((?!#)|@import|javascript:", outside)
    assert "NaN" not in drawing
    assert "undefined" not in drawing


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_has_alternative_text_and_ids_of_its_own(drawn: dict[str, str], name: str) -> None:
    root = ET.fromstring(drawn[name])
    ids = [e.attrib["id"] for e in root.iter() if "id" in e.attrib]
    assert len(ids) == len(set(ids))
    prefix = re.match(r"[a-z]\d", ids[0])
    assert prefix is not None
    assert all(i.startswith(prefix[0] + "-") for i in ids)
    assert root.attrib["role"] == "img"
    named = root.attrib["aria-labelledby"].split()
    text = {e.attrib["id"]: e.text or "" for e in root.iter() if "id" in e.attrib}
    assert len(named) == 2
    assert all(len(text[i]) > 3 for i in named)
    used = re.findall(r"url\(#([^)]+)\)", drawn[name])
    assert set(used) <= set(ids)


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_scales_and_stays_small(drawn: dict[str, str], name: str) -> None:
    root = ET.fromstring(drawn[name])
    _, _, width, height = (float(v) for v in root.attrib["viewBox"].split())
    assert 200 < width < 1100
    assert 60 < height < 1100
    assert len(drawn[name]) < (150_000 if name == "world" else 100_000)


def test_charts_of_one_page_share_no_id() -> None:
    one = charts.intervals(ranked(5.0), name="a", title="A")
    two = charts.intervals(ranked(5.0), name="b", title="B")
    ids = [set(re.findall(r'\bid="([^"]+)"', drawing)) for drawing in (one, two)]
    assert ids[0].isdisjoint(ids[1])


HOSTILE = {
    "history": lambda: charts.history(months(record()), name="h1", country=NASTY),
    "fan": lambda: charts.fan(months([1.0] * 36, first=519), ahead(5.0), name="f1", country=NASTY),
    "intervals": lambda: charts.intervals(ranked(5.0, label=NASTY), name="i1", title=NASTY),
    "skill": lambda: charts.skill(skill_rows().with_columns(model=pl.lit(NASTY)), name="s1"),
    "world": lambda: maps.world({"MLI": 5.0}, {"MLI": NASTY}, name="w1", window=NASTY),
    "cells": lambda: maps.country([place(14.2, -4.1, 90)], ["MLI"], name="c1", title=NASTY),
    "chances": lambda: maps.chances(RISK, [], ["MLI"], name="c1", title=NASTY),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(name: str) -> None:
    drawing = HOSTILE[name]()
    assert "<script" not in drawing
    assert not re.search(r"<[^>]*\sonload=", drawing)
    ET.fromstring(drawing)  # control characters would not parse


def test_the_record_shows_all_its_years_even_before_the_first_death() -> None:
    drawing = charts.history(months([0.0] * 300 + [50.0] * 146), name="h1", country="Ukraine")
    years = {int(t) for t in re.findall(r">((?:19|20)\d\d)</text>", drawing)}
    assert min(years) <= 1995


def test_months_that_are_not_final_look_different() -> None:
    late = charts.history(months([5.0] * 446), name="h1", country="Mali")
    final = charts.history(months([5.0] * 446, final_until=999), name="h1", country="Mali")

    def marks(drawing: str) -> int:
        return len(re.findall(rf'(?:fill|stroke)="{theme.ACCENT_2}"', drawing))

    assert marks(late) > marks(final)


def test_expected_deaths_fall_into_the_class_their_legend_names() -> None:
    assert maps.expected_class(0.0) == "fewer than 1"
    assert maps.expected_class(24.4) == "1–24"
    assert maps.expected_class(24.6) == "25–99"
    assert maps.expected_class(1000.0) == "1,000–9,999"
    assert maps.expected_class(123456.0) == "10,000 or more"
    assert maps.expected_class(None) == "no separate figure"


def test_a_country_across_the_antimeridian_is_drawn_in_one_piece() -> None:
    """Both cells, 2.3 degrees apart across 180 E, lie inside the frame and near each other."""
    drawing = maps.country([place(-17.8, 178.2, 5), place(-16.7, -179.9, 700)], ["FJI"], name="c1", title="Fiji")
    width = float(ET.fromstring(drawing).attrib["viewBox"].split()[2])
    cells_drawn = re.findall(
        rf'd="M([\d.]+),[^"]*" fill="(?:{theme.STEPS[1]}|{theme.STEPS[4]})" stroke="{theme.FG}"', drawing
    )
    assert len(cells_drawn) == 2
    low, high = sorted(float(x) for x in cells_drawn)
    assert 0 < low < high < width
    assert high - low < width / 2


def _filled(drawing: str, colour: str) -> int:
    return len(re.findall(f'fill="{colour}"', drawing))


def test_a_cell_has_the_colour_that_the_legend_gives_its_chance() -> None:
    assert [label for label, _ in maps.chance_legend()] == ["1–5 %", "5–10 %", "10–25 %", "25–50 %", "50 % or more"]
    for chance, colour in zip((0.01, 0.05, 0.1, 0.25, 0.5), theme.CHANCES, strict=True):
        for at in (chance, chance * 1.9):
            drawing = maps.chances([risky(14.2, -4.1, at)], [], ["MLI"], name="c1", title="Mali")
            assert _filled(drawing, colour) == 1, at
    pale = maps.chances([risky(14.2, -4.1, 0.0099)], [], ["MLI"], name="c1", title="Mali")
    assert not any(_filled(pale, colour) for colour in theme.CHANCES)


def test_recent_deaths_lie_on_top_of_the_chances_and_the_bar_on_all() -> None:
    recent = [place(14.2, -4.1, 3), place(16.2, -0.1, 300)]
    drawing = maps.chances(RISK, recent, ["MLI"], name="c1", title="Mali")
    assert _filled(drawing, theme.ACCENT_2) == 2
    last_cell = max(drawing.rindex(f'fill="{colour}"') for colour in theme.CHANCES if f'fill="{colour}"' in drawing)
    assert last_cell < drawing.index(f'fill="{theme.ACCENT_2}"') < drawing.index(" km</text>")
    assert "50 % or more in 1; 25–50 % in 1; 1–5 % in 1. 2 cells with recent deaths marked by dots." in drawing


def test_the_two_maps_of_one_risk_show_the_same_ground() -> None:
    box = [re.search(r'viewBox="([^"]+)"', d) for d in (DRAWN["chances"](), DRAWN["reach"]())]
    assert box[0] is not None
    assert box[1] is not None
    assert box[0][1] == box[1][1]
    assert _filled(DRAWN["reach"](), theme.STEPS[3]) == _filled(DRAWN["reach"](), theme.STEPS[0]) == 1


def test_equal_area_close_ups_keep_areas() -> None:
    """A cell at 60 degrees north has half the area of one on the equator, wherever the picture's middle is."""

    def area(lon: float, lat: float, middle: tuple[float, float]) -> float:
        corners = np.array([[lon, lat], [lon + 0.5, lat], [lon + 0.5, lat + 0.5], [lon, lat + 0.5]])
        x, y = closeup._project(corners, middle).T
        return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)

    middle = (40.0, 30.0)
    for lon, lat in ((40.0, 0.0), (30.0, 45.0), (60.0, 60.0), (-10.0, 10.0)):
        exact = math.radians(0.5) * (math.sin(math.radians(lat + 0.5)) - math.sin(math.radians(lat)))
        assert area(lon, lat, middle) == pytest.approx(exact, rel=1e-3)


def test_figures_in_text_are_never_shortened() -> None:
    assert ">Area 51.2345 0<" in charts.intervals(ranked(5.0, label="Area 51.2345"), name="i1", title="A")


def test_short_paths_draw_what_the_long_ones_did() -> None:
    """Relative tenths of a px, walked again, stay within a third of a px of the points that Vega wrote; whole shapes are kept."""
    rng = np.random.default_rng(3)
    points = np.cumsum(rng.normal(0, 4, (200, 2)), axis=0) + 300
    long = "M" + "L".join(f"{x:.3f},{y:.3f}" for x, y in points) + "ZM1,1L5,1L5,5ZM9,9L9.01,9L9,9.01Z"
    short = svg.short_path(long)
    assert len(short) < 0.7 * len(long)
    first, second = short.split("z")[:2]
    steps = [float(n) for n in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", first)]
    walked = np.cumsum(np.array(steps).reshape(-1, 2), axis=0)
    for point in points:
        assert np.min(np.hypot(*(walked - point).T)) < 0.5
    move = [float(n) for n in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", second)][:2]
    assert walked[0] + move == pytest.approx([1, 1], abs=0.11)
    assert svg.short_path("M1.23456,2L3,4A5,5,0,0,1,6,7Z") == "M1.23,2L3,4A5,5,0,0,1,6,7Z"


def test_not_known_is_hatched_not_pale() -> None:
    drawn = maps.world({"MLI": 5.0}, {"MLI": "Mali"}, name="w1", window="March to August 2026")
    assert f'fill="{theme.paint(theme.NO_FIGURE, "w1")}"' in drawn
    assert 'id="w1-hatch' in drawn
    assert theme.paint(theme.ZERO, "w1") == theme.ZERO


def test_a_sparkline_is_tiny_and_leaves_gaps() -> None:
    drawing = theme.sparkline([0.0, 4.0, None, 9.0, 0.0])
    assert len(drawing.encode()) < 1024
    path = ET.fromstring(drawing)[0].attrib["d"]
    assert path.count("M") == 2
    assert "NaN" not in drawing
    assert len(theme.sparkline([None] * 24)) < 1024
    assert len(theme.sparkline([])) < 1024


def test_dark_mode_has_a_partner_for_every_colour() -> None:
    shown = {
        *theme.STEPS,
        *theme.CHANCES,
        *theme.BANDS,
        *theme.MODELS,
        theme.FG,
        theme.MUTED,
        theme.LINE,
        theme.ACCENT,
        theme.ACCENT_2,
        theme.ZERO,
    }
    assert shown <= set(theme.DARK)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(a: str, b: str) -> float:
    low, high = sorted((_luminance(a), _luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_text_has_the_contrast_that_wcag_asks_for() -> None:
    """WCAG 2.2, success criterion 1.4.3: 4.5 to 1 for text of this size."""
    for colour in (theme.FG, theme.MUTED):
        assert _contrast(colour, theme.BACK) >= 4.5
        assert _contrast(theme.DARK[colour], theme.DARK[theme.BACK]) >= 4.5


def test_the_order_of_map_classes_can_be_read_from_lightness_alone() -> None:
    light = [_luminance(c) for c in (theme.ZERO, *theme.STEPS)]
    dark = [_luminance(theme.DARK[c]) for c in (theme.ZERO, *theme.STEPS)]
    assert light[1:] == sorted(light[1:], reverse=True)
    chances = [_luminance(c) for c in theme.CHANCES]
    assert chances == sorted(chances, reverse=True)
    dim = [_luminance(theme.DARK[c]) for c in theme.CHANCES]
    assert dim == sorted(dim)
    assert dark == sorted(dark)
