"""The agreements of PA-X as part of the record, where the user has added them: their third parties are read from text.

PA-X may not be used commercially and nothing of it is embedded. Reading all third parties takes some seconds, so that
what was read is kept in the workspace's cache folder, under the digest of the added release and of the parser.
"""

import contextlib
import hashlib
import io
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

import polars as pl

from forestall.errors import ForestallError
from forestall.instruments.mediation.third_parties.parse import parse
from forestall.store import Workspace, files
from forestall.store.schemas import SCHEMAS

TABLE = "pax_agreements"
FORMAT = 2
"""Changes when what a cached file means changes."""
PARSER = "forestall.instruments.mediation.third_parties"


@dataclass(frozen=True, slots=True, eq=False)
class Added:
    """Agreements of PA-X as rows of `mediation_events` and `mediation_roles`.

    twins: event (pax-1) to agreement_id of UCDP, where PA-X names one. ends: series and last day.
    """

    events: pl.DataFrame
    roles: pl.DataFrame
    twins: dict[str, int]
    ends: dict[str, date]


def held(workspace: Workspace) -> Added | None:
    """What the user's PA-X adds; None without it. Raises StoreError if the added file is damaged."""
    entries = [entry for entry in workspace.catalogue().entries if entry.row.table == TABLE]
    if not entries:
        return None
    agreed = workspace.table(TABLE)
    digest = hashlib.sha256("\n".join([str(FORMAT), _parser(), *(entry.sha256 for entry in entries)]).encode())
    roles, counts = _read(workspace, digest.hexdigest())
    events = agreed.select(pl.format("pax-{}", "pax_id").alias("event"), pl.all()).join(counts, on="event", how="left")
    return Added(
        events=_events(events),
        roles=roles,
        twins=dict(events.filter(pl.col("agreement_id") > 0).select("event", "agreement_id").iter_rows()),
        ends={f"PA-X {release.removeprefix('pax-')}": day for release, day in _last(agreed).iter_rows()},
    )


def _last(agreed: pl.DataFrame) -> pl.DataFrame:
    return agreed.group_by("release").agg(pl.col("agreed_on").max()).sort("release")


def _events(agreed: pl.DataFrame) -> pl.DataFrame:
    told = agreed.select(
        "event",
        pl.lit("agreement").alias("event_kind"),
        "name",
        pl.col("agreed_on").alias("day"),
        pl.lit("day").alias("from_precision"),
        pl.format("pax-{}", "pax_process_id").alias("process"),
        pl.col("iso3").fill_null(""),
        "conflict_ids",
        pl.col("pax_stage").alias("stage"),
        "third_parties_domestic",
        "third_parties_persons",
        pl.col("unresolved").fill_null(0),
        pl.format("PA-X {}, agreement {}", pl.col("release").str.strip_prefix("pax-"), "pax_id").alias("source"),
    )
    schema = SCHEMAS["mediation_events"]
    missing = [pl.lit(None).alias(name) for name in schema if name not in told.columns]
    return told.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in schema.items())


def _read(workspace: Workspace, digest: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Roles and counts by event, from the cache if they were read before."""
    folder = workspace.cache_dir / "mediation"
    both = folder / f"roles-{digest}.parquet", folder / f"counts-{digest}.parquet"
    with contextlib.suppress(OSError, pl.exceptions.PolarsError):
        if all(path.is_file() for path in both):
            return pl.read_parquet(both[0]), pl.read_parquet(both[1])
    roles, counts = _parsed(workspace, digest)
    # A cache that cannot be written costs time, never a result.
    with contextlib.suppress(OSError, ForestallError):
        for path, frame in zip(both, (roles, counts), strict=True):
            buffer = io.BytesIO()
            frame.write_parquet(buffer)
            files.write(path, buffer.getvalue())
    return roles, counts


@lru_cache(maxsize=2)
def _parsed(workspace: Workspace, _digest: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    roles, counts = [], []
    rows = workspace.table(TABLE).select("pax_id", "agreed_on", "iso3", "third_parties", "release")
    for number, day, iso3, text, release in rows.iter_rows():
        event = f"pax-{number}"
        found = parse(text or "", frozenset((iso3 or "").split(";")), day)
        told = {(one.key, one.kind) for one in found.actors if one.role != "unknown"}
        source = f"PA-X {release.removeprefix('pax-')}, agreement {number}"
        roles += [
            (event, one.key, one.kind, str(one.role), day, None, True, source, False)
            for one in found.actors
            if one.role != "unknown" or (one.key, one.kind) not in told
        ]
        counts.append((event, found.domestic, found.persons, len(found.unresolved)))
    schema = {"event": pl.String, "third_parties_domestic": pl.Int32, "third_parties_persons": pl.Int32}
    return (
        pl.DataFrame(roles, schema=dict(SCHEMAS["mediation_roles"]), orient="row").unique(maintain_order=True),
        pl.DataFrame(counts, schema={**schema, "unresolved": pl.Int32}, orient="row"),
    )


@lru_cache(maxsize=1)
def _parser() -> str:
    """sha256 of the parser: its code and its names."""
    digest = hashlib.sha256()
    for path in sorted(resources.files(PARSER).iterdir(), key=lambda one: one.name):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()
