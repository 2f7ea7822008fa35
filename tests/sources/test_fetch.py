"""Downloads against a real server that misbehaves."""

import email.utils
import gzip
import hashlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fault_server import Server, cut, drip, endless, ranged, serving, stall, status, whole

from forestall.errors import NetworkError, StoreError
from forestall.sources.fetch import Fetched, NotThereError, Policy, WebPageError, download, get_json
from forestall.sources.web import check_address, looks_like_html, retry_after

BODY = bytes(i * 31 % 251 for i in range(300_000))
SHA = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def policy(pauses: list[float]) -> Policy:
    return Policy(attempts=3, connect=2.0, stall=0.3, total=20.0, max_bytes=1_000_000, sleep=pauses.append)


def left_over(target: Path) -> set[str]:
    return {path.name for path in target.parent.iterdir()} - {target.name + ".lock"}


def test_a_whole_file_arrives(server: Server, tmp_path: Path, policy: Policy) -> None:
    url = server.on("/f.csv", whole(BODY))
    target = tmp_path / "new" / "folder" / "f.csv"
    assert download(url, target, policy=policy, sha256=SHA) == Fetched(target, SHA, len(BODY), url, cached=False)
    assert target.read_bytes() == BODY
    assert left_over(target) == {"f.csv", "f.csv.json"}


def test_a_broken_transfer_goes_on_where_it_stopped(server: Server, tmp_path: Path, policy: Policy) -> None:
    url = server.on("/f", ranged(BODY, '"v1"', cut_at=200_000), ranged(BODY, '"v1"'))
    assert download(url, tmp_path / "f", policy=policy, sha256=SHA).sha256 == SHA
    second = server.headers("/f")[1]
    start = int(second["range"].removeprefix("bytes=").removesuffix("-"))
    assert 0 < start <= 200_000
    assert second["if-range"] == '"v1"'


def test_a_file_that_changed_in_between_is_not_glued_together(server: Server, tmp_path: Path, policy: Policy) -> None:
    other = BODY[::-1]
    url = server.on("/f", ranged(BODY, '"v1"', cut_at=200_000), ranged(other, '"v2"'))
    download(url, tmp_path / "f", policy=policy)
    assert (tmp_path / "f").read_bytes() == other


def test_a_server_that_ignores_ranges_is_read_from_the_start(server: Server, tmp_path: Path, policy: Policy) -> None:
    url = server.on("/f", cut(BODY, 150_000, ETag='"v1"'), whole(BODY, ETag='"v1"'))
    assert download(url, tmp_path / "f", policy=policy).sha256 == SHA
    assert "range" in server.headers("/f")[1]


@pytest.mark.parametrize("validator", [{}, {"ETag": 'W/"weak"'}])
def test_without_a_strong_validator_nothing_is_resumed(
    server: Server, tmp_path: Path, policy: Policy, validator: dict[str, str]
) -> None:
    url = server.on("/f", cut(BODY, 150_000, **validator), whole(BODY, **validator))
    assert download(url, tmp_path / "f", policy=policy).sha256 == SHA
    assert "range" not in server.headers("/f")[1]


def test_a_wrong_range_is_not_used(server: Server, tmp_path: Path, policy: Policy) -> None:
    wrong = status(206, BODY[10:], Content_Range=f"bytes 10-{len(BODY) - 1}/{len(BODY)}", ETag='"v1"')
    url = server.on("/f", ranged(BODY, '"v1"', cut_at=150_000), wrong, whole(BODY))
    assert download(url, tmp_path / "f", policy=policy).sha256 == SHA


def test_a_range_that_cannot_be_had_starts_afresh(server: Server, tmp_path: Path, policy: Policy) -> None:
    url = server.on("/f", ranged(BODY, '"v1"', cut_at=150_000), status(416), whole(BODY))
    assert download(url, tmp_path / "f", policy=policy).sha256 == SHA


