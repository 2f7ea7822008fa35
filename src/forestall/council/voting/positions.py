"""Where the members of the Council stand on a day, by their recorded votes in the General Assembly.

Before August 2025 positions are our own ideal points as of the end of the last session of the Assembly that had ended
(roll calls end in December 2019, so later days rest on ever older votes); from then on the published points of 2024
(Bailey, Strezhnev & Voeten, release of July 2025, votes on final passage). Both are estimates with intervals, and both
speak of the Assembly: how members voted in the Council is not in the data.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

import polars as pl

from forestall.council.members import PERMANENT
from forestall.council.voting import issues, records
from forestall.council.voting.issues import IssueRecord
from forestall.council.voting.seats import code, name, seats
from forestall.errors import UsageError
from forestall.store import Workspace

PUBLISHED_ON: Final = date(2025, 8, 1)
"""From this day on the published points of the release of July 2025 are used."""

PUBLISHED_KIND: Final = "final_passage"
PUBLISHED_SOURCE: Final = (
    "Bailey, Strezhnev & Voeten (2017), doi:10.1177/0022002715595700, release of 2025-07, votes on final passage"
)
_Z90 = 1.645


@dataclass(frozen=True, slots=True)
class Basis:
    """What positions rest on. data_end: the day of the newest vote behind them. label: year or session."""

    kind: Literal["own", "published"]
    label: str
    data_end: date
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Distance:
    """Distance between two ideal points, with a 90 % interval (ends at 0)."""

    to: str
    distance: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Position:
    """A state's ideal point with a 90 % interval, in units of the basis; None where it has no recorded vote there.

    seat: permanent, elected, or none. distances: to the permanent members. nearest: the members nearest to it, three.
    record: its votes on the issue asked about.
    """

    iso3: str
    name: str
    seat: Literal["permanent", "elected", "none"]
    ideal_point: float | None
    low: float | None
    high: float | None
    votes: int | None
    distances: tuple[Distance, ...]
    nearest: tuple[str, ...]
    record: IssueRecord | None


@dataclass(frozen=True, slots=True)
class Positions:
    """Members of the Council on a day, by ideal point, with the state asked about first.

    issue_name and issue_window: what the records are of, None without an issue.
    """

    on: date
    basis: Basis
    members: tuple[Position, ...]
    issue: str | None
    issue_name: str | None
    issue_window: str | None


def positions(
    on: date, country: str | None = None, issue: str | None = None, *, workspace: Workspace | None = None
) -> Positions:
    """Positions of the members of the Council on a day, and of one other state if asked.

    country: ISO3 code, Gleditsch-Ward number or name. issue: one of `records.ISSUES`, by code or name. workspace:
    default, the one that is open. Uses no vote held after the day. Raises UsageError for an unknown country or issue,
    or a day before the first session ended.
    """
    asked = None if country is None else code(country, on)
    topic = None if issue is None else records.issue_code(issue)
    workspace = workspace or Workspace.open()
    calls = workspace.table("un_roll_calls")
    last = last_session(calls, on)
    basis, points = _basis(workspace, calls, on, last)
    sitting = seats(on, workspace)
    kinds: dict[str, Literal["permanent", "elected", "none"]] = dict.fromkeys(sitting["elected"], "elected")
    kinds |= dict.fromkeys(sitting["permanent"], "permanent")
    if asked is not None:
        kinds.setdefault(asked, "none")
    held = None
    overall: dict[str, tuple[float, float, int]] = {}
    if topic is not None:
        held = issues.window(workspace.table("un_votes"), calls, topic, last)
        overall = points if basis.kind == "own" else _own(workspace, calls, on, last)
        if basis.kind == "published":
            basis = replace(basis, note=f"{basis.note}; points on the issue are of our own scale, not of the published")
    found = []
    for iso3, seat in kinds.items():
        own = points.get(iso3)
        of_issue = None
        if held is not None:
            whole = overall.get(iso3)
            of_issue = issues.record(held, iso3, PERMANENT, None if whole is None else (whole[0], whole[1]))
        near = sorted((abs(own[0] - points[o][0]), o) for o in kinds if own and o != iso3 and o in points)
        found.append(
            Position(
                iso3,
                name(iso3, on),
                seat,
                None if own is None else own[0],
                None if own is None else own[0] - _Z90 * own[1],
                None if own is None else own[0] + _Z90 * own[1],
                None if own is None else own[2],
                tuple(_distance(own, points[o], o) for o in PERMANENT if own and o != iso3 and o in points),
                tuple(o for _, o in near[:3]),
                of_issue,
            )
        )
    found.sort(key=lambda one: (one.iso3 != asked, one.ideal_point is None, -(one.ideal_point or 0.0), one.iso3))
    return Positions(
        on,
        basis,
        tuple(found),
        topic,
        None if held is None else held.name,
        None
        if held is None
        else f"sessions {held.first} to {held.last} ({_ends(held)}), {held.calls.height} roll calls",
    )


def _ends(held: issues.Window) -> str:
    newest = held.calls.select(pl.col("voted_on").max()).item()
    return "no roll call" if newest is None else f"to {newest}"


def last_session(calls: pl.DataFrame, on: date) -> int:
    """The last session of the Assembly of which every roll call had been held by a day. Raises UsageError if none."""
    ended = [session for session, day in records.session_ends(calls).items() if day <= on]
    if not ended:
        raise UsageError(f"{on} lies before the end of the Assembly's first session (1946-12-31): give a later day")
    return max(ended)


def ideal_points(on: date, workspace: Workspace | None = None) -> tuple[Basis, dict[str, float]]:
    """Ideal points of all states that have one on a day, by code, and what they rest on.

    Raises UsageError for a day before the first session ended.
    """
    workspace = workspace or Workspace.open()
    calls = workspace.table("un_roll_calls")
    basis, found = _basis(workspace, calls, on, last_session(calls, on))
    return basis, {iso3: at for iso3, (at, _, _) in found.items()}


def _basis(
    workspace: Workspace, calls: pl.DataFrame, on: date, last: int
) -> tuple[Basis, dict[str, tuple[float, float, int]]]:
    if on >= PUBLISHED_ON:
        table = workspace.table("un_ideal_points_published").filter(
            (pl.col("roll_calls") == PUBLISHED_KIND) & (pl.col("year") < on.year)
        )
        year = int(table["year"].to_numpy().max())
        rows = table.filter(pl.col("year") == year).select(
            "iso3", "ideal_point", "ideal_point_low", "ideal_point_high", "votes_counted"
        )
        points = {iso3: (at, (high - low) / (2 * _Z90), n) for iso3, at, low, high, n in rows.rows()}
        note = f"published points of {year}, our own end with the roll calls in 2019-12"
        return Basis("published", str(year), date(year, 12, 31), PUBLISHED_SOURCE, note), points
    end = records.session_ends(calls)[last]
    label = f"session {last} ({1945 + last})"
    note = "our ideal points as of the end of that session, from its roll calls and earlier ones (filtered, 1-D)"
    return Basis("own", label, end, records.SOURCE, note), _own(workspace, calls, on, last)


def _own(workspace: Workspace, calls: pl.DataFrame, on: date, last: int) -> dict[str, tuple[float, float, int]]:
    """Our points as they were at the end of a session: mean, standard deviation, votes, by state.

    A state whose votes under its code were another's until a day between then and `on` is left out.
    """
    table = workspace.table("un_ideal_points").filter(pl.col("axes") == 1, pl.col("session") <= last)
    last = int(table["session"].to_numpy().max())
    end = records.session_ends(calls)[last]
    rows = table.filter(pl.col("session") == last).select(
        "iso3", "ideal_point_then", "ideal_point_then_sd", "votes_counted"
    )
    changed = {iso3 for iso3, day in records.RESTARTS.items() if end < day <= on}
    return {iso3: (at, sd, n) for iso3, at, sd, n in rows.rows() if iso3 not in changed}


def _distance(one: tuple[float, float, int], other: tuple[float, float, int], to: str) -> Distance:
    apart = abs(one[0] - other[0])
    half = _Z90 * (one[1] ** 2 + other[1] ** 2) ** 0.5
    return Distance(to, apart, max(0.0, apart - half), apart + half)


def series(country: str, first: int = 1946, last: int = 2024, *, today: date | None = None) -> pl.DataFrame:
    """A state's ideal points by year: ours, smoothed and as they looked then, in 1-D and 2-D, and the published ones.

    Columns: year, estimate ("own 1-D", "own 1-D, as then", "own 2-D axis 1", "own 2-D axis 2", "published, all",
    "published, final passage"), ideal_point, low, high (90 % interval), votes. Ours end in 2019, the published in 2024.
    Raises UsageError for an unknown country, years that do not run forward, or none in the data.
    """
    if first > last:
        raise UsageError(f"from {first} to {last} is no span of years: give the earlier year first")
    iso3 = code(country, today or date.today())
    workspace = Workspace.open()
    own = workspace.table("un_ideal_points").filter(pl.col("iso3") == iso3)
    published = workspace.table("un_ideal_points_published").filter(pl.col("iso3") == iso3)
    parts = []
    kinds = [("own 1-D", 1, 1, ""), ("own 1-D, as then", 1, 1, "_then")]
    kinds += [(f"own 2-D axis {axis}", 2, axis, "") for axis in (1, 2)]
    for label, axes, axis, then in kinds:
        at, sd = pl.col(f"ideal_point{then}"), pl.col(f"ideal_point{then}_sd")
        of = own.filter(pl.col("axes") == axes, pl.col("axis") == axis)
        parts.append(
            of.select(
                "year",
                pl.lit(label).alias("estimate"),
                at.alias("ideal_point"),
                (at - _Z90 * sd).alias("low"),
                (at + _Z90 * sd).alias("high"),
                pl.col("votes_counted").alias("votes"),
            )
        )
    parts.append(
        published.select(
            "year",
            (pl.lit("published, ") + pl.col("roll_calls").str.replace("_", " ")).alias("estimate"),
            "ideal_point",
            pl.col("ideal_point_low").alias("low"),
            pl.col("ideal_point_high").alias("high"),
            pl.col("votes_counted").alias("votes"),
        )
    )
    found = pl.concat(parts).filter(pl.col("year").is_between(first, last))
    if found.is_empty():
        raise UsageError(f"{country} has no recorded vote in the Assembly between {first} and {last}")
    return found.sort("estimate", "year")
