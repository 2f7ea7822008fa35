"""Possible mediators on real figures: who is listed, who is not, why, and nothing from later days."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from forestall.errors import UsageError
from forestall.ids.countries import resolve
from forestall.instruments.mediation.ranking import Candidate, Ranking
from forestall.instruments.mediation.record import EVENTS, ROLES
from forestall.instruments.mediation.service import WHO_NOT_WHETHER, rank
from forestall.store import Workspace
from forestall.store.catalogue import Release
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS

ON = date(2026, 2, 28)
DATA = Path(__file__).parents[2] / "src" / "forestall" / "data"


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open()


def _rank(workspace: Workspace, country: str, on: date) -> Ranking:
    return rank(workspace, resolve(country, on).gw_id or 0, on)


def _who(found: Ranking) -> dict[str, Candidate]:
    return {one.mediator: one for one in found.candidates}


def test_a_party_cannot_mediate(workspace: Workspace) -> None:
    found = _rank(workspace, "UKR", ON)
    assert {"UKR", "RUS"}.isdisjoint(_who(found))
    assert any("cannot mediate" in note for note in found.notes)
    assert WHO_NOT_WHETHER in found.notes


def test_who_is_there_comes_first_in_each_list(workspace: Workspace) -> None:
    found = _rank(workspace, "SDN", ON)
    for kind in ("state", "organisation", "ngo"):
        there = [one.there for one in found.candidates if one.kind == kind]
        assert there == sorted(there, reverse=True)
        places = [one.place for one in found.candidates if one.kind == kind]
        assert places == list(range(1, len(places) + 1))
    assert len(_who(found)) == len(found.candidates)
    assert {"IGAD", "AU", "UN", "SAU", "USA"} <= {one.mediator for one in found.candidates if one.there}


def test_reasons_are_those_of_public_knowledge(workspace: Workspace) -> None:
    who = _who(_rank(workspace, "SDN", ON))
    assert any("land border" in one.text for one in who["EGY"].reasons)
    assert any("suspended" in one.text for one in who["AU"].cautions)
    assert any("is a member" in one.text for one in who["IGAD"].reasons)
    assert any("permanent member" in one.text for one in who["FRA"].reasons)
    hosts = next(one for one in who["TCD"].reasons if "hosts" in one.text)
    assert isinstance(hosts.figure, int)
    assert hosts.figure > 500_000
    for one in who.values():
        for reason in (*one.reasons, *one.cautions):
            assert reason.text
            assert reason.source
            assert reason.on
            assert not reason.text.endswith(".")


def test_the_short_list_is_no_list_of_neighbours(workspace: Workspace) -> None:
    found = _rank(workspace, "COL", ON)
    assert len({one.kind for one in found.short_list}) >= 2
    assert len({one.mediator for one in found.short_list}) == len(found.short_list) == 6


def test_tandems_count_what_happened(workspace: Workspace) -> None:
    """Each count is that of the events in which all of them had a role, taken from the tables anew."""
    found = _rank(workspace, "SDN", ON)
    assert found.tandems
    roles = workspace.table(ROLES).filter((pl.col("day") <= ON) & ~pl.col("role").is_in(["supporter", "observer"]))
    first = roles.sort("day").unique(("event", "mediator"), keep="first")
    for tandem in found.tandems:
        acts = first.filter(pl.col("mediator").is_in(tandem.members)).group_by("event", "day").agg(pl.len())
        assert tandem.seen == acts.filter(pl.col("len") == len(tandem.members)).height


def test_every_state_of_the_day_can_be_asked_about(workspace: Workspace) -> None:
    for country in ("KAZ", "NRU", "CHE", "YEM", "VNM", "SRB"):
        found = _rank(workspace, country, ON)
        assert found.candidates
        assert all(0 < one.score < 1 for one in found.candidates)


@pytest.mark.parametrize("on", [date(2004, 6, 30), date(2015, 6, 19)])
def test_nothing_later_is_known(tmp_path: Path, workspace: Workspace, on: date) -> None:
    """The law: the same ranking from a record that ends on the day."""
    events, roles = workspace.table(EVENTS), workspace.table(ROLES)
    for path in DATA.iterdir():
        if path.stem not in {EVENTS, ROLES}:
            (tmp_path / path.name).symlink_to(path)
    events.filter(pl.col("day") <= on).write_parquet(tmp_path / f"{EVENTS}.parquet")
    roles.filter(pl.col("day") <= on).write_parquet(tmp_path / f"{ROLES}.parquet")
    cut = Workspace.open(embedded=tmp_path)
    assert _rank(cut, "SDN", on).candidates == _rank(workspace, "SDN", on).candidates


def test_in_1998_nobody_speaks_of_what_came_after(workspace: Workspace) -> None:
    found = _rank(workspace, "SDN", date(1998, 12, 31))
    assert "AU" in _who(found)
    assert "SSD" not in _who(found)
    for one in found.candidates:
        for reason in (*one.reasons, *one.cautions):
            # Languages are a list of today, on every day, and say so.
            assert reason.on[:4] <= "1998" or reason.source.startswith("languages"), reason


def test_a_day_too_early_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="cannot be ranked as of 1970-01-01"):
        _rank(workspace, "SDN", date(1970, 1, 1))


def test_after_the_record_ends_nobody_fades_for_want_of_it(workspace: Workspace) -> None:
    """Half a year later, with nothing new on record, the same people are there with the same chances."""
    now, later = _who(_rank(workspace, "SDN", ON)), _who(_rank(workspace, "SDN", date(2026, 8, 31)))
    for one in ("EGY", "USA", "UN", "AU", "IGAD"):
        assert later[one].score == pytest.approx(now[one].score, rel=0.05)


def test_agreements_added_later_are_read(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path)
    before = _who(_rank(workspace, "CRI", ON))["BTN"]
    assert not before.there
    columns = SCHEMAS["pax_agreements"]
    made = dict.fromkeys(columns, None) | {name: 0 for name, kind in columns.items() if kind is pl.Int8}
    made |= {"pax_id": 1, "pax_process_id": 1, "name": "made up", "agreed_on": date(2020, 5, 1), "iso3": "CRI"}
    made |= {"pax_stage": "Cea", "third_parties": "Mediated by Bhutan", "release": "pax-6"}
    source = Source(name="made up", version="6", licence="none", citation="a test", url="https://example.org")
    release = Release(
        release="pax-6", table="pax_agreements", source="pax", status="final", published=None, first_month=121,
        last_month=492, month_rule=None,
    )  # fmt: skip
    workspace.add_table(pl.DataFrame([made], schema=dict(columns)), release, source=source)
    assert _who(_rank(workspace, "CRI", ON))["BTN"].there
