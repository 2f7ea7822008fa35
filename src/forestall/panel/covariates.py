"""What was known of each country beside violence, month by month: income, regime, exclusion, displacement, coups, news.

Every figure counts from a month on (`known_from` in table `covariates`: its source's custom, not the day of the file we
hold, whose figures are revised). `covariates` carries the last known figure, for a stated number of months and no
longer: after that it is not known (NaN). Sources, lags and defects: docs/sources/covariates.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.errors import ShapeError, UsageError
from forestall.panel.country_month import FIRST_MONTH, POPULATION_LAG
from forestall.panel.frame import FloatArray, IntArray
from forestall.store import Workspace

YEARS_CARRIED = 3
"""A yearly figure counts as known for three years after its own, one more than most sources need to follow it up."""


@dataclass(frozen=True, slots=True)
class Covariate:
    """A covariate: its meaning with the unit, the column `covariate` it comes from, and how long a figure is carried.

    carried: months after the one in which the figure counts as known. change: years between the two figures whose
    difference it is, 0 for the level.
    """

    name: str
    meaning: str
    origin: str
    carried: int = 12 * YEARS_CARRIED
    change: int = 0
    scale: Callable[[pl.Expr], pl.Expr] = lambda value: value


def _log(value: pl.Expr) -> pl.Expr:
    return value.log()


def _log1p(value: pl.Expr) -> pl.Expr:
    return (1 + value).log()


def _signed_log(value: pl.Expr) -> pl.Expr:
    return value.sign() * (1 + value.abs()).log()


# Ethnic power relations change slowly and the file ends 2021: a figure is carried for eight years.
YEARLY = (
    Covariate("log_population", "log of persons", "population", scale=_log),
    Covariate(
        "log_gdp_per_capita", "log of gross domestic product a head, constant PPP dollars", "gdp_per_capita", scale=_log
    ),
    Covariate("gdp_growth", "change of log_gdp_per_capita on the year before", "gdp_per_capita", change=1, scale=_log),
    Covariate("inflation", "log of 1 + percent a year, with its sign", "inflation", scale=_signed_log),
    Covariate("age_dependency", "persons under 15 or over 64 per 100 of the others", "age_dependency"),
    Covariate("log_infant_mortality", "log of deaths under one year in 1,000 births", "infant_mortality", scale=_log),
    Covariate("polyarchy", "electoral democracy, 0 to 1", "polyarchy"),
    Covariate("polyarchy_change", "change of polyarchy in five years", "polyarchy", change=5),
    Covariate("liberal_democracy", "liberal democracy, 0 to 1", "liberal_democracy"),
    Covariate("excluded_share", "share of the population excluded from power, 0 to 1", "excluded_share", carried=96),
    Covariate(
        "log_refugees_from", "log of 1 + refugees and asylum seekers from the country", "refugees_from", scale=_log1p
    ),
    Covariate("log_refugees_in", "log of 1 + refugees and asylum seekers in the country", "refugees_in", scale=_log1p),
    Covariate("refugees_from_change", "change of log_refugees_from in a year", "refugees_from", change=1, scale=_log1p),
    Covariate("refugees_in_change", "change of log_refugees_in in a year", "refugees_in", change=1, scale=_log1p),
)
COUPS = (("coup_attempts_12", 12), ("coup_attempts_60", 60))
NEWS = ("news_conflict", "news_protest")
LISTED = 12
RECENT, USUAL = 3, 24
NAMES = (
    *(each.name for each in YEARLY),
    *(name for name, _ in COUPS),
    *(f"{name}_{kind}" for name in NEWS for kind in ("level", "surge")),
)
"""The covariates in the order of `Covariates.values`."""


@dataclass(frozen=True, slots=True, eq=False)
class Covariates:
    """Covariates by country and month, as known in that month; read-only.

    iso3: a code per row. months: (t,) int32 month_ids, consecutive, the last one is `as_of`. names: (k,). values:
    (n, t, k) float64, units as in `docs/sources/covariates.md`, NaN where not known. Raises ShapeError if the parts do
    not fit.
    """

    iso3: tuple[str, ...]
    months: IntArray
    names: tuple[str, ...]
    values: FloatArray
    as_of: int

    def __post_init__(self) -> None:
        shape = (len(self.iso3), self.months.size, len(self.names))
        if self.values.shape != shape:
            raise ShapeError(f"covariates have shape {self.values.shape}, expected (units, months, names) = {shape}")
        if self.months.size == 0 or np.any(np.diff(self.months) != 1) or int(self.months[-1]) != self.as_of:
            raise ShapeError(f"months of covariates must be consecutive and end at as_of={self.as_of}")
        self.months.setflags(write=False)
        self.values.setflags(write=False)

    def of(self, name: str) -> FloatArray:
        """(n, t) one covariate. Raises UsageError if there is none of that name."""
        if name not in self.names:
            raise UsageError(f"covariate {name!r} is not known: choose one of {', '.join(self.names)}")
        found: FloatArray = self.values[:, :, self.names.index(name)]
        return found

    def cut(self, as_of: int) -> "Covariates":
        """The same seen from an earlier month. Raises UsageError if `as_of` lies outside the months."""
        keep = int(as_of) - int(self.months[0]) + 1
        if not 1 <= keep <= self.months.size:
            raise UsageError(f"as_of {as_of} lies outside the covariates' months {self.months[0]}..{self.months[-1]}")
        return Covariates(self.iso3, self.months[:keep], self.names, self.values[:, :keep], int(as_of))


def covariates(workspace: Workspace, iso3: Sequence[str], *, as_of: int, first_month: int = FIRST_MONTH) -> Covariates:
    """What was known of each country in each month from `first_month` to `as_of`.

    iso3: codes of series, as `Panel.iso3` gives them, in any order; a code without figures is NaN throughout. A month's
    values follow from rows known by then: nothing with `known_from` after a month changes that month or one before it.
    News counts are compared within their month, over all countries of the table. Raises UsageError if `as_of` lies
    before `first_month`.
    """
    if as_of < first_month:
        raise UsageError(f"as_of {as_of} lies before the first month {first_month}: choose a later month")
    months = np.arange(first_month, as_of + 1, dtype=np.int32)
    held = workspace.table("covariates").filter(pl.col("known_from") <= as_of)
    held = pl.concat(
        [held.select("iso3", "covariate", "month_id", "known_from", "value"), _population(workspace, as_of)]
    )
    place = {code: i for i, code in enumerate(dict.fromkeys(iso3))}
    values = np.full((len(place), months.size, len(NAMES)), np.nan)
    for k, each in enumerate(YEARLY):
        values[:, :, k] = _carried(_figures(held, each), place, months, each.carried)
    k = len(YEARLY)
    for _, window in COUPS:
        values[:, :, k] = _coups(held, place, months, window)
        k += 1
    for name in NEWS:
        values[:, :, k], values[:, :, k + 1] = _news(held.filter(pl.col("covariate") == name), place, months)
        k += 2
    rows = [place[code] for code in iso3]
    return Covariates(tuple(iso3), months, NAMES, values[rows], int(as_of))


def adjacency(
    workspace: Workspace, iso3: Sequence[str], months: npt.ArrayLike, *, contiguity: int = 1
) -> npt.NDArray[np.bool_]:
    """(t, n, n) whether two countries were neighbours in each month.

    contiguity: the widest kind that counts: 1 a land or river border, 2 to 5 water of at most 12, 24, 150, 400 miles. A
    border counts from the month it began. Source: Stinnett et al. (2002), doi:10.1177/073889420201900203.
    """
    wanted = np.asarray(months, dtype=np.int32)
    place = {code: i for i, code in enumerate(iso3)}
    found = np.zeros((wanted.size, len(iso3), len(iso3)), dtype=np.bool_)
    table = workspace.table("neighbours").filter(
        pl.col("contiguity") <= contiguity, pl.col("iso3").is_in(list(place)), pl.col("neighbour").is_in(list(place))
    )
    for one, other, first, last in table.select("iso3", "neighbour", "from_month", "until_month").iter_rows():
        found[(wanted >= first) & (wanted <= (last if last is not None else wanted)), place[one], place[other]] = True
    return found


def _population(workspace: Workspace, as_of: int) -> pl.DataFrame:
    """The table of population in the form of the others."""
    january = (pl.col("year") - 1980) * 12 + 1
    return (
        workspace.table("population")
        .select(
            "iso3",
            pl.lit("population").alias("covariate"),
            (january + 11).cast(pl.Int32).alias("month_id"),
            (january + POPULATION_LAG).cast(pl.Int32).alias("known_from"),
            pl.col("persons").alias("value"),
        )
        .filter(pl.col("known_from") <= as_of)
    )


def _figures(held: pl.DataFrame, each: Covariate) -> pl.DataFrame:
    """(iso3, known_from, value), one row a figure, the covariate's own scale."""
    own = held.filter(pl.col("covariate") == each.origin).select(
        "iso3", "month_id", "known_from", each.scale(pl.col("value")).alias("value")
    )
    if each.change:
        before = own.select(
            "iso3",
            (pl.col("month_id") + 12 * each.change).alias("month_id"),
            pl.col("value").alias("before"),
            pl.col("known_from").alias("before_known"),
        )
        # A change is known once both of its figures are.
        own = own.join(before, on=["iso3", "month_id"]).with_columns(
            (pl.col("value") - pl.col("before")).alias("value"),
            pl.max_horizontal("known_from", "before_known").alias("known_from"),
        )
    return own.sort("iso3", "month_id", "known_from", "value").select("iso3", "known_from", "value")


