"""un_roll_calls, un_votes, un_ideal_points, un_ideal_points_published: Assembly votes and ideal points.

Run: `python -m tools.embed.council.votes --shared ../shared/data` (about two minutes: every session is also estimated
as it looked at its end). Defects of the files and what is done about them: docs/sources/council-votes.md.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from forestall.council.voting import estimates, records
from forestall.council.voting.issues import symbol_of
from forestall.council.voting.model import Items
from forestall.errors import SourceError
from forestall.ids import countries
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command, writing
from tools.embed.inputs import Inputs

COMMAND = "python -m tools.embed.council.votes --shared ../shared/data"
VOTES = "council/unvotes_un_votes.rda"
CALLS = "council/unvotes_un_roll_calls.rda"
ISSUES = "council/unvotes_un_roll_call_issues.rda"
POINTS = "council/unga_idealpoints_2025-07.dta"

LAST_SESSION_WITHOUT_DAYS = 51
"""Up to this session the day of the month in the file runs from 1 to 7 only: a day of the week, not a date."""

_BY_ISO2 = {"TW": "CHN", "YU": "SRB", "CS": "CZE", "DD": "DDR", "YD": "YMD"}
_BY_NAME = {"Federal Republic of Germany": "DEU", "Yemen Arab Republic": "YEM"}
ASIDE = ("Zanzibar",)
"""A member from 1963-12-16 to its union with Tanganyika on 1964-04-26: two votes, and no ISO code."""
_BY_CCODE = {713: "CHN", 345: "SRB", 315: "CZE", 678: "YEM", 680: "YMD", 260: "DEU"}

_VOETEN = (
    "Voeten, Strezhnev and Bailey (2009), United Nations General Assembly Voting Data, Harvard Dataverse, "
    "doi:10.7910/DVN/LEJUQZ"
)
_BSV = (
    "Bailey, Strezhnev and Voeten (2017), Estimating dynamic state preferences from United Nations voting data, "
    "Journal of Conflict Resolution 61(2), doi:10.1177/0022002715595700"
)
_URL = "https://doi.org/10.7910/DVN/LEJUQZ"
_NAMES = {
    VOTES: ("UN General Assembly votes (R package unvotes)", "0.3.0", f"{_VOETEN}; as collected in unvotes", _URL),
    CALLS: ("UN General Assembly roll calls (R package unvotes)", "0.3.0", f"{_VOETEN}; as collected in unvotes", _URL),
    ISSUES: ("Issues of roll calls (R package unvotes)", "0.3.0", f"{_VOETEN}; as collected in unvotes", _URL),
    POINTS: ("UN General Assembly ideal points", "2025-07", f"{_BSV}; {_VOETEN}", _URL),
}


def roll_calls(inputs: Inputs) -> pl.DataFrame:
    """One row a roll call, without the model's parameters."""
    columns = ("rcid", "session", "date", "unres", "importantvote", "amend", "para", "short", "descr")
    frame = inputs.rda(CALLS, columns).with_columns(pl.col("rcid", "session").cast(pl.Int32))
    issues = inputs.rda(ISSUES, ("rcid", "short_name")).with_columns(pl.col("rcid").cast(pl.Int32))
    unknown = set(issues["short_name"]) - set(records.ISSUES)
    if unknown:
        raise SourceError(f"{ISSUES} has issues we do not know: {', '.join(sorted(unknown))}")
    listed = issues.unique().sort("rcid", "short_name").group_by("rcid").agg(pl.col("short_name").str.join(","))
    day = pl.col("date").cast(pl.String).str.slice(0, 10).str.to_date("%Y-%m-%d")
    by_month = pl.col("session") <= LAST_SESSION_WITHOUT_DAYS
    flag = {
        name: pl.col(name).cast(pl.String).replace_strict({"0": False, "1": True}, default=None) for name in columns
    }
    return (
        frame.join(listed, on="rcid", how="left")
        .select(
            pl.col("rcid").alias("roll_call_id"),
            "session",
            pl.when(by_month).then(day.dt.month_end()).otherwise(day).alias("voted_on"),
            pl.when(by_month).then(pl.lit("month")).otherwise(pl.lit("day")).alias("date_precision"),
            _text("unres", 40).alias("document"),
            pl.coalesce(_text("short", 160), _text("descr", 160)).alias("roll_call_title"),
            pl.col("short_name").alias("issues"),
            flag["importantvote"].alias("is_important"),
            flag["amend"].alias("is_amendment"),
            pl.when(_beside_the_whole(pl.col("unres"))).then(True).otherwise(flag["para"]).alias("is_paragraph"),
        )
        .sort("session", "voted_on", "roll_call_id")
    )