def test_truncated_every_time_is_an_error_and_the_next_run_resumes(
    server: Server, tmp_path: Path, policy: Policy
) -> None:
    url = server.on("/f", ranged(BODY, '"v1"', cut_at=100_000), status(503))
    with pytest.raises(NetworkError, match="goes on where it stopped"):
        download(url, tmp_path / "f", policy=policy)
    assert not (tmp_path / "f").exists()
    server.on("/f", ranged(BODY, '"v1"'))
    assert download(url, tmp_path / "f", policy=policy).sha256 == SHA
    assert server.headers("/f")[-1]["range"] != "bytes=0-"


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(
    server: Server, tmp_path: Path, policy: Policy, pauses: list[float], code: int
) -> None:
    url = server.on("/f", status(code), status(code), whole(BODY))
    assert download(url, tmp_path / "f", policy=policy).sha256 == SHA
    assert len(pauses) == 2
    assert 0.5 <= pauses[0] <= 1.5
    assert 1.0 <= pauses[1] <= 3.0


def test_what_does_not_pass_ends_in_one_line(server: Server, tmp_path: Path, policy: Policy) -> None:
    url = server.on("/f", status(500))
    with pytest.raises(NetworkError, match="500") as caught:
        download(url, tmp_path / "f", policy=policy)
    assert "\n" not in str(caught.value)
    assert len(server.asked) == 3
    assert left_over(tmp_path / "f") == set()


def test_retry_after_is_honoured_up_to_the_longest_pause(
    server: Server, tmp_path: Path, policy: Policy, pauses: list[float]
) -> None:
    url = server.on("/f", status(429, Retry_After="7"), status(429, Retry_After="9999"), whole(BODY))
    download(url, tmp_path / "f", policy=replace(policy, longest_pause=15.0))
    assert pauses == [7.0, 15.0]


def test_retry_after_may_be_a_date(server: Server, tmp_path: Path, policy: Policy, pauses: list[float]) -> None:
    moment = email.utils.formatdate(time.time() + 12, usegmt=True)
    url = server.on("/f", status(503, Retry_After=moment), whole(BODY))
    download(url, tmp_path / "f", policy=policy)
    assert 9 <= pauses[0] <= 12.1


def test_retry_after_nonsense_is_ignored() -> None:
    import httpx

    assert retry_after(httpx.Response(429, headers={"retry-after": "soon"})) is None
    assert retry_after(httpx.Response(429)) is None


def test_a_stalled_transfer_is_taken_up_again(server: Server, tmp_path: Path, policy: Policy) -> None:
    url = server.on("/f", stall(BODY, 150_000, 2.0, ETag='"v1"'), ranged(BODY, '"v1"'))
    assert download(url, tmp_path / "f", policy=policy).sha256 == SHA
    assert "range" in server.headers("/f")[1]


def test_a_dripping_server_runs_into_the_total_time(server: Server, tmp_path: Path, policy: Policy) -> None:
    url = server.on("/f", drip(4.0))
    began = time.monotonic()
    with pytest.raises(NetworkError, match="took longer than"):
        download(url, tmp_path / "f", policy=replace(policy, total=0.6))
    assert time.monotonic() - began < 3.0


def test_an_endless_body_is_stopped(server: Server, tmp_path: Path, policy: Policy) -> None:
    url = server.on("/f", endless())
    with pytest.raises(NetworkError, match="larger than the 1,000,000 bytes"):
        download(url, tmp_path / "f", policy=policy)
    assert left_over(tmp_path / "f") == set()


def test_a_promise_that_is_too_large_is_not_begun(server: Server, tmp_path: Path, policy: Policy) -> None:
    url = server.on(
        "/f", lambda h: (h.send_response(200), h.send_header("Content-Length", "9" * 12), h.end_headers())[2]
    )
    with pytest.raises(NetworkError, match="larger than"):
        download(url, tmp_path / "f", policy=policy)


