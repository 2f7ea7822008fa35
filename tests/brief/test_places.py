"""Where in the country: what the maps show, and what they must not show, held against the figures they come from."""

import numpy as np
import polars as pl
import pytest

from forestall.brief import compose, places
from forestall.brief.dossier import dossier
from forestall.brief.situation import Situation
from forestall.errors import UsageError
from forestall.panel import cell_month

SUDAN, MALI, KAZAKHSTAN, NIGERIA, ANDORRA = 625, 432, 705, 475, 232


@pytest.mark.parametrize("gw_id", [SUDAN, MALI, NIGERIA])
def test_deaths_known_to_a_province_or_country_are_counted_and_not_drawn(edition: Situation, gw_id: int) -> None:
    (years,) = [m for m in places.recorded(edition, gw_id) if m.span == "2017 to 2021"]
    held = cell_month.cell_year(edition.workspace, as_of=554).frame.filter(
        (pl.col("gw_id") == gw_id) & pl.col("year").is_between(2017, 2021)
    )
    by = dict(held.group_by("precision").agg(pl.col("deaths_total").sum()).iter_rows())
    assert years.deaths == sum(by.values())
    assert (years.province_only, years.country_only) == (by["province"], by["country"])
    assert by["province"] > 0
    assert sum(p.deaths for p in years.cells) == by["place"]
    assert (
        f"Not drawn: {by['province']:,} known only to the province and {by['country']:,} only to the country."
        in years.note
    )


@pytest.mark.parametrize(
    ("province", "country", "says"),
    [
        (0, 0, "7 deaths are recorded in all."),
        (2, 0, "7 deaths are recorded in all. Not drawn: 2 known only to the province."),
        (0, 3, "7 deaths are recorded in all. Not drawn: 3 known only to the country."),
    ],
)
def test_what_is_not_drawn_is_said(province: int, country: int, says: str) -> None:
    assert places._drawn(7, province, country) == says


def test_the_risk_map_holds_what_the_model_said(edition: Situation) -> None:
    risk, note = places.ahead(edition, SUDAN)
    assert risk is not None
    assert note == ""
    assert [(c.lat, c.lon, c.chance) for c in risk.cells[:2]] == [(13.75, 30.25, 0.9), (13.25, 30.25, 0.7)]
    assert [c.pg_id for c in risk.top] == [c.pg_id for c in risk.cells]
    assert (risk.months, risk.span) == ("2026-03..2027-02", "March 2026 to February 2027")
    total = edition.forecast.draws[edition.row(SUDAN), :12].sum(axis=0)
    assert risk.expected == pytest.approx(float(total.mean()), rel=1e-5)
    assert risk.low80 < risk.expected < risk.high80
    text = " ".join(risk.sentences)
    assert "likely (66 % or more) in 2 cells and about as likely as not (33 to 66 %) in 1 cell" in text
    assert "in the cell at 13.25° N, 30.25° E the 80 % interval runs from 0 to 150 deaths" in text
    assert risk.notes[0].startswith("The places of deaths are known for 1989 to 2021, January 2026 to February 2026.")
    assert "2026-0" not in " ".join(risk.notes)


def test_how_few_cells_hold_half() -> None:
    expected = np.array([1.0, 60.0, 20.0, 4.0])
    assert places._half_in(expected, 85.0) == 1
    assert places._half_in(expected, 140.0) == 2
    assert places._half_in(expected, 200.0) is None
    assert places._half_in(np.zeros(0), 5.0) is None


def test_deaths_last_recorded_in_a_cell_are_those_of_the_table(edition: Situation) -> None:
    risk, _ = places.ahead(edition, SUDAN)
    assert risk is not None
    months = cell_month.cell_month(edition.workspace, as_of=554).frame.filter(
        (pl.col("month_id") >= 553) & (pl.col("precision") == "place")
    )
    first = months.filter(pl.col("pg_id") == risk.top[0].pg_id)["deaths_total"].sum()
    assert (risk.top[0].last_deaths, risk.top[0].last_when) == (first, "January to February 2026")
    assert first > 0
    # 19.75 N, 37.25 E: Port Sudan, where the yearly table knows of deaths and the newest months of none.
    last = risk.top[-1]
    yearly = cell_month.cell_year(edition.workspace, as_of=554).frame.filter(
        (pl.col("pg_id") == last.pg_id) & (pl.col("precision") == "place") & (pl.col("deaths_total") > 0)
    )
    newest = yearly.filter(pl.col("year") == pl.col("year").max())
    assert (last.last_deaths, last.last_when) == (newest["deaths_total"].sum(), str(newest["year"][0]))


def test_dots_are_recent_deaths_at_known_places(edition: Situation) -> None:
    risk, _ = places.ahead(edition, SUDAN)
    assert risk is not None
    assert risk.recent_span == "January to February 2026"
    (months,) = [m for m in places.recorded(edition, SUDAN) if m.span == risk.recent_span]
    assert {p.pg_id for p in months.cells} <= {p.pg_id for p in risk.recent}


def test_a_country_at_peace_gets_no_list_of_places(edition: Situation) -> None:
    risk, _ = places.ahead(edition, KAZAKHSTAN)
    assert risk is not None
    assert len(risk.cells) == 1
    assert risk.top == ()
    assert risk.half_in is None
    assert "In no cell is a death more likely than 1 %" in " ".join(risk.sentences)


def test_no_cell_of_one_percent_is_said(edition: Situation) -> None:
    document, text = compose.dossier_page(edition, MALI, {})  # the risk made by hand holds no cell of Mali
    assert document.risk_map is not None
    assert document.risk_map.cells == ()
    assert "In no cell of Mali is there a chance of 1 % or more" in text
    assert 'id="chance' not in text


def test_a_country_without_cells_is_told_so(edition: Situation) -> None:
    document = dossier(edition, ANDORRA)
    assert document.risk_map is None
    assert (
        document.risk_note
        == "Andorra has no cell on the half-degree land grid: where in it violence is likely is not known."
    )


def test_without_located_figures_the_page_says_that_it_is_not_known(
    edition: Situation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(workspace: object, panel: object) -> None:
        raise UsageError("nothing is located")

    kept = places._risk(edition)
    monkeypatch.setattr(places.cell_outlook, "risk", refuse)
    monkeypatch.setattr(places, "_risk", places._risk.__wrapped__)
    assert kept is not None
    document, text = compose.dossier_page(edition, SUDAN, {})
    assert document.risk_map is None
    assert "Where in Sudan violence is likely is not known" in text
    assert 'id="chance' not in text


def test_the_page_shows_both_maps_the_table_and_the_disclaimer(edition: Situation) -> None:
    document, text = compose.dossier_page(edition, SUDAN, {})
    where = text[text.index('id="where"') : text.index('id="around"')]
    assert document.risk_map is not None
    assert where.count('<svg class="chart"') > 4
    for said in (*document.risk_map.sentences, *document.risk_map.notes):
        assert said in where
    for row in document.risk_map.top:
        assert f"{row.lat:.2f}° N, {row.lon:.2f}° E" in where
    assert "chance of a death by cell, March 2026 to February 2027" in where
    assert "do not imply official endorsement or acceptance by the United Nations" in where
    assert "Dots: deaths recorded from January to February 2026" in where
