"""Which peace operations, of the United Nations and of others, were in a country when.

Table `peace_operations` (Bara & Hultman 2020, doi:10.1080/13533312.2020.1737023): operations in civil conflicts,
January 1993 to December 2016. An operation in several conflicts of a country is one operation here. It says nothing of
operations between states (UNDOF, UNFICYP, UNMEE ...) nor of months after 2016: the register of UN missions does.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from forestall.errors import UsageError
from forestall.ids.months import month_end, month_start
from forestall.store import Workspace

TABLE = "peace_operations"
FIRST, LAST = date(1993, 1, 1), date(2016, 12, 31)
SOURCE = (
    "Bara & Hultman (2020), UN and Non-UN Peacekeeping Dataset v2, months 1993-01 to 2016-12; persons from SIPRI's "
    "yearly reports"
)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation in a state over an unbroken run of months.

    led_by: the organisation, `states` for states outside one, None where not settled. first, last: days; last is
    2016-12-31 where it went on at the end of the data (`open_ended`). personnel_max, personnel_mean: troops, police and
    observers in the `personnel_reports` reports of the run, None without one. conflict_ids: UCDP's.
    """

    operation: str
    name: str | None
    is_un: bool
    led_by: str | None
    only_police: bool
    gw_id: int | None
    iso3: str
    conflict_ids: tuple[int, ...]
    first: date
    last: date
    personnel_max: float | None
    personnel_mean: float | None
    personnel_reports: int

    @property
    def open_ended(self) -> bool:
        """Whether it was still there when the data end."""
        return self.last == LAST


def of_country(iso3: str, *, workspace: Workspace | None = None) -> tuple[Operation, ...]:
    """All operations in a state 1993-2016, by first day. iso3: as our tables write it (SRB for Yugoslavia)."""
    held = (Workspace.open() if workspace is None else workspace).table(TABLE).filter(pl.col("iso3") == iso3)
    spans: dict[tuple[str, int | None], list[dict[str, object]]] = {}
    for row in held.sort("spell_first_month", "operation", "conflict_id").iter_rows(named=True):
        spans.setdefault((row["operation"], row["gw_id"]), []).append(row)
    found = [_operation(run) for rows in spans.values() for run in _joined(rows)]
    return tuple(sorted(found, key=lambda one: (one.first, one.operation)))


def in_country(iso3: str, on: date, *, workspace: Workspace | None = None) -> tuple[Operation, ...]:
    """Operations that were in a state on a day. Raises UsageError outside 1993-2016: the source ends there."""
    if not FIRST <= on <= LAST:
        raise UsageError(f"UN and other operations are known from {FIRST} to {LAST}; given {on}")
    return tuple(one for one in of_country(iso3, workspace=workspace) if one.first <= on <= one.last)


def _joined(rows: list[dict[str, object]]) -> list[list[dict[str, object]]]:
    """Rows of one operation in one state, those whose months touch or overlap together: conflicts come and go."""
    runs: list[list[dict[str, object]]] = []
    until = 0
    for row in rows:
        first, last = int(str(row["spell_first_month"])), int(str(row["spell_last_month"]))
        if runs and first <= until + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
            until = 0
        until = max(until, last)
    return runs


def _operation(rows: list[dict[str, object]]) -> Operation:
    # Persons are the operation's and repeat in every conflict: the row with most reports tells them, never a sum.
    told = max(rows, key=lambda row: (int(str(row["personnel_reports"])), -int(str(row["conflict_id"]))))
    maxima = [float(str(row["personnel_max"])) for row in rows if row["personnel_max"] is not None]
    mean = told["personnel_mean"]
    gw_id, name, led_by = told["gw_id"], told["name"], told["led_by"]
    return Operation(
        operation=str(told["operation"]),
        name=None if name is None else str(name),
        is_un=bool(told["is_un"]),
        led_by=None if led_by is None else str(led_by),
        only_police=bool(told["only_police"]),
        gw_id=None if gw_id is None else int(str(gw_id)),
        iso3=str(told["iso3"]),
        conflict_ids=tuple(sorted({int(str(row["conflict_id"])) for row in rows})),
        first=month_start(min(int(str(row["spell_first_month"])) for row in rows)),
        last=month_end(max(int(str(row["spell_last_month"])) for row in rows)),
        personnel_max=max(maxima) if maxima else None,
        personnel_mean=None if mean is None else float(str(mean)),
        personnel_reports=int(str(told["personnel_reports"])),
    )
