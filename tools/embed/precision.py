"""How precisely each event of the reduced copy is located: the copy gives a point for every event and no where_prec.

An event's precision (place, province or country) is, in this order,

1. that of the same event in a file that has where_prec, if the two have the same point;
2. place, if the event is among those of the copy that calls itself day-precise: measured on the files with where_prec,
   that copy holds 96 % of the events located at a place or near one, and 0.5 % of those of codes 3, 4, 6 and 7;
3. that of most events at the same point of the same country in the files with where_prec: 99 % of points are pure;
4. country, at the point that gazetteers give for the country as a whole;
5. province, where a logistic regression on the point says so: points of provinces sit on round degrees or minutes, and
   hardly any of their events are in the copy of step 2. Place everywhere else.

`python -m tools.embed.precision --shared ../shared/data` prints how well steps 2, 4 and 5 do on countries held out.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.panel.aggregate import PRECISION
from tools.embed.country_year import EVENT_FILES
from tools.embed.inputs import Inputs, integer

SLIM = "ucdp/ged211_events_slim_1989_2022-02.parquet"
PRECISE = "ucdp/ged211_events_dayprecise.rda"
SYRIA = "ucdp/samples/ged_syria_2016_2019.rda"
SUDAN = "ucdp/samples/ged_sudan_2023-11-30.csv.gz"
LAST_FINAL_YEAR = 2020

# The country's own entry in gazetteers (GEOnet Names Server; CIA World Factbook, "Geographic coordinates"), where no
# file with where_prec covers it, by UCDP's number: latitude, longitude. Of the 32 such points known from those files,
# 30 are the ones that gazetteers give.
COUNTRY_POINTS = {
    90: (15.5, -90.25), 93: (13, -85), 130: (-2, -77.5), 135: (-10, -76), 343: (41.8333, 22), 345: (44, 21),
    346: (44, 18), 360: (46, 25), 365: (60, 100), 372: (42, 43.5), 404: (12, -15), 433: (14, -14), 435: (20, -12),
    437: (8, -5), 450: (6.5, -9.5), 461: (8, 1.1667), 482: (7, 21), 484: (-1, 15), 501: (1, 38), 510: (-6, 35),
    516: (-3.5, 30), 517: (-2, 30), 520: (6, 48), 522: (11.5, 43), 531: (15, 39), 540: (-12.5, 18.5),
    541: (-18.25, 35), 551: (-15, 30), 560: (-30, 26), 565: (-22, 17), 580: (-20, 47), 615: (28, 3), 651: (27, 30),
    660: (33.8333, 35.8333), 663: (31, 36), 670: (25, 45), 702: (39, 71), 710: (35, 105), 750: (20, 77),
    770: (30, 70), 790: (28, 84), 800: (15, 100), 811: (13, 105), 850: (-5, 120),
}  # fmt: skip

_KEY = ["country_id", "lat_key", "lon_key"]
_FRACTIONS = (1, 2, 3, 4, 6, 10, 12, 20, 60)
_CLASSES = (1, 4, 6, 20, 60)
"""Upper bounds of the classes of roundness: whole degrees, quarters, sixths, twentieths, minutes; the rest is finer."""
_USUAL_SHARE = 0.65  # of all events of 1989-2020 that are in the copy of precise ones
_THRESHOLD = 0.5

Floats = npt.NDArray[np.float64]


def _keys() -> list[pl.Expr]:
    return [
        (pl.col(c) * 1000).round().cast(pl.Int64).alias(k)
        for c, k in (("latitude", "lat_key"), ("longitude", "lon_key"))
    ]


def labelled(inputs: Inputs) -> pl.DataFrame:
    """Events of the files that have where_prec: relid (null in one file), country_id, lat_key, lon_key, precision,
    where_prec.
    """
    names = ("relid", "country_id", "latitude", "longitude", "where_prec")
    # The candidates first: those of 2021 are the very events of the copy, the single countries are of a later release.
    frames = [inputs.csv(name, names) for name in sorted(EVENT_FILES, key=lambda name: "/samples/" in name)]
    # One file was saved again with a comma too many, and its columns after the deaths are not to be used.
    frames.append(inputs.csv(SUDAN, names, ragged=True))
    frames.append(inputs.rda(SYRIA, names[1:]).select(pl.lit(None, pl.String).alias("relid"), *names[1:]))
    numbers = ("latitude", "longitude")
    plain = [
        frame.select("relid", integer("country_id"), integer("where_prec"), pl.col(numbers).cast(pl.Float64))
        for frame in frames
    ]
    found = pl.concat(plain).filter(pl.col("where_prec").is_between(1, 7))
    precision = pl.col("where_prec").replace_strict(PRECISION, return_dtype=pl.String).alias("precision")
    return found.select("relid", "country_id", *_keys(), precision, "where_prec")


def precise(inputs: Inputs) -> pl.DataFrame:
    """Events of the copy that holds precisely located ones only: lat_key, lon_key, year, best."""
    frame = inputs.rda(PRECISE, ("latitude", "longitude", "year", "best_death"))
    return frame.select(*_keys(), integer("year"), integer("best_death").alias("best"))


def roundness(degrees: npt.ArrayLike) -> Floats:
    """The smallest of 1, 2, 3, 4, 6, 10, 12, 20, 60 whose fractions of a degree a coordinate lies on; 3600 if none.

    degrees: (n,), written with four decimals or more.
    """
    values = np.asarray(degrees, dtype=np.float64)
    found = np.full(values.shape, 3600.0)
    for fraction in reversed(_FRACTIONS):
        on = np.abs(values - np.round(values * fraction) / fraction) < 6e-4
        found[on] = fraction
    return found


def points(events: pl.DataFrame, copy: pl.DataFrame) -> pl.DataFrame:
    """One row a point of the reduced copy with what tells a province from a place.

    events: country_id, latitude, longitude, lat_key, lon_key, year, best. copy: see `precise`. Returns country_id,
    lat_key, lon_key, latitude, longitude, n (events), deaths, n_then (events of the years the copy covers), n_precise
    (of these, at most, in the copy), sorted.
    """
    at = copy.group_by("lat_key", "lon_key").agg(pl.len().cast(pl.Int64).alias("n_precise"))
    return (
        events.group_by(_KEY)
        .agg(
            pl.col("latitude", "longitude").min(),
            pl.len().cast(pl.Int64).alias("n"),
            pl.col("best").sum().alias("deaths"),
            (pl.col("year") <= LAST_FINAL_YEAR).sum().cast(pl.Int64).alias("n_then"),
        )
        .join(at, on=["lat_key", "lon_key"], how="left")
        .with_columns(pl.min_horizontal(pl.col("n_precise").fill_null(0), "n_then"))
        .sort(_KEY)
    )


def features(at: pl.DataFrame) -> Floats:
    """(points, 11): roundness in classes; share, absence and number of precise events; events; deaths an event."""
    coarse = np.maximum(roundness(at["latitude"]), roundness(at["longitude"]))
    classes = np.searchsorted(_CLASSES, coarse)
    n, then, held = (at[name].to_numpy().astype(np.float64) for name in ("n", "n_then", "n_precise"))
    absent = (held == 0) & (then > 0)
    columns = [
        np.eye(len(_CLASSES) + 1)[classes][:, :-1],
        (held + 2 * _USUAL_SHARE) / (then + 2),  # drawn towards the usual share where events are few
        np.log(n),
        np.log1p(at["deaths"].to_numpy() / n),
        absent * np.log1p(then),
        absent,
        then == 0,
    ]
    return np.column_stack(columns).astype(np.float64)


@dataclass(frozen=True)
class Fit:
    """A logistic regression on standardised features."""

    middle: Floats
    scale: Floats
    weights: Floats

    def probability(self, x: Floats) -> Floats:
        """(n,): that each point stands for a province or a country."""
        design = np.column_stack([np.ones(len(x)), (x - self.middle) / self.scale])
        return np.asarray(1 / (1 + np.exp(-design @ self.weights)))


def fit(x: Floats, y: npt.NDArray[np.bool_], sizes: Floats) -> Fit:
    """The regression by Newton's method, with a ridge of 1 on all weights but the constant.

    x: (n, k). y: (n,), whether the point stands for a province or a country. sizes: (n,) events at the point; it counts
    by their square root, so that neither the many points of one event nor the few large ones decide alone.
    """
    middle, scale = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)
    design = np.column_stack([np.ones(len(x)), (x - middle) / scale])
    ridge = np.diag([0.0, *np.ones(x.shape[1])])
    weights, count = np.zeros(design.shape[1]), np.sqrt(sizes)
    for _ in range(50):
        p = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (count * (y - p)) - ridge @ weights
        hessian = (design * (count * p * (1 - p))[:, None]).T @ design + ridge
        step = np.linalg.solve(hessian, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-10:
            break
    return Fit(middle, scale, weights)


def known_points(known: pl.DataFrame) -> pl.DataFrame:
    """The precision of most labelled events at each point; the coarser one at a tie."""
    order = pl.col("precision").replace_strict({"place": 0, "province": 1, "country": 2}, return_dtype=pl.Int8)
    counted = known.group_by(*_KEY, "precision").len().with_columns(order.alias("order"))
    best = counted.sort("len", "order", descending=True).unique(_KEY, keep="first", maintain_order=True)
    return best.select(*_KEY, "precision").sort(_KEY)


def detected(at: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """What steps 4 and 5 say of every point, learned from the labelled ones.

    at: see `points`. known: see `labelled`. Returns country_id, lat_key, lon_key, precision.
    """
    # The codes 4 and 6 are learned; 5 (a road, a border, a region) mostly stands at a point of its own kind.
    mine = known.group_by(_KEY).agg(pl.col("where_prec").is_in([4, 6]).mean().alias("coarse"))
    with_labels = at.join(mine, on=_KEY, how="left", maintain_order="left")
    labels = with_labels["coarse"].to_numpy()
    x, held = features(at), ~np.isnan(labels)
    model = fit(x[held], labels[held] > 0.5, at["n"].to_numpy().astype(np.float64)[held])
    country = pl.DataFrame(
        [(gw, round(lat * 1000), round(lon * 1000)) for gw, (lat, lon) in COUNTRY_POINTS.items()],
        schema=dict.fromkeys(_KEY, pl.Int64),
        orient="row",
    ).with_columns(pl.lit(True).alias("gazetteer"))
    says = pl.Series("province", model.probability(x) > _THRESHOLD)
    whole = at.select(_KEY).with_columns(says).join(country, on=_KEY, how="left", maintain_order="left")
    precision = pl.when(pl.col("gazetteer")).then(pl.lit("country")).when("province").then(pl.lit("province"))
    return whole.select(*_KEY, precision.otherwise(pl.lit("place")).alias("precision"))


def doubtful(events: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The events that the copy's editors flagged (position 0,0 or latitude equal to longitude) and no file bears out.

    They put events at 0,0 onto their country's point, which is right where a file with where_prec has it so too, and
    flagged a place in Syria whose latitude and longitude are alike. events: rows with flag, country_id, latitude and
    longitude.
    """
    flagged = events.filter(pl.col("flag").is_not_null())
    return flagged.with_columns(_keys()).join(known_points(known), on=_KEY, how="anti").select(events.columns)


