"""The newest edition, worked out when the package was built, so that its first brief takes seconds and not a fit.

Five files beside the embedded tables, written by `python -m tools.embed.edition` and never by hand: laws of the
ensemble for a few panels, and of one panel the event probabilities, the reasons, the risk by cell and scenarios of all
cells. Each is found by the digest of all it follows from, so other figures, another version or other weights are not in
them and are worked out as ever.
"""

import gzip
import io
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from forestall.forecast.laws import POINTS, Law

LAWS, EVENTS, REASONS = "edition.npz", "edition_events.json", "edition_reasons.json.gz"
CELLS = "edition_cells.parquet"
SCENARIOS = "edition_scenarios.npz"


@cache
def _file(name: str) -> bytes:
    """The content of a file, empty if it is not there."""
    try:
        return (resources.files("forestall") / "data" / name).read_bytes()
    except OSError:
        return b""


def pack(laws: Mapping[str, Law]) -> bytes:
    """Laws by key as one compressed file. Each (n_units, n_months, POINTS), whole deaths, ascending.

    Steps between neighbouring values are stored: most of them are 0.
    """
    stream = io.BytesIO()
    steps = {key: np.diff(law.astype(np.int64), axis=2, prepend=0).astype(np.uint32) for key, law in laws.items()}
    np.savez_compressed(stream, **steps)  # type: ignore[arg-type]
    return stream.getvalue()


def unpack(content: bytes, key: str) -> Law | None:
    """The laws under a key, None if there are none."""
    with np.load(io.BytesIO(content), allow_pickle=False) as held:
        if key not in held.files:
            return None
        steps = held[key]
    if steps.ndim != 3 or steps.shape[2] != POINTS:
        return None
    law: Law = np.cumsum(steps, axis=2, dtype=np.int64).astype(np.float32)
    return law


def law(key: str) -> Law | None:
    """The laws that came with the package under a key, (n_units, MAX_HORIZON, POINTS), None if there are none."""
    content = _file(LAWS)
    return unpack(content, key) if content else None


def events(key: str) -> dict[str, Any] | None:
    """The event probabilities that came with the package under a key, None if there are none."""
    content = _file(EVENTS)
    if not content:
        return None
    held: dict[str, dict[str, Any]] = json.loads(content)
    return held.get(key)


def reasons(key: str) -> list[dict[str, Any]] | None:
    """The reasons of every unit that came with the package under a key, None if there are none."""
    content = _file(REASONS)
    if not content:
        return None
    held: dict[str, list[dict[str, Any]]] = json.loads(gzip.decompress(content))
    return held.get(key)


def cells() -> bytes:
    """The risk by cell that came with the package, empty if there is none; `forecast.cells.outlook` reads it."""
    return _file(CELLS)


def scenarios() -> bytes:
    """The scenarios of cells that came with the package, empty if there are none; `instruments.deployment` reads it."""
    return _file(SCENARIOS)
