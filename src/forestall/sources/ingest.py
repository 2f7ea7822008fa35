"""Bringing releases into a workspace: a file that the user has, or everything new that UCDP has published."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from forestall import __version__
from forestall.errors import NetworkError, SourceError, StoreError
from forestall.sources import fetch, pax, sipri, ucdp, ucdp_api, ucdp_releases
from forestall.sources.report import Report
from forestall.sources.ucdp import Parsed
from forestall.sources.ucdp_api import Publisher
from forestall.store import Release, Source, Update, Workspace, files

Progress = Callable[[str], None]

_YEARLY = ("ucdp-country-year", "ucdp-acd", "ucdp-dyadic")
_QUARTERS = (12, 9, 6, 3)


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one file.

    unchanged: the very same bytes were held for this release already, and nothing was done. replaced: the name of the
    file that stood for the release before, or None. published: the date on record; assumed: it is the publisher's usual
    day, not a date that somebody stated. report: what the parser says; None where nothing was parsed.
    """

    file: str
    release: str
    table: str
    status: str
    rows: int
    published: date | None
    assumed: bool
    unchanged: bool = False
    replaced: str | None = None
    complete: bool = True
    report: Report | None = None

    def line(self) -> str:
        """One sentence for the person who added it."""
        if self.unchanged:
            return f"{self.file}: already held as {self.release}, nothing to do"
        what = f", in place of {self.replaced}" if self.replaced else ""
        return f"{self.file}: {self.release} ({self.status}), {self.rows:,} rows in {self.table}{what}"


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update did: files added, releases asked for that are not published (yet), releases held already."""

    added: tuple[Added, ...]
    not_there: tuple[str, ...]
    held: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Raw:
    path: Path
    digest: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A parsed file that waits for its transaction."""

    raw: _Raw
    parsed: Parsed
    row: Release
    assumed: bool


def add(
    workspace: Workspace,
    path: Path,
    release: str | None = None,
    *,
    published: date | None = None,
    today: date | None = None,
) -> Added:
    """Bring in one file: tell what it is, keep its bytes, parse it and make its rows current, in one update.

    release: its name, where the file name does not tell it. published: the day it came out, if known; otherwise
    the publisher's usual day is assumed. A file of the same release replaces the one held before, whose bytes are kept.
    Raises SourceError for a file that is not a release, UsageError for a bad `release`, StoreError if the workspace
    cannot be changed.
    """
    path = Path(path)
    digest = _digest(path)
    same = _same(workspace, digest, release, published)
    if same is not None:
        return same
    ready = _prepare(workspace, _Raw(path, digest), release=release, published=published, today=today or _today())
    with workspace.update() as change:
        return _put(change, ready)


def update(
    workspace: Workspace,
    source: Publisher,
    *,
    by_api: bool = False,
    today: date | None = None,
    progress: Progress | None = None,
) -> Updated:
    """Fetch the newest final releases and the candidates after them that are not held yet, and add them in one update.

    source: where to ask (`ucdp_api.publisher`). by_api: read events page by page from the API instead of the bulk
    files; with a token the API is asked anyway for an event release that has no bulk file. Either everything that was
    found is added or nothing. Raises NetworkError, SourceError or StoreError.
    """
    today = today or _today()
    job = _Search(workspace, source, by_api, progress or (lambda _: None))
    job.finals(today)
    job.candidates(today)
    if not job.fetched and not job.held:
        raise NetworkError(
            f"no UCDP release was found under {source.bulk}: the addresses may have changed; download files in a "
            "browser and bring them in with `forestall data add FILE`"
        )
    ready = []
    for release, got in job.fetched:
        job.progress(f"reading {got.path.name}")
        ready.append(_prepare(workspace, _Raw(got.path, got.sha256, got.url), release=release, today=today))
    added: list[Added] = []
    if ready:
        with workspace.update() as change:
            added = [_put(change, item) for item in ready]
        for item in ready:  # the snapshot holds the bytes now
            fetch.forget(item.raw.path)
    return Updated(tuple(added), tuple(job.not_there), tuple(job.held))


