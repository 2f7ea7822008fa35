"""peace_contributor_month and peace_contributor_mission_year: who sent how many persons to UN operations.

Run: `python -m tools.embed.peacekeeping.contributors --shared ../shared/data`. Three series that do not end together:
IPI by contributor and month (1990-11..2014-08), IPI by contributor, mission and month (2009-11..2014-08, here as yearly
means) and Geo-PKO's contingents by site (1994-2024). Defects and what is done about them:
docs/sources/peacekeeping-contributors.md.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from forestall.errors import SourceError, UnknownCountryError
from forestall.ids import countries
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command, writing
from tools.embed.inputs import Inputs, integer, month_id
from tools.embed.peacekeeping import contingents
from tools.embed.peacekeeping.names import mission
from tools.embed.peacekeeping.sites import LICENCE

MONTHS = "peace_contributor_month"
YEARS = "peace_contributor_mission_year"
COMMAND = "python -m tools.embed.peacekeeping.contributors --shared ../shared/data"
BY_MONTH = "peacekeeping/ipi_contributor_month_1990_2014.csv.gz"
BY_MISSION = "peacekeeping/ipi_gender_2009_2014.csv.gz"
IPI_CITATION = (
    "Perry and Smith (2013), Trends in uniformed contributions to UN peacekeeping: a new dataset, 1991-12, "
    "International Peace Institute"
)
PARTS = ("troops", "police", "experts")
CONTRIBUTED = {part: f"contributed_{part}" for part in PARTS}
"""The columns in the tables."""
SPELT = {
    "Cote d Ivoire": "CIV",
    "Cote D'ivoire": "CIV",
    "Cote d'Ivoire": "CIV",
    "DR Congo": "COD",
    "DRC": "COD",
    "Drc": "COD",
    "Congo": "COG",
    "Korea (ROK)": "KOR",
    "Macedonia": "MKD",
    "Britain": "GBR",
    "UK": "GBR",
    "U.K.": "GBR",
    "US": "USA",
    "Us": "USA",
    "cambodia": "KHM",
}
BEFORE = {("Czech Republic", year): ("Czechoslovakia", "CZE") for year in (1990, 1991, 1992)}
"""The file writes a later name for what came before it: name then, and the code that the series goes on under."""
NOBODY = {"Multinational", "Mutinational", "unknown", "Unknown", "TCC name unknown", "CARICOM", "Un"}
"""What Geo-PKO writes where it names no state: these rows are kept without a state."""


@dataclass(slots=True)
class Names:
    """Contributors by name and day as states, and the years in which a name is that of a later state."""

    found: dict[tuple[str, date], tuple[int | None, str]] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)

    def state(self, name: str, on: date) -> tuple[int | None, str]:
        """Gleditsch-Ward number and today's code of the series, as of a day. Raises SourceError if nobody knows it."""
        key = (name, on)
        if key not in self.found:
            self.found[key] = self._resolve(name, on)
        return self.found[key]

    def _resolve(self, name: str, on: date) -> tuple[int | None, str]:
        if (name, on.year) in BEFORE:
            query, code = BEFORE[(name, on.year)]
            self.before.append(f"{name} {on.year}")
            return countries.resolve(query, on).gw_id, code
        try:
            state = countries.resolve(SPELT.get(name, name), on)
        except UnknownCountryError as error:
            raise SourceError(f"contributor {name!r} of {on.year} is no state we know: see {__name__}") from error
        return state.gw_id, state.series_iso3


def by_month(inputs: Inputs, names: Names) -> pl.DataFrame:
    """One row a contributor and month with any personnel; a figure the file leaves blank is null.

    Raises SourceError if a contributor stands twice in a month.
    """
    frame = inputs.csv(BY_MONTH, ("contributor", "Date", "Troops", "Police", "Experts")).select(
        "contributor",
        month_id("Date"),
        *(integer(part.capitalize()).cast(pl.Int32).alias(part) for part in PARTS),
        pl.lit("ipi_contributor").alias("contributor_series"),
    )
    last = int(frame["month_id"].to_numpy().max())
    later = mission_months(inputs).filter(pl.col("month_id") > last, pl.col("contributor") != "all")
    later = later.group_by("contributor", "month_id", maintain_order=True).agg(*(pl.col(part).sum() for part in PARTS))
    later = later.with_columns(
        *(pl.when(pl.col(part) > 0).then(pl.col(part)).cast(pl.Int32).alias(part) for part in PARTS),
        pl.lit("ipi_contributor_mission").alias("contributor_series"),
    )
    frame = pl.concat([frame, later.select(frame.columns)])
    states = pl.DataFrame(
        [
            (name, month, *names.state(name, _last_day(month)))
            for name, month in frame.select("contributor", "month_id").rows()
        ],
        schema={"contributor": pl.String, "month_id": pl.Int32, "gw_id": pl.Int32, "iso3": pl.String},
        orient="row",
    )
    frame = frame.join(states, on=["contributor", "month_id"], maintain_order="left")
    if frame.select("iso3", "month_id").is_duplicated().any():
        raise SourceError(f"{BY_MONTH}: a contributor stands twice in a month")
    same = repeats(frame)
    return (
        frame.with_columns(pl.col("month_id").is_in(same).alias("is_repeat"))
        .rename(CONTRIBUTED)
        .select(*SCHEMAS[MONTHS])
        .sort("iso3", "month_id")
    )


