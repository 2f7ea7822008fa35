"""How often conflict followed where each weapons signal stood, against years without it and against past conflict.

Thresholds were fixed before anything was measured (rules.py). Run:

    .venv/bin/python benchmarks/nonproliferation_signals.py [--shared ../shared/data] [--write]

--write puts the figures into src/forestall/instruments/nonproliferation/base_rates.json, which signals.py reads.
SIPRI's files are read to measure; no row of them goes anywhere.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table

import nonproliferation_panel as panel
from forestall.instruments.nonproliferation import follow_up, rules
from forestall.instruments.nonproliferation.follow_up import Seen
from forestall.sources import sipri
from forestall.store import Workspace
from nonproliferation_treaty_signs import gaps, latencies, withdrawals

OUT = Path(__file__).parents[1] / "src/forestall/instruments/nonproliferation/base_rates.json"
MILEX = "nonproliferation/sipri_milex_1949_2022.xlsx"
TIV = "nonproliferation/sipri_arms_transfers_tiv_1950_2021.csv.gz"
AHEAD = (1, 3, 5)
TEST_FROM = 1995
"""The held-out comparison learns on years whose windows end before it and is tested from it on."""
Fired = Mapping[tuple[str, int], bool | None]


def arms(shared: Path) -> Fired:
    """The arms-import rule at the end of every year that SIPRI's transfers cover."""
    frame = sipri.parse_file(shared / TIV).frame.filter(pl.col("iso3").is_not_null())
    by_state: dict[str, dict[int, tuple[float, ...]]] = {}
    for iso3, year, values in frame.group_by("iso3", "year").agg("tiv").iter_rows():
        by_state.setdefault(iso3, {})[year] = tuple(values)
    last = int(frame.select(pl.col("year").max()).item())
    start = sipri.FIRST_TRANSFER
    return {
        (iso3, year): rules.arms_imports(by_state.get(iso3, {}), year, max(start, panel.first_year(iso3))).fired
        for year in range(start, last + 1)
        for iso3 in panel.states(year)
    }


def expenditure(shared: Path) -> Fired:
    """The expenditure rule at the end of every year of SIPRI's workbook."""
    frame = sipri.parse_file(shared / MILEX).frame
    by_state: dict[str, dict[int, float | None]] = {}
    for iso3, year, part in frame.select("iso3", "year", "share_of_gdp").iter_rows():
        by_state.setdefault(iso3, {})[year] = part
    last = int(frame.select(pl.col("year").max()).item())
    return {
        (iso3, year): rules.expenditure(shares, year).fired
        for iso3, shares in by_state.items()
        for year in range(1949, last + 1)
    }


def measured(fired: Fired, active: panel.Years, signal: str, outcome: str) -> Iterator[dict[str, Any]]:
    """A row for each span of years and each period: what followed, and what the sign adds to past conflict."""
    for ahead in AHEAD:
        every = panel.observations(fired, active, ahead, panel.ENDS[outcome])
        late = [one for one in every if one.year >= TEST_FROM]
        learn = [one for one in every if one.year + ahead < TEST_FROM]
        for period, seen in (("all", every), ("test", late)):
            if not any(one.fired for one in seen):
                continue
            gained = follow_up.gain(learn, late) if period == "test" else None
            yield {"signal": signal, "outcome": outcome, "years_ahead": ahead, "period": period} | _row(seen, gained)