def with_precision(events: pl.DataFrame, known: pl.DataFrame, copy: pl.DataFrame) -> pl.DataFrame:
    """The events with columns `precision` and `how` (event, copy, point, detected), by the five steps above.

    events: rows of the reduced copy with relid, country_id, latitude, longitude, year, best. known: see `labelled`.
    copy: see `precise`.
    """
    rows = events.with_columns(_keys())
    by_event = known.filter(pl.col("relid").is_not_null()).unique("relid", keep="first", maintain_order=True)
    by_event = by_event.select("relid", lat="lat_key", lon="lon_key", event="precision")
    in_copy = copy.unique().with_columns(pl.lit("place").alias("copy"))
    at_point = known_points(known).rename({"precision": "point"})
    found = detected(points(rows, copy), known).rename({"precision": "detected"})
    same = ((pl.col("lat") - pl.col("lat_key")).abs() <= 10) & ((pl.col("lon") - pl.col("lon_key")).abs() <= 10)
    steps = ("event", "copy", "point", "detected")
    return (
        rows.join(by_event, on="relid", how="left", maintain_order="left")
        .with_columns(pl.when(same).then("event").alias("event"))
        .join(in_copy, on=["lat_key", "lon_key", "year", "best"], how="left", maintain_order="left")
        .join(at_point, on=_KEY, how="left", maintain_order="left")
        .join(found, on=_KEY, how="left", maintain_order="left")
        .with_columns(
            pl.coalesce(steps).alias("precision"),
            pl.coalesce(pl.when(pl.col(step).is_not_null()).then(pl.lit(step)) for step in steps).alias("how"),
        )
        .drop("lat_key", "lon_key", "lat", "lon", *steps)
    )


