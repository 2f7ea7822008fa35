"""`forestall council reform` and `forestall council centres` as people run them."""

import json
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest


@pytest.fixture(scope="module")
def forestall(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")

    def run(*arguments, code=0):
        command = [sys.executable, "-c", "from forestall.cli import main; main()", "council", *map(str, arguments)]
        environment = {"FORESTALL_HOME": str(home), "PATH": "/usr/bin:/bin", "COLUMNS": "80"}
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)
        assert done.returncode == code, done.stderr + done.stdout
        return done

    return run


def test_the_document_has_both_sides_and_what_they_are_set_against(forestall):
    done = forestall("reform", "--proposal", "g4", "--compare", "current", "--on", "2025-06-01", "--json")
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert (found["on"], found["division"]["id"]) == ("2025-06-01", "un_groups")
    mine, now = found["proposal"], found["compare"]
    assert (mine["id"], mine["members"], mine["majority"]["votes"]) == ("g4", 25, 14)
    assert (now["id"], now["members"], now["majority"]["votes"]) == ("current", 15, 9)
    assert mine["documents"][0]["symbol"] == "A/59/L.64"
    veto = next(row for row in now["categories"] if row["veto"])
    assert (veto["seats"], veto["shapley_shubik_exact"]) == (5, "421/2145")
    assert {row["region"]: row["seats"] for row in mine["areas"]}["African"] == 6
    assert set(found["due"]) == {"population", "gdp", "contributions", "troops", "conflict_deaths"}
    assert {row["measure"]: row["last_year"] for row in found["measures"]} == {
        "population": 2023,
        "gdp": 2023,
        "contributions": 2025,
        "troops": 2014,
        "conflict_deaths": 2023,
    }
    assert found["amendment"]["votes"] == 129
    assert any("March 2014" in text for text in found["caveats"])
    assert {"gallagher", "loosemore_hanby", "gini", "of", "against"} <= set(mine["gaps"][0])


def test_tables_name_the_source_what_was_assumed_and_where_data_end(forestall):
    shown = forestall("reform", "--proposal", "au:no_new_veto").stdout
    said = " ".join(shown.split())
    for text in ("A/59/L.67", "(assumed)", "variant no_new_veto", "421/2145", "end in March 2014", "A/RES/79/249"):
        assert text in said, text
    assert max(map(len, shown.split("*")[0].splitlines())) <= 80


def test_the_list_names_every_proposal(forestall):
    found = json.loads(forestall("reform", "--list", "--json").stdout)["proposals"]
    names = {row["id"] for row in found}
    assert {"current", "g4", "african-union", "uniting-for-consensus", "panel-a", "panel-b", "l69"} <= names
    shown = forestall("reform", "--list").stdout
    assert all(name in shown for name in names)
    assert ":veto_after_review" in shown


def test_charts(forestall, tmp_path):
    svg, png = tmp_path / "a.svg", tmp_path / "a.PNG"
    done = forestall("reform", "--proposal", "g4", "--chart", svg, "--json")
    json.loads(done.stdout)
    assert str(svg) in done.stderr
    texts = {element.text for element in ET.fromstring(svg.read_text()).iter() if element.tag.endswith("text")}
    assert {"African", "seats", "Group of Four draft resolution", "The Council since 1966"} <= texts
    forestall("reform", "--proposal", "l69", "--compare", "none", "--chart", png)
    assert png.read_bytes().startswith(b"\x89PNG")


def test_a_users_own_file_and_countries_on_its_seats(forestall, tmp_path):
    path = tmp_path / "mine.yml"
    path.write_text(
        "id: mine\nname: Mine\nkind: composition\ndate: 2026-01-01\ndocuments: [{title: my own}]\nmembers: 3\n"
        "majority: {votes: 2, stated: true, note: two of three}\nregions: un_groups\nseats:\n"
        "  - {category: permanent, region: African, number: 1}\n  - {category: two_year, region: Asia-Pacific, number: 2}\n"
        "veto: {holders: [permanent], note: one}\n"
    )
    done = forestall("reform", "--proposal", path, "--assign", "permanent/African=Kenya", "--json")
    found = json.loads(done.stdout)["proposal"]
    assert found["seats"][0]["countries"] == ["KEN"]
    # One seat with a veto and two without, two votes needed: it is in every winning coalition.
    assert [row["shapley_shubik_exact"] for row in found["categories"]] == ["2/3", "1/6"]


def test_centres_leaves_sitting_members_out_and_says_what_it_is(forestall):
    done = forestall("centres", "--on", "2018-06-01", "--weights", "population=1,contributions=2", "--top", 4, "--json")
    found = json.loads(done.stdout)
    assert len(found["sitting"]) == 15
    assert {"KAZ", "KWT", "USA"} <= set(found["sitting"])
    assert found["ranked"] == 193 - 15
    assert not {row["iso3"] for row in found["centres"]} & set(found["sitting"])
    assert [row["rank"] for row in found["centres"]] == [1, 2, 3, 4]
    assert found["weights"] == pytest.approx({"population": 1 / 3, "contributions": 2 / 3})
    assert all(row["rank_low"] <= row["rank_high"] for row in found["centres"])
    shown = " ".join(forestall("centres", "--top", 3).stdout.split())
    assert "recommends no State" in shown
    assert "March 2014" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["reform"], "no proposal given"),
        (["reform", "--proposal", "atlantis"], "'atlantis' is not known; give one of"),
        (["reform", "--proposal", "g4:moon"], "variant 'moon' of g4 is not known"),
        (["reform", "--proposal", "g4", "--on", "2026-02-30"], "is not a day"),
        (["reform", "--proposal", "g4", "--on", "1900"], "1946"),
        (["reform", "--proposal", "g4", "--chart", "a.pdf"], "must end in .svg or .png"),
        (["reform", "--proposal", "g4", "--chart", "/none/a.svg"], "cannot be written"),
        (["reform", "--proposal", "council-1965", "--compare", "none", "--chart", "a.svg"], "no chart can be drawn"),
        (["reform", "--proposal", "g4", "--assign", "KEN"], "is not CATEGORY/AREA=STATE"),
        (["reform", "--proposal", "g4", "--assign", "new_permanent/African=Atlantis"], "Atlantis"),
        (["centres", "--weights", "gdp=-1"], "gdp is -1"),
        (["centres", "--by", "mood"], "give share or rank"),
        (["centres", "--draws", "0"], "draws are 0"),
        (["centres", "--on", "0000"], "is not a day"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(forestall, arguments, said):
    done = forestall(*arguments, code=2)
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("content", [b"%PDF-1.4", b"a: &x [*x]"])
def test_hostile_files_are_refused(forestall, tmp_path, content):
    path = tmp_path / "bad.yml"
    path.write_bytes(content)
    done = forestall("reform", "--proposal", path, code=2)
    assert len(done.stderr.strip().splitlines()) == 1
    assert str(path) in done.stderr
