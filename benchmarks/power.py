"""Voting power: our exact indices beside `powerindices` and `power_bdd` from PyPI, in values and in time.

    python -m benchmarks.power

The peers are not dependencies of forestall: `pip install powerindices power-bdd` in an environment of its own.
"""

import argparse
import random
import time
from collections.abc import Callable
from fractions import Fraction

from forestall.council.power import AtLeast, Class, Rule, measure, read


def weighted(quota: int, weights: list[int]) -> Rule:
    """A weighted vote, each member with a name of its own."""
    classes = tuple(Class(f"m{i}", (f"m{i}",), Fraction(w)) for i, w in enumerate(weights))
    return Rule("weighted", classes, AtLeast(Fraction(quota)))


def games() -> list[tuple[str, int, list[int]]]:
    """Weighted votes: the Council as one (a permanent member counts 7, 39 of 45 pass), and random ones."""
    rng = random.Random(1)
    made = [("Council as weights", 39, [7] * 5 + [1] * 10)]
    for n, most in ((27, 30), (51, 50), (100, 30), (200, 30)):
        weights = [rng.randint(1, most) for _ in range(n)]
        made.append((f"{n} members, weights to {most}", sum(weights) * 2 // 3 + 1, weights))
    return made


def timed(work: Callable[[], list[float]]) -> tuple[list[float], float]:
    """What work gives, and the best of three times in seconds; once, if that takes longer than five."""
    best = float("inf")
    found: list[float] = []
    for _ in range(3):
        if best > 5 and found:
            break
        start = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - start)
    return found, best


def peers() -> dict[str, Callable[[int, list[int]], list[float]]]:
    """Shapley-Shubik by peers that are installed."""
    found: dict[str, Callable[[int, list[int]], list[float]]] = {}
    try:
        import powerindices  # type: ignore[import-untyped]

        found["powerindices"] = lambda q, w: [float(x) for x in powerindices.compute_ssi(q, list(w))]
    except ImportError:
        pass
    try:
        from power_bdd.bdd import BDD, WeightedGame  # type: ignore[import-untyped]

        def by_diagram(quota: int, weights: list[int]) -> list[float]:
            # The peer wants weights in descending order, and counts members from 1.
            order = sorted(range(len(weights)), key=lambda k: -weights[k])
            diagram = BDD(WeightedGame(quota, [weights[k] for k in order]))
            diagram.create_BDD()
            diagram.calc_shapley()
            values = [0.0] * len(weights)
            for place, k in enumerate(order):
                values[k] = float(diagram.phi[place + 1])
            return values

        found["power_bdd"] = by_diagram
    except ImportError:
        pass
    return found


def main() -> None:
    """Print the table."""
    argparse.ArgumentParser(prog="python -m benchmarks.power", description=__doc__).parse_args()
    others = peers()
    print(f"peers installed: {', '.join(others) or 'none'}\n")
    print(f"{'game':32} {'ours, s':>9}", *(f"{name + ', s':>16} {'differs by':>10}" for name in others))
    for name, quota, weights in games():
        rule = weighted(quota, weights)
        ours, seconds = timed(lambda rule=rule: [float(s.shapley_shubik) for s in measure(rule).seats])  # type: ignore[misc]
        cells = []
        for peer in others.values():
            try:
                theirs, took = timed(lambda peer=peer, q=quota, w=weights: peer(q, w))  # type: ignore[misc]
                off = max(abs(a - b) for a, b in zip(ours, theirs, strict=True))
                cells.append(f"{took:16.4f} {off:10.1e}")
            except Exception as error:  # a peer that fails is a result
                cells.append(f"{type(error).__name__:>16} {'':10}")
        print(f"{name:32} {seconds:9.4f}", *cells)
    for name in ("council", "council-1965"):
        _, seconds = timed(lambda name=name: [float(s.banzhaf) for s in measure(read(name)).seats])  # type: ignore[misc]
        print(f"{name + ' as a rule, all indices':32} {seconds:9.4f}")


if __name__ == "__main__":
    main()
