"""Backtests as submissions to the VIEWS Prediction Challenge, and back: one folder a model, as the challenge asks.

    OUT/MODEL/submission_details.yml
    OUT/MODEL/cm/window=Y2018/MODEL.parquet

Source: the submission rules of the 2023/24 VIEWS Prediction Challenge,
https://viewsforecasting.org/research/prediction-challenge-2023/, and its evaluation code
(prio-data/prediction_competition_2023), which reads `team` and `even_shorter_identifier`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from forestall import __version__
from forestall.errors import SourceError
from forestall.forecast import views
from forestall.forecast.frame import Forecast
from forestall.panel.frame import Panel
from forestall.store import files
from forestall.verify import cells

DETAILS = "submission_details.yml"


@dataclass(frozen=True)
class Written:
    """A file written, and the gw_ids left out of it because VIEWS does not number them."""

    path: Path
    left_out: tuple[int, ...]


def write(forecast: Forecast, out: Path, name: str) -> Written:
    """Write one window of one model below `out`/`name`, and the details of the submission beside it.

    Countries in Gleditsch-Ward numbers are given those of VIEWS; draws are rounded to whole deaths, as the challenge
    asks. Each file is whole or not there. Raises UsageError as `write_views` does, OSError as the system gives it.
    """
    numbered, left_out = views.in_views_numbers(forecast)
    named = numbered if numbered.model == name else _named(numbered, name)
    path = views.write_views(named, out / name)
    files.write(out / name / DETAILS, details(forecast, name).encode())
    return Written(path, left_out)


def details(forecast: Forecast, name: str) -> str:
    """The text of `submission_details.yml`."""
    import yaml

    document = {
        "team": "forestall",
        "short_title": f"forestall {__version__}: {name}, {forecast.target}",
        "even_shorter_identifier": name,
        "authors": [{"name": "forestall maintainers", "affil": "forestall, open source"}],
        "contact": "see the repository of forestall",
    }
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    return text


def read(folder: Path) -> Iterable[tuple[str, str, Forecast]]:
    """Every forecast below a folder of submissions, as (model, window, forecast), by model and window.

    Raises SourceError if the folder holds no submission, or a file is not in the layout.
    """
    homes = sorted({path.parents[2] for path in folder.glob("*/cm/window=*/*.parquet")})
    if not homes:
        raise SourceError(f"{folder} holds no submission: expected MODEL/cm/window=Y2018/*.parquet")
    for home in homes:
        for window, paths in views.windows(home).items():
            yield home.name, window, views.read_files(paths, model=home.name)


def score(folder: Path, panel: Panel) -> pl.DataFrame:
    """Per-cell scores (`forestall.verify.cells`) of every submission below a folder, on the outcomes of a panel.

    Raises SourceError as `read`, UsageError where units or months lie outside the panel.
    """
    return pl.concat(cells.score(forecast, panel, model=model) for model, _, forecast in read(folder))


def _named(forecast: Forecast, name: str) -> Forecast:
    return Forecast(
        draws=forecast.draws, units=forecast.units, months=forecast.months, **(forecast.header() | {"model": name})
    )
