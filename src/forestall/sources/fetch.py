"""Downloads that end with the whole, right file or with one clear line.

Resumed where they stopped, retried with growing pauses, bounded in size and time, checked, and cached by the server's
own validators. HTTP: RFC 9110 (conditional and range requests, Retry-After).
"""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import filelock
import httpx
import tenacity

from forestall import __version__
from forestall.errors import NetworkError
from forestall.sources.web import (
    BY_HAND,
    NotThereError,
    PassingError,
    WebPageError,
    check_address,
    check_status,
    check_type,
    is_loopback,
    looks_like_html,
    origin,
    range_start,
    web_page,
    words,
)
from forestall.store import files

__all__ = ["Fetched", "NotThereError", "Policy", "WebPageError", "download", "forget", "get_json"]

GIGABYTE = 1 << 30

_HEAD = 512


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient a download is.

    attempts: requests in all. first_pause, longest_pause: seconds between them, doubling, with jitter; a server's
    Retry-After is honoured up to longest_pause. connect, stall: seconds without a connection, or without a byte. total:
    seconds for everything. max_bytes: of the file, and of what comes out of a compressed transfer. redirects: how many
    are followed. sleep: waits; tests give their own.
    """

    attempts: int = 6
    first_pause: float = 1.0
    longest_pause: float = 120.0
    connect: float = 20.0
    stall: float = 60.0
    total: float = 3600.0
    max_bytes: int = 2 * GIGABYTE
    redirects: int = 5
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file on disk: where, its sha256 and size in bytes, the address it came from, whether it was held already."""

    path: Path
    sha256: str
    bytes: int
    url: str
    cached: bool


@dataclass(slots=True)
class _Job:
    url: str
    target: Path
    policy: Policy
    headers: Mapping[str, str]
    sha256: str | None
    deadline: float = field(default=0.0)

    @property
    def part(self) -> Path:
        return self.target.with_name(self.target.name + ".part")

    @property
    def part_note(self) -> Path:
        return self.target.with_name(self.target.name + ".part.json")

    @property
    def note(self) -> Path:
        return self.target.with_name(self.target.name + ".json")

    def left(self) -> float:
        return self.deadline - time.monotonic()


def download(
    url: str,
    target: Path,
    *,
    sha256: str | None = None,
    headers: Mapping[str, str] | None = None,
    policy: Policy | None = None,
) -> Fetched:
    """Bring the file at `url` to `target`; a whole file is there afterwards, or `target` is as it was.

    sha256: the digest the publisher states, if it does. headers: sent to this host only, never where it redirects to.
    A file that is held and unchanged on the server is not sent again. Only https is used (http on this machine).
    Raises NotThereError on 404 or 410, NetworkError when the file could not be had, StoreError when it could not be
    written.
    """
    job = _Job(url, target, policy or Policy(), dict(headers or {}), sha256)
    job.deadline = time.monotonic() + job.policy.total
    check_address(url)
    with files.refusals(target, "write"), _alone(target), _client(url, job.policy) as client:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((PassingError, httpx.TransportError)),
            stop=tenacity.stop_after_attempt(job.policy.attempts),
            wait=lambda state: _pause(state, job),
            sleep=job.policy.sleep,
            reraise=True,
        )
        try:
            fetched: Fetched = retrying(_attempt, client, job)
        except httpx.DecodingError:
            raise NetworkError(f"{url} was sent in a compression that does not decode; {BY_HAND}") from None
        except (PassingError, httpx.TransportError) as error:
            raise NetworkError(
                f"could not download {url}: {words(error)}, {job.policy.attempts} times; try again later "
                f"(it goes on where it stopped), or {BY_HAND}"
            ) from error
    return fetched


def get_json(url: str, *, headers: Mapping[str, str] | None = None, policy: Policy, target: Path) -> dict[str, Any]:
    """Download a JSON object to `target` and return it. Raises NetworkError also if it is not one JSON object."""
    download(url, target, headers=headers, policy=policy)
    document = read_json(target)
    if document is None:
        forget(target)
        raise NetworkError(f"{url} did not answer with a JSON object; check the address, or {BY_HAND}")
    return document


