"""council_measures: GDP, assessed contributions and troops contributed, by Member State and year.

Run alone: `python -m tools.embed.council.measures --shared ../shared/data`. Population and conflict deaths have tables
of their own (`population`, `ucdp_country_year`) and are not repeated. Sources and defects:
docs/sources/council-measures.md.
"""

import csv
import hashlib
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl

from forestall.council.reform.regions import un_members
from forestall.errors import UnknownCountryError
from forestall.ids import countries
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command, writing
from tools.embed.inputs import Inputs

TABLE = "council_measures"
COMMAND = "python -m tools.embed.council.measures --shared ../shared/data"
WDI = "covariates/gdidata_wdi.rda"
IPI = "peacekeeping/ipi_contributor_month_1990_2014.csv.gz"
RATES = Path(__file__).with_name("assessed_contributions.csv")
RESOLUTIONS = Path(__file__).with_name("assessed_contributions_resolutions.csv")
_NAMES = {"Cote d Ivoire": "CIV", "DR Congo": "COD", "Congo": "COG", "Macedonia": "MKD"}
COLUMNS = ("iso3", "year", "measure", "value", "unit", "source", "published")


def gdp(inputs: Inputs) -> pl.DataFrame:
    """Gross domestic product, current US dollars, 1990-2023; of year Y, counted as known from 1 July of Y + 1."""
    frame = inputs.rda(WDI, ("geo", "var", "t", "v")).filter(pl.col("var") == "gdp", pl.col("v") > 0)
    members = list(un_members(date(2025, 1, 1)))
    return frame.filter(pl.col("geo").is_in(members)).select(
        pl.col("geo").alias("iso3"),
        pl.col("t").cast(pl.Int32).alias("year"),
        pl.lit("gdp").alias("measure"),
        pl.col("v").round_sig_figs(6).alias("value"),
        pl.lit("US dollars, current").alias("unit"),
        pl.lit("World Bank WDI (gdidata)").alias("source"),
        pl.date(pl.col("t").cast(pl.Int32) + 1, 7, 1).alias("published"),
    )


def contributions() -> pl.DataFrame:
    """Rates of assessment to the regular budget, percent, by the first year of each scale; published when adopted.

    Raises ValueError unless each scale adds up to 100.000 over the members of its first year.
    """
    with RATES.open(encoding="utf-8", newline="") as handle:
        rates = list(csv.DictReader(handle))
    with RESOLUTIONS.open(encoding="utf-8", newline="") as handle:
        scales = list(csv.DictReader(handle))
    rows: list[tuple[object, ...]] = []
    for scale in scales:
        year = scale["first_year"]
        found = {row["iso3"]: Decimal(row[year]) for row in rates if row[year]}
        if sum(found.values()) != 100:
            raise ValueError(f"scale of {year} adds up to {sum(found.values())}, not 100.000")
        strangers = set(found) ^ set(un_members(date(int(scale["last_year"]), 12, 31)))
        # The scale of a year is fixed before States that join during it.
        if strangers - {"MNE", "SSD"}:
            raise ValueError(f"scale of {year} and the members differ in {sorted(strangers)}")
        adopted = date.fromisoformat(scale["adopted"])
        for iso3, rate in sorted(found.items()):
            rows.append((iso3, int(year), "contributions", float(rate), "percent", scale["resolution"], adopted))
    return pl.DataFrame(rows, schema=_schema(), orient="row")


