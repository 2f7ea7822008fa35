"""The proposals that come with forestall, and files that strangers wrote."""

from datetime import date
from pathlib import Path

import pytest

from forestall.council.reform import proposal, regions
from forestall.errors import UsageError

# Members, majority, whether stated, seats of permanent, new permanent, longer and two-year members.
NUMBERS = {
    "current": (15, 9, True, 5, 0, 0, 10),
    "council-1965": (11, 7, True, 5, 0, 0, 6),
    "g4": (25, 14, True, 5, 6, 0, 14),
    "african-union": (26, 14, False, 5, 6, 0, 15),
    "uniting-for-consensus": (25, 15, True, 5, 0, 0, 20),
    "panel-a": (24, 13, False, 5, 6, 0, 13),
    "panel-b": (24, 13, False, 5, 0, 8, 11),
    "l69": (27, 15, False, 5, 6, 0, 16),
    "intermediate": (21, 12, False, 5, 0, 6, 10),
    "act-code": (15, 9, True, 5, 0, 0, 10),
    "french-mexican": (15, 9, True, 5, 0, 0, 10),
}
SMALL = """
id: mine
name: A small Council
kind: composition
date: 2026-01-01
documents: [{title: my own}]
members: 3
majority: {votes: 2, stated: true, note: two of three}
regions: un_groups
seats:
  - {category: permanent, region: African, number: 1, countries: [KEN]}
  - {category: two_year, region: Asia-Pacific, number: 2}
veto: {holders: [permanent], note: one}
"""