def read_json(path: Path) -> dict[str, Any] | None:
    """The JSON object in a file, or None if it holds something else."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def note_of(target: Path) -> dict[str, Any]:
    """What is noted about a downloaded file: url, sha256, bytes and the server's validators; empty if nothing is."""
    return read_json(target.with_name(target.name + ".json")) or {}


def forget(target: Path) -> None:
    """Remove a downloaded file with what is noted about it, so that the next download starts afresh."""
    for suffix in ("", ".json", ".part", ".part.json"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    # Two downloads of one file would write into one another's part.
    files.make_folder(target.parent)
    lock = filelock.FileLock(target.with_name(target.name + ".lock"), timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise NetworkError(f"{target.name} is being downloaded by another forestall; wait for it to finish") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _client(url: str, policy: Policy) -> Iterator[httpx.Client]:
    timeout = httpx.Timeout(policy.stall, connect=policy.connect)
    # Proxies are the desk's own choice (HTTPS_PROXY), except towards this machine.
    proxies = not is_loopback(httpx.URL(url).host)
    with httpx.Client(timeout=timeout, follow_redirects=False, trust_env=proxies) as client:
        yield client


def _attempt(client: httpx.Client, job: _Job) -> Fetched:
    if job.left() <= 0:
        raise NetworkError(
            f"could not download {job.url}: it took longer than {job.policy.total:.0f} s; try again later"
        )
    held = _held(job)
    ask: dict[str, str] = {}
    start = 0
    if held is not None:
        ask |= _conditions(note_of(job.target))
    else:
        start, ask = _resume(job)
    with _open(client, job, ask) as response:
        if response.status_code == httpx.codes.NOT_MODIFIED and held is not None:
            return held
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE and start:
            _drop_part(job)
            raise PassingError("the server could not resume")
        check_status(response, job.url)
        check_type(response, job.url)
        if response.status_code == httpx.codes.PARTIAL_CONTENT:
            if range_start(response) != start or not start:
                _drop_part(job)
                raise PassingError("the server sent another range than the one asked for")
        else:
            start = 0
        _receive(response, job, start)
    return _finish(job, response, resumed=start > 0)


@contextmanager
def _open(client: httpx.Client, job: _Job, ask: Mapping[str, str]) -> Iterator[httpx.Response]:
    """The answer after at most `policy.redirects` redirects; the caller's own headers stay with the first origin."""
    url = httpx.URL(job.url)
    first = origin(url)
    for _ in range(job.policy.redirects + 1):
        own = job.headers if origin(url) == first else {}
        # The bytes as the publisher stores them: a range of a compressed transfer would mean nothing.
        standard = {"User-Agent": f"forestall/{__version__}", "Accept-Encoding": "identity"}
        with client.stream("GET", url, headers={**standard, **own, **ask}) as response:
            if not response.has_redirect_location:
                yield response
                return
            try:
                url = url.join(response.headers["location"])
            except (httpx.InvalidURL, ValueError):
                raise NetworkError(f"{job.url} redirects to something that is not a web address") from None
        if url.scheme != "https" and not (first[0] == "http" and is_loopback(url.host)):
            raise NetworkError(f"{job.url} redirects to {url}, which is not https; {BY_HAND}")
        check_address(str(url))
    raise NetworkError(f"{job.url} redirects more than {job.policy.redirects} times; {BY_HAND}")


def _receive(response: httpx.Response, job: _Job, start: int) -> None:
    """Write the body behind the first `start` bytes of the part file, within the bounds."""
    limit = job.policy.max_bytes
    length = response.headers.get("content-length", "")
    promised = int(length) if length.isdigit() else None
    if promised is not None and start + promised > limit:
        raise NetworkError(_too_large(job))
    if start == 0:
        _drop_part(job)
    encoded = response.headers.get("content-encoding", "identity") not in {"", "identity"}
    note = (
        {}
        if encoded
        else {name: response.headers[name] for name in ("etag", "last-modified") if name in response.headers}
    )
    if start == 0:
        files.write(job.part_note, json.dumps({"url": job.url, **note}).encode())
    size, head = start, b""
    with job.part.open("ab") as stream:
        for chunk in response.iter_bytes():  # as they come: a dripping server must not hide behind a buffer
            if size < _HEAD:
                head += chunk[:_HEAD]
                if start == 0 and looks_like_html(head):
                    stream.close()
                    _drop_part(job)
                    raise web_page(job.url)
            size += len(chunk)
            if size > limit:
                stream.close()
                _drop_part(job)
                raise NetworkError(_too_large(job))
            if job.left() <= 0:
                raise NetworkError(
                    f"could not download {job.url}: it took longer than {job.policy.total:.0f} s; "
                    "run it again (it goes on where it stopped)"
                )
            stream.write(chunk)
    if promised is not None and response.num_bytes_downloaded != promised:
        raise PassingError(f"the file broke off after {size:,} bytes")


def _finish(job: _Job, response: httpx.Response, *, resumed: bool) -> Fetched:
    digest = files.sha256_of(job.part)
    if job.sha256 is not None and digest != job.sha256:
        _drop_part(job)
        if resumed:  # the file may have changed on the server between the two halves
            raise PassingError("the resumed file does not match its digest")
        raise NetworkError(
            f"{job.url} does not match its digest: expected sha256 {job.sha256[:12]}..., got {digest[:12]}...; "
            f"nothing was kept. Try again later, or {BY_HAND}"
        )
    size = job.part.stat().st_size
    if size == 0:
        _drop_part(job)
        raise PassingError("the server sent an empty file")
    note = {"url": job.url, "sha256": digest, "bytes": size}
    note |= {name: response.headers[name] for name in ("etag", "last-modified") if name in response.headers}
    job.note.unlink(missing_ok=True)  # a note must never speak of another file than the one beside it
    with job.part.open("rb+") as stream:
        files.sync(stream)
    job.part.replace(job.target)
    files.sync_folder(job.target.parent)
    files.write(job.note, json.dumps(note).encode())
    job.part_note.unlink(missing_ok=True)
    return Fetched(job.target, digest, size, job.url, cached=False)


def _held(job: _Job) -> Fetched | None:
    """The file of an earlier download, if it is whole and the server gave something to compare it by."""
    note = note_of(job.target)
    if note.get("url") != job.url or not _conditions(note) or not job.target.is_file():
        return None
    digest = files.sha256_of(job.target)
    if digest != note.get("sha256") or job.sha256 not in {None, digest}:
        return None
    return Fetched(job.target, digest, job.target.stat().st_size, job.url, cached=True)


def _conditions(note: Mapping[str, Any]) -> dict[str, str]:
    names = (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))
    return {header: str(note[name]) for name, header in names if note.get(name)}


def _resume(job: _Job) -> tuple[int, dict[str, str]]:
    """How many bytes are there, and the headers that ask for the rest; a part without a validator is not trusted."""
    note = read_json(job.part_note) or {}
    etag = str(note.get("etag", ""))
    # RFC 9110, 13.1.5: If-Range needs a strong validator; a weak ETag does not promise the same bytes.
    validator = etag if etag and not etag.startswith("W/") else str(note.get("last-modified", ""))
    if note.get("url") != job.url or not validator or not job.part.is_file() or job.part.stat().st_size == 0:
        return 0, {}
    size = job.part.stat().st_size
    return size, {"Range": f"bytes={size}-", "If-Range": validator}


def _too_large(job: _Job) -> str:
    return f"{job.url} is larger than the {job.policy.max_bytes:,} bytes expected at most; nothing was kept"


def _pause(state: tenacity.RetryCallState, job: _Job) -> float:
    policy = job.policy
    error = state.outcome.exception() if state.outcome else None
    asked = error.pause if isinstance(error, PassingError) else None
    own: float = policy.first_pause * 2.0 ** (state.attempt_number - 1)
    own *= 0.5 + random.random()  # noqa: S311 - spreads clients out, guards nothing
    return max(0.0, min(policy.longest_pause, job.left(), max(own, asked or 0.0)))


def _drop_part(job: _Job) -> None:
    job.part.unlink(missing_ok=True)
    job.part_note.unlink(missing_ok=True)
