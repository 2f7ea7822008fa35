"""Sentences on reasons that were made by hand: what is stated is said the right way round, and nothing else is."""

from dataclasses import replace

import pytest

from forestall.brief.reasons import ALIKE, PARTS_OF_RECORD, changed, driver, factor, sentences
from forestall.forecast.analogues import Case
from forestall.forecast.explain import NONE, OWN, TREES, Driver, Drivers, Reasons
from forestall.forecast.explain_change import Change, Split
from forestall.forecast.explain_parts import OWN_THEMES
from forestall.forecast.features import THEMES

NAN = float("nan")
NAMES = {432: "Mali", 520: "Somalia"}
CASE = Case(520, "SOM", 504, 0.1, (2.0,) * 12, (3.0,) * 12)


def made(theme: str, **stated: float) -> Driver:
    said = {"deaths": None, "odds_any": None, "odds_25": None} | stated
    checks = {"checked_deaths": NAN, "checked_odds_any": NAN, "checked_odds_25": NAN}
    return Driver(theme=theme, share=77.7, large=True, **said, **checks)  # type: ignore[arg-type]


def horizon(step: int, *drivers: Driver, basis: str = TREES, withheld: tuple[Driver, ...] = ()) -> Drivers:
    return Drivers(432, step, 554 + step, basis, 1.0, 60.0, 0.0, 50.0, 0.6, drivers, withheld, ())


def moved(before: float, new_data: float, model: float, *, known: bool = False, revised: float = 0.0) -> Change:
    split = Split(before, revised, new_data, model, before + revised + new_data + model)
    return Change(432, 553, tuple(range(555, 561)), split, split, known, "" if known else "not known: not at hand")


ALL = Reasons(
    432,
    (
        horizon(
            1,
            made("neighbours", odds_25=2.04),
            made("recent level", deaths=110.6, odds_25=43.8, odds_any=6.1),
            made("world", odds_any=0.5),
            made("active months", odds_25=9.6),
            withheld=(made("volatility and trend"),),
        ),
        horizon(12, made("neighbours", odds_25=2.0), made("long record", deaths=-3.4)),
    ),
    (CASE,),
    moved(1000.0, -69.0, 0.0),
)


def test_reasons_in_words() -> None:
    assert sentences(ALL, NAMES, 0.131) == (
        "These drivers explain the boosted trees, 13 % of the pool of models; each was checked on the whole pool, by setting it to what is usual. "
        "Factors and numbers are those of the trees alone. They say what went with more or fewer deaths in the record, not what causes them.",
        "Countries with such neighbours saw more deaths than is usual: this raises the odds of 25 or more deaths in March 2026 by a factor of about 2.",
        "Countries with such a recent level of deaths saw more deaths than is usual: this raises the odds of 25 or more deaths in March 2026 by a factor "
        "of about 44, and raises the trees' expected deaths by about 110 a month.",
        "In times with as many deaths worldwide as now, countries saw fewer deaths than is usual: this lowers the odds of any death in March 2026 by a factor "
        "of about 2.",
        "Countries with such a long record saw fewer deaths than is usual: this lowers the trees' expected deaths in February 2027 by about 3 a month.",
        "Nothing is said of “volatility and trend” for March 2026: the whole pool did not move the way that the part explained here says.",
        "The past case most like the present is Somalia up to December 2021 (24 deaths in that year, 36 in the next). They are no forecast by themselves.",
        "Since last month the number of deaths expected from March 2026 to August 2026 has moved by −69: −69 by new data and 0 by what the models "
        "learned. What revised data did is not known: the earlier release is not at hand.",
    )


def test_a_share_is_never_said() -> None:
    assert not [text for text in sentences(ALL, NAMES, 0.13) if "77" in text or "78" in text]


def test_statements_that_point_apart_are_not_joined() -> None:
    text = driver(made("active months", odds_25=4.0, deaths=-12.0), horizon(1))
    assert "saw other numbers of deaths" in text
    assert "raises the odds of 25 or more deaths in March 2026 by a factor of about 4, and lowers" in text


def test_a_fraction_of_a_death_is_said_only_where_no_odds_are() -> None:
    assert "expected deaths" not in driver(made("neighbours", odds_25=1.5, deaths=0.1), horizon(1))
    assert "expected deaths in March 2026 by less than 1 a month" in driver(made("neighbours", deaths=0.1), horizon(1))


def test_a_case_after_which_nothing_followed() -> None:
    ended = replace(CASE, before=(30.0, NAN), after=(0.0,) * 12)
    assert "(30 deaths in that year, none in the next)" in sentences(replace(ALL, cases=(ended,)), NAMES, 0.13)[-2]


def test_a_case_at_peace_is_not_named_since_it_tells_nothing() -> None:
    quiet = replace(CASE, before=(0.0, NAN), after=(0.0,) * 12)
    both = sentences(replace(ALL, cases=(quiet, CASE)), NAMES, 0.13)[-2]
    assert both.startswith("The past case most like the present is Somalia")
    assert "past case" not in " ".join(sentences(replace(ALL, cases=(quiet,)), NAMES, 0.13))


def test_a_country_forecast_from_its_own_record() -> None:
    one = horizon(1, made("latest months", deaths=40.0), basis=OWN)
    found = sentences(Reasons(432, (one,), (), None), NAMES, 0.13)
    assert "more than 150 deaths a month" in found[0]
    assert "trees" not in found[1]
    assert found[1].startswith(
        "Its record of the last six months raises expected deaths in March 2026 by about 40 a month"
    )
    assert len(found) == 2


def test_nothing_learned_and_nothing_that_stands_out() -> None:
    assert sentences(Reasons(432, (horizon(1, basis=NONE),), (), None), NAMES, 0.13) == (
        "There are too few cases with deaths to learn drivers from.",
    )
    assert "Nothing stands out for March 2026" in sentences(Reasons(432, (horizon(1),), (), None), NAMES, 0.13)[1]


def test_a_change_is_split_only_where_it_is_clear() -> None:
    assert "moved by less than one" in changed(moved(10.0, 0.3, 0.0))
    assert "less than 2 %" in changed(moved(1000.0, 15.0, 0.0))
    assert "+10 by revised data, +20 by new data and −5 by what" in changed(
        moved(100.0, 20.0, -5.0, known=True, revised=10.0)
    )
    assert "not known" not in changed(moved(100.0, 20.0, -5.0, known=True, revised=10.0))


@pytest.mark.parametrize(
    ("odds", "said"),
    [(2.04, "about 2"), (0.5, "about 2"), (1.27, "about 1.3"), (12.6, "about 13"), (400.0, "more than 50")],
)
def test_factors_are_said_from_one_upwards(odds: float, said: str) -> None:
    assert factor(odds) == said


def test_every_theme_has_its_words() -> None:
    assert set(ALIKE) == set(THEMES)
    assert set(PARTS_OF_RECORD) == set(OWN_THEMES)


def test_a_territory_or_former_state_goes_by_its_code() -> None:
    assert "SOM up to" in sentences(replace(ALL, cases=(CASE,)), {}, 0.13)[-2]
