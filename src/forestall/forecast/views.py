"""The file layout of the VIEWS Prediction Challenge, read and written.

    {cm|pgm}/window=Y2018/NAME.parquet      index month_id, country_id (cm) or priogrid_gid (pgm), draw; int32
    column outcome

cm is country by month in the VIEWS numbering of countries, pgm PRIO-GRID cell by month; 15 to 1,000 draws,
numbered from 0 or 1. Source: the submission rules of the 2023/24 VIEWS Prediction Challenge,
https://viewsforecasting.org/research/prediction-challenge-2023/.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from forestall.errors import SourceError, UsageError
from forestall.forecast.frame import Forecast
from forestall.ids.months import month_end
from forestall.ids.views_countries import views_id
from forestall.store import files

FOLDER_OF_KEY = {"country_id": "cm", "pg_id": "pgm"}
COLUMN_OF_KEY = {"country_id": "country_id", "pg_id": "priogrid_gid"}
FEWEST_DRAWS, MOST_DRAWS = 15, 1000
# 13,110 cells x 12 months x 1,000 draws are 157 million rows
MOST_ROWS = 200_000_000
# The challenge's data end three months before the first forecast month (October for a window that starts in January).
MONTHS_AHEAD = 3


def write_views(forecast: Forecast, folder: Path) -> Path:
    """Write one window below `folder`; returns the file, whole or not there at all.

    The window is named after the year of the first month. Outcomes are whole deaths, as the challenge asks; the
    file opens in pandas with its three-part index. Raises UsageError if the units are not numbered as the
    challenge numbers them, or there are fewer than 15 or more than 1,000 draws; OSError as the system gives it.
    """
    if forecast.unit_key not in FOLDER_OF_KEY:
        raise UsageError(
            f"the VIEWS layout numbers countries by country_id and cells by priogrid_gid; "
            f"this forecast has {forecast.unit_key} (for countries, `in_views_numbers` gives it those of VIEWS)"
        )
    n_units, n_months, n_draws = forecast.draws.shape
    if not FEWEST_DRAWS <= n_draws <= MOST_DRAWS:
        raise UsageError(f"the VIEWS layout takes {FEWEST_DRAWS} to {MOST_DRAWS} draws; this forecast has {n_draws}")
    if float(forecast.draws.max()) >= 2**31 - 1:
        raise UsageError(f"the VIEWS layout holds outcomes below 2^31; this forecast reaches {forecast.draws.max():g}")
    window = f"window=Y{1980 + (int(forecast.months[0]) - 1) // 12}"
    path = folder / FOLDER_OF_KEY[forecast.unit_key] / window / f"{forecast.model}.parquet"
    index = ("month_id", COLUMN_OF_KEY[forecast.unit_key], "draw")
    columns: dict[str, np.ndarray] = {
        "outcome": np.rint(forecast.draws.transpose(1, 0, 2)).astype(np.int32).reshape(-1),
        index[0]: np.repeat(forecast.months.astype(np.int64), n_units * n_draws),
        index[1]: np.tile(np.repeat(forecast.units.astype(np.int64), n_draws), n_months),
        index[2]: np.tile(np.arange(n_draws, dtype=np.int64), n_months * n_units),
    }
    _write(columns, index, path)
    return path


def in_views_numbers(forecast: Forecast) -> tuple[Forecast, tuple[int, ...]]:
    """The same draws with countries numbered as VIEWS numbers them, and the gw_ids that it does not number.

    The numbers are those of the last month the model saw. A state without one (the Holy See) is left out of the
    forecast and named. A forecast in the numbers of VIEWS comes back as it is. Raises UsageError if units are not
    countries, or none of them has a number.
    """
    if forecast.unit_key == "country_id":
        return forecast, ()
    if forecast.unit_key != "gw_id":
        raise UsageError(f"VIEWS numbers countries for gw_id; this forecast has {forecast.unit_key}")
    day = month_end(forecast.as_of)
    numbers = [views_id(int(unit), day) for unit in forecast.units]
    kept = np.array([number is not None for number in numbers])
    left_out = tuple(int(unit) for unit in forecast.units[~kept])
    if not kept.any():
        raise UsageError(f"VIEWS has no number for any of the {kept.size} units of this forecast on {day}")
    header = forecast.header() | {"unit_key": "country_id"}
    units = np.array([number for number in numbers if number is not None], dtype=np.int32)
    return Forecast(draws=forecast.draws[kept], units=units, months=forecast.months, **header), left_out


def _write(columns: dict[str, np.ndarray], index: tuple[str, ...], path: Path) -> None:
    """DuckDB writes the file: it lets pandas' note about the index through, and needs neither pandas nor pyarrow."""
    import duckdb

    try:
        with files.replacing_file(path) as part:
            note = quoted(pandas_note(columns, index))
            with duckdb.connect() as database:
                database.register("draws", columns)
                database.execute(
                    f"COPY (SELECT * FROM draws) TO {quoted(str(part))} "  # noqa: S608 - both strings are quoted
                    f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{pandas: {note}}})"
                )
            with part.open("rb+") as stream:
                files.sync(stream)
    except duckdb.IOException as error:
        raise OSError(str(error).splitlines()[0]) from None


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def pandas_note(columns: dict[str, np.ndarray], index: tuple[str, ...]) -> str:
    """What pandas keeps in a Parquet file to find its index again."""
    kinds = [(name, str(values.dtype)) for name, values in columns.items()]
    unnamed = {"name": None, "field_name": None, "pandas_type": "unicode", "numpy_type": "object", "metadata": None}
    described = [
        {"name": name, "field_name": name, "pandas_type": kind, "numpy_type": kind, "metadata": None}
        for name, kind in kinds
    ]
    return json.dumps(
        {"index_columns": list(index), "column_indexes": [unnamed], "columns": described, "pandas_version": "2.2.0"}
    )


