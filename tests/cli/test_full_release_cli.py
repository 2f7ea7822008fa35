"""A whole GED release, invented but as large and as wide as a real one, from its file to the forecast.

100,000 events in the 49 columns are what counts as a whole release (`sources/ucdp.yml`); nothing here is real.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "sources"))

from ucdp_rows import COLUMNS, EVENT

from forestall.ids.cells import centre
from forestall.panel.cell_month import cell_month
from forestall.panel.country_month import country_month
from forestall.panel.frame import Panel
from forestall.store import Workspace

FIRST, LAST, EMBEDDED, NEXT = 109, 552, 554, 555
"""1989-01 and 2025-12, the span of GED 26.1; 2026-02, where the embedded figures end; 2026-03."""

# UCDP's number and name, the code that ties the state to its series, and the years in which we let events happen.
COUNTRIES: dict[int, tuple[str, str, int, int]] = {
    70: ("Mexico", "MEX", 1989, 2025),
    100: ("Colombia", "COL", 1989, 2025),
    345: ("Serbia (Yugoslavia)", "SRB", 1989, 2025),
    365: ("Russia (Soviet Union)", "RUS", 1989, 2025),
    369: ("Ukraine", "UKR", 1993, 2025),
    432: ("Mali", "MLI", 1989, 2025),
    475: ("Nigeria", "NGA", 1989, 2025),
    490: ("DR Congo (Zaire)", "COD", 1989, 2025),
    520: ("Somalia", "SOM", 1989, 2025),
    530: ("Ethiopia", "ETH", 1989, 2025),
    625: ("Sudan", "SDN", 1989, 2025),
    626: ("South Sudan", "SSD", 2012, 2025),
    645: ("Iraq", "IRQ", 1989, 2025),
    652: ("Syria", "SYR", 1989, 2025),
    680: ("Yemen (South Yemen)", "YMD", 1989, 1989),
    700: ("Afghanistan", "AFG", 1989, 2025),
    770: ("Pakistan", "PAK", 1989, 2025),
    775: ("Myanmar (Burma)", "MMR", 1989, 2025),
    840: ("Philippines", "PHL", 1989, 2025),
}
TYPES = {1: "deaths_state_based", 2: "deaths_non_state", 3: "deaths_one_sided"}
MADE, UNPLACED, BROKEN = 100_500, 25, 40


def month_of(column: str) -> pl.Expr:
    day = pl.col(column)
    return (day.dt.year().cast(pl.Int32) - 1980) * 12 + day.dt.month()


def made_events(n: int, first: date, last: date, first_id: int, seed: int) -> pl.DataFrame:
    """Events in the columns of the file, with dates as dates; one in ten runs for up to a month."""
    rng = np.random.default_rng(seed)
    number = rng.choice(list(COUNTRIES), n)
    begin = np.array([max(date(COUNTRIES[k][2], 1, 1), first).toordinal() for k in COUNTRIES])
    end = np.array([min(date(COUNTRIES[k][3], 12, 31), last).toordinal() for k in COUNTRIES])
    which = np.searchsorted(list(COUNTRIES), number)
    start = rng.integers(begin[which], np.maximum(end, begin)[which] + 1)
    stop = start + np.where(rng.random(n) < 0.1, rng.integers(0, 32, n), 0)
    side_a, side_b, civilians, unknown = rng.poisson([[2.0], [3.0], [1.0], [0.5]], (4, n))
    best = side_a + side_b + civilians + unknown
    cell = rng.integers(1, 259_201, n)
    lat, lon = centre(cell.astype(np.int64))
    names = {number: name for number, (name, *_) in COUNTRIES.items()}
    return pl.DataFrame(
        {
            "id": np.arange(first_id, first_id + n),
            "type_of_violence": rng.integers(1, 4, n),
            "country_id": number,
            "country": [names[k] for k in number.tolist()],
            "date_start": [date.fromordinal(day) for day in start.tolist()],
            "date_end": [date.fromordinal(day) for day in stop.tolist()],
            "deaths_a": side_a,
            "deaths_b": side_b,
            "deaths_civilians": civilians,
            "deaths_unknown": unknown,
            "best": best,
            "low": best - rng.integers(0, 2, n) * (best > 0),
            "high": best + rng.integers(0, 4, n),
            "latitude": lat,
            "longitude": lon,
            "priogrid_gid": cell,
        }
    )


def write(path: Path, events: pl.DataFrame) -> Path:
    """The events as UCDP writes them, all 49 columns; what we do not vary is the same in every row."""
    same = {name: str(value) for name, value in EVENT.items() if name not in events.columns}
    columns = [
        pl.col(name) if name in events.columns else pl.lit(same.get(name, "")).alias(name)
        for name in COLUMNS
    ]  # fmt: skip
    events.select(columns).write_csv(path)
    return path


@dataclass(frozen=True)
class Desk:
    """A workspace to which the release was added, and what was in the file."""

    home: Path
    folder: Path
    events: pl.DataFrame
    added: dict[str, Any]

    @property
    def workspace(self) -> Workspace:
        return Workspace.open(self.home)

    def panel(self, target: str, as_of: int = EMBEDDED) -> Panel:
        return country_month(self.workspace, as_of=as_of, target=target)


def run(home: Path, *arguments: str) -> dict[str, Any]:
    """What a command prints with --json."""
    done = subprocess.run(
        [sys.executable, "-c", "from forestall.cli import main; main()", *arguments, "--json"],
        capture_output=True, text=True, env={**os.environ, "FORESTALL_HOME": str(home)}, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("full")
    events = made_events(MADE, date(1989, 1, 1), date(2025, 12, 31), 1, seed=1)
    place = pl.int_range(pl.len())
    nowhere, backwards = place < UNPLACED, place >= MADE - BROKEN
    events = events.with_columns(
        *(pl.when(~nowhere).then(pl.col(name)).alias(name) for name in ("latitude", "longitude", "priogrid_gid")),
        # Rows that cannot be right: they end before they start.
        pl.when(backwards).then(pl.col("date_start") - timedelta(days=3)).otherwise("date_end").alias("date_end"),
        backwards.alias("broken"),
    )
    path = write(folder / "GEDEvent_v26_1.csv", events.drop("broken"))
    (added,) = run(folder / "home", "data", "add", str(path))["added"]
    return Desk(folder / "home", folder, events, added)


def counted(desk: Desk) -> pl.DataFrame:
    """Good events with their state's code and the month they count in.

    That is the month they ended; those that ended in 2026 meet counts by start there, so they stand where they began.
    """
    codes = {number: iso3 for number, (_, iso3, *_) in COUNTRIES.items()}
    good = desk.events.filter(~pl.col("broken"))
    end = pl.when(month_of("date_end") <= LAST).then(month_of("date_end"))
    return good.with_columns(
        pl.col("country_id").replace_strict(codes).alias("iso3"), end.otherwise(month_of("date_start")).alias("month")
    )


def test_it_is_read_whole(desk: Desk) -> None:
    assert (desk.added["release"], desk.added["status"], desk.added["complete"]) == ("ucdp-ged-26.1", "final", True)
    assert (desk.added["rows"], desk.added["rows_set_aside"]) == (MADE - BROKEN, BROKEN)
    held = desk.workspace.table("ucdp_events")
    assert held["deaths_total"].sum() == desk.events.filter(~pl.col("broken"))["best"].sum()
    (mine,) = [one for one in run(desk.home, "data", "list")["holdings"] if one["origin"] == "added"]
    assert (mine["first"], mine["last"], mine["month_rule"]) == ("1989-01", "2025-12", "end")
    assert run(desk.home, "data", "verify")["ok"] is True


@pytest.mark.parametrize("kind", [None, 1, 2, 3])
def test_every_month_of_every_type_is_the_sum_of_its_events(desk: Desk, kind: int | None) -> None:
    panel = desk.panel("deaths_total" if kind is None else TYPES[kind])
    assert panel.low is not None
    assert panel.high is not None
    mine = panel.months <= LAST
    events = counted(desk) if kind is None else counted(desk).filter(pl.col("type_of_violence") == kind)
    column = {"best": panel.values, "low": panel.low, "high": panel.high}
    row = {iso3: i for i, iso3 in enumerate(panel.iso3)}
    for name, values in column.items():
        expected = np.zeros(values.shape)
        sums = events.filter(pl.col("iso3") != "YMD").group_by("iso3", "month").agg(pl.col(name).sum())
        for iso3, month, deaths in sums.iter_rows():
            expected[row[iso3], month - FIRST] = deaths
        known = ~np.isnan(values)
        assert np.array_equal(values[known & mine], expected[known & mine]), name
        assert not expected[~known].any(), name
    # South Yemen has no successor of its own: its deaths are set aside, and said to be.
    gone = int(events.filter(pl.col("iso3") == "YMD")["best"].sum() if kind is None else 0)
    if kind is None:
        assert any("680" in note and f"({gone:,} deaths)" in note for note in panel.set_aside)
        assert np.nansum(panel.values[:, mine]) + gone == events["best"].sum()
    assert set(panel.releases[: LAST - FIRST + 1]) == {"ucdp-ged-26.1"}
    assert set(panel.status[: LAST - FIRST + 1]) == {"final"}


def test_targets_by_type_are_known_wherever_the_total_is(desk: Desk) -> None:
    total = desk.panel("deaths_total")
    known = ~np.isnan(total.values)
    by_type = [desk.panel(target).values for target in TYPES.values()]
    for values in by_type:
        assert np.array_equal(~np.isnan(values), known)
    assert np.array_equal(sum(by_type)[known], total.values[known])
    # Without the release there are months in which types are not known.
    bare = country_month(Workspace.open(desk.folder / "nothing"), as_of=EMBEDDED, target="deaths_non_state")
    assert np.isnan(bare.values[:, bare.months == 533]).any()


def test_every_month_is_located(desk: Desk) -> None:
    located = cell_month(desk.workspace, as_of=EMBEDDED)
    assert located.periods == tuple(range(FIRST, EMBEDDED + 1))
    placed = counted(desk).filter(pl.col("priogrid_gid").is_not_null())
    mine = located.frame.filter(pl.col("month_id") <= LAST)
    assert mine["events"].sum() == placed.height
    assert mine["deaths_total"].sum() == placed["best"].sum()
    assert any(f"{UNPLACED:,} events without a position" in note for note in located.set_aside)
    by_cell = placed.group_by("priogrid_gid", "month", "type_of_violence").agg(pl.col("best").sum())
    sums = mine.group_by("pg_id", "month_id", "type_of_violence").agg(pl.col("deaths_total").sum())
    assert sorted(sums.rows()) == sorted(by_cell.rows())


def test_forecasts_by_type_and_a_month_more_with_the_next_candidate(desk: Desk) -> None:
    forecast = run(desk.home, "forecast", "Mali", "--target", "deaths_non_state", "--horizon", "3")
    assert (forecast["as_of"], forecast["target"]) == ("2026-02", "deaths_non_state")
    (mali,) = forecast["units"]
    assert [row["month"] for row in mali["months"]] == ["2026-03", "2026-04", "2026-05"]
    # Some 65 events of this type a year, each of 6.5 deaths in the mean.
    assert all(5 < row["mean"] < 100 and row["p1"] > 0.5 for row in mali["months"])

    day = pl.lit(date(2026, 3, 9))
    events = made_events(400, date(2025, 1, 1), date(2025, 12, 31), MADE + 1, seed=2)
    events = events.filter(pl.col("country_id") != 680).with_columns(day.alias("date_start"), day.alias("date_end"))
    path = write(desk.folder / "GEDEvent_v26_0_3.csv", events)
    before = desk.panel("deaths_non_state")
    (added,) = run(desk.home, "data", "add", str(path))["added"]
    assert (added["release"], added["complete"], added["rows"]) == ("ucdp-candidate-26.0.3", True, events.height)
    assert run(desk.home, "data", "list")["data_end"] == "2026-03"
    after = desk.panel("deaths_non_state", as_of=NEXT)
    assert np.array_equal(after.values[:, :-1], before.values, equal_nan=True)
    assert after.values[:, -1].sum() == events.filter(pl.col("type_of_violence") == 2)["best"].sum()
    assert (after.status[-1], after.releases[-1]) == ("candidate", "ucdp-candidate-26.0.3")
    forecast = run(desk.home, "forecast", "Mali", "--target", "deaths_non_state", "--horizon", "1")
    assert (forecast["as_of"], forecast["units"][0]["months"][0]["month"]) == ("2026-03", "2026-04")
    assert cell_month(desk.workspace, as_of=NEXT).periods[-1] == NEXT
