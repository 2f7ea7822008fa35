"""Which organisations stand closest to a country on a day: official facts on the day's edge, the rule, and laws."""

from dataclasses import dataclass, replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import UnknownCountryError
from forestall.ids import countries
from forestall.instruments.partners import ranking
from forestall.instruments.partners.crisis import active, crisis
from forestall.instruments.partners.families import families
from forestall.instruments.partners.ranking import Partner, Partners
from forestall.instruments.partners.standing import COMPONENTS, Standing, closeness, standings
from forestall.regional.organisations import goes_on_as
from forestall.store import Workspace

WORKSPACE = Workspace.open()


def gw(code: str, on: date) -> int:
    found = countries.resolve(code, on).gw_id
    assert found is not None
    return found


def of(organisation: str, country: str, on: date) -> Partner:
    found = ranking.rank(WORKSPACE, gw(country, on), on)
    (one,) = (one for one in found.partners if one.acronym == organisation)
    return one


@pytest.mark.parametrize(
    ("organisation", "country", "on", "standing"),
    [
        # AU Peace and Security Council, 854th and 1041st meetings; the suspension of 2019 was lifted on 6 September.
        ("AU", "SDN", date(2019, 6, 5), "member"),
        ("AU", "SDN", date(2019, 6, 6), "suspended"),
        ("AU", "SDN", date(2019, 9, 5), "suspended"),
        ("AU", "SDN", date(2019, 9, 6), "member"),
        ("AU", "SDN", date(2021, 10, 26), "member"),
        ("AU", "SDN", date(2021, 10, 27), "suspended"),
        # ECOWAS: Mali's withdrawal took effect on 29 January 2025.
        ("ECOWAS", "MLI", date(2025, 1, 28), "suspended"),
        ("ECOWAS", "MLI", date(2025, 1, 29), None),
    ],
)
def test_standing_on_the_day_before_and_the_day(
    organisation: str, country: str, on: date, standing: str | None
) -> None:
    assert of(organisation, country, on).standing.own == standing


def test_what_a_departure_does_to_standing_and_what_is_said_of_it() -> None:
    before, after = (of("ECOWAS", "MLI", date(2025, 1, day)) for day in (28, 29))
    assert before.standing.membership > 0 == after.standing.membership
    assert before.standing.basis == 1
    assert after.standing.basis < 0.25  # its instruments bind members
    assert after.standing.record == before.standing.record
    assert any("last day was 2025-01-28" in one.text for one in after.cautions)
    assert not any(one.text.startswith("may ") for one in after.reasons)


def test_a_suspended_member_counts_half_and_it_is_said() -> None:
    before, after = (of("AU", "SDN", date(2019, 6, day)) for day in (5, 6))
    assert after.standing.membership == pytest.approx(before.standing.membership / 2)
    assert [one.text for one in after.cautions if "has been suspended" in one.text] == [
        "Sudan's membership has been suspended since 2019-06-06"
    ]


def test_forerunners_stand_for_their_successors() -> None:
    on = date(1995, 6, 1)
    held = {one.acronym: one for one in families(WORKSPACE, on)}
    assert held["AU"].called == "OAU"
    assert {power.basis for power in held["AU"].powers(on)} <= {
        power.basis for one in held["AU"].about for power in one.powers
    }
    assert "deploy" not in {power.power for power in held["AU"].powers(on)}  # the PSC Protocol is of 2003
    assert {one.acronym: one.called for one in families(WORKSPACE, date(1993, 6, 1))}["OSCE"] == "CSCE"
    assert (goes_on_as()["IGADD"], goes_on_as()["EC"], goes_on_as()["CST"]) == ("IGAD", "EU", "CSTO")


def test_organisations_are_there_from_their_first_day_and_not_after_their_last() -> None:
    names = {one.acronym for one in families(WORKSPACE, date(2023, 9, 15))}
    assert "AES" not in names
    assert "AES" in {one.acronym for one in families(WORKSPACE, date(2023, 9, 16))}
    assert "G5S" in names
    assert "G5S" not in {one.acronym for one in families(WORKSPACE, date(2023, 12, 6))}


def test_other_states_with_forces_in_the_conflict() -> None:
    found = ranking.rank(WORKSPACE, gw("UKR", date(2024, 6, 1)), date(2024, 6, 1))
    assert "RUS" in found.crisis.states
    by = {one.acronym: one for one in found.partners}
    assert "RUS" in by["OSCE"].standing.states_in
    assert by["CIS"].standing.membership == 0  # the other party is a member, the country is not
    assert any("is a member and Ukraine is not" in one.text for one in by["CIS"].cautions)


