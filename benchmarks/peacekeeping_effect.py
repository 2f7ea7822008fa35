"""What docs/methods/peacekeeping-effect.md prints: the effect table, what followed all cases, and what nearness tells.

`python benchmarks/peacekeeping_effect.py [effect|cases|time]`; without a word all three. Reads the embedded tables.
"""

import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from statistics import mean, median

from forestall.ids.months import format_month
from forestall.instruments.peacekeeping import comparable, effect, scenario
from forestall.instruments.peacekeeping.cases import KINDS, Kind
from forestall.instruments.peacekeeping.situations import Record, cases, record, situation
from forestall.panel.country_month import latest_month
from forestall.store import Workspace


def table(workspace: Workspace) -> Iterator[str]:
    """The effect table as lines of Markdown."""
    rows = effect.table(workspace)

    def key(row: effect.Effect) -> tuple[str, str, str, str]:
        return row.step, row.sample, row.target, row.personnel

    for (step, sample, target, personnel), part in groupby(rows, key=key):
        found = list(part)
        yield ""
        yield f"By {step}, sample {sample}, {target}, {personnel}:"
        yield ""
        yield "| specification | estimate | 95 % | lead | lead beside lag | dealt out, 95 % | as far | n | hosts |"
        yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
        for row in (one for one in found if one.timing == "lag"):
            later = [
                next((one for one in found if one.specification == row.specification and one.timing == timing), None)
                for timing in ("lead", "lead_beside_lag")
            ]
            name = f"dose {row.dose:,}+" if row.dose else row.specification
            cells = (
                name,
                f"{row.estimate:+.2f}",
                _between(row.estimate_low, row.estimate_high),
                *("" if one is None or row.dose else _estimate(one) for one in later),
                "" if row.shuffled_low is None else _between(row.shuffled_low, row.shuffled_high),
                "" if row.shuffled_share is None else f"{row.shuffled_share:.3f}",
                f"{row.country_periods:,}",
                str(row.hosts),
            )
            yield f"| {' | '.join(cells)} |"


def _estimate(row: effect.Effect) -> str:
    return f"{row.estimate:+.2f} ({_between(row.estimate_low, row.estimate_high)})"


def _between(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:+.2f}, {high:+.2f}"


@dataclass(frozen=True, slots=True)
class Left:
    """Leaving one case out: mean absolute error of the log ratio, and mean squared error of the chance of a rise."""

    asked: str
    error: float
    brier: float


def leave_one_out(known: Record, kind: Kind) -> list[Left]:
    """Each case guessed from the nearest others (their median ratio, their share of rises), and from the usual.

    Others in the same country are left out too. The record is the last one: this asks whether nearness tells anything,
    not what was known then.
    """
    every, _ = _all(known, kind)
    guesses: dict[str, list[tuple[float, float, float, bool]]] = {}
    for one in every:
        ranked, _ = comparable.outcomes_of(known, one.situation, cases(known, kind))
        others = [other for other in ranked if other.case.iso3 != one.case.iso3]
        truth, rose = math.log(one.ratio), one.direction == "rose"
        for asked, part in (("5", others[:5]), ("10", others[:10]), ("all", others)):
            ratio = median(math.log(other.ratio) for other in part)
            share = mean(other.direction == "rose" for other in part)
            guesses.setdefault(asked, []).append((truth, ratio, share, rose))
        if one.usual is not None:
            guesses.setdefault("usual", []).append((truth, math.log(one.usual), math.nan, rose))
    return [
        Left(
            asked,
            mean(abs(truth - ratio) for truth, ratio, _, _ in found),
            mean((share - rose) ** 2 for _, _, share, rose in found),
        )
        for asked, found in guesses.items()
    ]


def _all(known: Record, kind: Kind) -> tuple[list[comparable.Outcome], int]:
    """All cases with what followed, and how many are not known; their order by distance means nothing here."""
    found = cases(known, kind)
    first = situation(known, found[0].iso3, found[0].eve, found[0].before)
    return comparable.outcomes_of(known, first, found)


def followed(known: Record) -> Iterator[str]:
    """All cases with what followed, their summary, and the error of guessing each from its nearest."""
    for kind, rule in KINDS.items():
        found, unknown = _all(known, kind)
        yield f"{kind}: {rule}; {len(found)} cases, {unknown} with deaths not known; deaths to {_m(known.as_of)}"
        for one in sorted(found, key=lambda one: (one.case.eve, one.case.iso3)):
            yield _line(one)
        for name, part in (("all", found), ("25 or more deaths before", [one for one in found if one.before >= 25])):
            yield f"  {name}: {_said(part)}"
        for left in leave_one_out(known, kind):
            brier = "" if math.isnan(left.brier) else f", Brier {left.brier:.3f}"
            yield f"  left out, guessed from {left.asked:>5}: log ratio off by {left.error:.2f}{brier}"
        yield ""


def _line(one: comparable.Outcome) -> str:
    after = "?" if one.case.after is None else f"{one.case.after:,.0f}"
    usual = "-" if one.usual is None else f"{one.usual:.2f}"
    second = "-" if one.second_year is None else f"{one.second_year:,.0f}"
    return (
        f"  {one.case.iso3} {_m(one.case.eve)} to {_m(one.case.reached)} {one.case.before:>7,.0f} > {after:<7} deaths "
        f"{one.before:>7,.0f} {one.first_year:>8,.0f} {second:>7}  usual {usual}  {', '.join(one.case.missions)}"
    )


def _said(part: Sequence[comparable.Outcome]) -> str:
    made = comparable.summary("", part)
    higher = made.higher
    worse = "" if higher is None else f"{higher.count} of {higher.n} worse ({higher.low:.2f}, {higher.high:.2f})"
    return (
        f"{made.n} cases in {made.countries} countries, rose {made.rose.count} ({made.rose.low:.2f}, "
        f"{made.rose.high:.2f}), fell {made.fell.count}, same {made.same}; median ratio {made.ratio_median:.2f}, "
        f"second year {_two(made.second_ratio)}, usual {_two(made.usual_ratio)}; {worse}"
    )


def _two(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2f}"


_m = format_month


def seconds(workspace: Workspace) -> Iterator[str]:
    """How long the dossier's part takes: the best of five, in this process."""
    for gw_id, iso3 in ((432, "MLI"), (220, "FRA")):
        took = []
        for _ in range(5):
            start = time.perf_counter()
            scenario.section(gw_id, iso3, date(2023, 6, 30), workspace)
            took.append(time.perf_counter() - start)
        yield f"section {iso3}: {min(took):.2f} s"


def main() -> None:
    """Print what is asked for."""
    asked = set(sys.argv[1:]) or {"effect", "cases", "time"}
    workspace = Workspace.open(Path("/nonexistent"))
    if "effect" in asked:
        print("\n".join(table(workspace)))
    if "cases" in asked:
        print("\n".join(followed(record(workspace, as_of=latest_month(workspace)))))
    if "time" in asked:
        print("\n".join(seconds(workspace)))


if __name__ == "__main__":
    main()
