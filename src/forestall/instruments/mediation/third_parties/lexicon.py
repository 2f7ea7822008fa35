"""All names that a third party may have, as a trie over words: states, organisations, NGOs, and groups of them."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from forestall.errors import StoreError
from forestall.instruments.mediation.third_parties.tokens import key
from forestall.regional.organisations import goes_on_as, register
from forestall.store.packaged import read_yaml

Kind = Literal["state", "organisation", "ngo"]
Sort = Literal["name", "adjective", "acronym", "group", "none"]
PACKAGE = "forestall.instruments.mediation.third_parties"

# Acronyms and codes of the registers that are words, given names or places oftener than what they stand for.
_NOT_SCANNED = frozenset(
    {
        "CAN",
        "NAM",
        "MSG",
        "UA",
        "COI",
        "UMA",
        "OTS",
        "CST",
        "GUAM",
        "ALBA",
        "BRIC",
        "IOC",
        "LEA",
        "UE",
        "COE",
        "CEI",
        "SICA",
    }
    | {"GGC", "CGG", "SNG", "EC", "UFM"}
)
# Aliases of states that are persons' names, towns or regions oftener than states.
_NOT_STATES = frozenset(
    {
        ("salvador",),
        ("lao",),
        ("trinidad",),
        ("antigua",),
        ("saint", "vincent"),
        ("saint", "kitts"),
        ("sao", "tome"),
        ("gaza",),
        ("gaza", "strip"),
        ("west", "bank"),
        ("west", "bank", "and", "gaza"),
        ("rom",),
        ("car",),
        ("bur",),
        ("bys",),
        ("afi",),
        ("nhb",),
        ("hvo",),
        ("rho",),
        ("zar",),
        ("dhy",),
        ("tmp",),
        ("unk",),
        ("xk",),
        ("roc",),
        ("ypr",),
        ("yar",),
        ("east", "pakistan"),
        ("french", "sudan"),
        ("palestinian", "territories"),
        ("occupied", "palestinian", "territory"),
        ("palestinian", "territory"),
    }
)
_OTHERS_NAMES = {("TWN", ("china",)), ("CHN", ("republic", "of", "china"))}
_FORMS = (
    ("republic", "of"),
    ("kingdom", "of"),
    ("federal", "republic", "of"),
    ("democratic", "republic", "of"),
    ("islamic", "republic", "of"),
    ("arab", "republic", "of"),
    ("united", "republic", "of"),
    ("federal", "democratic", "republic", "of"),
    ("state", "of"),
    ("federative", "republic", "of"),
    ("republique", "du"),
    ("republique", "de"),
    ("republique", "d"),
    ("republique", "de", "la"),
    ("republica", "de"),
    ("reino", "de"),
    ("royaume", "de"),
)
"""Forms of state before a name, made part of it so that what stands before can be read."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A third party. key: ISO3 of a state, acronym of an organisation, short key of an NGO."""

    key: str
    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What a spelling stands for.

    actors: one, or the members of a group; empty if it is no actor. own, since, until: the conflicts and days of a
    group (own empty: all). capitals: the spelling counts only in capitals.
    """

    sort: Sort
    actors: tuple[Actor, ...]
    capitals: bool = False
    own: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None

    def holds(self, own: frozenset[str], on: date | None) -> bool:
        """Whether it is meant in a conflict of these states on a day (None: any)."""
        if self.own and not self.own & own:
            return False
        return on is None or not ((self.since and on < self.since) or (self.until and self.until < on))


@dataclass(slots=True)
class Node:
    """A place in the trie: what ends here, and the words that may follow."""

    entries: list[Entry] = field(default_factory=list)
    follows: dict[str, "Node"] = field(default_factory=dict)


@cache
def trie() -> Node:
    """The compiled trie of all spellings. Raises StoreError if a file of spellings is missing or damaged."""
    root = Node()
    for words, entry in _all():
        if not words:
            continue
        node = root
        for word in words:
            node = node.follows.setdefault(word, Node())
        if not any(
            held.sort == entry.sort
            and held.actors == entry.actors
            and held.own == entry.own
            and held.since == entry.since
            for held in node.entries
        ):
            node.entries.append(entry)
    return root


@cache
def organisations() -> Mapping[str, Actor]:
    """Every organisation and NGO by its key."""
    content = _content()
    found: dict[str, Actor] = {}
    for one in register().values():
        if goes_on_as()[one.acronym] == one.acronym:
            found[one.acronym] = Actor(one.acronym, "organisation", one.name)
    for row in content["organisations"]:
        found[row["key"]] = Actor(row["key"], "organisation", row["name"])
    for row in content["ngos"]:
        found[row["key"]] = Actor(row["key"], "ngo", row["name"])
    return found


@cache
def actors() -> Mapping[str, Actor]:
    """Every actor by its key; a code that is a state's and an acronym too (CAN, NAM) means the state."""
    return {**organisations(), **_states()}