class _Search:
    """Which releases there are, found by asking for them from the newest down."""

    def __init__(self, workspace: Workspace, source: Publisher, by_api: bool, progress: Progress) -> None:
        self.source, self.by_api, self.progress = source, by_api, progress
        self.folder = workspace.cache_dir / "downloads"
        self.current = {entry.row.release for entry in workspace.catalogue().entries}
        self.fetched: list[tuple[str, fetch.Fetched]] = []
        self.not_there: list[str] = []
        self.held: list[str] = []
        self.version = 0

    def finals(self, today: date) -> None:
        """The newest final GED, and the yearly tables of the same version. Final releases come about June."""
        newest = today.year - 2000
        for version in (newest, newest - 1):
            if self.have(f"ucdp-ged-{version}.1"):
                self.version = version
                break
        else:
            self.version = newest - 1
        for kind in _YEARLY:
            self.have(f"{kind}-{self.version}.1")

    def candidates(self, today: date) -> None:
        """The months after the newest final: the longest range that is published, then single months."""
        for year in range(2000 + self.version, today.year + 1):
            yy = year - 2000
            ended = 12 if year < today.year else today.month - 1
            start = 0
            for last in _QUARTERS:
                if last <= ended and self.have(f"ucdp-candidate-{yy}.01.{yy}.{last:02d}"):
                    start = last
                    break
            for month in range(start + 1, ended + 1):
                self.have(f"ucdp-candidate-{yy}.0.{month}")

    def have(self, release: str) -> bool:
        """Whether the release is held, or could be fetched."""
        if release in self.current:
            self.held.append(release)
            return True
        self.progress(f"asking for {release}")
        got = self._fetch(release)
        if got is None:
            self.not_there.append(release)
            return False
        self.fetched.append((release, got))
        return True

    def _fetch(self, release: str) -> fetch.Fetched | None:
        events = release.startswith(("ucdp-ged", "ucdp-candidate"))
        if not (self.by_api and events):
            try:
                return ucdp_api.fetch_bulk(release, self.folder, self.source)
            except (fetch.NotThereError, fetch.WebPageError):
                # A site that answers unknown addresses with its start page has no such file either.
                if not (events and self.source.token):
                    return None
        try:
            return ucdp_api.fetch_events(release, self.folder, self.source, self._page)
        except (fetch.NotThereError, fetch.WebPageError):
            return None

    def _page(self, read: int, total: int) -> None:
        if read % 25 == 1 or read == total:
            self.progress(f"page {read:,} of {total:,}")


def _today() -> date:
    return datetime.now(UTC).date()


def _digest(path: Path) -> str:
    try:
        if not path.is_file():
            raise SourceError(f"{path}: " + ("not a regular file" if path.exists() else "no such file"))
        return files.sha256_of(path)
    except OSError as error:
        raise SourceError(f"{path}: could not be read ({error.strerror or error})") from None


def _is(path: Path, sha256: str) -> bool:
    """Whether a file is there with these bytes. One that cannot be read counts as lost: adding it again mends it."""
    try:
        return files.sha256_of(path) == sha256
    except OSError:
        return False


def _same(workspace: Workspace, digest: str, release: str | None, published: date | None) -> Added | None:
    """The entry made from the very same bytes by this version of forestall, if it says all that is asked for."""
    wanted = (pax.named(release) or sipri.named(release) or ucdp_releases.named(release).name) if release else None
    for entry in workspace.catalogue().entries:
        row = entry.row
        fits = wanted in {None, row.release} and published in {None, row.published}
        ours = entry.snapshot == digest and fits and entry.built_with == f"forestall {__version__}"
        if ours and _is(workspace.home / entry.file, entry.sha256) and _is(workspace.snapshots.path(digest), digest):
            return Added(
                file=entry.original,
                release=row.release,
                table=row.table,
                status=row.status,
                rows=entry.rows,
                published=row.published,
                assumed=False,
                unchanged=True,
            )
    return None