def troops(inputs: Inputs) -> pl.DataFrame:
    """Troops in UN operations, mean of the months of a year, 1991-2014; 2014 is the mean of January to March.

    A member that the file does not name in a month had none there: it lists every contributor. Contingents only, police
    and observers are left out.
    """
    frame = inputs.csv(IPI, ("contributor", "Date", "Troops")).with_columns(
        pl.col("Troops").cast(pl.Float64, strict=False).fill_null(0.0).fill_nan(0.0), pl.col("Date").str.to_date()
    )
    frame = frame.with_columns(pl.col("Date").dt.year().cast(pl.Int32).alias("year")).filter(pl.col("year") >= 1991)
    codes = {name: _code(name) for name in frame["contributor"].unique().to_list()}
    frame = frame.with_columns(pl.col("contributor").replace_strict(codes).alias("iso3"))
    months = dict(frame.group_by("year").agg(pl.col("Date").n_unique()).rows())
    totals = frame.group_by("iso3", "year").agg(pl.col("Troops").sum())
    sums = {(iso3, year): value for iso3, year, value in totals.rows()}
    last = max(frame["Date"].to_list())
    rows: list[tuple[object, ...]] = []
    for year, n in sorted(months.items()):
        end = min(date(year, 12, 31), last)
        known = end + timedelta(days=31)
        members = set(un_members(end)) | {iso3 for iso3, of in sums if of == year}
        about = "IPI peacekeeping database" + ("" if end.month == 12 else ", January to March")
        for iso3 in sorted(members):
            value = round(sums.get((iso3, year), 0.0) / n, 1)
            rows.append((iso3, year, "troops", value, "persons, mean of months", about, known))
    return pl.DataFrame(rows, schema=_schema(), orient="row")


def _code(name: str) -> str:
    if name in _NAMES:
        return _NAMES[name]
    try:
        state = countries.resolve(name, date(2014, 3, 31))
    except UnknownCountryError:
        state = countries.resolve(name)
    return state.series_iso3


def _schema() -> dict[str, type[pl.DataType]]:
    return SCHEMAS[TABLE]


def build(inputs: Inputs) -> pl.DataFrame:
    """Table council_measures, sorted. Raises ValueError if a State, year and measure stand twice."""
    frame = pl.concat([gdp(inputs), contributions(), troops(inputs)]).sort("measure", "year", "iso3")
    twice = frame.select("iso3", "year", "measure").is_duplicated()
    if twice.any():
        raise ValueError(f"{TABLE}: {frame.filter(twice).head(2).rows()} stand twice")
    if dict(frame.schema) != {column: kind() for column, kind in _schema().items()}:
        raise ValueError(f"{TABLE}: columns {frame.schema} are not those of the schema")
    return frame


def sources(inputs: Inputs) -> tuple[Source, ...]:
    """Where the figures come from, with licences and digests."""
    return (
        Source(
            name="World Development Indicators",
            version="2024",
            licence="CC-BY-4.0",
            citation="World Bank, World Development Indicators, as collected in the R package gdidata",
            url="https://data.worldbank.org/",
            sha256_of_input=inputs.digests[WDI],
        ),
        Source(
            name="IPI Peacekeeping Database, contributions by month",
            version="1990-11..2014-03",
            licence="none stated; derived figures with citation",
            citation="Perry and Smith (2013), Trends in uniformed contributions to UN peacekeeping: a new dataset, "
            "1991-12, International Peace Institute",
            url="https://www.providingforpeacekeeping.org/",
            sha256_of_input=inputs.digests[IPI],
        ),
        Source(
            name="Scale of assessments for the apportionment of the expenses of the United Nations",
            version="2004-2027",
            licence="UN, source named",
            citation="General Assembly resolutions 58/1 B, 61/237, 64/248, 67/238, 70/245, 73/271, 76/238 and 79/249",
            url="https://www.un.org/en/ga/contributions/scale.shtml",
            sha256_of_input=hashlib.sha256(RATES.read_bytes()).hexdigest(),
        ),
    )


def write(shared: Path, out: Path) -> str:
    """Write the table beside the others and enter it in the manifest; returns a line on it."""
    inputs = Inputs(shared)
    frame = build(inputs)
    note = (
        "revised figures with the day from which each counts as known; troops end in March 2014; contributions are the "
        "rates of a scale, under its first year"
    )
    return writing.write(out, TABLE, frame, *sources(inputs), command=COMMAND, note=note, span="year")


def main() -> int:
    """Build the table; returns the exit code."""
    return command.run("tools.embed.council.measures", __doc__, write)


if __name__ == "__main__":
    sys.exit(main())