def windows(path: Path) -> dict[str, list[Path]]:
    """The windows that lie at a path: name -> its files.

    path: one Parquet file, a folder `window=Y2018`, a folder `cm` or `pgm`, or the folder above it (which may
    hold one of the two only). Raises SourceError if there is none, or both cm and pgm.
    """
    if path.is_file():
        return {path.parent.name if path.parent.name.startswith("window=") else path.stem: [path]}
    if not path.is_dir():
        raise SourceError(
            f"{path} is not there: expected a Parquet file or a folder in the VIEWS layout (cm/window=Y2018/*.parquet)"
        )
    levels = [path / name for name in FOLDER_OF_KEY.values() if (path / name).is_dir()]
    if len(levels) > 1:
        raise SourceError(f"{path} holds both cm and pgm: name one of the two folders")
    base = levels[0] if levels else path
    folders = [base] if base.name.startswith("window=") else sorted(base.glob("window=*"))
    found = {
        folder.name: sorted(p for p in folder.glob("*.parquet") if not p.name.startswith(".")) for folder in folders
    }
    found = {name: paths for name, paths in found.items() if paths}
    if not found:
        raise SourceError(f"{path} holds no window: expected cm/window=Y2018/*.parquet or pgm/window=Y2018/*.parquet")
    return found


def read_views(path: Path, *, model: str | None = None, as_of: int | None = None) -> Forecast:
    """Read one window (a file, or a folder that holds one window).

    as_of: the last month of data the model saw; by default three months before its first month, the challenge's
    rule. model: a name; by default that of the file. Draws are sorted by their number; units and months ascend.
    Raises SourceError that says what is wrong: columns, draws that are not numbered through from 0 or 1, fewer
    than 15 or more than 1,000 draws, units or months that lack draws, doubled rows, outcomes that are missing,
    negative or infinite.
    """
    found = windows(path)
    if len(found) > 1:
        raise SourceError(f"{path} holds {len(found)} windows ({', '.join(found)}): name one of them")
    paths = next(iter(found.values()))
    return read_files(paths, model=model, as_of=as_of)


def read_files(paths: Sequence[Path], *, model: str | None = None, as_of: int | None = None) -> Forecast:
    """Read the files of one window together; otherwise as `read_views`."""
    name = paths[0].name
    pieces = [_read_one(path) for path in paths]
    if len({key for key, _ in pieces}) > 1:
        raise SourceError(f"{name} and its neighbours mix country_id and priogrid_gid: one window has one level")
    unit_key = pieces[0][0]
    frame = pl.concat([piece for _, piece in pieces])
    units, months, draws, outcomes = _dense(frame, name)
    first = int(months[0])
    try:
        return Forecast(
            draws=outcomes,
            units=units,
            months=months,
            level="country" if unit_key == "country_id" else "cell",
            unit_key=unit_key,
            target="deaths_state_based",
            as_of=first - MONTHS_AHEAD if as_of is None else as_of,
            model=model or paths[0].stem,
            version="",
            seed=0,
            panel_digest="",
        )
    except ValueError as error:
        raise SourceError(f"{name} holds no valid forecast ({draws} draws): {error}") from None


