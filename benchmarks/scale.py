"""Work spread over workers: how much sooner it is done, whether draws stay the same, and what a killed worker costs.

    python benchmarks/scale.py
    python benchmarks/scale.py --only origins --repeats 1     # cheap models only: a first look

Three loads from our own figures: `origins`, cheap models over monthly origins; `fits`, the ensemble in one year after
another, each with fits of its own; `draws`, every model in one year, draws sent back and compared by digest. Each is
done in this process on one thread, by one worker of a local Dask cluster, and by two (also as joblib processes), in
turns, --repeats times; the best counts, since others may use the machine. Start is what it takes until workers have
loaded forestall, work what follows, CPU what they used for it together. The most memory is the largest resident set of
any worker, beside the bound that the cluster holds it to. At last one of two workers is killed at work.
"""

import argparse
import hashlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forestall.parallel.task import ONE_THREAD

os.environ.update(ONE_THREAD)  # this process is one worker like any other; set before libraries are loaded

from forestall.parallel import Workers, workers

if TYPE_CHECKING:
    from forestall.panel.frame import Panel
    from forestall.verify.backtest import Window

MEMORY = "2GB"
BOUND = 2_000_000_000
CHEAP = ("conflictology_12", "bootstrap_240", "ewma", "history", "markov")


@dataclass(frozen=True)
class Load:
    """One load. keep_draws: whether draws are sent back to be compared."""

    name: str
    models: tuple[str, ...]
    over: "tuple[Window, ...]"
    keep_draws: bool = False


def loaded(_: int) -> int:
    """In a worker: load what tasks will need, and say which process it is."""
    import forestall.verify.backtest

    del forestall
    time.sleep(0.5)  # so that each worker gets one
    return os.getpid()


def peak(process: int | str = "self") -> float:
    """The most memory a process held, MB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


@contextmanager
def crew_of(spec: dict[str, Any]) -> "Iterator[tuple[Workers, float]]":
    """Workers that have loaded forestall, and the seconds it took."""
    start = time.perf_counter()
    with workers(**spec) as crew:
        list(crew.each(loaded, range(2 * crew.count)))
        yield crew, time.perf_counter() - start


def run(panel: "Panel", load: Load, crew: Workers, meanwhile: Callable[[int], None] | None = None) -> tuple[float, str]:
    """Seconds, and a digest of all scores, and of all draws if they are kept."""
    from forestall.forecast import training
    from forestall.verify import backtest

    training.forget()  # this process would remember fits of the turn before
    draws: dict[str, str] = {}
    done = 0

    def keep(window: "Window", name: str, forecast: Any) -> None:
        draws[f"{window.as_of} {name}"] = forecast.digest

    def step(_: "Window", __: str) -> None:
        nonlocal done
        done += 1
        if meanwhile is not None:
            meanwhile(done)

    start = time.perf_counter()
    rows = backtest.run(
        panel, load.models, load.over, workers=crew, progress=step, each=keep if load.keep_draws else None
    )
    seconds = time.perf_counter() - start
    return seconds, hashlib.sha256(json.dumps([rows, sorted(draws.items())]).encode()).hexdigest()[:12]


def cpu() -> float:
    used = os.times()
    return used.user + used.system


def of_workers(crew: Workers, ask: Callable[[], float]) -> list[float]:
    """What each worker answers; joblib's are not asked."""
    client = getattr(crew, "client", None)
    if client is not None:
        return list(client.run(ask).values())
    return [ask()] if crew.count == 1 else [float("nan")]


def compare(panel: "Panel", load: Load, repeats: int) -> None:
    print(f"\n{load.name}: {', '.join(load.models)}; {len(load.over)} origins, best of {repeats}")
    print(f"{'':<26}{'start, s':>10}{'work, s':>10}{'CPU, s':>10}{'speed-up':>10}{'most MB':>10}  digest")
    asked: dict[str, dict[str, Any]] = {
        "this process": {},
        f"local:1:{MEMORY}": {"cluster": f"local:1:{MEMORY}"},
        f"local:2:{MEMORY}": {"cluster": f"local:2:{MEMORY}"},
        "2 processes (joblib)": {"jobs": 2},
    }
    digests: set[str] = set()
    best: dict[str, tuple[float, float]] = {}
    with ExitStack() as stack:
        crews = {label: stack.enter_context(crew_of(spec)) for label, spec in asked.items()}
        for _ in range(repeats):
            for label, (crew, _) in crews.items():
                before = sum(of_workers(crew, cpu))
                seconds, digest = run(panel, load, crew)
                digests.add(digest)
                best[label] = min(best.get(label, (float("inf"), 0.0)), (seconds, sum(of_workers(crew, cpu)) - before))
        base = best[f"local:1:{MEMORY}"][0]
        for label, (crew, start) in crews.items():
            (seconds, used), memory = best[label], max(of_workers(crew, peak))
            print(
                f"{label:<26}{start:>10.1f}{seconds:>10.1f}{used:>10.1f}{base / seconds:>10.2f}{memory:>10.0f}"
                f"  {' '.join(digests)}",
                flush=True,
            )
            if "cluster" in asked[label] and memory * 2**20 > BOUND:
                raise SystemExit("a worker held more than its bound")
    if len(digests) > 1:
        raise SystemExit("results depend on where they were made")


def killed(panel: "Panel", load: Load) -> None:
    """Kill one of two workers a third of the way through, and look whether the run still gives the same."""
    print(f"\na worker killed in the middle of {load.name}")
    for kill in (False, True):
        with crew_of({"cluster": f"local:2:{MEMORY}"}) as (crew, _):
            client: Any = getattr(crew, "client")  # noqa: B009
            victim = next(iter(client.run(os.getpid).values()))
            at = len(load.over) * len(load.models) // 3
            once = threading.Event()

            def strike(done: int, at: int = at, victim: int = victim, once: threading.Event = once) -> None:
                if done >= at and not once.is_set():
                    once.set()
                    os.kill(victim, signal.SIGKILL)

            seconds, digest = run(panel, load, crew, strike if kill else None)
            pids = set(client.run(os.getpid).values())
        gone = "killed and replaced" if victim not in pids else "alive"
        print(f"{f'worker {victim}: {gone}':<36}{seconds:>10.1f} s  {digest}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("origins", "fits", "draws", "killed"), help="one part")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    from forestall.forecast.models import DEFAULT, MODELS
    from forestall.panel.country_month import country_month, latest_month
    from forestall.store import Workspace
    from forestall.verify import backtest

    workspace = Workspace.open()
    panel = country_month(workspace, as_of=latest_month(workspace))
    print(f"load before: {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores; a worker's bound: {BOUND / 1e6:.0f} MB")
    origins = Load("origins", CHEAP, backtest.origins(panel, 2014, 2017))
    parts: dict[str, Callable[[], None]] = {
        "origins": lambda: compare(panel, origins, given.repeats),
        "fits": lambda: compare(panel, Load("fits", (DEFAULT,), backtest.windows(panel, 2016, 2017)), given.repeats),
        "draws": lambda: compare(
            panel, Load("draws", tuple(MODELS), backtest.windows(panel, 2017, 2017), keep_draws=True), 1
        ),
        "killed": lambda: killed(panel, origins),
    }
    for name, part in parts.items():
        if given.only in (None, name):
            part()
    print(f"\nload after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