def _beside_the_whole(document: pl.Expr) -> pl.Expr:
    """True for a vote under R/71/44 in a session that has one under A/RES/71/44: the first is on a part of it.

    Sessions 71 and 72 mix both forms and do not say which votes are on parts.
    """
    whole = document.str.starts_with("A/RES/")
    return whole.any().over("session", symbol_of(document)) & ~whole & (document.str.len_chars() > 0)


def repeated(calls: pl.DataFrame, cast: pl.DataFrame) -> pl.DataFrame:
    """Roll calls that repeat another: same session, same document, every vote the same. The first of each is kept."""
    written = pl.concat_str("iso3", pl.col("vote").cast(pl.String)).str.join("|").alias("votes")
    key = cast.sort("roll_call_id", "iso3").group_by("roll_call_id").agg(written)
    joined = calls.filter(pl.col("document").is_not_null()).join(key, on="roll_call_id")
    joined = joined.with_columns(symbol_of(pl.col("document")).alias("symbol"))
    # A/RES/... sorts before R/..., so that of two forms of one vote the vote on the whole text is kept.
    joined = joined.sort("document", "roll_call_id")
    first = joined.unique(["session", "symbol", "votes"], keep="first", maintain_order=True)
    return joined.join(first.select("roll_call_id"), on="roll_call_id", how="anti").select("roll_call_id", "document")


def _text(column: str, longest: int) -> pl.Expr:
    """A text without spaces at its ends, null if nothing is left."""
    text = pl.col(column).cast(pl.String).str.strip_chars().str.slice(0, longest)
    return pl.when(~text.is_in(["", "NaN", "nan"])).then(text)


def votes(inputs: Inputs) -> tuple[pl.DataFrame, int]:
    """One row a vote, and how many votes were set aside. Raises SourceError on a state we do not know."""
    frame = inputs.rda(VOTES, ("rcid", "country", "country_code", "vote"))
    states = {}
    for name, code in frame.select("country", "country_code").unique().rows():
        states[name] = _BY_NAME.get(name) or _BY_ISO2.get(code) or _iso3(name, code)
    aside = frame.filter(pl.col("country").is_in(ASIDE)).height
    found = frame.filter(~pl.col("country").is_in(ASIDE)).select(
        pl.col("rcid").cast(pl.Int32).alias("roll_call_id"),
        pl.col("country").replace_strict(states, return_dtype=pl.String).alias("iso3"),
        pl.col("vote").cast(pl.String).replace_strict({"no": 0, "abstain": 1, "yes": 2}, return_dtype=pl.Int8),
    )
    twice = found.select("roll_call_id", "iso3").is_duplicated()
    if twice.any():
        raise SourceError(f"{VOTES}: {found.filter(twice).head(2).rows()} stand twice")
    return found.sort("roll_call_id", "iso3"), aside


def _iso3(name: str, code: str | None) -> str | None:
    if name in ASIDE:
        return None
    if not code or code == "nan":
        raise SourceError(f"{VOTES}: {name!r} has no code; say in tools/embed/council/votes.py which state it is")
    state = countries.resolve(code)
    return state.series_iso3


def published(inputs: Inputs) -> pl.DataFrame:
    """The published estimates: one row a state, year and kind of roll calls (all to 2023, final passage to 2024)."""
    import pandas as pd

    frame = pl.from_pandas(pd.read_stata(inputs.path(POINTS), convert_categoricals=False))
    frame = frame.with_columns(pl.col("ccode", "year").cast(pl.Int32))
    # Both governments of China have a row in 1971; the seat's is that of the one that held it at the year's end.
    frame = frame.filter(~((pl.col("ccode") == 713) & (pl.col("year") == 1971)))
    code = pl.col("ccode").replace_strict(_BY_CCODE, default=None, return_dtype=pl.String)
    frame = frame.with_columns(pl.coalesce(code, pl.col("iso3c")).alias("iso3"))
    parts = []
    for kind, end in (("all", "all"), ("final_passage", "fp")):
        parts.append(
            frame.filter(pl.col(f"idealpoint{end}").is_not_null() & pl.col(f"idealpoint{end}").is_not_nan()).select(
                "iso3",
                "year",
                pl.lit(kind).alias("roll_calls"),
                pl.col(f"idealpoint{end}").cast(pl.Float64).round(3).alias("ideal_point"),
                pl.col(f"q5{end}").cast(pl.Float64).round(3).alias("ideal_point_low"),
                pl.col(f"q95{end}").cast(pl.Float64).round(3).alias("ideal_point_high"),
                pl.col(f"nvotes{end}").cast(pl.Int32).alias("votes_counted"),
            )
        )
    found = pl.concat(parts).sort("roll_calls", "year", "iso3")
    twice = found.select("iso3", "year", "roll_calls").is_duplicated()
    if twice.any():
        raise SourceError(f"{POINTS}: {found.filter(twice).head(2).rows()} stand twice")
    return found