def _read_one(path: Path) -> tuple[str, pl.DataFrame]:
    """One file as unit, month_id, draw (i32) and outcome (f32), in the file's order."""
    try:
        lazy = pl.scan_parquet(path, hive_partitioning=False, glob=False)
        schema = lazy.collect_schema()
        rows = int(lazy.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise SourceError(
            f"{path.name} cannot be read as Parquet: {(str(error).splitlines() or ['damaged'])[0]}"
        ) from None
    keys = [key for key, column in COLUMN_OF_KEY.items() if column in schema]
    missing = [column for column in ("month_id", "draw", "outcome") if column not in schema]
    if len(keys) != 1 or missing:
        raise SourceError(
            f"{path.name} has the columns {', '.join(schema) or 'none'}; "
            f"expected month_id, draw, outcome and either country_id or priogrid_gid"
        )
    unit = COLUMN_OF_KEY[keys[0]]
    for column in (unit, "month_id", "draw", "outcome"):
        if not schema[column].is_numeric() or (column != "outcome" and not schema[column].is_integer()):
            raise SourceError(f"{path.name}: column {column} has type {schema[column]}, expected whole numbers")
    if not 1 <= rows <= MOST_ROWS:
        raise SourceError(f"{path.name} has {rows:,} rows, expected 1 to {MOST_ROWS:,}: one per month, unit and draw")
    wanted = [pl.col(unit).cast(pl.Int32).alias("unit"), pl.col("month_id", "draw").cast(pl.Int32), pl.col("outcome")]
    try:
        frame = lazy.select(wanted).collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise SourceError(
            f"{path.name} cannot be read as Parquet: {(str(error).splitlines() or ['damaged'])[0]}"
        ) from None
    for column in frame.columns:
        if frame[column].null_count():
            shown = unit if column == "unit" else column
            raise SourceError(f"{path.name}: {frame[column].null_count()} rows have no {shown}; every row needs one")
    outcome = frame["outcome"]
    sound = outcome.is_finite() & (outcome >= 0) if schema["outcome"].is_float() else outcome >= 0
    if not sound.all():
        bad = frame.filter(~sound)
        row = bad.row(0, named=True)
        raise SourceError(
            f"{path.name}: outcome is {row['outcome']} for {unit} {row['unit']}, month_id {row['month_id']}, "
            f"draw {row['draw']}; expected a number of deaths, 0 or more"
        )
    return keys[0], frame.with_columns(pl.col("outcome").cast(pl.Float32))


def _dense(frame: pl.DataFrame, name: str) -> tuple[np.ndarray, np.ndarray, int, np.ndarray]:
    """The rows as (units, months, number of draws, cube), after checking that none is missing or doubled."""
    units, months, numbers = (frame[name].unique().sort().to_numpy() for name in ("unit", "month_id", "draw"))
    n_draws = numbers.size
    if not FEWEST_DRAWS <= n_draws <= MOST_DRAWS:
        raise SourceError(f"{name} has {n_draws} draws, expected {FEWEST_DRAWS} to {MOST_DRAWS}")
    if numbers[0] not in (0, 1) or numbers[-1] - numbers[0] + 1 != n_draws:
        raise SourceError(
            f"{name}: draws are numbered {numbers[0]}..{numbers[-1]} ({n_draws} numbers), "
            f"expected 0..{n_draws - 1} or 1..{n_draws}"
        )
    for what, values in (("unit", units), ("month_id", months)):
        if values[0] < 1 or values[-1] >= 2**31:
            raise SourceError(f"{name}: {what} runs from {values[0]} to {values[-1]}, expected numbers from 1 on")
    if np.any(np.diff(months) != 1):
        raise SourceError(f"{name}: months {months.tolist()} have a hole; expected months in a row")
    shape = (units.size, months.size, n_draws)
    cube = _cube(frame, units, int(months[0]), int(numbers[0]), shape)
    if cube is None:
        counts = frame.group_by("unit", "month_id").agg(
            pl.len().alias("n"), pl.col("draw").n_unique().alias("distinct")
        )
        doubled = counts.filter(pl.col("n") != pl.col("distinct")).sort("unit", "month_id")
        if doubled.height:
            row = doubled.row(0, named=True)
            raise SourceError(f"{name}: unit {row['unit']}, month_id {row['month_id']} has the same draw twice")
        short = _first_gap(counts, units, months, n_draws)
        raise SourceError(f"{name}: {short}; every unit needs {n_draws} draws in each of {months.size} months")
    return units, months, n_draws, cube


def _cube(
    frame: pl.DataFrame, units: np.ndarray, first_month: int, first_draw: int, shape: tuple[int, int, int]
) -> np.ndarray | None:
    """The outcomes put in their places, whatever the order of the rows; None if a place stays empty."""
    if frame.height != np.prod(shape):
        return None
    place = np.searchsorted(units, frame["unit"].to_numpy())
    place *= shape[1]
    place += frame["month_id"].to_numpy() - first_month
    place *= shape[2]
    place += frame["draw"].to_numpy() - first_draw
    filled = np.zeros(frame.height, dtype=np.bool_)
    filled[place] = True
    if not filled.all():
        return None
    cube = np.empty(frame.height, dtype=np.float32)
    cube[place] = frame["outcome"].to_numpy()
    return cube.reshape(shape)


def _first_gap(counts: pl.DataFrame, units: np.ndarray, months: np.ndarray, n_draws: int) -> str:
    full = pl.DataFrame({"unit": units}).join(pl.DataFrame({"month_id": months}), how="cross")
    gaps = full.join(counts, on=["unit", "month_id"], how="left").with_columns(pl.col("n").fill_null(0))
    row = gaps.filter(pl.col("n") < n_draws).sort("unit", "month_id").row(0, named=True)
    return f"unit {row['unit']}, month_id {row['month_id']} has {row['n']} draws"
