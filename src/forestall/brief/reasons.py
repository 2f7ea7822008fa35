"""Reasons for a country's forecast as sentences: what went with more or fewer deaths, never what causes them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from forestall.brief import words
from forestall.forecast import explain_cache, explain_parts
from forestall.forecast.analogues import Case
from forestall.forecast.explain import OWN, TREES, Driver, Drivers, Reasons
from forestall.forecast.explain_change import SEED_NOISE, Change
from forestall.forecast.learning import MOST_SCALE
from forestall.forecast.models import boosting
from forestall.ids.months import long_month

if TYPE_CHECKING:
    from forestall.brief.situation import Situation

MOST_DRIVERS = 3
MOST_FACTOR = 50.0
WORTH = 0.5  # deaths a month that are worth a word beside the odds
ALIKE = {
    "latest months": "Countries with such latest months",
    "recent level": "Countries with such a recent level of deaths",
    "long record": "Countries with such a long record",
    "active months": "Countries with deaths in as many of their months",
    "volatility and trend": "Countries whose deaths varied and tended as here",
    "neighbours": "Countries with such neighbours",
    "world": "In times with as many deaths worldwide as now, countries",
}
PARTS_OF_RECORD = {
    "latest months": "Its record of the last six months",
    "long record": "Its record before the last six months",
}


def of(s: "Situation", gw_id: int) -> tuple[str, ...]:
    """The sentences for one country of an edition. The first country costs fits, unless the workspace remembers them."""
    names = {unit: state.name for unit, state in s.states.items()}
    return sentences(_world(s)[gw_id], names, pool_share())


@lru_cache(maxsize=1)
def _world(s: "Situation") -> Mapping[int, Reasons]:
    return explain_cache.run(s.panel, s.workspace.cache_dir)


def pool_share() -> float:
    """The share of the pool that the boosted part has."""
    return explain_parts.pool_shares().get(boosting.NAME, 0.0)


def sentences(reasons: Reasons, names: Mapping[int, str], share: float) -> tuple[str, ...]:
    """Eight plain sentences at most. names: of countries, by unit. share: of the pool that the boosted part has."""
    first, last = reasons.horizons[0], reasons.horizons[-1]
    out = [basis(first, share)]
    if first.basis in {TREES, OWN}:
        named = first.drivers[:MOST_DRIVERS]
        out += [driver(one, first) for one in named]
        if not named:
            out.append(f"Nothing stands out for {long_month(first.month)}: no theme is both large and borne out.")
        known = {one.theme for one in first.drivers}
        later = [one for one in last.drivers if one.theme not in known]
        if last.step != first.step and last.basis == first.basis and later:
            out.append(driver(later[0], last))
        if first.withheld:
            themes = " or ".join(f"“{one.theme}”" for one in first.withheld)
            out.append(
                f"Nothing is said of {themes} for {long_month(first.month)}: the whole pool did not move the way that the part explained here says."
            )
    # A country at peace is like every other one at peace: naming two of them tells a reader nothing.
    told = tuple(case for case in reasons.cases if case.deaths_before)
    if told:
        out.append(cases(told, names))
    if reasons.change is not None:
        out.append(changed(reasons.change))
    return tuple(out)


def basis(one: Drivers, share: float) -> str:
    """What the drivers explain, and how they were checked."""
    if one.basis == TREES:
        return (
            f"These drivers explain the boosted trees, {words.share(share)} of the pool of models; each was checked on the whole pool, by setting it to "
            "what is usual. Factors and numbers are those of the trees alone. They say what went with more or fewer deaths in the record, not what causes them."
        )
    if one.basis == OWN:
        return (
            f"With more than {MOST_SCALE:.0f} deaths a month of late this country is forecast from its own record and not by trees: parts of the record were "
            "left out in turn, and each was checked on the whole pool of models. Factors and numbers are those of the own record alone."
        )
    return "There are too few cases with deaths to learn drivers from."


def driver(one: Driver, at: Drivers) -> str:
    """What is stated of one driver for one month, and nothing of what is not."""
    month = long_month(at.month)
    said: list[tuple[bool, str]] = []
    if one.odds_25 is not None:
        said.append((one.odds_25 > 1, f"the odds of 25 or more deaths in {month} by a factor of {factor(one.odds_25)}"))
    elif one.odds_any is not None:
        said.append((one.odds_any > 1, f"the odds of any death in {month} by a factor of {factor(one.odds_any)}"))
    if one.deaths is not None and (abs(one.deaths) >= WORTH or not said):
        whose = "the trees' expected deaths" if at.basis == TREES else "expected deaths"
        when = "" if said else f" in {month}"
        said.append((one.deaths > 0, f"{whose}{when} by {deaths(one.deaths)}"))
    text = ", and ".join(f"{'raises' if up else 'lowers'} {what}" for up, what in said)
    if at.basis == OWN:
        return f"{PARTS_OF_RECORD.get(one.theme, one.theme)} {text}, against a forecast without it."
    ways = {up for up, _ in said}
    saw = "saw other numbers of deaths" if len(ways) > 1 else f"saw {'more' if ways == {True} else 'fewer'} deaths"
    return f"{ALIKE.get(one.theme, one.theme)} {saw} than is usual: this {text}."


def factor(odds: float) -> str:
    """A factor on odds, said from 1 upwards whichever way it goes: about 2, about 1.3, more than 50."""
    size = max(odds, 1 / odds) if odds > 0 else float("inf")
    if size > MOST_FACTOR:
        return f"more than {MOST_FACTOR:.0f}"
    return f"about {size:.0f}" if size >= 10 else f"about {round(size, 1):g}"


def deaths(count: float) -> str:
    """A size of a difference in deaths a month."""
    size = abs(count)
    return "less than 1 a month" if size < WORTH else f"about {words.rounded(size)} a month"


def cases(found: tuple[Case, ...], names: Mapping[int, str]) -> str:
    """Past cases that look like the present, and what followed."""
    told = [
        f"{names.get(case.unit, case.iso3)} up to {long_month(case.origin)} ({words.deaths(case.deaths_before)} in that year, {words.exact(case.deaths_after) if case.deaths_after else 'none'} in the next)"
        for case in found
    ]
    start = "The past case most like the present is" if len(told) == 1 else "The past cases most like the present are"
    return f"{start} {'; '.join(told)}. They are no forecast by themselves."


def changed(moved: Change) -> str:
    """Where the change since the earlier edition comes from, or that it is too small to be split."""
    first, last = long_month(moved.months[0]), long_month(moved.months[-1])
    what = f"deaths expected from {first} to {last}"
    gone = moved.deaths.after - moved.deaths.before
    if abs(gone) < WORTH:
        return f"The number of {what} has moved by less than one since last month."
    if not moved.clear:
        return f"The number of {what} has moved by less than {100 * SEED_NOISE:.0f} % since last month, too little to say why."
    revised = f"{words.signed(moved.deaths.revised_data)} by revised data, " if moved.revised_known else ""
    unknown = "" if moved.revised_known else " What revised data did is not known: the earlier release is not at hand."
    return (
        f"Since last month the number of {what} has moved by {words.signed(gone)}: {revised}{words.signed(moved.deaths.new_data)} by new data and "
        f"{words.signed(moved.deaths.model)} by what the models learned.{unknown}"
    )
