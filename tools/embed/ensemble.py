"""Weights of the ensemble, and the record they were chosen by: `python -m tools.embed.ensemble`.

Origins: October of the years 2007 to 2016 on the embedded figures (deaths of all types), scored 3 to 14 months ahead,
so that no outcome lies after 2017. Weights are stacked with a shrinkage to equal weights that is itself chosen by
leaving one window out; the guard then tries whether a validation year would be lost without a share of
`conflictology_12`.
"""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from forestall.forecast import guard, laws, stacking
from forestall.forecast.models import conflictology
from forestall.forecast.models.forestall import COMPONENTS, RECORD, VERSION, components
from forestall.panel.country_month import country_month, latest_month
from forestall.panel.frame import FloatArray, Panel
from forestall.scores import crps, ignorance, interval_score
from forestall.store import Workspace, files
from forestall.store.manifest import EmbeddedFile, Manifest
from forestall.verify.backtest import Window, window
from tools.embed import held

YEARS = tuple(range(2008, 2018))
SHRINKAGES = (0.01, 0.03, 0.1, 0.3, 1.0, 10.0)
"""Never 0: constants of components were chosen on the same windows, which weights without shrinkage would reward."""
LEARNED = COMPONENTS[:-1]


def build(panel: Panel, years: tuple[int, ...] = YEARS) -> dict[str, Any]:
    """The record: weights, the share of the guard, and the scores of every component and year they rest on."""
    over = [window(year) for year in years]
    found = [components(panel.cut(one.as_of), one.months, COMPONENTS) for one in over]
    truth = [_truth(panel, one) for one in over]
    base = [_means(each[conflictology.NAME], y) for each, y in zip(found, truth, strict=True)]
    scored = [
        stacking.score([each[name] for name in LEARNED], y, crps=b[0], ign=b[1])
        for each, y, b in zip(found, truth, base, strict=True)
    ]
    equal = np.full(len(LEARNED), 1 / len(LEARNED))
    left_out = {str(size): _left_out(scored, size) for size in SHRINKAGES}
    plain = float(np.mean([stacking.loss(equal, [one]) for one in scored]))
    size = min(SHRINKAGES, key=lambda value: left_out[str(value)])
    gain = 1 - left_out[str(size)] / plain
    chosen = stacking.best(scored, shrinkage=size)

    def pooled(share: float) -> list[laws.Law]:
        parts = [*(chosen / chosen.sum() * (1 - share)), share]
        return [laws.pool([each[name] for name in COMPONENTS], parts) for each in found]

    def by_year(share: float) -> list[float]:
        return [_means(law, y)[0] for law, y in zip(pooled(share), truth, strict=True)]

    share, ratios = guard.share(by_year, [b[0] for b in base])
    weights = [*(chosen / chosen.sum() * (1 - share)), share]
    rows = {name: [_means(each[name], y) for each, y in zip(found, truth, strict=True)] for name in COMPONENTS}
    rows["forestall"] = [_means(law, y) for law, y in zip(pooled(share), truth, strict=True)]
    return {
        "version": VERSION,
        "weights": {name: round(float(w), 4) for name, w in zip(COMPONENTS, weights, strict=True)},
        "guard": {"share": share, "crps_over_reference": [round(r, 4) for r in ratios]},
        "stacking": {
            "shrinkage": size,
            "loss_left_out": {key: round(value, 5) for key, value in left_out.items()},
            "loss_equal": round(plain, 5),
            "gain_over_equal": round(gain, 5),
            "stacked": {
                name: round(float(w), 3) for name, w in zip(LEARNED, stacking.best(scored, shrinkage=size), strict=True)
            },
        },
        "target": panel.target,
        "windows": list(years),
        "scores": {
            name: [dict(zip(("crps", "ign", "mis"), (round(v, 4) for v in row), strict=True)) for row in each]
            for name, each in rows.items()
        },
    }


def _left_out(scored: list[stacking.Scored], size: float) -> float:
    """Mean loss on each window of weights chosen on the others."""
    losses = []
    for i, one in enumerate(scored):
        weights = stacking.best([s for j, s in enumerate(scored) if j != i], shrinkage=size)
        losses.append(stacking.loss(weights, [one]))
    return float(np.mean(losses))


def _truth(panel: Panel, one: Window) -> FloatArray:
    first = int(panel.months[0])
    return panel.values[:, [month - first for month in one.months]]


def _means(law: laws.Law, observed: FloatArray) -> tuple[float, float, float]:
    known = ~np.isnan(observed)
    draws, outcome = law[known], observed[known]
    return (
        float(crps(draws, outcome).mean()),
        float(ignorance(draws, outcome).mean()),
        float(interval_score(draws, outcome, level=0.9).mean()),
    )


def write(out: Path) -> str:
    """Write the record beside the other embedded files and enter it in their manifest; returns a line about it."""
    with tempfile.TemporaryDirectory() as home:
        workspace = Workspace.open(Path(home), embedded=out)
        record = build(country_month(workspace, as_of=latest_month(workspace)))
    content = (json.dumps(record, indent=1) + "\n").encode()
    figures = Manifest.read(out / held.MANIFEST).tables["ucdp_country_month"]
    entry = EmbeddedFile(
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        sources=figures.sources,
        command="python -m tools.embed.ensemble",
        note="weights of the ensemble and the scores they were chosen by, our own, on windows 2008 to 2017",
    )
    files.write(out / RECORD, content)
    held.enter(out, files={RECORD: entry})
    return f"{RECORD}: weights {record['weights']}, guard {record['guard']['share']}"


if __name__ == "__main__":
    print(write(Path(__file__).resolve().parents[2] / "src" / "forestall" / "data"))
