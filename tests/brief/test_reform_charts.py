"""The chart of a reform: every figure is in it, hostile names do no harm, and it says in words what it shows."""

from xml.etree import ElementTree as ET

import pytest

from forestall.brief import reform_charts as charts

AREAS = [
    charts.AreaShares("North", {"seats": (0.2, 0.4), "power": (None, 0.5)}, {"population (2023)": 0.1}),
    charts.AreaShares("South", {"seats": (0.8, 0.6), "power": (None, 0.5)}, {"population (2023)": 0.9}),
]


def shares(spec):
    return {
        (row["area"], row["row"], row["key"]): row["share"] for row in spec["data"]["values"] if row["key"] is not None
    }


def test_every_share_is_drawn_once_in_percent():
    found = shares(charts.shares_spec(AREAS, today="now", proposed="then"))
    assert found == {
        ("North", "seats", "now"): 20,
        ("North", "seats", "then"): 40,
        ("North", "power", "then"): 50,
        ("North", "population (2023)", charts.MEASURE_KEY): 10,
        ("South", "seats", "now"): 80,
        ("South", "seats", "then"): 60,
        ("South", "power", "then"): 50,
        ("South", "population (2023)", charts.MEASURE_KEY): 90,
    }


def test_a_line_joins_the_two_dots_of_a_row_that_has_both():
    spec = charts.shares_spec(AREAS, today="now", proposed="then")
    lines = [(r["area"], r["low"], r["high"]) for r in spec["data"]["values"] if r["key"] is None]
    assert lines == [("North", 20, 40), ("South", 80, 60)]


@pytest.mark.parametrize("width", [charts.WIDTH, charts.NARROW])
def test_the_svg_has_its_texts_and_marks(width):
    drawn = charts.shares_svg(AREAS, today="now", proposed="then", title="A chart", width=width)
    root = ET.fromstring(drawn)
    texts = {element.text for element in root.iter() if element.tag.endswith("text")}
    assert {"North", "South", "seats", "power", "population (2023)", "now", "then", charts.MEASURE_KEY} <= texts
    assert root.attrib["role"] == "img"
    words = "".join(element.text or "" for element in root.iter() if element.tag.endswith("desc"))
    assert "North: seats 20.0 % to 40.0 %, power not known to 50.0 %, population (2023) 10.0 %" in words
    assert float(root.attrib["viewBox"].split()[2]) < width + 300


def test_hostile_names_stay_text():
    bad = "<script>alert(1)</script>\x00\ud800"
    areas = [charts.AreaShares(bad, {bad: (0.1, 0.2)}, {})]
    drawn = charts.shares_svg(areas, today="now", proposed=bad, title=bad)
    assert "<script" not in drawn
    ET.fromstring(drawn)


def test_the_png_is_one_and_grows_with_scale():
    small = charts.shares_png(AREAS, today="now", proposed="then", scale=1)
    large = charts.shares_png(AREAS, today="now", proposed="then", scale=2)
    assert small.startswith(b"\x89PNG")
    width = [int.from_bytes(content[16:20], "big") for content in (small, large)]
    assert width[1] == pytest.approx(2 * width[0], abs=2)
