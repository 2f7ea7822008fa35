"""Which state was this, on that date? Lookups in the dated table of states, 1946 to today.

The states are those of Gleditsch and Ward's list (1999, doi:10.1080/03050629908434958), with the numbers and spellings
of UCDP, Correlates of War, ISO 3166 and the UN beside them; docs/methods/states.md gives sources and conventions.

A date picks the row. A code or name of a state that exists today also finds the state whose series it continues, on the
dates before ("RUS" in 1985 is the Soviet Union, "Yemen" in 1980 North Yemen); a state that has ended is not found after
its last day, and the error says what followed it.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import cache, lru_cache

from forestall.errors import UnknownCountryError, UsageError
from forestall.ids.state_table import Kind, State, key_of, rows, table

__all__ = [
    "Kind",
    "State",
    "by_cow",
    "by_gw",
    "by_iso3",
    "by_m49",
    "gw_of_ucdp_country_id",
    "lineage",
    "nearest",
    "of_ucdp",
    "predecessors",
    "resolve",
    "states",
    "successors",
    "table",
]

FIRST_DAY = date(1946, 1, 1)
_DAY = timedelta(days=1)


@lru_cache(maxsize=4096)
def states(on: date, *, territories: bool = False) -> tuple[State, ...]:
    """The states of a day, by gw_id; with `territories` also those that UCDP files under another state's number.

    Raises UsageError for a day before 1946, where the table begins.
    """
    _check(on)
    return tuple(state for state in rows() if state.exists(on) and (territories or state.kind == "state"))


def resolve(query: str | int, on: date | None = None) -> State:
    """The state or territory that a person means, on a day (default: today).

    query: ISO 3166 alpha-3 or alpha-2 code, Gleditsch-Ward number (also as text; numbers are never read as M49 or COW
    ones), or a name in any common spelling; case, accents and punctuation don't matter.
    Raises UnknownCountryError if nobody knows it (with the three nearest spellings) or it did not exist on that day
    (with what did), UsageError if the day is before 1946.
    """
    return _resolve(query, _day(on))


@lru_cache(maxsize=65536)
def _resolve(query: str | int, day: date) -> State:
    if isinstance(query, int):
        return _by_gw(query, day)
    text = query.strip()
    if text.isascii() and text.isdigit() and len(text) <= 6:
        return _by_gw(int(text), day)
    key = key_of(text[:200])
    found = _spellings().get(key)
    if found:
        return _pick(found, day, f"country {_shown(query)}")
    near = f": nearest are {', '.join(nearest(text, on=day))}" if key else ""
    raise UnknownCountryError(
        f"country {_shown(query)} is not known{near}; give an ISO3 code, a Gleditsch-Ward number or a name"
    )


def by_gw(gw_id: int, on: date | None = None) -> State:
    """The state of a Gleditsch-Ward number on a day (default: today).

    Strict: 345 (Yugoslavia) is not found after 4 June 2006, see `gw_of_ucdp_country_id`. Raises UnknownCountryError.
    """
    return _by_gw(gw_id, _day(on))


@lru_cache(maxsize=65536)
def _by_gw(gw_id: int, day: date) -> State:
    held = _of_gw().get(gw_id, ())
    for state in held:
        if state.exists(day):
            return state
    if held:
        raise UnknownCountryError(f"country number {gw_id} {_absent(held, day)}")
    near = sorted(_of_gw(), key=lambda known: abs(known - gw_id))[:3]
    names = ", ".join(_of_gw()[number][-1].label for number in near)
    raise UnknownCountryError(
        f"country number {gw_id} is not a Gleditsch-Ward number: nearest are {names}; "
        "give an ISO3 code, a Gleditsch-Ward number or a name"
    )


def by_iso3(iso3: str, on: date | None = None) -> State:
    """The state or territory of an ISO 3166 alpha-3 code on a day (default: today).

    A code of today also finds the state whose series it continues: RUS in 1985 is the Soviet Union. Raises
    UnknownCountryError.
    """
    return _by_iso3(iso3.strip().upper(), _day(on))


@lru_cache(maxsize=65536)
def _by_iso3(code: str, day: date) -> State:
    held = [(0, state) for state in rows() if code and state.iso3 == code]
    if not held:
        raise UnknownCountryError(
            f"country code {_shown(code)} is not one we know: give an ISO 3166 alpha-3 code, for example MLI"
        )
    return _pick(held, day, f"country {_shown(code)}")


def by_m49(m49: int, on: date | None = None) -> State:
    """The state or territory of a UN M49 number on a day (default: today). Raises UnknownCountryError."""
    return _by_number("m49", "UN M49", m49, _day(on))


def by_cow(cow_id: int, on: date | None = None) -> State:
    """The state of a Correlates of War number on a day (default: today), within its Gleditsch-Ward dates.

    Raises UnknownCountryError.
    """
    return _by_number("cow_id", "Correlates of War", cow_id, _day(on))


def of_ucdp(ucdp_country_id: int, on: date | None = None) -> State:
    """The state, on a day (default: today), that a UCDP country number means.

    UCDP's numbers are Gleditsch and Ward's, but one series goes on where they change (Serbia stays 345 after June
    2006), and what happened in a country before it was a state is filed under the number that it was to have (Algeria's
    war of 1954-1962, Namibia in 1989): then the first row of that number is given, whose `start` lies after the day.
    Raises UnknownCountryError if the number is not known or its series has ended.
    """
    return _of_ucdp(ucdp_country_id, _day(on))


def gw_of_ucdp_country_id(ucdp_country_id: int, on: date | None = None) -> int:
    """Gleditsch-Ward number of the state that a UCDP country number means on a day: see `of_ucdp`."""
    found = of_ucdp(ucdp_country_id, on).gw_id
    return ucdp_country_id if found is None else found


@lru_cache(maxsize=65536)
def _of_ucdp(number: int, day: date) -> State:
    held = _of_gw().get(number, ())
    for state in held:
        for same in _series(state):
            if same.exists(day):
                return same
    if held and day < held[0].start:
        return held[0]
    return _by_gw(number, day)  # raises, and says why


def lineage(key: str | int) -> tuple[State, ...]:
    """The rows of one series through time, oldest first: Yugoslavia, Serbia and Montenegro, Serbia.

    key: an ISO3 code or a Gleditsch-Ward number. Raises UnknownCountryError if nobody knows it.
    """
    code = key.strip().upper() if isinstance(key, str) else None
    held = [state for state in rows() if (state.iso3 == code if isinstance(key, str) else state.gw_id == key)]
    if not held:
        raise UnknownCountryError(
            f"no state has the code or number {_shown(key)}: give an ISO3 code or a Gleditsch-Ward number"
        )
    return _series(held[0])


def predecessors(state: State) -> tuple[State, ...]:
    """The rows just before this one: of its own series, then of other states that it left or took in at its start."""
    own = [one for one in _series(state) if one.start < state.start][-1:]
    others = [_before(gw_id, state.start) for gw_id in state.predecessors]
    return _unique([*own, *(other for other in others if other is not None)])


def successors(state: State) -> tuple[State, ...]:
    """The rows that follow this one: of its own series, then the states that left it or took it in."""
    own = [one for one in _series(state) if one.start > state.start][:1]
    joined = [one for one in _of_gw().get(state.joined or 0, ()) if state.end and one.exists(state.end + _DAY)]
    return _unique([*own, *joined, *(other for other in rows() if state in predecessors(other))])


def nearest(name: str, n: int = 3, on: date | None = None) -> tuple[str, ...]:
    """The names of the n states and territories spelt most like this, best first; with `on`, of those existing then.

    Likeness: half edit distance (a swap of neighbours is one edit), half Jaro-Winkler from both ends; a name that has
    what was asked as one of its words comes first.
    """
    from rapidfuzz.distance import OSA, JaroWinkler

    asked = key_of(name[:100])

    def likeness(key: str) -> float:
        ends = JaroWinkler.similarity(asked, key) + JaroWinkler.similarity(asked[::-1], key[::-1])
        whole = 4.0 if len(asked) > 3 and (asked in key.split() or key.startswith(asked)) else 0.0
        return whole + 2 * OSA.normalized_similarity(asked, key) + ends

    spelt: dict[str, str] = {}
    for key, found in _spellings().items():
        then = [state for _, state in found if on is None or state.exists(on)]
        if then and len(key) > 3:  # a code is near to everything
            spelt[key] = then[-1].name
    ranked = dict.fromkeys(spelt[key] for key in sorted(spelt, key=lambda key: (-likeness(key), key)))
    return tuple(ranked)[:n]


@cache
def _spellings() -> dict[str, list[tuple[int, State]]]:
    """Every spelling's key, with the rows it may mean and how directly it means them (0 is most direct)."""
    found: dict[str, dict[State, int]] = {}
    for state in rows():
        ranked = [(0, state.iso3), (1, state.name), (2, state.un_name), (3, state.ucdp_name), (5, state.iso2)]
        ranked += [(4, alias) for alias in state.aliases]
        for rank, spelling in ranked:
            if spelling:
                held = found.setdefault(key_of(spelling), {})
                held[state] = min(rank, held.get(state, rank))
    return {key: [(rank, state) for state, rank in held.items()] for key, held in found.items()}


