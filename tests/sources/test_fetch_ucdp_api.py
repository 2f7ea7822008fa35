"""UCDP's bulk files and its paged API, against a real server on this machine."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fault_server import Server, cut, serving, status, whole

from forestall.errors import NetworkError, UsageError
from forestall.sources import ucdp_api
from forestall.sources.fetch import NotThereError, Policy
from forestall.sources.ucdp_api import Publisher, fetch_bulk, fetch_events, path_of, publisher

ADDRESS = "/api/gedevents/26.0.2"
FIRST = f"{ADDRESS}?pagesize=1000"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def ucdp(server: Server) -> Publisher:
    policy = Policy(attempts=2, connect=2.0, stall=0.5, total=20.0, sleep=lambda _: None)
    return publisher(token="secret", base=server.url(""), policy=policy)


def event(number: int) -> dict[str, Any]:
    return {"id": number, "best": number * 2, "country": "Mali", "dyad_name": 'A "quoted", name', "adm_1": None}


def page(rows: list[dict[str, Any]], total: int, next_page: int | None, pages: int = 3) -> bytes:
    told = "" if next_page is None else f"https://elsewhere.example/api/gedevents/26.0.2?pagesize=1000&page={next_page}"
    document = {"TotalCount": total, "TotalPages": pages, "PreviousPageUrl": "", "NextPageUrl": told, "Result": rows}
    return json.dumps(document).encode()


def serve(server: Server, *, start: int = 1, total: int = 5) -> None:
    """Five events on three pages, numbered from `start`."""
    kind = "application/json"
    server.on(FIRST, whole(page([event(5), event(1)], total, start), kind))
    server.on(f"{FIRST}&page={start}", whole(page([event(2), event(3)], total, start + 1), kind))
    server.on(f"{FIRST}&page={start + 1}", whole(page([event(4)], total, None), kind))


@pytest.mark.parametrize("start", [1, 2])
def test_pages_become_one_csv_however_they_are_numbered(
    server: Server, ucdp: Publisher, tmp_path: Path, start: int
) -> None:
    serve(server, start=start)
    seen: list[tuple[int, int]] = []
    got = fetch_events("ucdp-candidate-26.0.2", tmp_path, ucdp, lambda read, total: seen.append((read, total)))
    assert got.path == tmp_path / "GEDEvent_v26_0_2.csv"
    with got.path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["id"] for row in rows] == ["5", "1", "2", "3", "4"]
    assert rows[1] == {"id": "1", "best": "2", "country": "Mali", "dyad_name": 'A "quoted", name', "adm_1": ""}
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert all(headers["x-ucdp-access-token"] == "secret" for _, headers in server.asked)
    assert [path.name for path in tmp_path.iterdir()] == ["GEDEvent_v26_0_2.csv"]


def test_the_same_events_give_the_same_bytes(server: Server, ucdp: Publisher, tmp_path: Path) -> None:
    serve(server)
    first = fetch_events("ucdp-candidate-26.0.2", tmp_path / "a", ucdp)
    second = fetch_events("ucdp-candidate-26.0.2", tmp_path / "b", ucdp)
    assert first.sha256 == second.sha256


def test_a_broken_reading_goes_on_with_the_page_it_stopped_at(server: Server, ucdp: Publisher, tmp_path: Path) -> None:
    serve(server)
    server.on(f"{FIRST}&page=2", status(500))
    with pytest.raises(NetworkError, match="500"):
        fetch_events("ucdp-candidate-26.0.2", tmp_path, ucdp)
    assert not (tmp_path / "GEDEvent_v26_0_2.csv").exists()
    asked = len(server.asked)
    serve(server)
    fetch_events("ucdp-candidate-26.0.2", tmp_path, ucdp)
    assert [path for path, _ in server.asked[asked:]] == [f"{FIRST}&page=2"]


def test_a_page_that_breaks_off_is_asked_for_again(server: Server, ucdp: Publisher, tmp_path: Path) -> None:
    serve(server)
    body = page([event(2), event(3)], 5, 2)
    server.on(f"{FIRST}&page=1", cut(body, 20), whole(body, "application/json"))
    assert fetch_events("ucdp-candidate-26.0.2", tmp_path, ucdp).bytes > 0


def test_a_release_that_grew_meanwhile_is_read_from_the_start(server: Server, ucdp: Publisher, tmp_path: Path) -> None:
    serve(server)
    kind = "application/json"
    server.on(f"{FIRST}&page=2", whole(page([event(4), event(6)], 6, None), kind))  # the others still say five
    with pytest.raises(NetworkError, match="do not belong together"):
        fetch_events("ucdp-candidate-26.0.2", tmp_path, ucdp)
    serve(server, total=6)
    server.on(f"{FIRST}&page=2", whole(page([event(4), event(6)], 6, None), kind))
    got = fetch_events("ucdp-candidate-26.0.2", tmp_path, ucdp)
    assert got.path.read_text().count("Mali") == 6


@pytest.mark.parametrize(
    "last",
    [
        page([event(4), event(3)], 5, None),  # one event twice
        page([], 5, None),  # one too few
    ],
)
def test_events_that_do_not_add_up_are_refused(server: Server, ucdp: Publisher, tmp_path: Path, last: bytes) -> None:
    serve(server)
    server.on(f"{FIRST}&page=2", whole(last, "application/json"))
    with pytest.raises(NetworkError, match="do not belong together"):
        fetch_events("ucdp-candidate-26.0.2", tmp_path, ucdp)
    assert not (tmp_path / "GEDEvent_v26_0_2.csv").exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[1, 2]", "JSON object"),
        (b'{"Result": []}', "not a page of events"),
        (b'{"TotalCount": 1, "Result": ["x"]}', "not a page of events"),
        (b'{"TotalCount": 9, "Result": [], "NextPageUrl": "https://x.example/?other=1"}', "page=N"),
        (b'{"TotalCount": 9, "Result": [], "NextPageUrl": "https://x.example/?page=../../x"}', "page=N"),
        (b"<html>sign in</html>", "web page"),
        (b"[" * 100_000, "JSON object"),
    ],
)
def test_what_is_no_page_is_one_line(server: Server, ucdp: Publisher, tmp_path: Path, body: bytes, words: str) -> None:
    server.on(FIRST, whole(body, "application/json"))
    with pytest.raises(NetworkError, match=words) as caught:
        fetch_events("ucdp-candidate-26.0.2", tmp_path, ucdp)
    assert "\n" not in str(caught.value)


def test_a_server_that_always_names_a_next_page_is_left(
    server: Server, ucdp: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ucdp_api, "_MAX_PAGES", 4)
    for path in (FIRST, f"{FIRST}&page=1"):
        server.on(path, whole(page([], 5, 1), "application/json"))
    with pytest.raises(NetworkError, match="more than 4 pages"):
        fetch_events("ucdp-candidate-26.0.2", tmp_path, ucdp)


def test_without_a_token_the_api_is_not_asked(server: Server, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="FORESTALL_UCDP_TOKEN"):
        fetch_events("ucdp-ged-25.1", tmp_path, publisher(base=server.url("")))
    assert server.asked == []


def test_a_refused_token_is_said(server: Server, ucdp: Publisher, tmp_path: Path) -> None:
    server.on(FIRST, status(401))
    with pytest.raises(NetworkError, match="FORESTALL_UCDP_TOKEN") as caught:
        fetch_events("ucdp-candidate-26.0.2", tmp_path, ucdp)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("release", "path"),
    [
        ("ucdp-ged-25.1", "ged/ged251-csv.zip"),
        ("ucdp-candidate-26.0.2", "candidateged/GEDEvent_v26_0_2.csv"),
        ("ucdp-candidate-26.0.11", "candidateged/GEDEvent_v26_0_11.csv"),
        ("ucdp-candidate-21.01.21.12", "candidateged/GEDEvent_v21_01_21_12.csv"),
        ("ucdp-country-year-25.1", "organizedviolencecy/organizedviolencecy-251-csv.zip"),
        ("ucdp-acd-25.1", "ucdpprio/ucdp-prio-acd-251-csv.zip"),
        ("ucdp-dyadic-25.1", "dyadic/ucdp-dyadic-251-csv.zip"),
    ],
)
def test_bulk_paths(release: str, path: str) -> None:
    assert path_of(release)[0] == path


@pytest.mark.parametrize(
    "release", ["ucdp-ged", "ged-25.1", "ucdp-ged-../..", "ucdp-candidate-2025", "", "ucdp-actors-22.1"]
)
def test_a_release_without_a_path(release: str) -> None:
    with pytest.raises(UsageError, match="not a release that can be downloaded"):
        path_of(release)


def test_bulk_files_come_under_their_published_name(server: Server, ucdp: Publisher, tmp_path: Path) -> None:
    server.on("/downloads/ged/ged251-csv.zip", whole(b"PK data", "application/zip"))
    got = fetch_bulk("ucdp-ged-25.1", tmp_path, ucdp)
    assert (got.path, got.path.read_bytes()) == (tmp_path / "ged251-csv.zip", b"PK data")
    assert "x-ucdp-access-token" not in server.asked[0][1]  # bulk files need none
    with pytest.raises(NotThereError):
        fetch_bulk("ucdp-ged-26.1", tmp_path, ucdp)


def test_where_it_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORESTALL_UCDP_URL", raising=False)
    assert publisher().bulk == "https://ucdp.uu.se/downloads"
    assert publisher(token="t").headers == {"x-ucdp-access-token": "t"}
    monkeypatch.setenv("FORESTALL_UCDP_URL", "https://mirror.example/ucdp/")
    assert publisher(token="t").api == "https://mirror.example/ucdp/api"
    assert publisher(token="t").token == "t"
    assert publisher(token="t", base="https://other.example").token is None
    monkeypatch.setenv("FORESTALL_UCDP_URL", "http://mirror.example")
    with pytest.raises(NetworkError, match="https"):
        publisher()
