"""What a ranking of possible mediators says: the candidates, why, and how such rankings fared."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["state", "organisation", "ngo"]
KINDS: tuple[Kind, ...] = ("state", "organisation", "ngo")


@dataclass(frozen=True, slots=True)
class Reason:
    """One plain reason for or against a candidate.

    text: a clause without full stop ("co-signed 3 agreements in this country, the last on 2019-08-17"). figure and
    unit: what it rests on. source: publisher and dataset. on: the day, month or year that the figure speaks of.
    """

    text: str
    favours: bool
    figure: float | int | str | None
    unit: str
    source: str
    on: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A state, organisation or NGO that might mediate.

    mediator: ISO3 of a state, acronym of an organisation (UN, AU, EU ...), key of an NGO. place: in its own list, from
    1. score: estimated chance to be among the third parties of this country's next agreement or talks, 0 to 1; low,
    high: an interval of 80 % from models learned on resampled processes. there: it had a role in this country before.
    """

    mediator: str
    kind: Kind
    name: str
    place: int
    score: float
    low: float
    high: float
    there: bool
    reasons: tuple[Reason, ...]
    cautions: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Tandem:
    """Mediators that might act together. text: why, in one sentence. seen: events in which they did, anywhere."""

    members: tuple[str, ...]
    text: str
    seen: int


@dataclass(frozen=True, slots=True)
class Party:
    """A party to an active conflict of the country. iso3: of its state where it is a government, None otherwise."""

    name: str
    iso3: str | None
    conflict: str
    last_year: int


@dataclass(frozen=True, slots=True)
class Fared:
    """How such a ranking did on events that it had not seen: share with a true third party among the first places."""

    about: str
    events: int
    hit5: float
    hit10: float
    mrr: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Possible mediators for a country's conflicts as of a day.

    candidates: all three lists, best first within each. short_list: a few that differ from one another. data_ends:
    series and the day where each ends. notes: what the reader must know (no conflict known, a series ends early ...).
    """

    iso3: str
    name: str
    on: date
    parties: tuple[Party, ...]
    candidates: tuple[Candidate, ...]
    short_list: tuple[Candidate, ...]
    tandems: tuple[Tandem, ...]
    fared: tuple[Fared, ...]
    data_ends: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
