"""What states have recorded on an issue: their votes in Assembly roll calls that the publisher assigns to it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from forestall.council.voting.records import ANSWERS, ISSUES

SESSIONS_BACK: Final = 5
"""How many sessions of the Assembly a record on an issue reaches back."""

EVIDENCE: Final = 5
PRIOR_SD: Final = 0.5
"""How far, one standard deviation, a state's position on an issue is thought to lie from its position overall,
in units of our ideal points."""


@dataclass(frozen=True, slots=True)
class RecordedVote:
    """One vote in the Assembly. voted_on is the last day of the month where only the month is known."""

    document: str | None
    title: str | None
    voted_on: date
    precision: str
    vote: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often a state voted as another did: same answers of roll calls in which both cast a vote."""

    with_iso3: str
    same: int
    of: int


@dataclass(frozen=True, slots=True)
class IssueRecord:
    """A state's record on an issue.

    yes, abstain, no: votes on all roll calls of the issue in the window. against_carried, abstained_carried of carried:
    votes on whole texts that got more yes than no (amendments, single paragraphs, and texts with several votes of which
    the data do not tell the one on the whole are left out).
    ideal_point, low, high: position estimated from these votes alone, roll calls as the whole session shows them, with
    a 90 % interval; None if the state has no position overall. objections: its latest votes against, newest first.
    """

    iso3: str
    yes: int
    abstain: int
    no: int
    against_carried: int
    abstained_carried: int
    carried: int
    ideal_point: float | None
    low: float | None
    high: float | None
    agreement: tuple[Agreement, ...]
    objections: tuple[RecordedVote, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Roll calls of an issue in sessions first..last. calls: rows of un_roll_calls; votes: of un_votes, with them."""

    issue: str
    first: int
    last: int
    calls: pl.DataFrame
    votes: pl.DataFrame

    @property
    def name(self) -> str:
        """The issue, for people."""
        return ISSUES[self.issue]


def window(votes: pl.DataFrame, calls: pl.DataFrame, issue: str, last: int) -> Window:
    """The roll calls of an issue in the SESSIONS_BACK sessions that end with `last`."""
    first = last - SESSIONS_BACK + 1
    within = calls.filter(
        pl.col("session").is_between(first, last), pl.col("issues").str.split(",").list.contains(issue)
    )
    cast = votes.join(within, on="roll_call_id", how="inner")
    tally = cast.group_by("roll_call_id").agg(
        (pl.col("vote") == 2).sum().alias("n_yes"), (pl.col("vote") == 0).sum().alias("n_no")
    )
    whole = ~pl.col("is_amendment").fill_null(value=False) & ~pl.col("is_paragraph").fill_null(value=False)
    # Of several votes under one symbol all but one are on parts of the text, and the data often do not say which.
    single = pl.col("document").is_null() | (whole.sum().over("session", symbol_of(pl.col("document"))) == 1)
    carried = (whole & single & (pl.col("n_yes") > pl.col("n_no"))).alias("carried")
    within = within.join(tally, on="roll_call_id", how="inner").with_columns(carried)
    joined = cast.join(within.select("roll_call_id", "carried"), on="roll_call_id", how="inner")
    return Window(issue, first, last, within, joined)


def symbol_of(document: pl.Expr) -> pl.Expr:
    """The part of a symbol that names the text, however it is prefixed: 71/44 of A/RES/71/44 and of R/71/44."""
    return document.str.replace(r"^(A/RES|A|R)/", "").str.to_uppercase()


def record(held: Window, iso3: str, others: tuple[str, ...], overall: tuple[float, float] | None) -> IssueRecord:
    """A state's record in a window. others: with whom to compare it. overall: its position and standard deviation."""
    own = held.votes.filter(pl.col("iso3") == iso3).sort("voted_on", "roll_call_id", descending=True)
    carried = own.filter(pl.col("carried"))
    against = own.filter(pl.col("vote") == 0, pl.col("carried")).head(EVIDENCE)
    point = None if overall is None or own.is_empty() else _point(own, overall[0])
    half = 0.0 if point is None else 1.645 * point[1]
    return IssueRecord(
        iso3,
        int((own["vote"] == 2).sum()),
        int((own["vote"] == 1).sum()),
        int((own["vote"] == 0).sum()),
        int((carried["vote"] == 0).sum()),
        int((carried["vote"] == 1).sum()),
        carried.height,
        None if point is None else point[0],
        None if point is None else point[0] - half,
        None if point is None else point[0] + half,
        tuple(_agreement(held.votes, own, other) for other in others if other != iso3),
        tuple(
            RecordedVote(row["document"], row["roll_call_title"], row["voted_on"], row["date_precision"], ANSWERS[0])
            for row in against.iter_rows(named=True)
        ),
    )


def _agreement(votes: pl.DataFrame, own: pl.DataFrame, other: str) -> Agreement:
    theirs = votes.filter(pl.col("iso3") == other).select("roll_call_id", pl.col("vote").alias("theirs"))
    both = own.join(theirs, on="roll_call_id", how="inner")
    return Agreement(other, int((both["vote"] == both["theirs"]).sum()), both.height)


def _point(own: pl.DataFrame, overall: float) -> tuple[float, float] | None:
    """Most probable position and its standard deviation (Laplace), given these votes and N(overall, PRIOR_SD^2)."""
    known = own.filter(pl.col("slope").is_not_null())
    if known.is_empty():
        return None
    slope, lower, upper, vote = (known[name].to_numpy() for name in ("slope", "cut_lower", "cut_upper", "vote"))
    at, precision = overall, 1 / PRIOR_SD**2
    for _ in range(100):
        low, high = (1 / (1 + np.exp(-(cut - slope * at).clip(-500, 500))) for cut in (lower, upper))
        score = np.select([vote == 0, vote == 1], [low - 1, low + high - 1], high)
        bend = np.where(vote < 2, low * (1 - low), 0) + np.where(vote > 0, high * (1 - high), 0)
        precision = float((bend * slope**2).sum()) + 1 / PRIOR_SD**2
        step = (float((score * slope).sum()) - (at - overall) / PRIOR_SD**2) / precision
        at += float(np.clip(step, -0.5, 0.5))
        if abs(step) < 1e-8:
            break
    return at, precision**-0.5