def _prepare(
    workspace: Workspace,
    raw: _Raw,
    *,
    release: str | None,
    published: date | None = None,
    today: date,
) -> _Ready:
    path = raw.path
    reader = next((one.parse_file for one in (pax, sipri) if one.fits(path)), ucdp.parse_file)
    parsed = reader(path, release=release, published=published, today=today)
    day = published or parsed.published
    day = day or _on_record(workspace, parsed)
    assumed = day is None
    if day is None:
        day = usual_day(parsed.release, parsed.last_month)
        day = min(day, today) if day else None
    held = workspace.catalogue().current(parsed.release, parsed.table)
    if not parsed.complete and held is not None and held.row.first_month is not None:
        raise SourceError(
            f"{path.name}: holds {parsed.report.rows_read:,} rows, an extract of {parsed.release}, which is held as a "
            f"whole ({held.original}, {held.rows:,} rows); nothing was changed"
        )
    row = Release(
        release=parsed.release,
        table=parsed.table,
        source=title(parsed.kind),
        status=parsed.status,  # type: ignore[arg-type]  # checked by the model
        published=day,
        # An extract covers no month: a country that is absent from it is not known to be at peace.
        first_month=parsed.first_month if parsed.complete else None,
        last_month=parsed.last_month if parsed.complete else None,
        month_rule="end" if parsed.table == "ucdp_events" else None,
    )
    return _Ready(raw, parsed, row, assumed)


def _put(change: Update, ready: _Ready) -> Added:
    parsed, row = ready.parsed, ready.row
    before = change.catalogue.current(row.release, row.table)
    entry = change.add_table(
        parsed.frame,
        row,
        source=_source(ready),
        raw=ready.raw.path,
        digest=ready.raw.digest,
        notes=tuple(parsed.report.lines()),
    )
    return Added(
        file=ready.raw.path.name,
        release=row.release,
        table=row.table,
        status=row.status,
        rows=entry.rows,
        published=row.published,
        assumed=ready.assumed,
        replaced=before.original if before is not None and before.snapshot != entry.snapshot else None,
        complete=parsed.complete,
        report=parsed.report,
    )


def _source(ready: _Ready) -> Source:
    header = _header(ready.parsed.kind)
    dataset = header["datasets"][ready.parsed.kind]
    return Source(
        name=title(ready.parsed.kind),
        version=ready.row.release.rpartition("-")[2],
        licence=header["licence"],
        citation="; ".join(dataset["cite"]),
        url=ready.raw.url or header["homepage"],
        published=ready.row.published,
        sha256_of_input=ready.raw.digest,
    )


def title(kind: str) -> str:
    """The publisher's title of a dataset, a key of `ucdp.yml`, `pax.yml` or `sipri.yml`."""
    return str(_header(kind)["datasets"][kind]["title"])


def _header(kind: str) -> dict[str, Any]:
    if kind in sipri.KINDS:
        return sipri.header()
    return pax.header() if kind == pax.KIND else ucdp.header()


def _on_record(workspace: Workspace, parsed: Parsed) -> date | None:
    """The date that the embedded register states for the same release, whichever table it fills there."""
    try:
        held = workspace.releases()
    except StoreError:  # a copy without embedded figures
        return None
    days: Sequence[date | None] = held.filter(held["release"] == parsed.release)["published"].to_list()
    return next((day for day in days if day is not None), None)


def usual_day(release: str, last_month: int | None) -> date | None:
    """The day by which a release is out, by UCDP's cadence; None where there is no cadence.

    Candidates come about the 20th of the month after their last one. Final releases come about June: the last day of
    June stands for it, so that nothing is seen too early. last_month: month_id.
    """
    if release.startswith("ucdp-candidate") and last_month is not None:
        year, month = divmod(last_month, 12)  # the month after, counted from 0
        return date(1980 + year, month + 1, 20)
    version = re.fullmatch(r"ucdp-(?:ged|acd|dyadic|country-year)-(\d{2})\.\d", release)
    return date(2000 + int(version[1]), 6, 30) if version else None


def notes_of(added: Sequence[Added]) -> Iterator[str]:
    """What a person should know about files that were added: assumptions, extracts and what was set aside."""
    for item in added:
        if item.assumed and not item.unchanged:
            day = f"taken to be published on {item.published}" if item.published else "publication day not known"
            yield f"{item.release}: {day}; say --published YYYY-MM-DD if you know it"
        if not item.complete:
            yield f"{item.release}: this extract covers no month; its rows can be read, but they make no panel"
        if item.report is not None:
            yield from (f"{item.release}: {line}" for line in item.report.lines())