def test_a_charter_binds_members_only() -> None:
    found = {
        one.acronym: one for one in ranking.rank(WORKSPACE, gw("MMR", date(2025, 1, 1)), date(2025, 1, 1)).partners
    }
    assert found["ASEAN"].place == 1
    assert found["ECOWAS"].standing.basis < 0.1
    assert found["EU"].standing.basis > 0.5  # most of what it did was outside its members


def test_closeness_by_hand() -> None:
    # 5 of 7 neighbours are members, among 11 other members: shares 5/7 and 5/11, harmonic mean 10/18.
    assert closeness(5, 7, 11) == pytest.approx(10 / 18)
    assert closeness(2, 2, 2) == 1
    assert closeness(0, 0, 0) == 0
    share, part = 5 / 7, 5 / 11
    assert closeness(5, 7, 11) == pytest.approx(2 * share * part / (share + part))


def test_score_by_hand() -> None:
    one = _standing((0.5, 1.0, 0.25, 1.0, 0.5))
    assert ranking.score(one) == pytest.approx((3 * 0.5 + 2 * 1 + 1 * 0.25 + 3 * 1 + 1 * 0.5) / 10)


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 5), min_size=5, max_size=5), st.permutations(range(5)))
def test_the_order_does_not_depend_on_how_organisations_come(
    components: list[tuple[float, ...]], way: list[int]
) -> None:
    held = [_standing(one, acronym) for one, acronym in zip(components, ("AU", "EU", "LAS", "OAS", "PIF"), strict=True)]
    assert ranking.order(held) == ranking.order([held[i] for i in way])


@given(st.tuples(*[st.floats(0, 0.9)] * 5), st.integers(0, 4), st.floats(0.001, 0.1))
def test_more_of_any_component_never_lowers_the_score(at: tuple[float, ...], which: int, more: float) -> None:
    raised = tuple(value + more * (i == which) for i, value in enumerate(at))
    assert ranking.score(_standing(raised)) > ranking.score(_standing(at))


def _standing(components: tuple[float, ...], acronym: str = "AU") -> Standing:
    on = date(2020, 1, 1)
    base = next(one for one in standings(WORKSPACE, crisis(WORKSPACE, 432, on)) if one.family.acronym == acronym)
    return replace(base, **dict(zip(COMPONENTS, components, strict=True)))


@dataclass(frozen=True)
class Past(Workspace):
    """The workspace without rows of later days, and with later ends of earlier rows unknown."""

    day: date = date(2000, 1, 1)

    def table(self, name: str) -> pl.DataFrame:
        frame = Workspace.table(self, name)
        month = (self.day.year - 1980) * 12 + self.day.month
        if name == "regional_memberships":
            until = pl.col("membership_until")
            return frame.filter(pl.col("membership_from") <= self.day).with_columns(
                pl.when(until > self.day).then(None).otherwise(until).alias("membership_until")
            )
        if name == "peace_operations":
            last = pl.col("spell_last_month")
            return frame.filter(pl.col("spell_first_month") <= month).with_columns(
                pl.when(last >= month).then(pl.lit(444, pl.Int32)).otherwise(last).alias("spell_last_month")
            )
        if name in ("ucdp_conflict_year", "mediation_interventions"):
            return frame.filter(pl.col("year") < self.day.year)
        if name == "mediation_events":
            return frame.filter(pl.col("day").is_null() | (pl.col("day") <= self.day))
        if name == "mediation_roles":
            until = pl.col("until")
            return frame.filter(pl.col("day") <= self.day).with_columns(
                pl.when(until > self.day).then(None).otherwise(until).alias("until"),
                (pl.col("goes_on") | (until > self.day).fill_null(False)).alias("goes_on"),
            )
        if name == "peace_contributor_month":
            return frame.filter(pl.col("month_id") < month)
        if name == "neighbours":
            until = pl.col("until_month")
            return frame.filter(pl.col("from_month") <= max(month, 109)).with_columns(
                pl.when(until > month).then(None).otherwise(until).alias("until_month")
            )
        return frame


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_removing_what_came_later_changes_nothing(data: st.DataObject) -> None:
    year = data.draw(st.integers(1992, 2025))
    on = data.draw(st.dates(date(year, 1, 1), date(year, 12, 31)))
    gw_id = data.draw(st.sampled_from(active(WORKSPACE, min(year, 2024) - 1)))
    try:
        now = ranking.rank(WORKSPACE, gw_id, on)
    except UnknownCountryError:  # a state that ended in the year before
        return
    then = ranking.rank(Past(WORKSPACE.home, WORKSPACE.embedded, on), gw_id, on)
    assert _told(then) == _told(now)


def _told(found: Partners) -> list[object]:
    return [
        (one.acronym, one.called, one.score, one.chance, one.standing.components(), one.reasons, one.cautions)
        for one in found.partners
    ]