def repeats(frame: pl.DataFrame) -> list[int]:
    """Months whose rows are all those of the month before: nobody counted anew."""
    rows = {
        int(month): sorted(group.select("iso3", *PARTS).rows(), key=str)
        for (month,), group in frame.group_by("month_id")
    }
    return [month for month in sorted(rows) if rows.get(month - 1) == rows[month]]


def mission_months(inputs: Inputs) -> pl.DataFrame:
    """One row a contributor, mission (as written) and month: exact repeats of a row and sums over missions left out.

    A row without any figure keeps nulls; in a row with figures a blank is 0 (the file's row totals are the sums of what
    is not blank). Raises SourceError if a row total is not the sum of its parts, or a row stands twice with other
    figures.
    """
    kinds = ("Troops", "Individual_Police", "Formed_Police_Units", "Experts_on_Mission", "Total")
    columns = ("Date", "Contributor", "Mission", *(f"{kind}_Total" for kind in kinds))
    frame = inputs.csv(BY_MISSION, columns).with_columns(
        pl.col("Contributor", "Mission").str.strip_chars("' "),
        *(pl.col(f"{kind}_Total").replace("NA", None).cast(pl.Int32, strict=True) for kind in kinds),
    )
    frame = frame.unique(maintain_order=True).filter(pl.col("Mission") != "all")
    if frame.select("Date", "Contributor", "Mission").is_duplicated().any():
        raise SourceError(f"{BY_MISSION}: a contributor stands twice in a mission and month, with other figures")
    known = pl.any_horizontal(pl.col(f"{kind}_Total").is_not_null() for kind in kinds)
    parts = {
        "troops": pl.col("Troops_Total").fill_null(0),
        "police": pl.col("Individual_Police_Total").fill_null(0) + pl.col("Formed_Police_Units_Total").fill_null(0),
        "experts": pl.col("Experts_on_Mission_Total").fill_null(0),
    }
    wrong = frame.filter(known, sum(parts.values(), pl.lit(0)) != pl.col("Total_Total"))
    if wrong.height:
        where = f"{wrong.row(0)[:3]} and {wrong.height - 1} more"
        raise SourceError(f"{BY_MISSION}: in {where} the total is not the sum of its parts")
    return frame.select(
        pl.col("Contributor").alias("contributor"),
        pl.col("Mission").alias("written"),
        month_id("Date"),
        *(pl.when(known).then(part).alias(name) for name, part in parts.items()),
    )