def _pick(found: Iterable[tuple[int, State]], day: date, asked: str) -> State:
    """The most direct of the rows that exist on a day, or the state on that day whose series they continue."""
    ranked = sorted(found, key=lambda one: one[0])
    valid = [(rank, state) for rank, state in ranked if state.exists(day)]
    if not valid:
        # A row that has ended is gone; one that has not begun stands for the series it will continue.
        valid = [
            (rank, earlier)
            for rank, state in ranked
            if day < state.start
            for earlier in _series(state)
            if earlier.exists(day)
        ]
    if not valid:
        raise UnknownCountryError(f"{asked} {_absent([state for _, state in ranked], day)}")
    best = [state for rank, state in valid if rank == valid[0][0]]
    if len(set(best)) > 1:
        raise UnknownCountryError(
            f"{asked} may mean {' or '.join(state.label for state in best)} on {day}: give an ISO3 code"
        )
    return best[0]


def _absent(held: Iterable[State], day: date) -> str:
    """Why none of these rows exists on a day: when they did, and what stood there instead."""
    held = sorted(held, key=lambda one: one.start)
    first, last = held[0], held[-1]
    span = f"has existed since {first.start}" if last.end is None else f"existed from {first.start} to {last.end}"
    text = f"({last.label}) {span}, not on {day}"
    if day < first.start:
        others = [state for state in _reach(first, predecessors) if state.exists(day)]
        return text + (
            f"; before it there was {_listed(others)}" if others else "; no state of our table stood there then"
        )
    others = [state for state in _reach(last, successors) if state.exists(day)]
    return text + (f"; it was followed by {_listed(others)}" if others else "; no state of our table followed it")


