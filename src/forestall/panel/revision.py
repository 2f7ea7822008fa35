"""How candidate figures were revised until the first final release, learned from pairs of both.

UCDP issues a month's deaths three times: as a monthly candidate release some weeks after the month, again early in the
next year as one candidate release for the whole year, and as final in the yearly GED release in June. Between these
three days nothing changes (docs/methods/nowcast.md), so a figure's stage, not its age in months, says how much revision
lies ahead of it. Source of the candidate programme: Hegre, Croicu, Eck & Högbladh (2020), doi:10.1177/2053168020935257.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.errors import ShapeError, StoreError
from forestall.panel.frame import FloatArray, IntArray, Panel

MONTHLY, YEARLY = "monthly", "yearly"
STAGES = (MONTHLY, YEARLY)
RECENT = 12
"""Months, the figure's own included, whose mean says how active a country is."""

# Lower bounds of the classes: deaths in the month where it has any; where it has none, deaths a month over the last
# twelve (0.05: at least one in them). Five and four classes leave some 100 months in each.
POSITIVE_FLOORS = (1.0, 3.0, 11.0, 51.0, 251.0)
ZERO_FLOORS = (0.0, 0.05, 1.0, 8.0)
GRID = 40  # steps between the smallest and the largest revision seen
# Shrinkage, in months: a class counts half against all classes at this many, a country half against none. A year of
# a country's months is one experience rather than twelve, hence the twelve; see docs/methods/nowcast.md for others.
CLASS_WEIGHT, CHANCE_WEIGHT, COUNTRY_WEIGHT = 30, 10, 12

SCHEMA: dict[str, type[pl.DataType]] = {
    "stage": pl.String,
    "part": pl.String,
    "gw_id": pl.Int32,
    "floor": pl.Float64,
    "rank": pl.Float64,
    "revision": pl.Float64,
    "n_months": pl.Int32,
}
_RELEASE = re.compile(r"ucdp-candidate-(?:(?P<month>\d{2}\.0\.\d{1,2})|(?P<year>20\d{2}|\d{2}\.01\.\d{2}\.12))")


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """Revisions of figures by class. floors: (k,) lower bounds, ascending. chance: (k,) that the final figure is above
    0. quantiles: (k, g) of the revision if it is, at evenly spread probabilities from 0 to 1. n_months: (k,)."""

    floors: FloatArray
    chance: FloatArray
    quantiles: FloatArray
    n_months: npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        k = self.floors.size
        if self.chance.shape != (k,) or self.quantiles.ndim != 2 or self.quantiles.shape[0] != k or k == 0:
            raise ShapeError(f"{k} classes have chances {self.chance.shape} and quantiles {self.quantiles.shape}")


@dataclass(frozen=True, slots=True, eq=False)
class Revision:
    """How figures of one stage become final.

    positive: classes by deaths in the month; the revision is log((final + 1/2) / (known + 1/2)) less the country's own.
    zero: classes by deaths a month over the last twelve; the revision is the final number of deaths. country:
    Gleditsch-Ward number -> mean log ratio, shrunk to 0; n_months: months it rests on. correlation: of the ranks of
    revisions of one country in one year.
    """

    stage: str
    positive: Classes
    zero: Classes
    country: Mapping[int, float] = field(default_factory=dict)
    n_months: Mapping[int, int] = field(default_factory=dict)
    correlation: float = 0.0


Revisions = Mapping[str, Revision]


def stage_of(status: str, release: str) -> str | None:
    """The stage of a month's figures: "monthly", "yearly", or None for figures that are final or not known.

    The name of a UCDP candidate release decides (26.0.2 is monthly, 2025 or 21.01.21.12 yearly, 26.01.26.06 has not
    been through the yearly revision: monthly); other names go by status, provisional figures counting as yearly.
    """
    if status not in ("candidate", "provisional"):
        return None
    found = _RELEASE.fullmatch(release)
    if found:
        return YEARLY if found["year"] else MONTHLY
    return YEARLY if status == "provisional" and not release.startswith("ucdp-candidate-") else MONTHLY