def report(inputs: Inputs) -> list[str]:
    """How well steps 2, 4 and 5 find imprecise events of countries whose labels were all held out."""
    known, copy = labelled(inputs), precise(inputs)
    columns = ("relid", "country_id", "latitude", "longitude", "year", "best", "flag")
    events = inputs.parquet(SLIM, columns).filter(pl.col("year") <= 2021)
    events = events.join(doubtful(events, known), on="relid", how="anti")
    places = {530: "Ethiopia", 626: "South Sudan", 780: "Sri Lanka", 451: "Sierra Leone", 101: "Venezuela"}
    places |= {92: "El Salvador", 625: "Sudan", 652: "Syria"}
    lines = [
        "country         events deaths | of those called imprecise, rightly | of the imprecise, found (events, deaths)"
    ]
    pooled = []
    for number, name in places.items():
        rest = known.filter(pl.col("country_id") != number)
        truth = known.filter(pl.col("country_id") == number)
        mine = events.filter(pl.col("country_id") == number).with_columns(_keys())
        by_event = truth.filter(pl.col("relid").is_not_null()).unique("relid").select("relid", true="where_prec")
        by_point = truth.group_by(_KEY).agg(pl.col("where_prec").mode().min().alias("at"))
        said = with_precision(events, rest, copy).filter(pl.col("country_id") == number)
        both = said.select("relid", "precision").with_columns(mine.select(*_KEY, "best"))
        both = both.join(by_event, on="relid", how="left").join(by_point, on=_KEY, how="left")
        both = both.with_columns(pl.coalesce("true", "at").alias("true")).filter(pl.col("true").is_not_null())
        pooled.append(both)
        lines.append(_line(name, both))
    lines.append(_line("without Syria", pl.concat(pooled[:-1])))
    lines.append(_line("all eight", pl.concat(pooled)))
    whole = with_precision(events, known, copy)
    total = int(whole["best"].sum())
    for (how, precision), part in whole.group_by("how", "precision", maintain_order=True):
        deaths = int(part["best"].sum())
        lines.append(
            f"{how} {precision}: {part.height:,} events, {deaths:,} deaths ({deaths / total:.1%} of {total:,})"
        )
    return lines


def _line(name: str, both: pl.DataFrame) -> str:
    said, best = both["precision"].to_numpy() != "place", both["best"].to_numpy()
    code = both["true"].to_numpy()
    true = np.isin(code, (4, 5, 6))
    parts = [f"{name:<15} {both.height:>6,} {best.sum():>7,}"]
    for over, under in ((said, said & true), (true, said & true)):
        for weight in (np.ones(len(best)), best):
            parts.append(f"{(weight * under).sum() / max((weight * over).sum(), 1):.2f}")
    for which in (4, 5, 6):
        of = code == which
        parts.append(f"code {which}: {said[of].mean() if of.any() else float('nan'):.2f} of {of.sum()}")
    return "  ".join(parts)


def main() -> int:
    """Print the report; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.embed.precision", description=report.__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"), help="the folder of raw releases")
    for line in report(Inputs(parser.parse_args().shared)):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
