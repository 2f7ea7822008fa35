"""The Consolidated List: both forms of XML, CSV, hostile and malformed files, versions. All names are invented."""

from datetime import date
from pathlib import Path

import pytest

from forestall.errors import SourceError, UsageError
from forestall.sources import sanctions
from forestall.store import Workspace

PERSON = """<INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>{first}</FIRST_NAME><SECOND_NAME>Ostrander</SECOND_NAME>
<UN_LIST_TYPE>Test</UN_LIST_TYPE><REFERENCE_NUMBER>{ref}</REFERENCE_NUMBER><LISTED_ON>2011-02-03</LISTED_ON>
<NAME_ORIGINAL_SCRIPT>{original}</NAME_ORIGINAL_SCRIPT><NATIONALITY>{nation}</NATIONALITY>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Quill</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1961</FROM_YEAR><TO_YEAR>1963</TO_YEAR>
</INDIVIDUAL_DATE_OF_BIRTH></INDIVIDUAL>"""


def document(*people: str, head: str = "") -> str:
    body = "".join(people)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<CONSOLIDATED_LIST dateGenerated="2019-04-05T00:00:00">'
        f"<INDIVIDUALS>{body}</INDIVIDUALS></CONSOLIDATED_LIST>"
    )


def person(first: str = "Zeb", ref: str = "T.001", nation: str = "<VALUE>Mali</VALUE>", original: str = "") -> str:
    return PERSON.format(first=first, ref=ref, nation=nation, original=original)


@pytest.mark.parametrize("nation", ["<VALUE>Mali</VALUE>", "Mali"])
def test_xml_in_both_shapes(nation: str) -> None:
    found = sanctions.parse(document(person(nation=nation, original="زيب")).encode(), "list.xml")
    (entry,) = found.entries
    assert (entry.name, entry.reference, entry.kind, entry.original) == ("Zeb Ostrander", "T.001", "individual", "زيب")
    assert (entry.nationalities, entry.births) == (("Mali",), ((1961, 1963),))
    assert entry.aliases == (sanctions.Alias("Quill", "Low"),)
    assert (entry.listed_on, found.dated, found.repaired) == (date(2011, 2, 3), date(2019, 4, 5), False)


def test_csv() -> None:
    text = "type,ref,list,name,listed_on,nationality\nentity,T.9,Test,Brass Kettle Works,2012-01-02,Chad; Mali\n"
    found = sanctions.parse(text.encode(), "made_2018-09-10.csv")
    assert found.dated == date(2018, 9, 10)
    assert (found.entries[0].kind, found.entries[0].nationalities) == ("entity", ("Chad", "Mali"))


def test_malformed_release_is_repaired() -> None:
    text = document(person(first="O\x19Zeb & <b Jos\xe9\x00\x01")).encode("latin-1")
    found = sanctions.parse(text, "list.xml")
    assert found.entries[0].name == "O'Zeb & <b José Ostrander"
    assert found.repaired


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
        '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE l SYSTEM "http://127.0.0.1:1/evil.dtd">',
    ],
)
@pytest.mark.parametrize("broken", ["", "\x01"])
def test_entities_are_harmless(head: str, broken: str) -> None:
    with pytest.raises(SourceError):
        sanctions.parse(document(person(first="&c;&a;" + broken), head=head).encode(), "bomb.xml")


def test_a_name_of_five_megabytes_is_set_aside_and_told() -> None:
    found = sanctions.parse(document(person(first="x" * 5_000_000, ref="T.2"), person()).encode(), "list.xml")
    assert [entry.reference for entry in found.entries] == ["T.001"]
    assert len(found.set_aside) == 1
    assert "T.2" in found.set_aside[0]
    assert len(found.set_aside[0]) < 200


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(SourceError, match="deeper"):
        sanctions.parse(b"<A>" * 100_000, "deep.xml")


@pytest.mark.parametrize("content", [b"", b"hello", b"<A/>", b"\x00" * 900, document(person())[:-40].encode()])
def test_what_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(SourceError):
        sanctions.parse(content, "x.xml")


def test_diff_names_fields() -> None:
    old = sanctions.parse(document(person(), person(ref="T.002")).encode(), "a.xml")
    new = sanctions.parse(document(person(first="Zeba"), person(ref="T.003")).encode(), "b.xml")
    added, removed, amended = sanctions.diff(old, new)
    assert [one.reference for one in added] == ["T.003"]
    assert [one.reference for one in removed] == ["T.002"]
    assert amended == (sanctions.Change("T.001", (("name", "Zeb Ostrander", "Zeba Ostrander"),)),)


def test_versions_are_kept_as_raw_bytes_only(tmp_path: Path) -> None:
    file = tmp_path / "list.xml"
    file.write_text(document(person()), "utf-8")
    workspace = Workspace.open(tmp_path / "home")
    with pytest.raises(UsageError, match="sanctions import"):
        sanctions.load(workspace)
    version, _ = sanctions.add(workspace, file)
    assert sanctions.add(workspace, file)[0] == version
    assert sanctions.versions(workspace) == (version,)
    assert sanctions.load(workspace, "2019-04-05")[1] == sanctions.read(file)
    holding = [one for one in workspace.home.rglob("*") if one.is_file() and b"Ostrander" in one.read_bytes()]
    assert holding == [workspace.snapshots.path(version.digest)]