def stages(panel: Panel) -> tuple[str | None, ...]:
    """The stage of each month of a panel. A panel that names no status has only final months."""
    if not panel.status:
        return (None,) * panel.months.size
    releases = panel.releases or ("",) * panel.months.size
    return tuple(stage_of(status, release) for status, release in zip(panel.status, releases, strict=True))


def recent_mean(values: FloatArray) -> FloatArray:
    """Mean of each month and the eleven before it, (n, t), over the months that are known; NaN where none is."""
    known = ~np.isnan(values)
    sums = np.cumsum(np.where(known, values, 0.0), axis=1)
    counts = np.cumsum(known, axis=1).astype(np.float64)
    for array in (sums, counts):
        array[:, RECENT:] -= array[:, :-RECENT].copy()
    mean: FloatArray = np.divide(sums, counts, out=np.full(values.shape, np.nan), where=counts > 0)
    return mean


def fit(
    stage: str, *, units: IntArray, years: IntArray, known: FloatArray, recent: FloatArray, final: FloatArray
) -> Revision:
    """Learn a stage's revisions from figures known at that stage and what they became in the first final release.

    units: (n,) Gleditsch-Ward numbers. years: (t,) calendar year of each month. known, recent, final: (n, t), deaths;
    `recent` as `recent_mean` gives it, from what was known with `known`. Pairs with a NaN are left out. With no pair
    above 0 the figures are taken to stay as they are. Raises ShapeError if the parts do not fit.
    """
    shape = (units.size, years.size)
    if any(array.shape != shape for array in (known, recent, final)):
        raise ShapeError(f"known, recent and final must have shape (units, months) = {shape}")
    pair = ~(np.isnan(known) | np.isnan(final) | np.isnan(recent))
    positive, zero = pair & (known > 0), pair & (known == 0)
    stayed = positive & (final > 0)
    ratio = np.zeros(shape)
    ratio[stayed] = np.log((final[stayed] + 0.5) / (known[stayed] + 0.5))
    months = stayed.sum(axis=1)
    own = ratio.sum(axis=1) / (months + COUNTRY_WEIGHT)
    rest = ratio - own[:, None]
    return Revision(
        stage=stage,
        positive=_classes(POSITIVE_FLOORS, known, positive, stayed, rest),
        zero=_classes(ZERO_FLOORS, recent, zero, zero & (final > 0), final),
        country={int(units[i]): float(own[i]) for i in np.flatnonzero(months)},
        n_months={int(units[i]): int(months[i]) for i in np.flatnonzero(months)},
        correlation=_correlation(ratio, stayed, years),
    )


def _classes(
    floors: tuple[float, ...],
    size: FloatArray,
    inside: npt.NDArray[np.bool_],
    above: npt.NDArray[np.bool_],
    revision: FloatArray,
) -> Classes:
    """Chances and quantiles by class, each class pulled toward all of them together."""
    probabilities = np.linspace(0.0, 1.0, GRID + 1)
    count = np.array([int(inside.sum())])
    share = float(above.sum() / count[0]) if count[0] else float(floors[0] > 0)
    pooled = np.quantile(revision[above], probabilities) if above.any() else np.zeros(GRID + 1)
    bounds = (*floors, np.inf)
    chance, quantiles, n_months = [], [], []
    for low, high in pairwise(bounds):
        here = inside & (size >= low) & (size < high)
        found = revision[here & above]
        chance.append((found.size + CHANCE_WEIGHT * share) / (here.sum() + CHANCE_WEIGHT))
        weight = found.size / (found.size + CLASS_WEIGHT)
        own = np.quantile(found, probabilities) if found.size else pooled
        quantiles.append(weight * own + (1 - weight) * pooled)
        n_months.append(int(here.sum()))
    return Classes(np.array(floors), np.array(chance), np.array(quantiles), np.array(n_months))


