"""Roll calls of the General Assembly as they are held (tables un_roll_calls, un_votes), and as arrays for the model.

The roll calls end in December 2019. A state that has no row in a roll call was absent, did not take part, or was not a
member: the data do not tell which. docs/sources/council-votes.md lists what else is known of them.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from forestall.council.voting.model import Session
from forestall.errors import UsageError

ANSWERS: Final = ("no", "abstain", "yes")
"""Names of the votes 0, 1, 2 of table un_votes."""

ISSUES: Final = {
    "me": "Palestinian conflict",
    "nu": "Nuclear weapons and nuclear material",
    "di": "Arms control and disarmament",
    "hr": "Human rights",
    "co": "Colonialism",
    "ec": "Economic development",
}
"""The six issues that the publisher assigns roll calls to, by code; a roll call may have several or none."""

RESTARTS: Final = {"CHN": date(1971, 11, 1), "CZE": date(1993, 1, 1), "SRB": date(2000, 11, 1)}
"""Days from which the votes under a code are another government's or state's, with a path of ideal points of its own:
China's seat passed on 1971-10-25 (A/RES/2758 (XXVI)), the Czech Republic was admitted on 1993-01-19 (A/RES/47/221), the
Federal Republic of Yugoslavia on 2000-11-01 (A/RES/55/12)."""

SOURCE: Final = (
    "General Assembly roll calls: Voeten, Strezhnev & Bailey, United Nations General Assembly Voting Data, "
    "doi:10.7910/DVN/LEJUQZ (via unvotes 0.3.0), 1946 to 2019"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A path of ideal points: a code, and which of its spells (0, or 1 after a restart)."""

    iso3: str
    spell: int


@dataclass(frozen=True, slots=True)
class Assembly:
    """Votes as the model reads them: numbers (T,) of the sessions, their votes, roll calls (V,) of each, the units."""

    numbers: tuple[int, ...]
    sessions: tuple[Session, ...]
    roll_calls: tuple[tuple[int, ...], ...]
    units: tuple[Unit, ...]

    def unit(self, iso3: str, spell: int = 0) -> int:
        """The number of a unit. Raises UsageError if it has no vote."""
        try:
            return self.units.index(Unit(iso3, spell))
        except ValueError:
            raise UsageError(f"{iso3} has no vote in the roll calls given") from None

    def first(self, sessions: int) -> "Assembly":
        """The first so many sessions; units stay as they are."""
        return Assembly(self.numbers[:sessions], self.sessions[:sessions], self.roll_calls[:sessions], self.units)


def assemble(votes: pl.DataFrame, calls: pl.DataFrame) -> Assembly:
    """The votes by session.

    votes: roll_call_id, iso3, vote (0 no, 1 abstain, 2 yes). calls: roll_call_id, session, voted_on.
    """
    joined = votes.join(calls.select("roll_call_id", "session", "voted_on"), on="roll_call_id", how="inner")
    spell = pl.lit(0)
    for iso3, day in RESTARTS.items():
        spell = pl.when((pl.col("iso3") == iso3) & (pl.col("voted_on") >= day)).then(1).otherwise(spell)
    joined = joined.with_columns(spell.alias("spell")).sort("session", "roll_call_id")
    units = tuple(Unit(*row) for row in joined.select("iso3", "spell").unique().sort("iso3", "spell").rows())
    number = {(unit.iso3, unit.spell): n for n, unit in enumerate(units)}
    numbers, sessions, roll_calls = [], [], []
    for (session,), rows in joined.group_by("session", maintain_order=True):
        of = np.array([number[one] for one in rows.select("iso3", "spell").iter_rows()])
        calls_of, column = np.unique(rows["roll_call_id"].to_numpy(), return_inverse=True)
        at, row = np.unique(of, return_inverse=True)
        cells = np.full((len(at), len(calls_of)), -1, dtype=np.int8)
        cells[row, column] = rows["vote"].to_numpy()
        numbers.append(int(str(session)))
        sessions.append(Session(at.astype(np.int64), cells))
        roll_calls.append(tuple(int(one) for one in calls_of))
    return Assembly(tuple(numbers), tuple(sessions), tuple(roll_calls), units)


def session_ends(calls: pl.DataFrame) -> dict[int, date]:
    """The day by which all roll calls of a session had been held, as far as dates are known, by session."""
    ends = calls.group_by("session").agg(pl.col("voted_on").max()).sort("session")
    return dict(ends.rows())


def issue_code(text: str) -> str:
    """The code of an issue given by code or name. Raises UsageError with the six."""
    asked = text.strip().lower()
    for code, name in ISSUES.items():
        if asked in (code, name.lower()):
            return code
    found = [code for code, name in ISSUES.items() if len(asked) > 2 and asked in name.lower()]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{code} ({name})" for code, name in ISSUES.items())
    raise UsageError(f"issue {text[:60]!r} is not one of the six that roll calls are assigned to: give one of {known}")
