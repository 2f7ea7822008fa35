"""UCDP's releases over the network: its bulk files, and its API for users who hold an access token.

Addresses stand in `ucdp_downloads.yml`. The API pages through events in JSON (`TotalCount`, `TotalPages`,
`NextPageUrl`, `Result`) and wants a token in a header since 2026. Source: https://ucdp.uu.se/apidocs/
"""

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from forestall import settings
from forestall.errors import NetworkError, UsageError
from forestall.sources import fetch
from forestall.sources.web import check_address, is_loopback
from forestall.store import files
from forestall.store.packaged import read_yaml

_EVENTS = re.compile(r"ucdp-(?:ged|candidate)-(\d{2}(?:\.\d{1,2}){1,3})")
_MAX_PAGES = 5000
_PAGE_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Publisher:
    """Where to ask, and with what. bulk, api: addresses without a slash at the end; token: the user's own, or None."""

    bulk: str
    api: str
    token: str | None = None
    policy: fetch.Policy = field(default_factory=fetch.Policy)

    @property
    def headers(self) -> dict[str, str]:
        """The header that carries the token; none without one."""
        return {str(_table()["token_header"]): self.token} if self.token else {}


@cache
def _table() -> dict[str, Any]:
    table = read_yaml("forestall.sources", "ucdp_downloads.yml")
    assert isinstance(table, dict)  # noqa: S101 - our own file
    return table


def publisher(*, token: str | None = None, base: str | None = None, policy: fetch.Policy | None = None) -> Publisher:
    """UCDP, or a mirror of it.

    base: a mirror's address; its files are asked for under BASE/downloads and its API under BASE/api. Default:
    FORESTALL_UCDP_URL, else UCDP's own. The token is not given to a mirror named in passing (`base`): who runs a
    mirror that wants one sets FORESTALL_UCDP_URL. Raises NetworkError unless the address is https (or http on this
    machine).
    """
    named = base is not None
    base = base or settings.load().ucdp_url
    if base is not None:
        check_address(base)
        base = base.rstrip("/")
        if named and not is_loopback(httpx.URL(base).host):
            token = None
        bulk, api = f"{base}/downloads", f"{base}/api"
    else:
        bulk, api = str(_table()["bulk"]), str(_table()["api"])
    return Publisher(bulk, api, token, policy or fetch.Policy())


def path_of(release: str) -> tuple[str, int]:
    """Path of a release's bulk file below the downloads folder, and the bytes it may have at most.

    release: such as ucdp-ged-25.1, ucdp-candidate-26.0.2, ucdp-candidate-26.01.26.06, ucdp-acd-25.1. Raises UsageError.
    """
    kind, _, version = release.rpartition("-")
    parts = [int(part) for part in version.split(".")] if re.fullmatch(r"\d{2}(\.\d{1,2}){1,3}", version) else []
    named: dict[str, int] = {}
    if kind == "ucdp-candidate" and len(parts) == 3:
        kind, named = "ucdp-candidate-month", {"yy": parts[0], "month": parts[2]}
    elif kind == "ucdp-candidate" and len(parts) == 4:
        kind, named = "ucdp-candidate-range", {"yy": parts[0], "first": parts[1], "last": parts[3]}
    elif len(parts) == 2:
        named = {"yy": parts[0], "n": parts[1]}
    entry = _table()["files"].get(kind)
    if entry is None or not named:
        raise UsageError(
            f"{release!r} is not a release that can be downloaded; write for example ucdp-ged-25.1 or "
            "ucdp-candidate-26.0.2"
        )
    return str(entry["path"]).format(**named), int(entry["max_mb"]) << 20


def fetch_bulk(release: str, folder: Path, source: Publisher) -> fetch.Fetched:
    """Download a release's bulk file into `folder`, under its published name.

    Raises NotThereError or WebPageError where there is no such file (yet), NetworkError if it could not be had.
    """
    path, most = path_of(release)
    policy = replace(source.policy, max_bytes=min(most, source.policy.max_bytes))
    return fetch.download(f"{source.bulk}/{path}", folder / Path(path).name, policy=policy)


