"""Past agreements in conflicts elsewhere that were most like a country's now: what was agreed, and what followed.

Likeness is a plain mean of seven parts, each shown. An agreement is said to have held if none of its pairs of parties
fought with 25 deaths or more in any of the five calendar years after its signature (UCDP). That is a record, not a
cause: agreements are not signed at random, and whether likeness tells anything about holding is measured and handed on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.instruments.mediation.agreements import TABLE, UCDP, Agreement, described
from forestall.instruments.mediation.record import ENDS
from forestall.instruments.mediation.similar_cases import (
    PARTS,
    WINDOW,
    FloatArray,
    History,
    Setting,
    failed,
    held,
    history,
    matrix,
    setting,
)
from forestall.scores import wilson
from forestall.store import Workspace

NEAREST = 30
"""Agreements among which the share that held is counted."""
LEAST = 60
"""Agreements whose five years must be over before the measure asks the past about one."""
RESAMPLES = 2000
RECENT = 3
READ = ("ucdp_conflict_year", "ucdp_country_year", TABLE)
CONFLICTS = "UCDP/PRIO Armed Conflict and UCDP Dyadic 25.1"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the distance: what it is there and here, and how far apart, 0 to 1; None where not known."""

    about: str
    here: str
    there: str
    distance: float | None


@dataclass(frozen=True, slots=True)
class Case:
    """A past agreement elsewhere. distance: mean of the parts that are known, 0 to 1. year: that the figures speak of.

    held: whether none of its pairs of parties was active again in the five years after; None where they are not over.
    active_again: the first of these years with fighting between them. seen_to: last year that was looked at.
    """

    agreement: Agreement
    distance: float
    year: int
    parts: tuple[Part, ...]
    held: bool | None
    active_again: int | None
    seen_to: int


@dataclass(frozen=True, slots=True)
class Rate:
    """Share of agreements that held five years, each process of talks counted once; low, high: 95 % by processes."""

    about: str
    agreements: int
    processes: int
    share: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measure:
    """Does likeness tell whether an agreement holds? Each is foretold from those whose five years were over then.

    near: Brier score of the share among the nearest 30, base: of the share among all; gain: base less near, positive
    where likeness helps; low, high: 95 % from resampled processes. agreements: how many could be foretold.
    """

    agreements: int
    processes: int
    near: float
    base: float
    gain: float
    low: float
    high: float

    @property
    def helps(self) -> bool:
        """Whether the interval of the gain lies above zero."""
        return self.low > 0


