"""Events as arrays, the figures drawn from them, and the law that what comes later changes neither."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.instruments.mediation.cases import world
from forestall.instruments.mediation.features import NAMES, Figures, figures
from forestall.instruments.mediation.past import FAR, past
from forestall.instruments.mediation.record import EVENTS, ROLES
from forestall.store import Workspace

ON = date(2010, 1, 1)


def _events(*rows: tuple[str, str, date, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["event", "event_kind", "day", "process", "iso3"], orient="row")


def _roles(*rows: tuple[str, str, str, str, date, date | None]) -> pl.DataFrame:
    names = ("event", "mediator", "kind", "role")
    schema = dict.fromkeys(names, pl.String) | dict.fromkeys(("day", "until"), pl.Date)
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(goes_on=pl.lit(False))


def test_who_joins_later_stands_on_the_day_of_joining() -> None:
    began, joined = date(2005, 3, 1), date(2006, 5, 1)
    events = _events(("process-a", "process", began, "a", "SDN;SSD"))
    roles = _roles(
        ("process-a", "NOR", "state", "lead", began, date(2007, 1, 1)),
        ("process-a", "AU", "organisation", "co-mediator", joined, None),
        ("process-a", "JPN", "state", "supporter", began, None),
    )
    found = past(events, roles.with_columns(goes_on=pl.Series([False, True, False])))
    assert found.events == ("process-a", "process-a")
    assert found.mediators == ("AU", "NOR"), "support alone is no role here"
    assert found.who.tolist() == [[0.0, 1.0], [1.0, 0.0]]
    assert found.last[1, 0] == FAR
    assert date.fromordinal(int(found.last[0, 1]) + date(1970, 1, 1).toordinal()) == date(2007, 1, 1)
    assert found.known(joined) == 1
    assert found.known(joined + timedelta(days=1)) == 2
    assert found.units == ("a", "a")
    assert found.touches(["SSD"]).tolist() == [True, True]
    assert not found.touches(["MLI"]).any()


def test_talks_without_a_third_party_stay() -> None:
    found = past(_events(("ucdp-1", "agreement", ON, "p", "COL")), _roles())
    assert found.events == ("ucdp-1",)
    assert found.who.shape == (1, 0)


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open()


def _of(frame: Figures, mediator: str, name: str) -> float:
    return float(frame.values[frame.mediators.index(mediator), NAMES.index(name)])


def test_figures_of_sudan_in_2004(workspace: Workspace) -> None:
    """On the eve of the Naivasha protocols IGAD leads, Kenya borders Sudan, and Sudan is no member of ECOWAS."""
    on = date(2004, 5, 1)
    held = past(workspace.table(EVENTS), workspace.table(ROLES))
    found = figures(held, world(workspace)(date(2004, 1, 1)), frozenset({"SDN"}), on)
    assert "SDN" not in found.mediators
    assert "OAU" not in found.mediators
    assert _of(found, "IGAD", "own_all") > _of(found, "ECOWAS", "own_all") == 0
    assert _of(found, "KEN", "contiguous") == 1
    assert _of(found, "NOR", "contiguous") == 0
    assert _of(found, "IGAD", "member") == 1
    assert _of(found, "ECOWAS", "member") == 0
    assert _of(found, "GBR", "ruled") == 1
    assert _of(found, "FRA", "ruled") == 0
    assert _of(found, "FRA", "permanent") == 1
    assert np.isfinite(found.values).all()


@settings(max_examples=12, deadline=None)
@given(on=st.dates(date(1990, 1, 1), date(2025, 12, 31)), iso3=st.sampled_from(["SDN", "COL", "BIH", "MMR"]))
def test_later_events_change_no_figure(on: date, iso3: str) -> None:
    """The law: figures from the whole record equal those from the record cut on the day."""
    workspace = Workspace.open()
    events, roles = workspace.table(EVENTS), workspace.table(ROLES)
    before = past(events.filter(pl.col("day") < on), roles.filter(pl.col("day") < on))
    knows = world(workspace)(date(on.year, 1, 1))
    whole, cut = (figures(one, knows, frozenset({iso3}), on) for one in (past(events, roles), before))
    assert whole.mediators == cut.mediators
    np.testing.assert_allclose(whole.values, cut.values, atol=1e-12)


def test_a_code_of_a_state_takes_nothing_from_an_organisation_of_that_code(workspace: Workspace) -> None:
    """CAN is Canada as well as the Andean Community, to which Colombia belongs."""
    held = past(workspace.table(EVENTS), workspace.table(ROLES))
    found = figures(held, world(workspace)(date(2024, 1, 1)), frozenset({"COL"}), date(2024, 5, 1))
    assert found.kinds[found.mediators.index("CAN")] == "state"
    assert _of(found, "CAN", "member") == 0
    assert _of(found, "OAS", "member") == 1


def test_of_roles_of_one_day_the_one_that_goes_on_counts() -> None:
    began = date(2020, 1, 1)
    roles = _roles(
        ("process-a", "CHN", "state", "host", began, date(2020, 2, 1)),
        ("process-a", "CHN", "state", "lead", began, None),
        ("process-a", "THA", "state", "host", began, date(2020, 2, 1)),
        ("process-a", "THA", "state", "lead", began, date(2021, 2, 1)),
    ).with_columns(goes_on=pl.Series([False, True, False, False]))
    found = past(_events(("process-a", "process", began, "a", "MMR")), roles)
    assert found.last[0, found.mediators.index("CHN")] == FAR
    last = date.fromordinal(int(found.last[0, found.mediators.index("THA")]) + date(1970, 1, 1).toordinal())
    assert last == date(2021, 2, 1)
