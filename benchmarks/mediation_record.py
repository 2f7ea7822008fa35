"""How many agreements held for five years, whether likeness foretold it, and how long the record takes to read.

    python -m benchmarks.mediation_record [--on 2026-02-28]

The tables of docs/methods/mediation-record.md.
"""

import argparse
import time
from collections.abc import Callable
from datetime import date

import numpy as np

from forestall.ids import countries
from forestall.instruments.mediation.agreements import agreements
from forestall.instruments.mediation.parties import parties
from forestall.instruments.mediation.record import record
from forestall.instruments.mediation.similar import Past, measured, past_agreements, rate, similar
from forestall.instruments.mediation.similar_cases import history
from forestall.store import Workspace

NEIGHBOURS = (5, 10, 30, 50, 80)


def main() -> None:
    """Print shares by extent of the agreement, Brier scores by number of neighbours, and seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", type=date.fromisoformat, default=date(2026, 2, 28))
    on = parser.parse_args().on
    workspace = Workspace.open()
    past = past_agreements(workspace, history(workspace, on), on)
    shares(past)
    likeness(past)
    seconds(workspace, on)


def shares(past: Past) -> None:
    """Shares that held, of all agreements whose five years are over and by extent."""
    old = ~np.isnan(past.held)
    extent = past.rows["agreement_type"].to_numpy()
    print("| agreements | number | processes | held | 95 % |\n| --- | --- | --- | --- | --- |")
    for name in ("all", "full", "partial", "process"):
        one = rate(name, past, np.flatnonzero(old if name == "all" else old & (extent == name)))
        print(f"| {name} | {one.agreements} | {one.processes} | {one.share:.2f} | {one.low:.2f} to {one.high:.2f} |")


def likeness(past: Past) -> None:
    """Brier scores of the share among the nearest and among all."""
    print("\n| nearest | Brier, nearest | Brier, all | gain |\n| --- | --- | --- | --- |")
    for number in NEIGHBOURS:
        one = measured(past, number)
        if one is not None:
            gain = f"{one.gain:+.3f} ({one.low:+.3f} to {one.high:+.3f})"
            print(f"| {number} | {one.near:.3f} | {one.base:.3f} | {gain} |")


def seconds(workspace: Workspace, on: date) -> None:
    """Seconds for all states of the day."""
    states = countries.states(on)
    asked: dict[str, Callable[[countries.State], object]] = {
        "record": lambda _: record(workspace, on),
        "similar": lambda state: similar(workspace, state.series_iso3, on),
        "agreements": lambda state: agreements(workspace, state.series_iso3, on),
        "parties": lambda state: parties(workspace, state.gw_id or 0, on),
    }
    print(f"\n| asked of {len(states)} states | seconds |\n| --- | --- |")
    for name, ask in asked.items():
        start = time.perf_counter()
        for state in states:
            ask(state)
        print(f"| {name} | {time.perf_counter() - start:.1f} |")


if __name__ == "__main__":
    main()
