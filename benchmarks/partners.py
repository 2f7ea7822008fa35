"""Do organisations that stand closest to a crisis act in it next? The rule, a learned weighting and simple baselines.

Cases: countries with a state-based conflict in the year before, on the first of January of every fifth year; what
counts is the beginning of an operation or of a part in mediation in the country in the five years that follow, so that
windows don't overlap. The learned weighting sees the windows that end before 2005 only. Run:

    .venv/bin/python -m benchmarks.partners [--write]

--write puts the weights, with those of resampled countries, and the scores into
src/forestall/instruments/partners/chances.json, which `chances.py` reads.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from forestall.errors import UnknownCountryError
from forestall.instruments.partners import acts, ranking
from forestall.instruments.partners.acts import Act
from forestall.instruments.partners.crisis import active, crisis
from forestall.instruments.partners.standing import COMPONENTS, Standing, standings
from forestall.scores import wilson
from forestall.store import Workspace

YEARS_AHEAD = 5
TRAIN = (1990, 1995, 2000)
TEST = (2005, 2010, 2015, 2020)
CUTS = (2005, 2010, 2015, 2020, 2025)
RESAMPLES = 60
FIVE = slice(0, len(COMPONENTS))
OUT = Path(__file__).parents[1] / "src/forestall/instruments/partners/chances.json"
Order = Callable[[Sequence[Standing]], Sequence[Standing]]


@dataclass(frozen=True, slots=True)
class Trial:
    """A country on a day: who stood how, and who began something in the five years after it. new: of those, the ones
    that had done nothing there before."""

    iso3: str
    year: int
    standings: tuple[Standing, ...]
    acted: frozenset[str]
    new: frozenset[str]


def trials(workspace: Workspace, years: Sequence[int], kinds: frozenset[str]) -> list[Trial]:
    """All cases of some years. kinds: of acts; "data only" leaves out operations that stand in our own list alone."""
    every = [one for one in acts.all_acts(workspace) if "data only" not in kinds or _in_data(one)]
    found = []
    for year in years:
        day, end = date(year, 1, 1), date(year + YEARS_AHEAD, 1, 1)
        for gw_id in active(workspace, year - 1):
            try:
                at = crisis(workspace, gw_id, day)
            except UnknownCountryError:
                continue
            held = standings(workspace, at)
            begun = {
                one.organisation
                for one in every
                if one.iso3 == at.iso3 and day <= one.first < end and one.kind in kinds
            }
            before = {one.family.acronym for one in held if one.here}
            found.append(Trial(at.iso3, year, held, frozenset(begun), frozenset(begun - before)))
    return found


def _in_data(one: Act) -> bool:
    return one.kind == "mediation" or one.personnel is not None


def by(key: Callable[[Standing], tuple[float | str, ...]]) -> Order:
    """Order by a key, lowest first."""
    return lambda held: sorted(held, key=key)


def baselines() -> dict[str, Order]:
    """Simple orders to compare with."""
    return {
        "alphabetical": by(lambda one: (one.family.acronym,)),
        "most members": by(lambda one: (-one.members, one.family.acronym)),
        "most operations and mediation anywhere": by(lambda one: (-one.led - one.mediated, one.family.acronym)),
        "most of both, the country a member": by(
            lambda one: (one.own is None, -one.led - one.mediated, one.family.acronym)
        ),
        "already there (most acts here), then most anywhere": by(
            lambda one: (-len(one.here), -one.led - one.mediated, one.family.acronym)
        ),
    }


def features(one: Standing) -> list[float]:
    """What the learned weighting sees."""
    recent = float(one.record == 1.0)
    return [
        *one.components(),
        recent,
        np.log1p(len(one.here)),
        float(one.own == "member"),
        float(one.own == "suspended"),
        one.reach,
        np.log1p(one.led),
        np.log1p(one.mediated),
        np.log1p(one.members),
        float(bool(one.may & {"sanction", "suspend"})),
    ]


def fit(train: Sequence[Trial], columns: slice = FIVE) -> list[float]:
    """Intercept and weights of a logistic regression of whether each organisation acted in each case."""
    from sklearn.linear_model import LogisticRegression

    x = np.array([features(one)[columns] for trial in train for one in trial.standings])
    y = np.array([one.family.acronym in trial.acted for trial in train for one in trial.standings])
    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread[spread == 0] = 1
    fitted = LogisticRegression(C=1.0, max_iter=1000).fit((x - mean) / spread, y)
    weights = fitted.coef_[0] / spread
    return [float(fitted.intercept_[0] - weights @ mean), *(float(value) for value in weights)]


def learned(weights: Sequence[float], columns: slice = FIVE) -> Order:
    """The order that weights give."""

    def order(held: Sequence[Standing]) -> Sequence[Standing]:
        scores = np.array([features(one)[columns] for one in held]) @ np.array(weights[1:])
        return [held[i] for i in sorted(range(len(held)), key=lambda i: (-scores[i], held[i].family.acronym))]

    return order


def resampled(train: Sequence[Trial], seed: int) -> list[list[float]]:
    """Weights from countries drawn with replacement, all cases of a country together."""
    rng = np.random.default_rng(seed)
    names = sorted({trial.iso3 for trial in train})
    found = []
    for _ in range(RESAMPLES):
        drawn = rng.choice(names, size=len(names))
        found.append(fit([trial for name in drawn for trial in train if trial.iso3 == name]))
    return found


def calibration(cases: Sequence[Trial], weights: Callable[[int], Sequence[float]]) -> list[dict[str, float]]:
    """By class of chance: how many organisations, the mean chance, and the share that acted."""
    chance, acted = [], []
    for trial in cases:
        of = weights(trial.year)
        for one in trial.standings:
            chance.append(1 / (1 + np.exp(-(of[0] + np.dot(of[1:], one.components())))))
            acted.append(one.family.acronym in trial.acted)
    p, y = np.array(chance), np.array(acted)
    out = []
    for low, high in ((0, 0.02), (0.02, 0.1), (0.1, 0.25), (0.25, 0.5), (0.5, 1.01)):
        inside = (p >= low) & (p < high)
        n, k = int(inside.sum()), int(y[inside].sum())
        a, b = wilson(k, n)
        out.append(
            {
                "from": low,
                "to": min(high, 1.0),
                "organisations": n,
                "acted": k,
                "mean": float(p[inside].mean()) if n else 0.0,
            }
            | {"share_low": float(a), "share_high": float(b)}
        )
    out.append({"brier": float(((p - y) ** 2).mean()), "brier_of_base_rate": float(y.mean() * (1 - y.mean()))})
    return out


def measure(
    cases: Sequence[Trial], order: Order, *, new: bool = False, order_of: dict[int, Order] | None = None
) -> dict[str, object]:
    """Hit rates and mean reciprocal rank over cases in which anybody acted (new: for the first time there).

    hit@k: any of the first k acted. low, high: Wilson interval of 95 %. new: organisations already there are left out.
    """
    ranks = []
    for trial in cases:
        wanted = trial.new if new else trial.acted
        held = [one for one in trial.standings if not (new and one.here)]
        if not wanted & {one.family.acronym for one in held}:
            continue
        own = order if order_of is None else order_of[id(trial.standings)]
        ordered = [one.family.acronym for one in own(held)]
        ranks.append(min(i for i, name in enumerate(ordered, 1) if name in wanted))
    n = len(ranks)
    out: dict[str, object] = {"cases": n, "mrr": round(float(np.mean([1 / rank for rank in ranks])), 3)}
    for k in (1, 3):
        hits = sum(rank <= k for rank in ranks)
        low, high = wilson(hits, n)
        out[f"hit{k}"] = {"share": round(hits / n, 3), "low": round(float(low), 3), "high": round(float(high), 3)}
    return out


def measure_each(cases: Sequence[Trial], order_of: dict[int, Order], *, new: bool) -> dict[str, object]:
    """As `measure`, each case by an order of its own."""
    return measure(cases, lambda held: held, new=new, order_of=order_of)


def discordant(cases: Sequence[Trial], one: Order, other: Order, new: bool) -> tuple[int, int]:
    """Cases in which only the one, and only the other order has an organisation that acted in the first place."""
    only = [0, 0]
    for trial in cases:
        wanted = trial.new if new else trial.acted
        held = [standing for standing in trial.standings if not (new and standing.here)]
        if not wanted & {standing.family.acronym for standing in held}:
            continue
        first, second = (order(held)[0].family.acronym in wanted for order in (one, other))
        only[0] += first and not second
        only[1] += second and not first
    return only[0], only[1]


def main() -> None:
    """Measure and print; with --write also keep."""
    workspace = Workspace.open()
    report: dict[str, dict[str, object]] = {}
    for name, kinds in (
        ("all acts", {"operation", "mediation"}),
        ("operations", {"operation"}),
        ("mediation", {"mediation"}),
        ("without our list", {"operation", "mediation", "data only"}),
    ):
        train, test = (trials(workspace, years, frozenset(kinds)) for years in (TRAIN, TEST))
        every = slice(None)
        orders = {
            "rule": ranking.order,
            "learned, five components": learned(fit(train)),
            "learned, 14 features": learned(fit(train, every), every),
        } | baselines()
        for part, cases in (("train", train), ("test", test)):
            for new in (False, True):
                report[f"{name}, {part}, {'new entrants' if new else 'any'}"] = {
                    "cases_all": len(cases),
                    "cases_with_act": sum(bool(trial.new if new else trial.acted) for trial in cases),
                    **{label: measure(cases, order, new=new) for label, order in orders.items()},
                }
    kinds_all = frozenset({"operation", "mediation"})
    every_case = trials(workspace, (*TRAIN, *TEST), kinds_all)
    cuts: dict[int, dict[str, object]] = {}
    weights: dict[int, list[float]] = {}
    for cut in CUTS:
        train = [trial for trial in every_case if trial.year + YEARS_AHEAD <= cut]
        weights[cut] = [round(value, 4) for value in fit(train)]
        cuts[cut] = {
            "cases": len(train),
            "acted": sum(len(trial.acted) for trial in train),
            "weights": weights[cut],
            "resampled": [[round(value, 4) for value in draw] for draw in resampled(train, cut)],
        }
        print(cut, cuts[cut]["cases"], cuts[cut]["acted"], weights[cut])
    test = [trial for trial in every_case if trial.year in TEST]
    calibrated = calibration(test, lambda year: weights[year])
    rolling = {}
    for new in (False, True):
        # One measure over years, each ordered by the weights of its own cut.
        order_of = {id(trial.standings): learned(weights[trial.year]) for trial in test}
        rolling["new entrants" if new else "any"] = measure_each(test, order_of, new=new)
    paired = {
        "new entrants" if new else "any": discordant(
            test, ranking.order, learned(fit([t for t in every_case if t.year in TRAIN])), new
        )
        for new in (False, True)
    }
    for key, found in report.items():
        print(key, {k: v for k, v in found.items() if not isinstance(v, dict)})
        for label, one in found.items():
            if isinstance(one, dict):
                print(
                    f"   {label:52} n={one['cases']:3} hit@1 {one['hit1']['share']:.2f} [{one['hit1']['low']:.2f},"
                    f" {one['hit1']['high']:.2f}] hit@3 {one['hit3']['share']:.2f} [{one['hit3']['low']:.2f},"
                    f" {one['hit3']['high']:.2f}] MRR {one['mrr']:.2f}"
                )
    print("each year by weights of its own cut:", rolling)
    print("hit@1 of the rule only, of the learned only:", paired)
    for row in calibrated:
        print(row)
    if "--write" in sys.argv:
        kept = {key: report[key] for key in ("all acts, test, any", "all acts, test, new entrants")}
        text = json.dumps({"cuts": cuts, "scores": kept, "calibration": calibrated}, separators=(",", ":"))
        OUT.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
