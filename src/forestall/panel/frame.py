"""The panel: unit by month figures as of a date, immutable."""

import hashlib
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from forestall.errors import ShapeError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]

TARGETS = ("deaths_total", "deaths_state_based", "deaths_non_state", "deaths_one_sided")


def digest(
    units: IntArray,
    months: IntArray,
    values: FloatArray,
    low: FloatArray | None = None,
    high: FloatArray | None = None,
    *,
    target: str,
    unit_key: str,
    releases: tuple[str, ...] = (),
) -> str:
    """sha256 (hex) of what a panel holds: the same figures of the same releases give the same digest.

    units: (n,). months: (t,). values, low, high: (n, t) deaths per month; every NaN counts as the same.
    """
    found = hashlib.sha256(f"{target}|{unit_key}|{'|'.join(releases)}|{units.size}x{months.size}".encode())
    found.update(np.ascontiguousarray(units, dtype="<i4").tobytes())
    found.update(np.ascontiguousarray(months, dtype="<i4").tobytes())
    for name, array in (("values", values), ("low", low), ("high", high)):
        found.update(name.encode())
        if array is not None:
            found.update(np.where(np.isnan(array), np.nan, array).astype("<f8", order="C").tobytes())
    return found.hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Deaths per unit and month, as of a month, and where each month's figures come from.

    units: (n,) int32, unique. months: (t,) int32 month_ids, consecutive, the last one is `as_of`. values: (n, t)
    float64, deaths per month, NaN where not known. low, high: the same shape, the publisher's range, NaN where it gives
    none. iso3: a code per unit ("" for cells). status, releases: one entry a month ("final", "candidate",
    "provisional", "unknown"). unit_key: "gw_id", "pg_id", or the name of another numbering ("country_id" for VIEWS).
    digest: sha256 of the figures. Raises ShapeError if the parts do not fit, ValueError on a negative or infinite
    figure.
    """

    units: IntArray
    months: IntArray
    values: FloatArray
    target: str
    as_of: int
    digest: str
    iso3: tuple[str, ...] = ()
    low: FloatArray | None = None
    high: FloatArray | None = None
    status: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    known_on: date | None = None
    unit_key: str = "gw_id"
    set_aside: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        shape = (self.units.size, self.months.size)
        if self.values.shape != shape:
            raise ShapeError(f"panel values have shape {self.values.shape}, expected (units, months) = {shape}")
        if self.months.size == 0 or np.any(np.diff(self.months) != 1) or int(self.months[-1]) != self.as_of:
            raise ShapeError(f"panel months must be consecutive and end at as_of={self.as_of}")
        if np.unique(self.units).size != self.units.size:
            raise ShapeError("panel units must be unique")
        for extra in (self.low, self.high):
            if extra is not None and extra.shape != shape:
                raise ShapeError(f"panel low/high have shape {extra.shape}, expected {shape}")
        known = self.values[~np.isnan(self.values)]
        if np.any(known < 0) or np.any(np.isinf(known)):
            raise ValueError("panel values must be finite and not negative: deaths per unit and month")
        for array in (self.units, self.months, self.values, self.low, self.high):
            if array is not None:
                array.setflags(write=False)

    def cut(self, as_of: int) -> "Panel":
        """The same panel seen from an earlier month: everything after `as_of` is gone (pseudo-real-time).

        Raises ValueError if `as_of` lies outside the panel's months.
        """
        keep = int(as_of) - int(self.months[0]) + 1
        if not 1 <= keep <= self.months.size:
            raise ValueError(f"as_of {as_of} lies outside the panel's months {self.months[0]}..{self.months[-1]}")
        values = self.values[:, :keep]
        low = None if self.low is None else self.low[:, :keep]
        high = None if self.high is None else self.high[:, :keep]
        releases = self.releases[:keep]
        return Panel(
            units=self.units,
            months=self.months[:keep],
            values=values,
            target=self.target,
            as_of=int(as_of),
            digest=digest(
                self.units,
                self.months[:keep],
                values,
                low,
                high,
                target=self.target,
                unit_key=self.unit_key,
                releases=releases,
            ),
            iso3=self.iso3,
            low=low,
            high=high,
            status=self.status[:keep],
            releases=releases,
            known_on=self.known_on,
            unit_key=self.unit_key,
            set_aside=self.set_aside,
        )