def test_a_compressed_transfer_is_bounded_by_what_comes_out(server: Server, tmp_path: Path, policy: Policy) -> None:
    bomb = gzip.compress(b"\0" * 5_000_000)
    assert len(bomb) < 10_000
    url = server.on("/f", whole(bomb, Content_Encoding="gzip"))
    with pytest.raises(NetworkError, match="larger than"):
        download(url, tmp_path / "f", policy=policy)
    assert left_over(tmp_path / "f") == set()


def test_a_compressed_transfer_is_unpacked(server: Server, tmp_path: Path, policy: Policy) -> None:
    url = server.on(
        "/f", whole(gzip.compress(BODY), Content_Encoding="gzip"), whole(b"not gzip", Content_Encoding="gzip")
    )
    assert download(url, tmp_path / "f", policy=policy).sha256 == SHA
    with pytest.raises(NetworkError, match="does not decode"):
        download(url, tmp_path / "g", policy=policy)


@pytest.mark.parametrize(
    "answer",
    [
        whole(b"<html><body>Sign in</body></html>", kind="text/html; charset=utf-8"),
        whole(b"\xef\xbb\xbf \n<!DOCTYPE HTML><html></html>", kind="text/csv"),
    ],
)
def test_a_web_page_is_not_data(server: Server, tmp_path: Path, policy: Policy, answer) -> None:
    url = server.on("/f.csv", answer)
    with pytest.raises(WebPageError, match="web page instead of a data file"):
        download(url, tmp_path / "f.csv", policy=policy)
    assert left_over(tmp_path / "f.csv") == set()
    assert len(server.asked) == 1


def test_a_csv_that_speaks_of_html_is_data() -> None:
    assert not looks_like_html(b"id,note\n1,<html>\n")


def test_a_wrong_checksum_keeps_the_old_file(server: Server, tmp_path: Path, policy: Policy) -> None:
    (tmp_path / "f").write_bytes(b"old")
    url = server.on("/f", whole(BODY))
    with pytest.raises(NetworkError, match="does not match its digest"):
        download(url, tmp_path / "f", policy=policy, sha256="0" * 64)
    assert (tmp_path / "f").read_bytes() == b"old"
    assert left_over(tmp_path / "f") == {"f"}


def test_an_empty_file_is_not_a_file(server: Server, tmp_path: Path, policy: Policy) -> None:
    url = server.on("/f", whole(b""))
    with pytest.raises(NetworkError, match="empty file"):
        download(url, tmp_path / "f", policy=policy)


def test_an_unchanged_file_is_not_sent_again(server: Server, tmp_path: Path, policy: Policy) -> None:
    date = "Wed, 18 Mar 2026 10:00:00 GMT"
    url = server.on("/f", whole(BODY, ETag='"v1"', Last_Modified=date), status(304))
    first = download(url, tmp_path / "f", policy=policy)
    second = download(url, tmp_path / "f", policy=policy)
    assert (first.cached, second.cached, second.sha256) == (False, True, SHA)
    assert server.headers("/f")[1]["if-none-match"] == '"v1"'
    assert server.headers("/f")[1]["if-modified-since"] == date


def test_a_held_file_that_was_damaged_is_fetched_anew(server: Server, tmp_path: Path, policy: Policy) -> None:
    url = server.on("/f", whole(BODY, ETag='"v1"'))
    download(url, tmp_path / "f", policy=policy)
    (tmp_path / "f").write_bytes(BODY[:-1] + b"?")
    assert not download(url, tmp_path / "f", policy=policy).cached
    assert "if-none-match" not in server.headers("/f")[1]
    assert (tmp_path / "f").read_bytes() == BODY


def test_not_there_and_refused_are_said_at_once(server: Server, tmp_path: Path, policy: Policy) -> None:
    with pytest.raises(NotThereError, match="not there"):
        download(server.url("/none"), tmp_path / "f", policy=policy)
    url = server.on("/f", status(401, b"<html>no</html>", Content_Type="text/html"))
    with pytest.raises(NetworkError, match="access token"):
        download(url, tmp_path / "f", policy=policy)
    assert len(server.asked) == 2


