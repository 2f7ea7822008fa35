"""The rows of the dated table of states, as read from the file that the package carries."""

import csv
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

Kind = Literal["state", "territory"]


@dataclass(frozen=True, slots=True)
class State:
    """A state or territory over a stretch of days in which nothing that this table records changed.

    gw_id: Gleditsch-Ward number (327 and 751 are UCDP's own), None for most territories. cow_id: Correlates of War
    number, None if COW never listed it. iso3, iso2: ISO 3166 codes of that time, "" where there was none (South Vietnam
    is RVN and Kosovo XKX by custom). m49: UN M49 number, None if none. name: as our texts write it. un_name: the UN's
    short name, None if the UN uses none. ucdp_name: UCDP's spelling of its series, None if it has no series. aliases:
    other spellings. start, end: first and last day; end is None if it goes on. un_member_since: day of admission to the
    United Nations, None in a stretch in which it had no seat. un_observer_since: the same for observer states.
    un_group: today's UN regional group. region, subregion: M49. kind: "state", or "territory" for what UCDP and
    Gleditsch and Ward do not count as a state of its own; no opinion on its status. counted_with: for a territory, the
    number under which UCDP files its events. continuing_iso3: today's code of the state that continues this one's
    series, "" if none does.
    predecessors: Gleditsch-Ward numbers of the states it left, or that came together in it, at its
    start. joined: the number of the state that took it in at its end, None if none did.
    """

    gw_id: int | None
    cow_id: int | None
    iso3: str
    iso2: str
    m49: int | None
    name: str
    un_name: str | None
    ucdp_name: str | None
    aliases: tuple[str, ...]
    start: date
    end: date | None
    un_member_since: date | None
    un_observer_since: date | None
    un_group: str | None
    region: str
    subregion: str
    kind: Kind
    counted_with: int | None
    continuing_iso3: str
    predecessors: tuple[int, ...]
    joined: int | None

    def exists(self, on: date) -> bool:
        """Whether this row holds on a day."""
        return self.start <= on and (self.end is None or on <= self.end)

    def un_member(self, on: date) -> bool:
        """Whether it held a seat in the United Nations on a day of this row.

        Not modelled: Indonesia stayed away from early 1965 to 28 September 1966, and Syria took its own seat again on
        13 October 1961, two weeks after leaving the United Arab Republic.
        """
        return self.exists(on) and self.un_member_since is not None and self.un_member_since <= on

    @property
    def series_iso3(self) -> str:
        """The code that its figures stand under in our tables: `continuing_iso3`, or its own where none goes on."""
        return self.continuing_iso3 or self.iso3

    @property
    def label(self) -> str:
        """Name with its code and number, as messages give it: `Serbia (SRB, 340)`."""
        codes = ", ".join(str(code) for code in (self.iso3, self.gw_id) if code)
        return f"{self.name} ({codes})" if codes else self.name


@cache
def rows() -> tuple[State, ...]:
    """All rows, by gw_id and start, territories without a number last."""
    from importlib.resources import files

    source = files("forestall").joinpath("data", "states.csv").read_text("utf-8")
    return tuple(_row(record) for record in csv.DictReader(source.splitlines()))


@cache
def table() -> "pl.DataFrame":
    """All rows as a frame: a column for each field of `State`; aliases and predecessors are lists, dates are dates."""
    import polars as pl

    whole = ("gw_id", "cow_id", "m49", "counted_with", "joined")
    days = ("start", "end", "un_member_since", "un_observer_since")
    kinds: dict[str, pl.DataType] = dict.fromkeys(State.__slots__, pl.String())
    kinds |= dict.fromkeys(whole, pl.Int32()) | dict.fromkeys(days, pl.Date())
    kinds |= {"aliases": pl.List(pl.String()), "predecessors": pl.List(pl.Int32())}
    return pl.DataFrame(
        {
            name: pl.Series([_plain(getattr(state, name)) for state in rows()], dtype=kind)
            for name, kind in kinds.items()
        }
    )


@cache
def key_of(text: str) -> str:
    """A spelling without case, accents, punctuation and article: what spellings are compared by."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i").replace("&", " and "))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = re.sub(r"[^\w]+|_", " ", re.sub(r"['’‘`ʼ.]", "", plain)).split()
    words = ["saint" if word == "st" else word for word in words]
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _row(record: dict[str, str]) -> State:
    def number(name: str) -> int | None:
        return int(record[name]) if record[name] else None

    def day(name: str) -> date | None:
        return date.fromisoformat(record[name]) if record[name] else None

    return State(
        gw_id=number("gw_id"),
        cow_id=number("cow_id"),
        iso3=record["iso3"],
        iso2=record["iso2"],
        m49=number("m49"),
        name=record["name"],
        un_name=record["un_name"] or None,
        ucdp_name=record["ucdp_name"] or None,
        aliases=tuple(record["aliases"].split(";")) if record["aliases"] else (),
        start=date.fromisoformat(record["start"]),
        end=day("end"),
        un_member_since=day("un_member_since"),
        un_observer_since=day("un_observer_since"),
        un_group=record["un_group"] or None,
        region=record["region"],
        subregion=record["subregion"],
        kind="territory" if record["kind"] == "territory" else "state",
        counted_with=number("counted_with"),
        continuing_iso3=record["continuing_iso3"],
        predecessors=tuple(int(part) for part in record["predecessors"].split(";") if part),
        joined=number("joined"),
    )
