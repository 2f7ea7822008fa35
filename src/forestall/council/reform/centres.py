"""Which States outside the Council rank highest on chosen measures, on a day, and how far the ranking hangs on the
weights.

Arithmetic on measures that the reader chooses and weighs; it recommends nobody. The score of a State is the weighted
mean of its shares of the world (or of its ranks); the band says which ranks it takes when the weights are drawn at
random around the reader's.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

import numpy as np

from forestall.council.reform.measures import MEASURES, Measure, measure
from forestall.council.reform.regions import un_members
from forestall.errors import UsageError
from forestall.ids import countries
from forestall.store import Workspace

WEIGHTS: Mapping[str, float] = {"population": 1.0, "gdp": 1.0, "contributions": 1.0, "troops": 1.0}
DRAWS = 4000
CONCENTRATION = 20.0
SAID = "This is arithmetic on measures and weights that the reader chose; it weighs no claim and recommends no State."
Method = Literal["share", "rank"]


@dataclass(frozen=True)
class Centre:
    """A State outside the Council.

    rank: 1 is the highest score. rank_low, rank_high: 5 % and 95 % of its ranks under drawn weights. score: 0 to 1.
    parts: measure -> share of the world (method share) or standing from 0 to 1 (method rank), null where no figure is
    known; such a measure is left out of its score, and the other weights fill its place. values, years: what they rest
    on.
    """

    rank: int
    rank_low: int
    rank_high: int
    iso3: str
    name: str
    group: str | None
    score: float
    parts: Mapping[str, float | None]
    values: Mapping[str, float | None]
    years: Mapping[str, int | None]


@dataclass(frozen=True)
class Centres:
    """A ranking. weights: of sum 1, over measures with a figure. unknown: measures that had none by the day. sitting:
    members of the Council on the day, left out. ranked: States that were ranked.
    """

    on: date
    method: Method
    weights: Mapping[str, float]
    measures: tuple[Measure, ...]
    unknown: tuple[str, ...]
    sitting: tuple[str, ...]
    ranked: int
    draws: int
    concentration: float
    seed: int
    centres: tuple[Centre, ...]


def parse_weights(text: str) -> dict[str, float]:
    """Weights from text such as `population=1,gdp=0.5`; measures not named have none.

    Raises UsageError for an unknown or doubled measure, a weight that is negative or no number, and if all are 0.
    """
    found: dict[str, float] = {}
    for part in text[:500].split(","):
        name, sign, number = (piece.strip() for piece in part.partition("="))
        if name not in MEASURES or not sign:
            known = ", ".join(MEASURES)
            raise UsageError(f"weight {part.strip()[:60]!r} is not MEASURE=NUMBER with a measure of: {known}")
        if name in found:
            raise UsageError(f"weight of {name} is given twice; give one")
        try:
            found[name] = float(number)
        except ValueError:
            raise UsageError(f"weight of {name} is {number[:40]!r}; give a number such as 0.5") from None
    return checked(found)


def checked(weights: Mapping[str, float]) -> dict[str, float]:
    """Weights with the zeros left out. Raises UsageError, see `parse_weights`."""
    for name, weight in weights.items():
        if name not in MEASURES:
            raise UsageError(f"measure {name[:40]!r} is not known: give {', '.join(MEASURES)}")
        if not math.isfinite(weight) or weight < 0 or weight > 1e6:
            raise UsageError(f"weight of {name} is {weight:g}; give a number from 0 to 1,000,000")
    kept = {name: weight for name, weight in weights.items() if weight > 0}
    if not kept:
        raise UsageError("all weights are 0; give at least one above 0")
    return kept


def centres(
    workspace: Workspace,
    on: date,
    *,
    weights: Mapping[str, float] = WEIGHTS,
    method: Method = "share",
    sitting: Sequence[str] = (),
    top: int | None = None,
    draws: int = DRAWS,
    concentration: float = CONCENTRATION,
    seed: int = 0,
) -> Centres:
    """The States outside the Council by score on a day.

    sitting: iso3 of the members that sat on the day. top: how many to give (default: all). draws, concentration, seed:
    of the Dirichlet(concentration x weight) from which weights are drawn; the larger the concentration the nearer to
    the reader's weights, and a weight of 0 stays 0.
    Raises UsageError for weights that will not do, a day before 1946, fewer than 1 draw or a concentration not above 0,
    and if no weighed measure had a figure by the day.
    """
    if draws < 1 or draws > 100_000:
        raise UsageError(f"draws are {draws}; give 1 to 100,000")
    if not (math.isfinite(concentration) and 0 < concentration <= 1e6):
        raise UsageError(f"concentration is {concentration:g}; give a number above 0, at most 1,000,000")
    wanted = checked(weights)
    found = [measure(workspace, name, on) for name in MEASURES if name in wanted]
    known = [one for one in found if one.shares()]
    unknown = tuple(one.name for one in found if not one.shares())
    if not known:
        raise UsageError(f"none of {', '.join(wanted)} was known by {on}: give a later day or other measures")
    members = un_members(on)
    outside = sorted(set(members) - set(sitting))
    parts = np.array([_column(one, outside, method) for one in known]).T
    mean = np.array([wanted[one.name] for one in known])
    mean = mean / mean.sum()
    outside = [iso3 for iso3, row in zip(outside, parts, strict=True) if not np.isnan(row).all()]
    parts = parts[~np.isnan(parts).all(axis=1)]
    scores = _scores(parts, mean[None, :])[0]
    drawn = np.random.default_rng(seed).dirichlet(concentration * mean, size=draws)
    low, high = _band(_scores(parts, drawn))
    order = sorted(range(len(outside)), key=lambda i: (-scores[i], outside[i]))
    ranks = _ranks(scores[None, :])[0]
    rows = tuple(
        Centre(
            rank=int(ranks[i]),
            rank_low=int(low[i]),
            rank_high=int(high[i]),
            iso3=outside[i],
            name=_name(outside[i], on),
            group=members[outside[i]],
            score=float(scores[i]),
            parts={m.name: None if np.isnan(v) else float(v) for m, v in zip(known, parts[i], strict=True)},
            values={m.name: m.values.get(outside[i]) for m in known},
            years={m.name: m.years.get(outside[i]) for m in known},
        )
        for i in order[:top]
    )
    names = [one.name for one in known]
    return Centres(
        on,
        method,
        dict(zip(names, mean.tolist(), strict=True)),
        tuple(known),
        unknown,
        tuple(sorted(sitting)),
        len(outside),
        draws,
        concentration,
        seed,
        rows,
    )


def _column(one: Measure, outside: Sequence[str], method: Method) -> list[float]:
    """A measure's part in the score of each State; NaN where no figure is known.

    share: of the world. rank: share of all Members with a figure that have less, ties counting half.
    """
    shares = one.shares()
    if method == "share":
        return [shares.get(iso3, math.nan) for iso3 in outside]
    every = np.sort(np.array(list(one.values.values())))
    standing = []
    for iso3 in outside:
        value = one.values.get(iso3)
        if value is None:
            standing.append(math.nan)
            continue
        below, upto = np.searchsorted(every, value, "left"), np.searchsorted(every, value, "right")
        standing.append(float(below + (upto - below - 1) / 2) / max(1, len(every) - 1))
    return standing


def _scores(parts: "np.ndarray[tuple[int, int], np.dtype[np.float64]]", weights: np.ndarray) -> np.ndarray:
    """(draws, states): weighted means over the measures that a State has."""
    held = ~np.isnan(parts)
    sums = weights @ np.where(held, parts, 0.0).T
    filled = weights @ held.T.astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(filled > 0, sums / filled, 0.0))


def _ranks(scores: np.ndarray) -> np.ndarray:
    """(draws, states): 1 for the highest; equal scores share the better rank."""
    ordered = np.sort(-scores, axis=1)
    return np.array([np.searchsorted(row, -values, "left") for row, values in zip(ordered, scores, strict=True)]) + 1


def _band(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    ranks = _ranks(scores)
    low, high = np.quantile(ranks, [0.05, 0.95], axis=0, method="inverted_cdf")
    return low, high


def _name(iso3: str, on: date) -> str:
    state = countries.by_iso3(iso3, on)
    return state.un_name or state.name


def years(one: Measure) -> str:
    """The years a measure's figures come from."""
    return str(one.last_year) if one.first_year == one.last_year else f"{one.first_year}-{one.last_year}"