@pytest.fixture
def written(tmp_path):
    def write(text, name="mine.yml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_members_majority_and_categories(name):
    one = proposal.read(name)
    categories = tuple(one.number(category) for category in proposal.CATEGORIES)
    assert (one.members, one.majority.votes, one.majority.stated, *categories) == NUMBERS[name]
    assert sum(one.number(region=region) for region in one.areas()) == one.members
    assert {country for seat in one.seats for country in seat.countries} == {"CHN", "FRA", "GBR", "RUS", "USA"}
    assert any(document.symbol for document in one.documents) or name == "french-mexican"
    assert one.checked
    if not one.majority.stated:
        # The Co-Chairs' elements paper of 2019, as assumed where a text is silent.
        assert one.majority.votes == {21: 12, 24: 13, 26: 14, 27: 15}[one.members]


def test_all_are_there_once():
    found = [one.id for one in proposal.proposals()]
    assert sorted(found) == sorted(NUMBERS)
    aliases = [alias for one in proposal.proposals() for alias in one.aliases]
    assert len(set(aliases) | set(found)) == len(aliases) + len(found)
    assert all(proposal.read(alias).id == one.id for one in proposal.proposals() for alias in one.aliases)


@pytest.mark.parametrize("name", ["panel-a", "panel-b"])
def test_the_panel_gives_each_of_its_areas_six_seats(name):
    one = proposal.read(name)
    assert [one.number(region=region) for region in regions.PANEL_AREAS] == [6, 6, 6, 6]


def test_the_panels_areas_have_the_panels_numbers_of_states():
    found = regions.un_members(date(2004, 12, 2))
    areas = [regions.region_of(iso3, group, "panel_areas") for iso3, group in found.items()]
    assert [areas.count(area) for area in regions.PANEL_AREAS] == [53, 56, 47, 35]


def test_uniting_for_consensus_adds_ten_elected_seats():
    now, then = proposal.read("current"), proposal.read("ufc")
    added = {r: then.number("two_year", r) - now.number("two_year", r) for r in regions.UN_GROUPS}
    assert list(added.values()) == [3, 3, 1, 2, 1]


def test_new_permanent_members_hold_a_veto_in_some_and_not_in_others():
    assert "new_permanent" not in proposal.read("g4").veto.holders
    assert "new_permanent" in proposal.read("g4:veto_after_review").veto.holders
    assert "new_permanent" in proposal.read("african-union").veto.holders
    assert proposal.read("current", "two_vetoes").veto.needed == 2
    assert proposal.read("act-code").veto.restrained == ("FRA", "GBR")


def test_a_users_file_reads_the_same_way(written):
    one = proposal.read(written(SMALL))
    assert (one.id, one.members, one.number("two_year")) == ("mine", 3, 2)
    with pytest.raises(UsageError, match="variant 'x' of mine is not known; it has: none"):
        proposal.read(written(SMALL), "x")


def test_countries_on_open_seats():
    one = proposal.read("g4").assigned({("new_permanent", "African"): ["NGA", "ZAF"]})
    assert next(seat.countries for seat in one.seats if seat.category == "new_permanent") == ("NGA", "ZAF")
    with pytest.raises(UsageError, match="3 countries for 2 seats of African"):
        one.assigned({("new_permanent", "African"): ["KEN"]})
    with pytest.raises(UsageError, match="NGA holds two seats"):
        one.assigned({("new_permanent", "Asia-Pacific"): ["NGA"]})
    with pytest.raises(UsageError, match="has no seat longer/African"):
        one.assigned({("longer", "African"): ["KEN"]})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("members: 3", "members: 4", "seats add up to 3, members says 4"),
        ("votes: 2", "votes: 4", "majority of 4 cannot be met by 3 members"),
        ("votes: 2", "votes: 0", "majority.votes"),
        ("number: 2", "number: -2", "seats.1.number"),
        ("region: African", "region: Atlantis", "is none of un_groups"),
        ("[KEN]", "[KEN, KEN]", "KEN holds two seats"),
        ("holders: [permanent]", "holders: [permanent], needed: 2", "a veto needs 2 members, but 1 hold one"),
        ("holders: [permanent]", "holders: [king]", "veto.holders.0"),
        ("holders: [permanent]", "holders: [permanent], restrained: [FRA]", "FRA cannot be restrained"),
        ("name: A small Council", "name: A small Council\nking: me", "king"),
        ("kind: composition", "kind: miracle", "kind"),
        ("id: mine", "id: ../mine", "id"),
        ("members: 3", "members: 300", "members"),
    ],
)
def test_a_file_that_contradicts_itself(written, old, new, said):
    assert old in SMALL
    with pytest.raises(UsageError, match="will not do") as error:
        proposal.read(written(SMALL.replace(old, new, 1)))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"\xff\xfe\x00i", "is not UTF-8"),
        (b"#" * 70_000, "over 64 KiB"),
        (b"- 1\n- 2", "not a mapping"),
        (b"1: 2", "not a mapping"),
        (b"", "not a mapping"),
        (b"id: [", "not plain YAML"),
        (b"id: a\nid: b", "stands twice"),
        (b"a: &x [1]\nb: *x", "refers back"),
        (b"a: !!python/object/apply:os.system ['true']", "not plain YAML"),
        (b"a: " + b"[" * 60 + b"]" * 60, "nests deeper"),
        (b"a: [" + b"1," * 6000 + b"]", "more than 5000 values"),
        (b"? {a: 1}\n: 2", "not plain YAML"),
        (b"date: 2026-99-99", "not plain YAML"),
    ],
)
def test_a_hostile_file_is_refused_in_one_line(written, content, said):
    with pytest.raises(UsageError) as error:
        proposal.read(written(content))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_name_nobody_knows_and_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="give one of council-1965, current"):
        proposal.read("atlantis")
    for path in (tmp_path / "none.yml", tmp_path):
        with pytest.raises(UsageError, match="is not a file we can read"):
            proposal.read(f"{path}/" if path == tmp_path else str(path))


def test_the_example_of_the_documentation_reads(written):
    page = Path(__file__).resolve().parents[2] / "docs" / "methods" / "council-reform.md"
    lines = page.read_text("utf-8").split("\n")
    start = lines.index("    id: mine")
    end = next(i for i in range(start, len(lines)) if not lines[i].startswith("    "))
    one = proposal.read(written("\n".join(line[4:] for line in lines[start:end])))
    assert (one.members, one.majority.votes, one.number(region="African")) == (20, 12, 5)