def fetch_events(
    release: str, folder: Path, source: Publisher, progress: Callable[[int, int], None] | None = None
) -> fetch.Fetched:
    """Read all events of a GED or candidate release from the API and write them as one CSV, as in the bulk file.

    Pages are kept in `folder` while the reading goes on, so that a broken reading continues with the page it stopped
    at. progress: told the number of pages read and of all pages. Raises UsageError without a token, NetworkError when a
    page could not be had, or pages do not add up to the count that the server states.
    """
    found = _EVENTS.fullmatch(release)
    if found is None:
        raise UsageError(f"{release!r} is not an event release of UCDP; write for example ucdp-ged-25.1")
    if not source.token:
        raise UsageError("the UCDP API wants an access token: ask UCDP for one and set FORESTALL_UCDP_TOKEN")
    pages = folder / f"{release}.pages"
    address = f"{source.api}/gedevents/{found[1]}"
    try:
        read = _read_pages(address, pages, source, progress)
    except _ChangedError:
        # The release grew while it was read, or pages are left from an older state of it: once more, from the start.
        _clear(pages)
        try:
            read = _read_pages(address, pages, source, progress)
        except _ChangedError as error:
            raise NetworkError(f"the pages of {release} do not belong together ({error}); try again later") from None
    target = folder / f"GEDEvent_v{found[1].replace('.', '_')}.csv"
    with files.refusals(target, "write"):
        _write_csv(read, target)
    _clear(pages)
    return fetch.Fetched(target, files.sha256_of(target), target.stat().st_size, address, cached=False)


class _ChangedError(Exception):
    """Pages that are not of one reading."""


@dataclass(frozen=True, slots=True)
class _Pages:
    """The pages of one reading, on disk: a whole GED would not fit into memory as records. columns: of all of them."""

    paths: tuple[Path, ...]
    columns: tuple[str, ...]


def _read_pages(address: str, folder: Path, source: Publisher, progress: Callable[[int, int], None] | None) -> _Pages:
    # The first page is asked for without a number and each further one by the number that the server names as next, so
    # that it does not matter whether the server counts from 0 or from 1.
    size = int(_table()["page_size"])
    policy = replace(source.policy, max_bytes=_PAGE_BYTES)
    paths: list[Path] = []
    columns: dict[str, None] = {}
    ids: set[str] = set()
    events, total = 0, -1
    url: str | None = f"{address}?pagesize={size}"
    while url is not None:
        if len(paths) == _MAX_PAGES:
            raise NetworkError(f"{address} has more than {_MAX_PAGES:,} pages, far more than any release")
        paths.append(folder / f"page-{len(paths):05d}.json")
        page = _page(url, paths[-1], source.headers, policy)
        count, rows = page.get("TotalCount"), page.get("Result")
        if not isinstance(count, int) or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise NetworkError(f"{url} is not a page of events: expected TotalCount and a list Result of records")
        if len(paths) > 1 and count != total:
            raise _ChangedError(f"the count changed from {total:,} to {count:,}")
        total = count
        events += len(rows)
        for row in rows:
            columns |= dict.fromkeys(row)
            ids.add(str(row.get("id")))
        if progress is not None:
            pages = page.get("TotalPages")
            progress(len(paths), pages if isinstance(pages, int) else 0)
        url = _next(page, address, size)
    if not events == len(ids) == total:
        raise _ChangedError(f"{events:,} events with {len(ids):,} ids, the server states {total:,}")
    return _Pages(tuple(paths), tuple(columns))


def _page(url: str, target: Path, headers: Mapping[str, str], policy: fetch.Policy) -> dict[str, Any]:
    """A page that is kept from a broken reading of the same address, or a fresh one."""
    note = fetch.note_of(target)
    if note.get("url") == url and target.is_file() and files.sha256_of(target) == note.get("sha256"):
        kept = fetch.read_json(target)
        if kept is not None:
            return kept
    return fetch.get_json(url, headers=headers, policy=policy, target=target)


def _next(page: Mapping[str, Any], address: str, size: int) -> str | None:
    """The next page's address on the server we asked; only its number is taken from what the server says."""
    told = page.get("NextPageUrl")
    if not told:
        return None
    try:
        number = httpx.URL(str(told)).params.get("page")
    except (httpx.InvalidURL, ValueError):
        number = None
    if number is None or not re.fullmatch(r"\d{1,6}", number):
        raise NetworkError(f"{address}: the next page is given as {str(told)[:100]!r}, expected an address with page=N")
    return f"{address}?pagesize={size}&page={number}"


def _write_csv(pages: _Pages, target: Path) -> None:
    """The events of all pages as one CSV, in the server's order."""
    with files.replacing(target) as stream:
        text = io.TextIOWrapper(stream, "utf-8", newline="")
        writer = csv.DictWriter(text, pages.columns, restval="", lineterminator="\n")
        writer.writeheader()
        for path in pages.paths:
            page = fetch.read_json(path)
            if page is None:
                raise NetworkError(f"a downloaded page is gone or damaged: {path}; run the update again")
            for row in page["Result"]:
                writer.writerow({name: "" if value is None else value for name, value in row.items()})
        text.flush()
        text.detach()


def _clear(folder: Path) -> None:
    if folder.is_dir():
        files.remove(folder.iterdir())
        if not any(folder.iterdir()):
            folder.rmdir()
