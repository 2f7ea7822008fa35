"""The VIEWS Prediction Challenge 2023/24 at country level: its figures, countries, windows and published scores.

Target: deaths in state-based conflict (UCDP best estimate) of 191 countries in the VIEWS numbering, by month. A
cell that is null (the state did not exist) counts as zero, as in the challenge's own scoring. Six test windows,
the calendar years 2018 to 2023. The figures are for non-commercial use; they are read from a folder that the
user has and are not part of this package. Source: Hegre et al. (2025), the 2023/24 VIEWS Prediction Challenge,
doi:10.1177/00223433241300862.
"""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from forestall.errors import SourceError
from forestall.panel.frame import Panel
from forestall.verify.backtest import Window, window

SERIES = "challenge_cm_sb.parquet"
REVISED = "revised_cm_sb.parquet"
COUNTRIES = "views_country_key.csv"
PUBLISHED = "published_scores.csv"
YEARS = tuple(range(2018, 2024))
COUNT = 191
MOST_BYTES = 200_000_000


def windows() -> tuple[Window, ...]:
    """The six official windows."""
    return tuple(window(year) for year in YEARS)


def read(folder: Path, *, revised: bool = False) -> Panel:
    """The challenge's series as a panel of 191 countries, unit_key "country_id", nulls as zero.

    folder: holds `challenge_cm_sb.parquet` (month_id, country_id, ged_sb, iso3) and `views_country_key.csv`
    (country_id, in_challenge). revised: read `revised_cm_sb.parquet` instead, the same countries as VIEWS revised their
    figures later; the challenge was not scored on it, and its months before a state existed have no row, which counts
    as zero like the nulls of the other. Raises SourceError in one line if a file or column is missing, or the figures
    do not fit the challenge.
    """
    name = REVISED if revised else SERIES
    key = _columns(folder / COUNTRIES, {"country_id": pl.Int32, "in_challenge": pl.Int32})
    wanted = np.sort(key.filter(pl.col("in_challenge") == 1)["country_id"].to_numpy())
    if wanted.size != COUNT or np.unique(wanted).size != COUNT:
        raise SourceError(
            f"{COUNTRIES} marks {wanted.size} countries as in_challenge, the challenge scores {COUNT} different ones"
        )
    series = _columns(
        folder / name, {"month_id": pl.Int32, "country_id": pl.Int32, "ged_sb": pl.Float64, "iso3": pl.String}
    ).filter(pl.col("country_id").is_in(wanted.tolist()))
    if series["month_id"].null_count():
        raise SourceError(f"{name}: {series['month_id'].null_count()} rows have no month_id; every row needs one")
    figures = series["ged_sb"].fill_null(0.0).to_numpy()
    if not np.all(np.isfinite(figures)) or np.any(figures < 0):
        raise SourceError(f"{name}: ged_sb holds a figure that is negative or not finite, expected deaths or null")
    months = np.unique(series["month_id"].to_numpy()).astype(np.int32)
    need = windows()
    if (
        months.size == 0
        or months[0] > need[0].as_of
        or months[-1] < need[-1].months[-1]
        or np.any(np.diff(months) != 1)
    ):
        span = f"{months[0]}..{months[-1]}" if months.size else "nothing"
        raise SourceError(
            f"{name} covers month_ids {span}; the windows {YEARS[0]}..{YEARS[-1]} need every month "
            f"up to {need[-1].months[-1]} (December {YEARS[-1]})"
        )
    place = np.searchsorted(wanted, series["country_id"].to_numpy()), series["month_id"].to_numpy() - months[0]
    seen = np.zeros((COUNT, months.size), dtype=np.int64)
    np.add.at(seen, place, 1)
    wrong = seen > 1 if revised else seen != 1
    # even in the revised series a state that exists has a row: without one in a window, the file is not whole
    wrong |= (seen != 1) & (months >= need[0].as_of)
    if np.any(wrong):
        row, column = (int(index[0]) for index in np.nonzero(wrong))
        raise SourceError(
            f"{name} has {seen[row, column]} rows for country_id {wanted[row]} in month_id {months[column]}, expected 1"
        )
    values = np.zeros(seen.shape)
    values[place] = figures
    latest = series.filter(pl.col("month_id") == int(months[-1])).sort("country_id")
    units = wanted.astype(np.int32)
    seal = hashlib.sha256(
        name.removesuffix(".parquet").encode() + units.tobytes() + months.tobytes() + values.tobytes()
    ).hexdigest()
    return Panel(
        units=units,
        months=months,
        values=values,
        target="deaths_state_based",
        as_of=int(months[-1]),
        digest=seal,
        iso3=tuple(code or "" for code in latest["iso3"]),
        status=("unknown",) * months.size,
        releases=("VIEWS later revision" if revised else "VIEWS challenge 2023/24",) * months.size,
        unit_key="country_id",
        set_aside=("null figures (the state did not exist) count as zero, as the challenge scores them",),
    )


def published(folder: Path) -> list[dict[str, Any]]:
    """The published scores at country level: rows {"window", "model", "crps", "ign", "mis", "source"}, scores
    possibly None.

    An empty list if the folder has no such file. Raises SourceError if it is not what it should be.
    """
    path = folder / PUBLISHED
    if not path.is_file():
        return []
    schema = {"level": pl.String, "window": pl.String, "model": pl.String, "crps": pl.Float64, "ign": pl.Float64}
    frame = _columns(path, {**schema, "mis": pl.Float64, "source": pl.String})
    return frame.filter(pl.col("level") == "cm").drop("level").to_dicts()


def _columns(path: Path, schema: dict[str, Any]) -> pl.DataFrame:
    """Those columns of a Parquet or CSV file, in those types."""
    if not path.is_file():
        raise SourceError(f"{path} is not there: expected a challenge folder with {SERIES} and {COUNTRIES}")
    if path.stat().st_size > MOST_BYTES:
        raise SourceError(f"{path.name} has {path.stat().st_size:,} bytes, expected at most {MOST_BYTES:,}")
    try:
        frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
        missing = [name for name in schema if name not in frame.columns]
        if missing:
            raise SourceError(
                f"{path.name} lacks the column {', '.join(missing)}; it has {', '.join(frame.columns)[:200]}"
            )
        return frame.select(pl.col(name).cast(kind) for name, kind in schema.items())
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        kind = "Parquet" if path.suffix == ".parquet" else "CSV"
        reason = (str(error).splitlines() or ["damaged"])[0]
        raise SourceError(f"{path.name} cannot be read as {kind} with the columns expected: {reason}") from None
