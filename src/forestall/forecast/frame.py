"""The forecast: draws per unit and month, immutable, checked when it is made."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from forestall.errors import ShapeError, UsageError
from forestall.panel.frame import TARGETS, Panel

Draws = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]
Level = Literal["country", "cell"]

LEVEL_OF_KEY: dict[str, Level] = {"gw_id": "country", "country_id": "country", "pg_id": "cell"}


@dataclass(frozen=True, eq=False)
class Forecast:
    """What may happen, as equally likely draws of deaths per unit and month.

    draws: (n_units, n_months, n_draws) float32, deaths per month. units: (n_units,) int32, unique, numbered as
    `unit_key` says ("gw_id", "country_id" in the VIEWS numbering, "pg_id" for PRIO-GRID cells). months:
    (n_months,) int32 month_ids, ascending, all after `as_of`, the last month of data that the model saw. level:
    "country" or "cell". model, version, seed: what made the draws. panel_digest: sha256 of the panel it saw (""
    where nobody recorded it).

    Months are drawn one by one: draw k of one month and draw k of the next belong to one path only as far as the model
    says so.

    Raises ShapeError if the parts do not fit together, ValueError on a draw that is negative, NaN or infinite
    or a month that is not after `as_of`. All arrays become read-only.
    """

    draws: Draws
    units: IntArray
    months: IntArray
    level: Level
    unit_key: str
    target: str
    as_of: int
    model: str
    version: str
    seed: int
    panel_digest: str

    def __post_init__(self) -> None:
        for name, dtype in (("draws", np.float32), ("units", np.int32), ("months", np.int32)):
            array = getattr(self, name)
            if not isinstance(array, np.ndarray):
                raise ShapeError(f"forecast {name} must be a numpy array, got {type(array).__name__}")
            if not (np.issubdtype(array.dtype, np.number)):
                raise ShapeError(f"forecast {name} must hold numbers, got {array.dtype}")
            object.__setattr__(self, name, _frozen(array, dtype))
        self._check_shape()
        self._check_content()

    def _check_shape(self) -> None:
        expected = (self.units.size, self.months.size)
        if self.units.ndim != 1 or self.months.ndim != 1 or self.draws.ndim != 3 or self.draws.shape[:2] != expected:
            raise ShapeError(
                f"forecast draws have shape {self.draws.shape}, expected (units, months, draws) = "
                f"({self.units.size}, {self.months.size}, any)"
            )
        if 0 in self.draws.shape:
            raise ShapeError(f"a forecast needs a unit, a month and a draw at least, got shape {self.draws.shape}")
        if np.unique(self.units).size != self.units.size:
            values, counts = np.unique(self.units, return_counts=True)
            raise ShapeError(f"forecast units must be unique: {self.unit_key} {values[counts > 1][0]} is there twice")
        if LEVEL_OF_KEY.get(self.unit_key) != self.level:
            known = ", ".join(f"{key} ({level})" for key, level in LEVEL_OF_KEY.items())
            raise ShapeError(f"unit_key {self.unit_key!r} does not go with level {self.level!r}; known: {known}")
        if self.target not in TARGETS:
            raise ShapeError(f"unknown target {self.target!r}; known: {', '.join(TARGETS)}")

    def _check_content(self) -> None:
        if np.any(np.diff(self.months) <= 0):
            raise ValueError(f"forecast months must ascend, got {self.months.tolist()}")
        if int(self.months[0]) <= self.as_of:
            raise ValueError(f"forecast month {self.months[0]} is not after as_of {self.as_of}: that is no forecast")
        # min and max pass a NaN on, so two passes answer all three questions
        low, high = float(self.draws.min()), float(self.draws.max())
        if not (np.isfinite(low) and np.isfinite(high)):
            raise ValueError("forecast draws must be finite: deaths per unit and month")
        if low < 0:
            raise ValueError(f"forecast draws must not be negative, got {low:g}: deaths per unit and month")

    @classmethod
    def of(
        cls, panel: Panel, draws: Draws, *, months: Sequence[int] | IntArray, model: str, version: str, seed: int
    ) -> "Forecast":
        """A forecast for the units of a panel, in the panel's order.

        Raises ShapeError and ValueError as the class does.
        """
        return cls(
            draws=draws,
            units=panel.units,
            months=np.asarray(months, dtype=np.int32),
            level=LEVEL_OF_KEY.get(panel.unit_key, "country"),
            unit_key=panel.unit_key,
            target=panel.target,
            as_of=panel.as_of,
            model=model,
            version=version,
            seed=seed,
            panel_digest=panel.digest,
        )

    @property
    def n_draws(self) -> int:
        """How many draws each unit and month has."""
        return int(self.draws.shape[2])

    def header(self) -> dict[str, Any]:
        """Everything but the arrays, as plain values."""
        return {
            "level": self.level,
            "unit_key": self.unit_key,
            "target": self.target,
            "as_of": self.as_of,
            "model": self.model,
            "version": self.version,
            "seed": self.seed,
            "panel_digest": self.panel_digest,
        }

    @cached_property
    def digest(self) -> str:
        """sha256 of the header and the arrays: equal digests mean equal forecasts."""
        seal = hashlib.sha256()
        for key, value in sorted(self.header().items()):
            seal.update(f"{key}={value}\n".encode())
        seal.update(f"shape={self.draws.shape}\n".encode())
        for array in (self.units, self.months, self.draws):
            seal.update(array.data)
        return seal.hexdigest()

    @cached_property
    def _sorted(self) -> Draws:
        return np.sort(self.draws, axis=2)

    def mean(self) -> FloatArray:
        """Expected deaths, (n_units, n_months) float64."""
        mean: FloatArray = self.draws.mean(axis=2, dtype=np.float64)
        return mean

    def quantiles(self, q: Sequence[float]) -> FloatArray:
        """Quantiles of the draws, (n_units, n_months, len(q)) float64, interpolated linearly as `numpy.quantile` does.

        q: probabilities in [0, 1]. Raises UsageError outside that range.
        """
        return _quantiles(self._sorted, q)

    def prob_at_least(self, k: float) -> FloatArray:
        """P(deaths >= k) as the share of draws, (n_units, n_months) float64 in [0, 1]."""
        share: FloatArray = np.count_nonzero(self.draws >= k, axis=2) / self.n_draws
        return share

    def index(self, unit: int) -> int:
        """The row of a unit. Raises UsageError if the forecast has none."""
        where = np.flatnonzero(self.units == unit)
        if where.size == 0:
            raise UsageError(f"the forecast has no {self.unit_key} {unit}; it has {self.units.size} units")
        return int(where[0])

    def select(self, units: int | Sequence[int]) -> "Forecast":
        """The same forecast for one unit or a few, in the order given. Raises UsageError if one is missing."""
        wanted = [units] if isinstance(units, int | np.integer) else list(units)
        rows = [self.index(int(unit)) for unit in wanted]
        return self._with(draws=self.draws[rows], units=self.units[rows])

    def period(self, first: int, last: int) -> Draws:
        """Draws of the deaths in a span of months, (n_units, n_draws) float32: the sum over its months, draw by draw.

        first, last: month_ids, both counted in. Raises UsageError if the forecast does not cover the span.
        """
        inside = (self.months >= first) & (self.months <= last)
        if last < first or np.count_nonzero(inside) != last - first + 1:
            raise UsageError(
                f"the forecast does not cover every month of {first}..{last}; "
                f"it covers {self.months[0]}..{self.months[-1]}"
            )
        total: Draws = self.draws[:, inside].sum(axis=1, dtype=np.float64).astype(np.float32)
        return total

    def yearly(self) -> dict[int, Draws]:
        """Draws of the deaths in each calendar year that the forecast covers whole: year -> (n_units, n_draws)."""
        years = (self.months - 1) // 12 + 1980
        whole = [int(year) for year in np.unique(years) if np.count_nonzero(years == year) == 12]
        return {year: self.period((year - 1980) * 12 + 1, (year - 1980) * 12 + 12) for year in whole}

    def _with(self, *, draws: Draws, units: IntArray) -> "Forecast":
        return Forecast(draws=draws, units=units, months=self.months, **self.header())


def _frozen(array: npt.NDArray[Any], dtype: type[np.generic]) -> npt.NDArray[Any]:
    """The array in that type, read-only, and out of reach of whoever handed it in.

    An array that owns its memory is taken over and closed; a writable view of other memory is copied.
    """
    frozen = np.ascontiguousarray(array, dtype=dtype)
    if frozen.flags.writeable and frozen.base is not None:
        frozen = frozen.copy()
    frozen.setflags(write=False)
    return frozen


def _quantiles(ordered: Draws, q: Sequence[float]) -> FloatArray:
    wanted = np.asarray(q, dtype=np.float64)
    if wanted.ndim != 1 or np.any(~((wanted >= 0) & (wanted <= 1))):
        raise UsageError(f"quantiles must be probabilities between 0 and 1, got {list(q)}")
    position = wanted * (ordered.shape[-1] - 1)
    below = np.floor(position).astype(np.intp)
    above = np.minimum(below + 1, ordered.shape[-1] - 1)
    low = ordered[..., below].astype(np.float64)
    value: FloatArray = low + (ordered[..., above].astype(np.float64) - low) * (position - below)
    return value