def with_items(calls: pl.DataFrame, assembly: records.Assembly, items: tuple[Items, ...]) -> pl.DataFrame:
    """Roll calls with slope and cutpoints, as estimated at the end of their session."""
    rows = [
        (call, float(one.slope[n, 0]), float(one.lower[n]), float(one.upper[n]))
        for one, listed in zip(items, assembly.roll_calls, strict=True)
        for n, call in enumerate(listed)
    ]
    schema = {"roll_call_id": pl.Int32, "slope": pl.Float64, "cut_lower": pl.Float64, "cut_upper": pl.Float64}
    estimated = pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col(pl.Float64).round(3))
    return calls.join(estimated, on="roll_call_id", how="left").sort("session", "voted_on", "roll_call_id")


def write(shared: Path, out: Path) -> list[str]:
    """Write the four tables beside the others and enter them in the manifest; returns a line on each."""
    inputs = Inputs(shared)
    inputs.start_over()
    calls = roll_calls(inputs)
    cast, aside = votes(inputs)
    of_votes = inputs.start_over()
    points = published(inputs)
    of_points = inputs.start_over()
    again = repeated(calls, cast)
    calls, cast = (part.join(again, on="roll_call_id", how="anti") for part in (calls, cast))
    cast = cast.sort("roll_call_id", "iso3")
    assembly = records.assemble(cast, calls)
    one, two = estimates.estimate(assembly), estimates.estimate(assembly, dims=2)
    mean, sd, items = estimates.as_then(assembly)
    years = {"first_year": 1946, "last_year": 2019}
    lines = [f"set aside: {aside} votes of {', '.join(ASIDE)}"]
    listed = ", ".join(f"{number} ({document})" for number, document in again.sort("roll_call_id").rows())
    lines += [f"set aside: {again.height} roll calls that repeat another: {listed}"]
    lines += _enter(
        out,
        inputs,
        of_votes,
        {
            "un_roll_calls": (
                with_items(calls, assembly, items),
                "roll calls of the General Assembly to 2019-12",
                years,
            ),
            "un_votes": (cast, "votes by state and roll call; a state without a row cast none that is recorded", years),
            "un_ideal_points": (
                estimates.table(assembly, one, two, (mean, sd)),
                f"our estimates, {estimates.ESTIMATOR}, from roll calls to 2019-12",
                years,
            ),
        },
    )
    of_year = points["year"].to_numpy()
    span = {"first_year": int(of_year.min()), "last_year": int(of_year.max())}
    note = (
        "published estimates; from all roll calls to 2023, from final passage votes only to 2024; rounded to 3 decimals"
    )
    return lines + _enter(out, inputs, of_points, {"un_ideal_points_published": (points, note, span)})


def _enter(
    out: Path, inputs: Inputs, read: set[str], made: Mapping[str, tuple[pl.DataFrame, str, dict[str, int]]]
) -> list[str]:
    lines = []
    for name, (frame, note, span) in made.items():
        if dict(frame.schema) != {column: kind() for column, kind in SCHEMAS[name].items()}:
            raise ValueError(f"{name}: columns {frame.schema} are not those of the schema")
        sources = tuple(_source(file, inputs) for file in sorted(read))
        lines.append(writing.write(out, name, frame, *sources, command=COMMAND, note=note, span=span))
    return lines


def _source(file: str, inputs: Inputs) -> Source:
    name, version, citation, url = _NAMES[file]
    digest = inputs.digests[file]
    return Source(name=name, version=version, licence="CC0-1.0", citation=citation, url=url, sha256_of_input=digest)


def main() -> int:
    """Build the tables; returns the exit code."""
    return command.run("tools.embed.council.votes", __doc__, write)


if __name__ == "__main__":
    sys.exit(main())