def _reach(state: State, step: Callable[[State], Iterable[State]]) -> list[State]:
    """All rows that repeated steps lead to."""
    seen: dict[State, None] = {}
    todo = [state]
    while todo:
        for other in step(todo.pop()):
            if other not in seen:
                seen[other] = None
                todo.append(other)
    return list(seen)


def _listed(found: list[State]) -> str:
    return ", ".join(state.label for state in found)


@cache
def _of_gw() -> dict[int, tuple[State, ...]]:
    """The rows of each Gleditsch-Ward number, oldest first."""
    found: dict[int, list[State]] = {}
    for state in rows():
        if state.gw_id is not None:
            found.setdefault(state.gw_id, []).append(state)
    return {gw_id: tuple(sorted(held, key=lambda one: one.start)) for gw_id, held in found.items()}


@cache
def _series(state: State) -> tuple[State, ...]:
    """The rows of this row's series, oldest first."""
    if state.continuing_iso3:
        held = [one for one in rows() if one.continuing_iso3 == state.continuing_iso3]
    else:
        held = [one for one in rows() if one.gw_id == state.gw_id and not one.continuing_iso3]
    return tuple(sorted(held, key=lambda one: one.start))


def _before(gw_id: int, day: date) -> State | None:
    """The row of a number that stood before a day: the last one that had begun."""
    held = [state for state in _of_gw()[gw_id] if state.start < day]
    return held[-1] if held else None


def _unique(found: list[State]) -> tuple[State, ...]:
    return tuple(dict.fromkeys(found))


def _by_number(field: str, system: str, number: int, day: date) -> State:
    held = [state for state in rows() if getattr(state, field) == number]
    for state in held:
        if state.exists(day):
            return state
    if held:
        raise UnknownCountryError(f"{system} number {number} {_absent(held, day)}")
    raise UnknownCountryError(f"{number} is not a {system} number that we know: give an ISO3 code or a name")


def _shown(query: object) -> str:
    text = str(query)
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _day(on: date | None) -> date:
    day = date.today() if on is None else on
    _check(day)
    return day


def _check(on: date) -> None:
    if on < FIRST_DAY:
        raise UsageError(f"{on} is before {FIRST_DAY}, where the table of states begins: give a later date")
