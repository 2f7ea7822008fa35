"""How figures are said: rounding without false precision, and probabilities in words beside their numbers."""

import math
from collections.abc import Iterable

from forestall.instruments import phrases

# The likelihood scale of the IPCC's guidance note on uncertainty (Mastrandrea et al. 2010), which readers of UN papers know.
LIKELIHOOD = (
    (0.99, "virtually certain"),
    (0.90, "very likely"),
    (0.66, "likely"),
    (0.33, "about as likely as not"),
    (0.10, "unlikely"),
    (0.01, "very unlikely"),
    (0.0, "exceptionally unlikely"),
)


# What the pool's draws can carry up to a year ahead (benchmarks/reliability.py, origins before 2018): where 95 % of the draws or more
# reached 25 deaths, 25 or more followed in 95 to 99 % of cases; where 1 to 2 % did, in 0 to 3 %; where under 0.5 % did, in 0.1 to 0.2 %.
MOST, LEAST = 0.95, 0.01


def likelihood(probability: float) -> str:
    """The word for a probability in [0, 1], by the IPCC's scale; no more certain than the model has earned. Raises ValueError outside it."""
    if not 0 <= probability <= 1:
        raise ValueError(f"a probability lies between 0 and 1, not {probability}")
    # The word goes with the figure that is printed: 9.6 % is said as 10 %, and 10 % is "unlikely".
    earned = round(100 * min(probability, MOST)) / 100
    return next(word for bound, word in LIKELIHOOD if earned >= bound)


def percent(probability: float) -> str:
    """A probability as a whole percentage, with open ends where draws claim more certainty than the model has earned."""
    if probability >= MOST:
        return f"≥{MOST:.0%}".replace("%", " %")
    if round(100 * probability) < 100 * LEAST:
        return f"<{LEAST:.0%}".replace("%", " %")
    return f"{round(100 * probability)} %"


def share(part: float) -> str:
    """A recorded share as a whole percentage."""
    return f"{round(100 * part)} %"


def percent_range(low: float, high: float) -> str:
    """Two probabilities as one range, or as one figure where they are said the same."""
    a, b = percent(low), percent(high)
    if a == b:
        return a
    if a.startswith("<"):
        return f"up to {b}"
    if b.startswith("≥"):
        return f"{a} or more"
    return f"{a.removesuffix(' %')}–{b}"


def exact(value: float | None) -> str:
    """A published count in full, with thousands separated: 3,957,143."""
    return "not known" if value is None or math.isnan(value) else f"{round(value):,}"


rounded = phrases.count
"""An estimated count to two significant figures; the alerts say theirs the same way."""
listing, day = phrases.listing, phrases.day
"""Items and days as English writes them."""


def interval(low: float, high: float) -> str:
    """An interval of estimated counts, both ends to two significant figures."""
    a, b = rounded(low), rounded(high)
    if a == "fewer than 1":
        a = "0"
    if a == b:
        return a
    if b == "fewer than 1":
        return "0 to 1"
    return f"{a} to {b}"


def signed(value: float) -> str:
    """A change, with its sign: +1,500, −320, 0."""
    if round(value) == 0:
        return "0"
    return ("+" if value > 0 else "−") + rounded(abs(value))


def rate(base: tuple[float, int, int]) -> str:
    """A share of cases with its counts: 48 of 8,285 cases (0.6 %). base: share in [0, 1], how many of the cases, cases."""
    share_of_cases, happened, cases = base
    return f"{happened:,} of {cases:,} cases ({100 * share_of_cases:.1f} %)"


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: 1 country, 2 countries."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def deaths(count: float | None) -> str:
    """A recorded number of deaths with its noun: no deaths, 1 death, 1,234 deaths."""
    if count is not None and round(count) == 0:
        return "no deaths"
    return f"{exact(count)} death{'' if count is not None and round(count) == 1 else 's'}"


def release(name: str) -> str:
    """A release as people name it: ucdp-ged-25.1 is UCDP GED 25.1. Names in other shapes stay as they are."""
    if not name.startswith("ucdp-"):
        return name
    kind, _, version = name.removeprefix("ucdp-").rpartition("-")
    known = {
        "ged": "GED",
        "candidate": "Candidate",
        "country-year": "country-year",
        "acd": "Armed Conflict",
        "dyadic": "Dyadic",
    }
    return f"UCDP {known.get(kind, kind)} {version}"


def releases(names: Iterable[str]) -> str:
    """Releases of one publisher in a row: UCDP GED 25.1, Candidate 2025 and Candidate 26.0.2."""
    said = [release(name) for name in dict.fromkeys(names)]
    return listing([said[0], *(name.removeprefix("UCDP ") for name in said[1:])]) if said else "no release"


def position(lat: float, lon: float) -> str:
    """A place on the globe in degrees, as maps name it: 15.25° N, 32.75° W."""
    return f"{abs(lat):.2f}° {'S' if lat < 0 else 'N'}, {abs(lon):.2f}° {'W' if lon < 0 else 'E'}"