def _row(seen: list[Seen], gained: follow_up.Gain | None) -> dict[str, Any]:
    fired = follow_up.share([one for one in seen if one.fired])
    quiet = follow_up.share([one for one in seen if not one.fired])
    beyond, same = follow_up.excess(seen), follow_up.within(seen)
    row: dict[str, Any] = {
        "first_year": min(one.year for one in seen),
        "last_year": max(one.year for one in seen),
    }
    for name, part in (("fired", fired), ("quiet", quiet)):
        row |= {
            name: part.observations,
            f"{name}_states": part.states,
            f"{name}_followed": part.followed,
            f"{name}_effective": round(part.effective, 1),
            f"{name}_low": round(part.low, 4),
            f"{name}_high": round(part.high, 4),
        }
    row |= {
        "expected": _rounded(beyond.expected),
        "excess": _rounded(beyond.excess),
        "excess_low": _rounded(beyond.low),
        "excess_high": _rounded(beyond.high),
        "within": _rounded(same.excess),
        "within_low": _rounded(same.low),
        "within_high": _rounded(same.high),
    }
    for name in ("gain", "low", "high"):
        value = getattr(gained, name) if gained is not None else None
        row["log_gain" if name == "gain" else f"log_gain_{name}"] = None if value is None else round(value, 6)
    return row


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def rows(shared: Path, workspace: Workspace) -> list[dict[str, Any]]:
    """All rows, by signal, outcome, span and period."""
    fired = {
        "arms_imports": arms(shared),
        "expenditure": expenditure(shared),
        "withdrawal": withdrawals(workspace),
        "treaty_gap": gaps(workspace),
        "latency": latencies(workspace),
    }
    outcomes = {"armed_conflict": panel.armed_conflict(workspace), "interstate": panel.interstate(shared)}
    return [
        row
        for signal in rules.TITLES
        for outcome, active in outcomes.items()
        for row in measured(fired[signal], active, signal, outcome)
    ]


def late(shared: Path, workspace: Workspace) -> list[dict[str, Any]]:
    """SIPRI's two signs counted from the end of the year in which their figures come out, for comparison."""
    active = panel.armed_conflict(workspace)
    signs = {"arms_imports": arms(shared), "expenditure": expenditure(shared)}
    return [
        row
        for signal, fired in signs.items()
        for row in measured(
            {(iso3, year + 1): sign for (iso3, year), sign in fired.items()}, active, signal, "armed_conflict"
        )
    ]


def shown(found: list[dict[str, Any]], period: str) -> Table:
    """The rows of one period as a table of per cent, with 95 % intervals."""
    table = Table(title=f"{period}: share followed, %, 95 % interval over states", title_justify="left")
    for name in (
        "signal",
        "outcome",
        "years",
        "ahead",
        "fired (states)",
        "followed",
        "not fired",
        "expected",
        "excess",
    ):
        table.add_column(name, justify="left" if name in {"signal", "outcome"} else "right")
    table.add_column("within the same states", justify="right")
    table.add_column("log score gain, 1/1000 nats", justify="right")
    for row in found:
        if row["period"] == period.split(",", maxsplit=1)[0]:
            parts = [
                _percent(row[f"{n}_followed"], row[n], row[f"{n}_low"], row[f"{n}_high"]) for n in ("fired", "quiet")
            ]
            table.add_row(
                row["signal"],
                row["outcome"],
                f"{row['first_year']}-{row['last_year']}",
                str(row["years_ahead"]),
                f"{row['fired']:,} ({row['fired_states']})",
                *parts,
                "-" if row["expected"] is None else f"{100 * row['expected']:.1f}",
                _interval(row["excess"], row["excess_low"], row["excess_high"], 100),
                _interval(row["within"], row["within_low"], row["within_high"], 100),
                _interval(row["log_gain"], row["log_gain_low"], row["log_gain_high"], 1000),
            )
    return table


def _percent(followed: int, of: int, low: float, high: float) -> str:
    return f"{100 * followed / of:.1f} ({100 * low:.1f} to {100 * high:.1f})" if of else "-"


def _interval(value: float | None, low: float | None, high: float | None, times: float) -> str:
    if value is None:
        return "-"
    return f"{times * value:+.1f} " + (
        "(too few)" if low is None else f"({times * low:+.1f} to {times * (high or 0):+.1f})"
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    parser.add_argument("--write", action="store_true", help="put the figures into the package")
    arguments = parser.parse_args()
    shared: Path = arguments.shared
    found = rows(shared, Workspace.open())
    console = Console(width=230)
    for period in ("all", "test"):
        console.print(shown(found, period))
    console.print(shown(late(shared, Workspace.open()), "all, a year later: from the figures' publication on"))
    if arguments.write:
        document = {
            "about": "Our figures: how often conflict followed where a weapons signal stood. docs/methods/"
            "nonproliferation-signals.md",
            "command": "python benchmarks/nonproliferation_signals.py --write",
            "files": {name: _digest(shared / name) for name in (MILEX, TIV, panel.ACD, panel.ICB)},
            "rates": found,
        }
        OUT.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        print(f"{OUT.name}: {len(found)} rows")


if __name__ == "__main__":
    main()