def _correlation(ratio: FloatArray, used: npt.NDArray[np.bool_], years: IntArray) -> float:
    """Mean correlation of the ranks of two months of one country and year.

    The country's own mean is left in: what was learned of it in one year explains less of the next.
    """
    if used.sum() < 2:
        return 0.0
    rank = np.zeros(ratio.shape)
    ordered = np.sort(ratio[used])
    middle = np.searchsorted(ordered, ratio[used], "left") + np.searchsorted(ordered, ratio[used], "right")
    rank[used] = middle / (2 * ordered.size) - 0.5
    products = pairs = 0.0
    for year in np.unique(years):
        of_year = rank[:, years == year]
        count = used[:, years == year].sum(axis=1)
        products += float((of_year.sum(axis=1) ** 2 - (of_year**2).sum(axis=1)).sum())
        pairs += float((count * (count - 1)).sum())
    variance = float((rank[used] ** 2).mean())
    return float(np.clip(products / pairs / variance, 0.0, 1.0)) if pairs and variance > 0 else 0.0


def to_frame(revisions: Revisions) -> pl.DataFrame:
    """The revisions as the rows of table `revision`."""
    rows: list[tuple[str, str, int | None, float | None, float | None, float, int | None]] = []
    for stage, one in revisions.items():
        for kind, classes in (("positive", one.positive), ("zero", one.zero)):
            steps = np.linspace(0.0, 1.0, classes.quantiles.shape[1])
            for k, floor in enumerate(classes.floors):
                n = int(classes.n_months[k])
                rows.append((stage, f"{kind}_chance", None, float(floor), None, float(classes.chance[k]), n))
                for p, q in zip(steps, classes.quantiles[k], strict=True):
                    rows.append((stage, f"{kind}_quantile", None, float(floor), float(p), float(q), n))
        for unit, shift in sorted(one.country.items()):
            rows.append((stage, "country", unit, None, None, shift, one.n_months.get(unit)))
        rows.append((stage, "correlation", None, None, None, one.correlation, None))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def from_frame(frame: pl.DataFrame) -> dict[str, Revision]:
    """The revisions of table `revision`, by stage. Raises StoreError if a part of a stage is missing."""
    found: dict[str, Revision] = {}
    for (stage,), rows in frame.group_by("stage", maintain_order=True):
        parts = {str(part): sub for (part,), sub in rows.group_by("part", maintain_order=True)}
        needed = [f"{kind}_{what}" for kind in ("positive", "zero") for what in ("chance", "quantile")]
        missing = [part for part in (*needed, "correlation") if part not in parts]
        if missing:
            raise StoreError(
                f"table revision, stage {stage}: no {', '.join(missing)}; "
                "build it with `python -m tools.embed.revision`"
            )
        country = parts.get("country", frame.clear())
        found[str(stage)] = Revision(
            stage=str(stage),
            positive=_read(parts, "positive"),
            zero=_read(parts, "zero"),
            country=dict(zip(country["gw_id"].to_list(), country["revision"].to_list(), strict=True)),
            n_months=dict(zip(country["gw_id"].to_list(), country["n_months"].to_list(), strict=True)),
            correlation=float(parts["correlation"]["revision"].item()),
        )
    return found


def _read(parts: Mapping[str, pl.DataFrame], kind: str) -> Classes:
    chances = parts[f"{kind}_chance"].sort("floor")
    quantiles = parts[f"{kind}_quantile"].sort("floor", "rank")["revision"].to_numpy()
    return Classes(
        floors=chances["floor"].to_numpy(),
        chance=chances["revision"].to_numpy(),
        quantiles=quantiles.reshape(chances.height, -1),
        n_months=chances["n_months"].to_numpy().astype(np.int64),
    )
