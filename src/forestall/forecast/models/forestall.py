"""The ensemble: six models that err differently, in one pool."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import numpy as np

from forestall.errors import StoreError
from forestall.forecast import edition, laws
from forestall.forecast.features import features
from forestall.forecast.frame import Forecast
from forestall.forecast.models import analogue, boosting, conflictology, forest, history, markov, negative_binomial
from forestall.forecast.sampling import rows_of
from forestall.forecast.training import fitted, learned_panel, require_lightgbm
from forestall.panel.frame import FloatArray, Panel

NAME, VERSION = "forestall", "2"
COMPONENTS = (
    history.NAME,
    forest.NAME,
    boosting.NAME,
    analogue.NAME,
    markov.NAME,
    negative_binomial.NAME,
    conflictology.NAME,
)
"""The last one is the guard: it has a share only if without it a validation year would be lost (forecast/guard.py)."""
RECORD = "ensemble.json"


@cache
def weights() -> Mapping[str, float]:
    """The share of each component, from the training record that `python -m tools.embed.ensemble` writes."""
    try:
        held = json.loads((resources.files("forestall") / "data" / RECORD).read_text("utf-8"))
        found = {str(name): float(share) for name, share in held["weights"].items()}
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise StoreError(f"{RECORD} in the package's data cannot be read ({error!r}): install forestall anew") from None
    return found


def components(panel: Panel, months: Sequence[int], names: Sequence[str] = COMPONENTS) -> dict[str, laws.Law]:
    """The laws of components by name, each (n_units, n_months, POINTS)."""
    rows_of(panel, months)
    if boosting.NAME in names:
        require_lightgbm()  # before minutes are spent on the others
    seen = features(panel) if {forest.NAME, boosting.NAME} & set(names) else None
    found: dict[str, laws.Law] = {}
    for name in names:
        if name == history.NAME:
            found[name] = history.law(panel, months)
        elif name == forest.NAME:
            learned = fitted(forest.NAME, forest.VERSION, panel, forest.fit)
            found[name] = forest.law(learned, panel, months, seen)
        elif name == boosting.NAME:
            hurdle = fitted(boosting.NAME, boosting.VERSION, panel, boosting.fit)
            found[name] = boosting.law(hurdle, panel, months, seen)
        else:
            module = {m.NAME: m for m in (analogue, markov, negative_binomial, conflictology)}[name]
            drawn = module.forecast(panel, months=months, n_draws=laws.POINTS, seed=0)
            found[name] = np.sort(drawn.draws, axis=2)
    return found


def law(panel: Panel, months: Sequence[int]) -> laws.Law:
    """The pooled laws, (n_units, n_months, POINTS), whole deaths per month, bounded by `most`.

    Those of the newest edition come with the package (forecast/edition.py); all others are worked out.
    """
    rows = rows_of(panel, months)
    held = edition.law(key(panel))
    if held is not None and held.shape[0] == panel.units.size and held.shape[1] > rows[-1]:
        return held[:, rows]
    return pooled(panel, months)


def key(panel: Panel) -> str:
    """sha256 of all that the laws of a panel follow from: figures, what was learned from them, versions and weights."""
    modules = (history, forest, boosting, analogue, markov, negative_binomial, conflictology)
    asked = {
        "panel": panel.digest,
        "as_of": panel.as_of,
        "units": panel.units.tolist(),
        "iso3": list(panel.iso3),
        "learned": learned_panel(panel).digest,
        "versions": {NAME: VERSION, **{module.NAME: module.VERSION for module in modules}},
        "weights": dict(weights()),
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def pooled(panel: Panel, months: Sequence[int]) -> laws.Law:
    """The pooled laws, worked out: models that learn are fitted unless they were in this process."""
    shares = {name: share for name, share in weights().items() if share > 0}
    found = components(panel, months, tuple(shares))
    total = sum(shares.values())
    pool = laws.pool([found[name] for name in shares], [share / total for share in shares.values()])
    return np.minimum(pool, most(panel.values)[:, None, None])


def most(values: FloatArray) -> laws.Law:
    """The most deaths a month that are held possible for each unit, (n,) float32: the explicit end of the tail.

    values: (n, t) deaths per month, NaN where not known. `laws.end_of_tail` with the highest of the last 60 months as a
    unit's own and recent one; of the records, Rwanda in April 1994 stands alone.
    """
    filled = np.nan_to_num(values)
    recent = filled[:, -60:].max(axis=1)
    found: laws.Law = laws.end_of_tail(recent, recent, filled.max(axis=1)).astype(np.float32)
    return found


def forecast(panel: Panel, *, months: Sequence[int], n_draws: int = 1000, seed: int = 0) -> Forecast:
    """Draws from the linear pool of the components; models that learn see the panel cut at its training month.

    Raises UsageError on months that are not 1 to 36 months after the panel's as_of, StoreError if the training record
    is missing.
    """
    return laws.draw(panel, law(panel, months), months=months, model=NAME, version=VERSION, n_draws=n_draws, seed=seed)