def _grid(frame: pl.DataFrame, place: dict[str, int]) -> tuple[IntArray, IntArray, FloatArray]:
    """Row, month in which it counts as known, and value of the figures of these countries."""
    frame = frame.filter(pl.col("iso3").is_in(list(place)))
    row = frame["iso3"].replace_strict(place, return_dtype=pl.Int32).to_numpy()
    return row, frame["known_from"].to_numpy(), frame["value"].to_numpy()


def _carried(frame: pl.DataFrame, place: dict[str, int], months: IntArray, carried: int) -> FloatArray:
    """(n, t) the last figure known in each month, NaN before the first and `carried` months after the last.

    frame: (iso3, known_from, value), later figures of a country after earlier ones.
    """
    # The months before the first one asked for are laid out too: what was known then is carried into it.
    start = int(months[0]) - carried
    row, known, value = _grid(frame, place)
    inside = (known >= start) & (known <= months[-1]) & np.isfinite(value)
    width = int(months[-1]) - start + 1
    figure = np.full((len(place), width), np.nan)
    figure[row[inside], known[inside] - start] = value[inside]
    column = np.arange(width)
    last = np.maximum.accumulate(np.where(np.isnan(figure), -1, column), axis=1)
    found = np.take_along_axis(figure, np.maximum(last, 0), axis=1)
    found[(last < 0) | (column - last > carried)] = np.nan
    return found[:, int(months[0]) - start :]


