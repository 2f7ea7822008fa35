"""Territorial disputes and rivalries between states, and which such pairs have no confidence-building measure.

File disputes.csv beside this module: disputes on land and islands between two states of the table of states, each with
what either side holds, in neutral names and with a UN document, award or treaty as far as there is one. Rivalries are
crises (ICB) and armed conflicts of states (UCDP), table mediation_ties: docs/methods/nonproliferation-confidence.md.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache

from forestall.errors import StoreError, UsageError
from forestall.ids import countries
from forestall.instruments.nonproliferation.cbm import KNOWN_TO, Offer, available, register
from forestall.instruments.nonproliferation.cbm_days import Span, begins, told_by
from forestall.instruments.nonproliferation.rivalry import CONFLICTS_END, CRISES_END, RIVAL_YEARS, ends, rivalries
from forestall.store import Workspace

FILE = "disputes.csv"
DISPUTES_KNOWN_TO = date(2025, 6, 30)
KINDS = ("land", "islands", "presence", "status")
"""Land; islands; presence of one's forces on the other's territory without a claim to it; status of one of the two."""
UNKNOWN = (
    "measures that states keep secret, and lines that are used without being told of",
    "whether a measure in force is carried out",
    f"crises after {CRISES_END} that did not become an armed conflict; conflicts after {CONFLICTS_END}",
    "disputes on sea boundaries alone, and on territory that is no state of our table (Western Sahara, Palestine)",
    "whether supporters that UCDP lists beside a party, contributors to a UN operation too, are rivals at all",
    "subscribers to the Hague Code of Conduct beyond those named, and other measures not in the register",
)
"""What a pair without a measure may have all the same, and what is not looked at."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A territorial dispute of two states, iso3 before other by code. kind: of `KINDS`. span: as far as known; one
    older than 1946 is given from there. claims: what the first and the second hold, in our words. looked_up: whether
    it was checked in a stored public page."""

    iso3: str
    other: str
    name: str
    kind: str
    span: Span
    claims: tuple[str, str]
    source: str
    looked_up: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two states with a rivalry or a dispute on a day. last_crisis, last_conflict: newest years known of it, None
    without one. recent: the newest of these and of the years in which its disputes began. measures: those in force
    between them beyond the universal ones."""

    iso3: str
    other: str
    disputes: tuple[Dispute, ...]
    last_crisis: int | None
    last_conflict: int | None
    recent: int
    measures: tuple[Offer, ...]

    @property
    def practical(self) -> tuple[Offer, ...]:
        """Measures that are more than a pledge and not left to each state's choice."""
        return tuple(one for one in self.measures if one.measure.practical)


@dataclass(frozen=True, slots=True)
class Without:
    """Pairs without a measure on a day, newest crisis or dispute first. considered: pairs with a rivalry or dispute
    that were looked at. known: what the answer rests on and the last day or year of it. unknown: what it can't say."""

    on: date
    pairs: tuple[Pair, ...]
    considered: int
    known: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]


@cache
def disputes() -> tuple[Dispute, ...]:
    """All disputes, by codes and beginning. Raises StoreError if the file is missing or damaged."""
    from importlib.resources import files

    try:
        text = files("forestall.instruments.nonproliferation").joinpath(FILE).read_text("utf-8")
        return tuple(_dispute(row) for row in csv.DictReader(text.splitlines()))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise StoreError(f"the list of disputes ({FILE}) cannot be read: {error}") from None


def _dispute(row: dict[str, str]) -> Dispute:
    if row["kind"] not in KINDS or not row["iso3"] < row["other"] or row["looked_up"] not in ("yes", "no"):
        raise ValueError(f"row {row['iso3']} {row['other']} {row['name']}: kind, order of codes or looked_up")
    begins(row["since"])
    if row["until"]:
        begins(row["until"])
    return Dispute(
        row["iso3"],
        row["other"],
        row["name"],
        row["kind"],
        Span(row["since"], row["until"] or None),
        (row["claim_iso3"], row["claim_other"]),
        row["source"],
        row["looked_up"] == "yes",
        row["note"] or None,
    )


def disputes_between(iso3: str, other: str, on: date) -> tuple[Dispute, ...]:
    """Disputes of two states that surely went on on a day; `until` is the day on which it was settled."""
    one, two = sorted(countries.by_iso3(code, on).series_iso3 for code in (iso3, other))
    return tuple(it for it in disputes() if (it.iso3, it.other) == (one, two) and it.span.holds(on))


def dispute_note(dispute: Dispute, on: date) -> str | None:
    """What the list says besides, as far as it was known on a day."""
    return told_by(dispute.note, on)


def claims_then(dispute: Dispute, on: date) -> tuple[str | None, str | None]:
    """What the two hold; None where our words for it speak of what came after a day."""
    return told_by(dispute.claims[0], on), told_by(dispute.claims[1], on)


def pairs(on: date, years: int = RIVAL_YEARS, workspace: Workspace | None = None) -> tuple[Pair, ...]:
    """Pairs of states of a day with a crisis or conflict in so many years before it, or a dispute, newest first.

    years: counted from the first of January; a crisis of 2011 counts to the end of 2026 with 15. Raises UsageError for
    fewer than one year or a day before 1946.
    """
    if years < 1:
        raise UsageError(f"{years} years are too few: give 1 or more")
    held = workspace or Workspace.open()
    present = {state.series_iso3 for state in countries.states(on)} - {""}
    rivals = {
        pair: (crisis, conflict)
        for pair, (crisis, conflict) in rivalries(held, on).items()
        if max(crisis or 0, conflict or 0) >= on.year - years
    }
    open_ones: dict[tuple[str, str], list[Dispute]] = {}
    for one in disputes():
        if one.span.holds(on):
            open_ones.setdefault((one.iso3, one.other), []).append(one)
    found = [
        _pair(pair, tuple(open_ones.get(pair, ())), on, held)
        for pair in sorted({*rivals, *open_ones})
        if present.issuperset(pair)
    ]
    return tuple(sorted(found, key=lambda it: (-it.recent, it.iso3, it.other)))


def _pair(pair: tuple[str, str], open_ones: tuple[Dispute, ...], on: date, workspace: Workspace) -> Pair:
    crisis, conflict = rivalries(workspace, on).get(pair, (None, None))
    began = (begins(one.span.since).year for one in open_ones if one.span.since is not None)
    recent = max(filter(None, (crisis, conflict, *began)))
    offers = tuple(one for one in available(*pair, on, workspace) if one.measure.reach != "universal")
    return Pair(*pair, open_ones, crisis, conflict, recent, offers)


def without(
    on: date, years: int = RIVAL_YEARS, workspace: Workspace | None = None, *, practical: bool = False
) -> Without:
    """Pairs of `pairs` with no measure in force beyond the universal ones.

    practical: whether only practical measures count, so that pairs with no more than a pledge not to use force or a
    catalogue to choose from (CICA, the ASEAN Regional Forum) are listed, too. Raises as `pairs`.
    """
    looked_at, (crises_end, conflicts_end) = pairs(on, years, workspace), ends(on)
    return Without(
        on,
        tuple(one for one in looked_at if not (one.practical if practical else one.measures)),
        len(looked_at),
        (
            (f"measures ({len(register())} in the register)", KNOWN_TO.isoformat()),
            ("disputes", DISPUTES_KNOWN_TO.isoformat()),
            ("crises (ICB)", str(crises_end)),
            ("armed conflicts of states (UCDP)", str(conflicts_end)),
        ),
        UNKNOWN,
    )