@dataclass(frozen=True, slots=True)
class Similar:
    """A country's conflict beside past agreements elsewhere. here: None if none was active in the last three years.

    cases: the nearest, one a process of talks. nearest, everywhere: shares that held. measure: None where too few
    agreements are old enough. ends: series and the last day each covers, as read.
    """

    iso3: str
    on: date
    here: Setting | None
    cases: tuple[Case, ...]
    nearest: Rate | None
    everywhere: Rate | None
    measure: Measure | None
    ends: tuple[tuple[str, date], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Past agreements as arrays (n,): year signed, process, whether it held (1, 0, NaN not known); between: distances.

    rows: of `mediation_agreements`. settings: their conflicts at the time. between: (n, n).
    """

    rows: pl.DataFrame
    settings: tuple[Setting, ...]
    signed: npt.NDArray[np.int64]
    process: npt.NDArray[np.int64]
    held: FloatArray
    between: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    past: Past
    told: History
    here: Setting
    parts: FloatArray
    distance: FloatArray


def similar(workspace: Workspace, iso3: str, on: date, count: int = 5) -> Similar:
    """The past agreements elsewhere nearest to a country's conflict, as of a day.

    iso3: the code of the country's series. The conflict is that active last, the most intense one if there are several.
    Raises StoreError if a table is missing.
    """
    told, past, measure = _known(workspace, on, _added(workspace))
    ends = (
        (UCDP, min(on, ENDS[UCDP])),
        (CONFLICTS, date(told.last_year, 12, 31) if told.last_year else on),
    )
    of_it = [number for number, years in told.conflicts.items() if any(iso3 in one.iso3 for one in years.values())]
    here = setting(told, of_it, on.year - 1)
    if here is None or here.year < min(on.year, told.last_year + 1) - RECENT:
        notes = (f"no state-based conflict was active here in the {RECENT} years before the figures end",)
        return Similar(iso3, on, None, (), None, None, measure, ends, notes)
    abroad = np.array([iso3 not in row.split(";") for row in past.rows["iso3"]], bool)
    parts = matrix([here], past.settings)[0]
    distance = np.where(abroad, np.nanmean(parts, axis=1), np.inf)
    order = np.argsort(distance, kind="stable")
    old = [at for at in order if abroad[at] and not np.isnan(past.held[at])]
    near = np.array(old[:NEAREST], np.int64)
    chosen: list[int] = []
    for at in order:
        if abroad[at] and len(chosen) < count and past.process[at] not in past.process[chosen]:
            chosen.append(int(at))
    return Similar(
        iso3=iso3,
        on=on,
        here=here,
        cases=_cases(described(workspace, past.rows[chosen], on), _Asked(past, told, here, parts, distance), chosen),
        nearest=rate(f"the {len(near)} nearest agreements elsewhere", past, near),
        everywhere=rate("all agreements elsewhere", past, np.array(sorted(old), np.int64)),
        measure=measure,
        ends=ends,
        notes=_notes(measure, told.last_year),
    )


def _added(workspace: Workspace) -> tuple[str, ...]:
    """Digests of what the user has added to the tables that are read here."""
    return tuple(entry.sha256 for entry in workspace.catalogue().entries if entry.row.table in READ)


@lru_cache(maxsize=4)
def _known(workspace: Workspace, on: date, _added: tuple[str, ...]) -> tuple[History, Past, Measure | None]:
    """What all countries share: a page for each of them asks the same of the past."""
    told = history(workspace, on)
    past = past_agreements(workspace, told, on)
    return told, past, measured(past)


def past_agreements(workspace: Workspace, told: History, on: date) -> Past:
    """All agreements signed by a day whose conflict was active by then."""
    rows = workspace.table(TABLE).filter(pl.col("agreed_on") <= on).sort("agreed_on", "event")
    found: list[tuple[int, Setting]] = []
    for at, (numbers, day) in enumerate(rows.select("conflict_ids", "agreed_on").iter_rows()):
        one = setting(told, [int(number) for number in numbers.split(";")], day.year)
        if one is not None:
            found.append((at, one))
    kept = rows[[at for at, _ in found]]
    settings = tuple(one for _, one in found)
    outcomes = [held_of(told, dyads, day.year) for dyads, day in kept.select("dyad_ids", "agreed_on").iter_rows()]
    return Past(
        rows=kept,
        settings=settings,
        signed=kept["agreed_on"].dt.year().to_numpy().astype(np.int64),
        process=kept["process_id"].to_numpy().astype(np.int64),
        held=np.array([np.nan if one is None else float(one) for one in outcomes], np.float64),
        between=np.nanmean(matrix(settings, settings), axis=2) if settings else np.zeros((0, 0)),
    )


def held_of(told: History, dyads: str, signed: int) -> bool | None:
    """Whether an agreement held, by the numbers of its dyads; None before its five years are over.

    A failure that is already seen counts only once the five years are over: or young agreements would all be failures.
    """
    if signed + WINDOW > told.last_year:
        return None
    return held(told, [int(number) for number in dyads.split(";")], signed)


def rate(about: str, past: Past, at: npt.NDArray[np.int64]) -> Rate:
    """Share of these agreements that held: the mean of the processes' shares, interval by the number of processes."""
    shares = _by_process(past.process[at], past.held[at])
    if not len(shares):
        return Rate(about, 0, 0, None, 0.0, 1.0)
    low, high = wilson(np.array([shares.sum()]), np.array([float(len(shares))]))
    return Rate(about, len(at), len(shares), float(shares.mean()), float(low[0]), float(high[0]))


def _by_process(process: npt.NDArray[np.int64], values: FloatArray) -> FloatArray:
    _, inverse = np.unique(process, return_inverse=True)
    return np.bincount(inverse, values) / np.maximum(np.bincount(inverse), 1)


def measured(past: Past, nearest: int = NEAREST) -> Measure | None:
    """How well the share among the nearest foretold whether agreements held, against the share among all.

    For each agreement whose five years are over: only agreements of other countries whose own five years
    were over when it was signed are asked. None if fewer than `LEAST` of them ever are.
    """
    own = [frozenset(text.split(";")) for text in past.rows["iso3"]]
    near, base, seen, process = [], [], [], []
    for at in np.flatnonzero(~np.isnan(past.held)):
        asked = np.flatnonzero(~np.isnan(past.held) & (past.signed + WINDOW < past.signed[at]))
        asked = np.array([one for one in asked if not own[one] & own[at]], np.int64)
        if len(asked) < LEAST:
            continue
        closest = asked[np.argsort(past.between[at, asked], kind="stable")[:nearest]]
        near.append(float(_by_process(past.process[closest], past.held[closest]).mean()))
        base.append(float(_by_process(past.process[asked], past.held[asked]).mean()))
        seen.append(past.held[at])
        process.append(past.process[at])
    if not seen:
        return None
    truth, group = np.array(seen), np.array(process)
    loss = [_by_process(group, (np.array(one) - truth) ** 2) for one in (near, base)]
    gain = loss[1] - loss[0]
    drawn = np.random.default_rng(0).integers(0, len(gain), (RESAMPLES, len(gain)))
    low, high = np.quantile(gain[drawn].mean(axis=1), [0.025, 0.975])
    return Measure(
        len(seen), len(gain), float(loss[0].mean()), float(loss[1].mean()), float(gain.mean()), float(low), float(high)
    )


def _cases(agreed: Iterable[Agreement], asked: _Asked, chosen: list[int]) -> tuple[Case, ...]:
    by_event = {one.event: one for one in agreed}
    past, last = asked.past, asked.told.last_year
    found = []
    for at in chosen:
        one = by_event[past.rows["event"][at]]
        signed = int(past.signed[at])
        found.append(
            Case(
                agreement=one,
                distance=float(asked.distance[at]),
                year=past.settings[at].year,
                parts=_parts(asked.here, past.settings[at], asked.parts[at]),
                held=held(asked.told, one.dyads, signed),
                active_again=failed(asked.told, one.dyads, signed),
                seen_to=min(last, signed + WINDOW),
            )
        )
    return tuple(found)


def _parts(here: Setting, there: Setting, distances: FloatArray) -> tuple[Part, ...]:
    return tuple(
        Part(about, one, other, None if np.isnan(far) else float(far))
        for about, one, other, far in zip(PARTS, _texts(here), _texts(there), distances, strict=True)
    )


def _texts(one: Setting) -> tuple[str, ...]:
    return (
        one.incompatibility,
        one.kind,
        "war (1,000 deaths or more)" if one.war else "minor (25 to 999 deaths)",
        "not known" if one.deaths is None else f"{one.deaths:,} state-based deaths in {one.year}",
        f"{one.years} active years",
        f"{one.dyads} pairs of parties",
        one.subregion or one.region,
    )


def _notes(measure: Measure | None, last_year: int) -> tuple[str, ...]:
    notes = [
        f"held: none of the pairs of parties that signed was in armed conflict (25 deaths in a year) in the {WINDOW} "
        f"calendar years after; later groups and other violence do not count; conflicts are known to {last_year}",
        "agreements are not signed at random: what followed one is no measure of what it caused",
    ]
    if measure is None:
        notes.append("too few agreements are old enough to measure whether likeness tells anything about holding")
    elif measure.helps:
        notes.append(
            f"likeness told something: Brier {measure.near:.3f} against {measure.base:.3f} for the share among all "
            f"({measure.agreements} agreements, each foretold from earlier ones elsewhere)"
        )
    else:
        notes.append(
            f"likeness has not told which agreements hold: Brier {measure.near:.3f} against {measure.base:.3f} for the "
            f"share among all (gain {measure.gain:+.3f}, 95 % {measure.low:+.3f} to {measure.high:+.3f}, "
            f"{measure.agreements} agreements foretold from earlier ones elsewhere): read the cases as examples"
        )
    return tuple(notes)