def caveats(found: Centres) -> list[str]:
    """What a reader of a ranking must know, with the sources of its figures."""
    said = [SAID]
    if found.unknown:
        said.append(f"Not known by {found.on}, and left out: {', '.join(found.unknown)}.")
    said += [f"{one.note[0].upper()}{one.note[1:]}." for one in found.measures if one.note]
    partial = [one.name for one in found.centres if any(part is None for part in one.parts.values())]
    if partial:
        said.append(f"Without a figure on every measure, scored on the others: {', '.join(partial)}.")
    sources = [f"{one.name}: {one.source}, {years(one)}" for one in found.measures]
    said.append(f"Sources: {'; '.join(sources)}. As known on {found.on}; revised figures.")
    return said


def document(found: Centres) -> dict[str, object]:
    """The ranking as one JSON document."""
    return {
        "on": found.on.isoformat(),
        "method": found.method,
        "weights": dict(found.weights),
        "sitting": list(found.sitting),
        "ranked": found.ranked,
        "band": {"draws": found.draws, "concentration": found.concentration, "seed": found.seed, "ranks": [0.05, 0.95]},
        "centres": [asdict(one) for one in found.centres],
        "measures": [
            {
                "measure": one.name,
                "unit": one.unit,
                "source": one.source,
                "first_year": one.first_year,
                "last_year": one.last_year,
                "missing": list(one.missing),
                "note": one.note or None,
            }
            for one in found.measures
        ],
        "unknown": list(found.unknown),
        "caveats": caveats(found),
    }