def _coups(held: pl.DataFrame, place: dict[str, int], months: IntArray, window: int) -> FloatArray:
    """(n, t) coup attempts, successful or not, in the `window` months up to each.

    The list names only months with a coup. It is taken to be complete from its first one, and at each month up to a
    year after the last one known by then, of any country: the world seldom goes longer without one. Beyond, NaN.
    """
    coups = held.filter(pl.col("covariate").is_in(["coups_successful", "coups_failed"]))
    start = int(months[0]) - window + 1
    row, known, value = _grid(coups, place)
    inside = (known >= start) & (known <= months[-1])
    count = np.zeros((len(place), int(months[-1]) - start + 2))
    np.add.at(count, (row[inside], known[inside] - start + 1), value[inside])
    total = np.cumsum(count, axis=1)
    found = total[:, window:] - total[:, :-window]
    listed = np.unique(coups["known_from"].to_numpy())
    if not listed.size:
        return np.full_like(found, np.nan)
    last = listed[np.maximum(np.searchsorted(listed, months, side="right") - 1, 0)]
    found[:, (months > last + LISTED) | (months - window + 1 < listed[0])] = np.nan
    return found


def _news(frame: pl.DataFrame, place: dict[str, int], months: IntArray) -> tuple[FloatArray, FloatArray]:
    """(n, t) how much the news reported: beside other countries in the month, and beside the country's own past.

    level: log(1 + count) less its median over all countries of the month whose counts came out with it, so that a count
    that comes later changes nothing. surge: the mean level of the last three
    months less that of the 24 before them. The world's coverage grows and changes its tools; both measures compare
    within a month.
    """
    frame = frame.with_columns((1 + pl.col("value")).log().alias("value"))
    frame = frame.with_columns(
        (pl.col("value") - pl.col("value").median().over("month_id", "known_from")).alias("value")
    )
    start = int(months[0]) - RECENT - USUAL + 1
    row, known, value = _grid(frame, place)
    inside = (known >= start) & (known <= months[-1])
    level = np.full((len(place), int(months[-1]) - start + 1), np.nan)
    level[row[inside], known[inside] - start] = value[inside]
    # Unknown months enter the sums as zero; every window that holds one is blanked below.
    total = np.cumsum(np.pad(np.nan_to_num(level), ((0, 0), (1, 0))), axis=1)
    t = np.arange(RECENT + USUAL, level.shape[1] + 1)
    recent = (total[:, t] - total[:, t - RECENT]) / RECENT
    usual = (total[:, t - RECENT] - total[:, t - RECENT - USUAL]) / USUAL
    surge = recent - usual
    gap = np.cumsum(np.pad(np.isnan(level), ((0, 0), (1, 0))), axis=1)
    surge[gap[:, t] - gap[:, t - RECENT - USUAL] > 0] = np.nan
    return level[:, RECENT + USUAL - 1 :], surge
