"""A proposal for the Council: its seats by area and category, its majority, its veto, and where each is written.

One YAML file a proposal (`proposals/`); a user's own file reads the same way. Where the source leaves something open,
the file says so and what was assumed; variants change the veto or the majority and nothing else.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from forestall.council.reform import yaml_text
from forestall.council.reform.regions import SCHEMES
from forestall.errors import UsageError

CATEGORIES = ("permanent", "new_permanent", "longer", "two_year")
CATEGORY_NAMES = {
    "permanent": "permanent",
    "new_permanent": "new permanent",
    "longer": "longer, renewable",
    "two_year": "two-year",
}
FOLDER = "proposals"
MOST = 200
"""Members and seats beyond which a file is a mistake."""

Category = Literal["permanent", "new_permanent", "longer", "two_year"]


def _partial_date(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, int) else value


Text = Annotated[str, Field(min_length=1, max_length=1000)]
Code = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
PartialDate = Annotated[str, BeforeValidator(_partial_date), Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Document(_Strict):
    """A source. symbol: its UN symbol, null if it has none. date: the day, or as much of it as is known."""

    symbol: Annotated[str, Field(max_length=60)] | None = None
    date: PartialDate | None = None
    title: Text
    url: Annotated[str, Field(max_length=300)] | None = None


class Majority(_Strict):
    """Affirmative votes that a decision needs. stated: whether the source says so; if not, note says what was
    assumed.
    """

    votes: Annotated[int, Field(ge=1, le=MOST)]
    stated: bool
    note: Text


class Seat(_Strict):
    """Seats of one category and area. countries: who holds them, where the text names them. open: for States of any
    area.
    """

    category: Category
    region: Annotated[str, Field(min_length=1, max_length=60)]
    number: Annotated[int, Field(ge=1, le=MOST)]
    countries: tuple[Code, ...] = ()
    open: bool = False


class Veto(_Strict):
    """Who can stop a decision. holders: categories. needed: how many of them it takes. restrained: members that have
    pledged not to vote against in the situation the proposal speaks of; their votes then count as any other's.
    """

    holders: tuple[Category, ...]
    needed: Annotated[int, Field(ge=1, le=MOST)] = 1
    restrained: tuple[Code, ...] = ()
    note: Text


class Variant(_Strict):
    """A change of the veto or the majority; what is not given stays."""

    id: Name
    name: Text
    note: Text
    votes: Annotated[int, Field(ge=1, le=MOST)] | None = None
    holders: tuple[Category, ...] | None = None
    needed: Annotated[int, Field(ge=1, le=MOST)] | None = None
    restrained: tuple[Code, ...] | None = None


class Pledges(_Strict):
    """How many had pledged on a day."""

    count: Annotated[int, Field(ge=0)]
    as_of: PartialDate
    note: Text


class Proposal(_Strict):
    """A Council as proposed, or as it is or was. Checked at birth: seats and members agree, the majority can be met,
    areas are those of the division, no seat is held twice.

    kind: composition (the Charter would change) or behaviour (only how members vote, in one situation). in_force_from,
    in_force_to: for Councils that sat. variant: the id of the variant that was applied, null for the text itself.
    checked: what the file was checked against.
    """

    id: Name
    aliases: tuple[Name, ...] = ()
    name: Text
    kind: Literal["composition", "behaviour"]
    date: PartialDate
    in_force_from: PartialDate | None = None
    in_force_to: PartialDate | None = None
    sponsors: tuple[Text, ...] = ()
    documents: Annotated[tuple[Document, ...], Field(min_length=1, max_length=30)]
    members: Annotated[int, Field(ge=1, le=MOST)]
    majority: Majority
    regions: Literal["un_groups", "panel_areas", "groups_1946"]
    seats: Annotated[tuple[Seat, ...], Field(min_length=1, max_length=100)]
    veto: Veto
    variants: Annotated[tuple[Variant, ...], Field(max_length=30)] = ()
    terms: dict[Category, Text] = {}
    situation: Text | None = None
    pledges: Annotated[tuple[Pledges, ...], Field(max_length=30)] = ()
    open: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
    checked: tuple[Text, ...] = ()
    variant: Name | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        total = sum(seat.number for seat in self.seats)
        if total != self.members:
            raise ValueError(f"seats add up to {total}, members says {self.members}")
        if self.majority.votes > self.members:
            raise ValueError(f"a majority of {self.majority.votes} cannot be met by {self.members} members")
        named = [country for seat in self.seats for country in seat.countries]
        if len(named) != len(set(named)):
            raise ValueError(f"{max(named, key=named.count)} holds two seats")
        for seat in self.seats:
            if not seat.open and seat.region not in SCHEMES[self.regions]:
                known = ", ".join(SCHEMES[self.regions])
                raise ValueError(
                    f"area {seat.region!r} is none of {self.regions} ({known}); mark it open: true if any may have it"
                )
            if len(seat.countries) > seat.number:
                raise ValueError(f"{len(seat.countries)} countries for {seat.number} seats of {seat.region}")
        if len({one.id for one in self.variants}) != len(self.variants):
            raise ValueError("two variants have one id")
        holders = sum(seat.number for seat in self.seats if seat.category in self.veto.holders)
        if self.veto.holders and self.veto.needed > holders:
            raise ValueError(f"a veto needs {self.veto.needed} members, but {holders} hold one")
        stray = set(self.veto.restrained) - set(named)
        if stray:
            raise ValueError(f"{', '.join(sorted(stray))} cannot be restrained: no seat is theirs")
        return self

    def number(self, category: str | None = None, region: str | None = None) -> int:
        """Seats of a category and area; all where not given."""
        return sum(
            seat.number
            for seat in self.seats
            if (category is None or seat.category == category) and (region is None or seat.region == region)
        )

    def areas(self) -> tuple[str, ...]:
        """The areas of its division, in their order, then open seats."""
        return SCHEMES[self.regions] + tuple(dict.fromkeys(seat.region for seat in self.seats if seat.open))

    def with_variant(self, name: str) -> "Proposal":
        """The proposal with one of its variants. Raises UsageError for one it does not have."""
        found = next((one for one in self.variants if one.id == name), None)
        if found is None:
            known = ", ".join(one.id for one in self.variants) or "none"
            raise UsageError(f"variant {name!r} of {self.id} is not known; it has: {known}")
        veto: dict[str, Any] = {
            key: value
            for key, value in (("holders", found.holders), ("needed", found.needed), ("restrained", found.restrained))
            if value is not None
        }
        content = self.model_dump()
        content["veto"] |= veto | {"note": f"{found.name}. {found.note}"}
        if not content["veto"]["holders"]:
            content["veto"]["needed"] = 1
        if found.votes is not None:
            content["majority"] = {"votes": found.votes, "stated": False, "note": f"variant: {found.name}"}
        return _checked(content | {"variant": name}, f"variant {name} of {self.id}")

    def assigned(self, wanted: Mapping[tuple[str, str], Iterable[str]]) -> "Proposal":
        """The proposal with countries put on seats that it leaves open: (category, area) -> iso3.

        Raises UsageError for seats that it does not have, and for too many or doubled countries.
        """
        content = self.model_dump()
        for (category, region), countries in wanted.items():
            found = [s for s in content["seats"] if s["category"] == category and s["region"] == region]
            if not found:
                kinds = "; ".join(f"{s.category}/{s.region}" for s in self.seats)
                raise UsageError(f"{self.id} has no seat {category}/{region}; it has: {kinds}")
            found[0]["countries"] = (*found[0]["countries"], *countries)
        return _checked(content, f"assignment to {self.id}")


def _checked(content: Mapping[str, Any], name: str) -> Proposal:
    try:
        return Proposal.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        said = str(first["msg"]).removeprefix("Value error, ")
        raise UsageError(f"{name} will not do{f' at {where}' if where else ''}: {said}"[:600]) from None


@cache
def _embedded() -> dict[str, Proposal]:
    found = {}
    for entry in sorted(resources.files("forestall.council.reform").joinpath(FOLDER).iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".yml"):
            content = yaml_text.parse_mapping(entry.read_text("utf-8"), f"proposal {entry.name}")
            proposal = _checked(content, f"proposal {entry.name}")
            found[proposal.id] = proposal
    return found


def proposals() -> tuple[Proposal, ...]:
    """The proposals that come with forestall: the Councils that sat first, then by date."""
    return tuple(sorted(_embedded().values(), key=lambda one: (one.in_force_from is None, one.date, one.id)))


def read(name_or_path: str, variant: str | None = None) -> Proposal:
    """A proposal by its id or another of its names, or from a user's YAML file (a path, or a name ending in
    .yml/.yaml).

    `id:variant` names a variant too. Raises UsageError for a name nobody knows, a file that will not do and an unknown
    variant.
    """
    wanted = name_or_path.strip()
    if wanted.lower().endswith((".yml", ".yaml", ".pdf")) or "/" in wanted:
        content = yaml_text.read_mapping(Path(wanted), "proposal")
        content.pop("variant", None)
        found = _checked(content, f"proposal {wanted!r}")
    else:
        base, _, own = wanted.lower().partition(":")
        variant = variant or own or None
        known = _embedded()
        by_name = known | {alias: one for one in known.values() for alias in one.aliases}
        if base not in by_name:
            names = ", ".join(one.id for one in proposals())
            raise UsageError(f"proposal {wanted[:60]!r} is not known; give one of {names}, or the path of a YAML file")
        found = by_name[base]
    return found if variant is None else found.with_variant(variant)
