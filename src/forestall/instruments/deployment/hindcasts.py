"""How plans made by our forecast fared in past years, beside perfect foresight: figures of our own hindcast.

They stand in `hindcast.json` beside this module; `python -m benchmarks.deployment --write` writes it, and nothing else.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from forestall.ids.countries import by_gw
from forestall.panel.land import ASSIGNED_ON, Land

FILE = "hindcast.json"
REGION, WORLD = "Africa", "world"


@dataclass(frozen=True, slots=True)
class Hindcast:
    """Mean shares (0..1) of the deaths of a year within reach of teams placed at its start by what was known.

    area: Africa or the world, whichever a plan's area lies in. first, last: years. model: the forecast that placed
    them. reached, reached_low, reached_high: its mean share, least and most of any year. best: the mean share of
    perfect foresight. quiet_reached, quiet_best: the same of deaths in cells without any in the three years before.
    regret: best less reached; regret_low90, regret_high90: 90 % interval of a paired bootstrap of years.
    """

    area: str
    first: int
    last: int
    teams: int
    reach_km: float
    model: str
    reached: float
    reached_low: float
    reached_high: float
    best: float
    quiet_reached: float
    quiet_best: float
    regret: float
    regret_low90: float
    regret_high90: float


def hindcast_of(cells: npt.ArrayLike, land: Land) -> Hindcast:
    """The figures for an area. cells: its positions among the land cells; of Africa if all of them lie there."""
    here = np.unique(land.gw_id[np.asarray(cells, dtype=np.int64)]).tolist()
    african = bool(here) and all(by_gw(gw_id, ASSIGNED_ON).region == REGION for gw_id in here)
    area = REGION if african else WORLD
    held = _figures()
    of_area = held["areas"][area]
    shares = [year["share"] for year in of_area["years"]]
    return Hindcast(
        area="Africa" if african else "the world",
        first=of_area["years"][0]["year"],
        last=of_area["years"][-1]["year"],
        teams=held["teams"],
        reach_km=held["reach_km"],
        model=held["model"],
        reached=of_area["mean"]["share"],
        reached_low=min(shares),
        reached_high=max(shares),
        best=of_area["mean"]["best"],
        quiet_reached=of_area["mean"]["share_quiet"],
        quiet_best=of_area["mean"]["best_quiet"],
        regret=of_area["regret"]["mean"],
        regret_low90=of_area["regret"]["low90"],
        regret_high90=of_area["regret"]["high90"],
    )


@cache
def _figures() -> dict[str, Any]:
    text = resources.files("forestall").joinpath(f"instruments/deployment/{FILE}").read_text("utf-8")
    held: dict[str, Any] = json.loads(text)
    return held