def _all() -> Iterator[tuple[tuple[str, ...], Entry]]:
    yield from _state_entries()
    yield from _register_entries()
    content = _content()
    held = organisations()
    for row in [*content["organisations"], *content["ngos"]]:
        yield from _named(held[row["key"]], [row["name"], *row.get("names", ())], row.get("acronyms", ()))
    for acronym, row in content["spellings"].items():
        yield from _named(held[acronym], row.get("names", ()), row.get("acronyms", ()))
    for words, code in _missions():
        yield words, Entry("acronym" if code else "name", (held["UN"],), capitals=code)
    for row in content["groups"]:
        members = tuple(actors()[member] for member in row["members"])
        own = frozenset(row.get("own", ()))
        for name in row["names"]:
            entry = Entry("group", members, name.isupper(), own, row.get("since"), row.get("until"))
            yield key(name), entry
    for name in content["not_actors"]:
        yield key(name), Entry("none", ())


def _named(actor: Actor, names: Iterable[str], acronyms: Iterable[str]) -> Iterator[tuple[tuple[str, ...], Entry]]:
    for name in names:
        yield key(name), Entry("name", (actor,), capitals=_short(name) or len(key(name)) == 1)
    for acronym in acronyms:
        yield key(acronym), Entry("acronym", (actor,), capitals=True)


def _state_entries() -> Iterator[tuple[tuple[str, ...], Entry]]:
    from forestall.ids.state_table import rows

    held = _states()
    for row in rows():
        if not row.series_iso3:
            continue
        actor = held[row.series_iso3]
        for name in (row.name, row.un_name, row.ucdp_name, *row.aliases):
            # "China" was the seat of another government until 1971, and "Republic of China" the name of both.
            if name and (actor.key, key(name)) not in _OTHERS_NAMES:
                yield from _state_names(actor, name)
    for record in _spellings():
        actor = held[record["iso3"]]
        for name in _parts(record["names"]):
            yield from _state_names(actor, name)
        for adjective in _parts(record["adjectives"]):
            yield key(adjective), Entry("adjective", (actor,), capitals=_short(adjective))


def _state_names(actor: Actor, name: str) -> Iterator[tuple[tuple[str, ...], Entry]]:
    words = key(name)
    if words in _NOT_STATES or not words:
        return
    entry = Entry("name", (actor,), capitals=_short(name))
    yield words, entry
    if words[0] in ("republic", "kingdom", "democratic", "federal", "islamic", "people", "state", "republique"):
        return
    for form in _FORMS:
        # The Republic of the Congo and that of China are others than their names alone say.
        if words not in (("congo",), ("china",), ("korea",), ("yemen",), ("vietnam",)) or form == ("state", "of"):
            yield (*form, *words), entry


def _register_entries() -> Iterator[tuple[tuple[str, ...], Entry]]:
    held = organisations()
    for one in register().values():
        actor = held[goes_on_as()[one.acronym]]
        if one.acronym not in _NOT_SCANNED and one.acronym.isupper():
            yield key(one.acronym), Entry("acronym", (actor,), capitals=True)
        if one.acronym != "Commonwealth":
            yield key(one.name), Entry("name", (actor,))
        for alias in one.aliases:
            if alias.upper() not in _NOT_SCANNED and alias.lower() not in ("the commonwealth", "francophonie"):
                yield key(alias), Entry("acronym" if _short(alias) else "name", (actor,), capitals=_short(alias))


def _missions() -> Iterator[tuple[tuple[str, ...], bool]]:
    import polars as pl

    path = files("forestall").joinpath("data", "peace_missions.parquet")
    try:
        frame = pl.read_parquet(path.read_bytes(), columns=["mission", "name"])
    except (OSError, pl.exceptions.PolarsError) as error:
        raise StoreError(f"the table of missions cannot be read ({error}): install forestall again") from None
    for mission, name in frame.select("mission", "name").iter_rows():
        if mission.isascii() and len(mission) > 3 and mission != "UN SECRETARIAT":
            yield key(mission), True
        yield key(name.split(" (")[0]), False
        if name.startswith("United Nations "):
            yield ("un", *key(name.split(" (")[0])[2:]), False


def _short(name: str) -> bool:
    """Whether a spelling is an acronym: letters in capitals, with or without dots, of at most six."""
    letters = name.replace(".", "")
    return len(letters) <= 6 and letters.isupper()


def _parts(cell: str | None) -> list[str]:
    return [part.strip() for part in (cell or "").split(";") if part.strip()]


@cache
def _states() -> Mapping[str, Actor]:
    """An actor for each series of states, by ISO3 code, under the name of its last row."""
    from forestall.ids.state_table import rows

    found: dict[str, Actor] = {}
    for row in sorted(rows(), key=lambda one: one.start):
        if row.series_iso3:
            found[row.series_iso3] = Actor(row.series_iso3, "state", row.name)
    return found


@cache
def _spellings() -> tuple[Mapping[str, str], ...]:
    text = files(PACKAGE).joinpath("spellings.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def _content() -> Mapping[str, Any]:
    try:
        loaded: Mapping[str, Any] = read_yaml(PACKAGE, "actors.yml")
    except (OSError, ValueError) as error:
        raise StoreError(f"the register of third parties (actors.yml) cannot be read: {error}") from None
    return loaded
