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
from forestall.ids.months import month_id
from forestall.panel.land import ASSIGNED_ON, Land
from forestall.scores import compare

FILE = "hindcast.json"
REGION, WORLD = "Africa", "world"
FEWEST = 5  # years


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


def hindcast_of(cells: npt.ArrayLike, land: Land, as_of: int, quiet_weight: float = 1.0) -> Hindcast | None:
    """The figures for an area, of the years that had ended by a month; None if there are fewer than FEWEST, or no plans
    of that quiet weight were measured.

    cells: positions of the area among the land cells; the figures are Africa's if all of them lie there. as_of:
    month_id.
    """
    here = np.unique(land.gw_id[np.asarray(cells, dtype=np.int64)]).tolist()
    african = bool(here) and all(by_gw(gw_id, ASSIGNED_ON).region == REGION for gw_id in here)
    held = _figures()
    areas = held["areas"].get(f"{quiet_weight:g}")
    if areas is None:
        return None
    years = [one for one in areas[REGION if african else WORLD] if month_id(one["year"], 12) <= as_of]
    if len(years) < FEWEST:
        return None
    reached, best = ([float(one[name]) for one in years] for name in ("share", "best"))
    about = compare(best, reached)  # paired by year
    return Hindcast(
        area="Africa" if african else "the world",
        first=years[0]["year"],
        last=years[-1]["year"],
        teams=held["teams"],
        reach_km=held["reach_km"],
        model=held["model"],
        reached=float(np.mean(reached)),
        reached_low=min(reached),
        reached_high=max(reached),
        best=float(np.mean(best)),
        quiet_reached=float(np.mean([one["share_quiet"] for one in years])),
        quiet_best=float(np.mean([one["best_quiet"] for one in years])),
        regret=float(np.mean(best) - np.mean(reached)),
        regret_low90=float(about.difference_interval[0]),
        regret_high90=float(about.difference_interval[1]),
    )


@cache
def _figures() -> dict[str, Any]:
    text = resources.files("forestall").joinpath(f"instruments/deployment/{FILE}").read_text("utf-8")
    held: dict[str, Any] = json.loads(text)
    return held