def by_mission_year(inputs: Inputs, names: Names) -> pl.DataFrame:
    """IPI by contributor, mission and year: mean over the months of the year in which the file has the mission."""
    frame = mission_months(inputs).with_columns(((pl.col("month_id") - 1) // 12 + 1980).alias("year"))
    frame = frame.with_columns(_missions(frame["written"].unique().sort()))
    months = frame.group_by("mission", "year").agg(pl.col("month_id").n_unique().alias("periods"))
    unknown = pl.col("troops").is_null().sum().alias("unknown")
    sums = frame.group_by("contributor", "mission", "year", maintain_order=True).agg(
        *(pl.col(part).sum() for part in PARTS), unknown
    )
    sums = sums.join(months, on=["mission", "year"], maintain_order="left").with_columns(
        (pl.col("periods") - pl.col("unknown")).alias("n")
    )
    return _with_states(sums, names).select(
        "gw_id",
        "iso3",
        "mission",
        "year",
        pl.lit("ipi_month_mean").alias("contributor_series"),
        pl.col("n").cast(pl.Int32).alias("periods"),
        *(pl.when(pl.col("n") > 0).then((pl.col(part) / pl.col("n")).round(1)).alias(part) for part in PARTS),
        pl.lit(None, dtype=pl.Int32).alias("units_unsized"),
    )


def by_contingent(frame: pl.DataFrame, series: str, names: Names) -> pl.DataFrame:
    """A frame of `contingents` in the layout of the table; who is not named has no state."""
    frame = frame.with_columns(_missions(frame["written"].unique().sort()))
    named = _with_states(frame, names)
    return (
        named.group_by("gw_id", "iso3", "mission", "year", maintain_order=True)
        .agg(
            pl.col("periods").max().cast(pl.Int32),
            pl.when(pl.col("troops").is_not_null().any()).then(pl.col("troops").sum().round(1)).alias("troops"),
            pl.col("units_unsized").sum().cast(pl.Int32),
        )
        .select(
            "gw_id",
            "iso3",
            "mission",
            "year",
            pl.lit(series).alias("contributor_series"),
            "periods",
            "troops",
            pl.lit(None, dtype=pl.Float64).alias("police"),
            pl.lit(None, dtype=pl.Float64).alias("experts"),
            "units_unsized",
        )
    )


def _with_states(frame: pl.DataFrame, names: Names) -> pl.DataFrame:
    rows = [
        (name, year, *((None, None) if name in NOBODY else names.state(name, date(year, 12, 31))))
        for name, year in frame.select("contributor", "year").unique(maintain_order=True).rows()
    ]
    schema = {"contributor": pl.String, "year": pl.Int32, "gw_id": pl.Int32, "iso3": pl.String}
    states = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(pl.col("year").cast(pl.Int32)).join(
        states, on=["contributor", "year"], maintain_order="left"
    )


def _missions(written: Iterable[str]) -> pl.Expr:
    """The files name each mission by its own acronym, also where two stood side by side: taken at its word."""
    found: dict[str, str] = {}
    for name in written:
        acronym = mission(name)
        if acronym is None:
            raise SourceError(f"mission {name!r} is not one the register knows")
        found[name] = acronym
    return pl.col("written").replace_strict(found).alias("mission")


def _last_day(month: int) -> date:
    year, rest = divmod(month, 12)
    return date.fromordinal(date(1980 + year, rest + 1, 1).toordinal() - 1)


def build(inputs: Inputs) -> tuple[dict[str, pl.DataFrame], Names]:
    """Both tables, and what was made of the contributors' names. Raises SourceError on a bad input."""
    names = Names()
    months = by_month(inputs, names)
    years = pl.concat(
        [
            by_mission_year(inputs, names),
            by_contingent(contingents.map_means(inputs), "geopko_map_mean", names),
            by_contingent(contingents.site_sums(inputs), "geopko_site_sum", names),
        ]
    )
    years = (
        years.rename(CONTRIBUTED)
        .select(*SCHEMAS[YEARS])
        .sort("contributor_series", "mission", "year", "iso3", nulls_last=True)
    )
    built = {MONTHS: months, YEARS: years}
    for name, frame in built.items():
        if dict(frame.schema) != {column: kind() for column, kind in SCHEMAS[name].items()}:
            raise ValueError(f"{name}: columns {frame.schema} are not those of the schema")
    return built, names


def ipi_sources(inputs: Inputs) -> tuple[Source, ...]:
    """The two files of IPI, with digests."""
    about: Mapping[str, tuple[str, str]] = {
        BY_MONTH: ("contributions by month", "1990-11..2014-03"),
        BY_MISSION: ("contributions by mission and month", "2009-11..2014-08"),
    }
    return tuple(
        Source(
            name=f"IPI Peacekeeping Database, {what}",
            version=span,
            licence=LICENCE,
            citation=IPI_CITATION,
            url="https://www.providingforpeacekeeping.org/",
            sha256_of_input=inputs.digests[file],
        )
        for file, (what, span) in about.items()
    )


def write(shared: Path, out: Path) -> list[str]:
    """Write both tables beside the others and enter them in the manifest; returns a line on each."""
    inputs = Inputs(shared)
    built, names = build(inputs)
    sources = {MONTHS: ipi_sources(inputs), YEARS: ipi_sources(inputs)[1:] + contingents.sources(inputs)}
    notes = {
        MONTHS: "to 2014-03 as IPI's file by contributor has it, then the sums of its file by mission; months that "
        "repeat the month before are marked",
        YEARS: "three series, never to be added: IPI means of months (2009-11..2014-08), Geo-PKO means of maps "
        "(1994-2020) and sums over sites of the year's largest figure (1994-2024)",
    }
    spans = {MONTHS: "month_id", YEARS: "year"}
    said = [
        writing.write(out, name, frame, *sources[name], command=COMMAND, note=notes[name], span=spans[name])
        for name, frame in built.items()
    ]
    open_rows = built[YEARS].filter(pl.col("iso3").is_null())
    said.append(f"contributor-years taken by a later name: {', '.join(sorted(set(names.before))) or 'none'}")
    said.append(f"rows without a state: {open_rows.height} of {built[YEARS].height} ({YEARS})")
    return said


def main() -> int:
    """Build the tables; returns the exit code."""
    return command.run("tools.embed.peacekeeping.contributors", __doc__, write)


if __name__ == "__main__":
    sys.exit(main())