def test_the_token_stays_with_the_first_host(server: Server, tmp_path: Path, policy: Policy) -> None:
    token = {"x-ucdp-access-token": "secret"}
    with serving() as other:
        other.on("/f", whole(BODY))
        url = server.on("/f", status(302, Location=other.url("/f")))
        assert download(url, tmp_path / "f", headers=token, policy=policy).sha256 == SHA
        assert server.headers("/f")[0]["x-ucdp-access-token"] == "secret"
        assert "x-ucdp-access-token" not in other.headers("/f")[0]


def test_the_token_follows_a_redirect_within_the_host(server: Server, tmp_path: Path, policy: Policy) -> None:
    server.on("/g", whole(BODY))
    url = server.on("/f", status(301, Location="/g"))
    download(url, tmp_path / "f", headers={"x-ucdp-access-token": "secret"}, policy=policy)
    assert server.headers("/g")[0]["x-ucdp-access-token"] == "secret"


@pytest.mark.parametrize(
    "place", ["http://192.0.2.1/f", "file:///etc/passwd", "ftp://example.org/f", "http://user:x@127.0.0.1/"]
)
def test_a_redirect_to_an_unsafe_place_is_not_followed(
    server: Server, tmp_path: Path, policy: Policy, place: str
) -> None:
    url = server.on("/f", status(302, Location=place))
    with pytest.raises(NetworkError):
        download(url, tmp_path / "f", policy=policy)
    assert len(server.asked) == 1


def test_a_circle_of_redirects_ends(server: Server, tmp_path: Path, policy: Policy) -> None:
    url = server.on("/f", status(302, Location="/f"))
    with pytest.raises(NetworkError, match="redirects more than 5 times"):
        download(url, tmp_path / "f", policy=policy)
    assert len(server.asked) == 6


@pytest.mark.parametrize(
    "url", ["http://ucdp.uu.se/f", "file:///etc/passwd", "no address", "https://", "https://a:b@c.org/"]
)
def test_only_safe_addresses_are_asked(url: str) -> None:
    with pytest.raises(NetworkError):
        check_address(url)


def test_nobody_listens(tmp_path: Path, policy: Policy) -> None:
    with serving() as gone:
        pass
    with pytest.raises(NetworkError, match="no connection"):
        download(gone.url("/f"), tmp_path / "f", policy=policy)


def test_a_proxy_setting_does_not_reach_this_machine(
    server: Server, tmp_path: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert download(server.on("/f", whole(BODY)), tmp_path / "f", policy=policy).sha256 == SHA


def test_two_downloads_of_one_file_do_not_mix(server: Server, tmp_path: Path, policy: Policy) -> None:
    url = server.on("/f", stall(BODY, len(BODY) // 2, 1.0), whole(BODY))
    outcomes: list[object] = []

    def run() -> None:
        try:
            outcomes.append(download(url, tmp_path / "f", policy=replace(policy, stall=5.0)))
        except NetworkError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
        time.sleep(0.2)
    for thread in threads:
        thread.join()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Fetched", "NetworkError"]
    assert (tmp_path / "f").read_bytes() == BODY


def test_json_that_is_none_is_forgotten(server: Server, tmp_path: Path, policy: Policy) -> None:
    url = server.on("/f", whole(b'{"a": 1', kind="application/json"), whole(b'{"a": 1}', kind="application/json"))
    with pytest.raises(NetworkError, match="JSON object"):
        get_json(url, policy=policy, target=tmp_path / "f")
    assert get_json(url, policy=policy, target=tmp_path / "f") == {"a": 1}


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="uses a place where no file can be made")
def test_a_folder_that_cannot_be_written_is_one_line(server: Server, policy: Policy) -> None:
    url = server.on("/f", whole(BODY))
    with pytest.raises(StoreError, match="could not write") as caught:
        download(url, Path(f"/proc/{os.getpid()}/nowhere/f"), policy=policy)
    assert "\n" not in str(caught.value)
    assert server.asked == []
