"""covariates and neighbours: what is known of a country beside violence, and from which month on it counts as known.

Run alone (`python -m tools.embed.covariates --shared ../shared/data`): the tables of the store are built by
`tools.embed`, these two beside them. Sources, lags and defects: docs/sources/covariates.md.
"""

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from forestall.errors import UnknownCountryError
from forestall.ids import countries
from forestall.store import files
from forestall.store.manifest import EmbeddedTable, Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command, held
from tools.embed.build import parquet
from tools.embed.inputs import Inputs, month_id
from tools.embed.keys import Keys

COMMAND = "python -m tools.embed.covariates --shared ../shared/data"
FIRST_YEAR = 1985
FIRST_MONTH = 109  # January 1989: nothing before the first month of a panel is asked for monthly
CITED = "free with citation"
FIGURES = "none stated; derived figures with citation"


@dataclass(frozen=True)
class Origin:
    """A raw file, how its figures are named in the table, and under what terms they are used."""

    file: str
    short: str
    name: str
    version: str
    licence: str
    citation: str
    url: str


WDI = Origin(
    "covariates/gdidata_wdi.rda",
    "World Bank WDI",
    "World Development Indicators",
    "2024",
    "CC-BY-4.0",
    "World Bank, World Development Indicators, as collected in the R package gdidata",
    "https://data.worldbank.org/",
)
IMR = Origin(
    "covariates/poldat_static_world.rda",
    "World Bank WDI (poldat)",
    "World Development Indicators: infant mortality, as collected in poldat",
    "2024",
    "CC-BY-4.0",
    "World Bank, World Development Indicators (UN Inter-agency Group for Child Mortality Estimation), as collected in "
    "the R package poldat",
    "https://data.worldbank.org/",
)
VDEM = Origin(
    "covariates/vdem_simple.rda",
    "V-Dem",
    "V-Dem, selection of indices",
    "15",
    "CC-BY-SA-4.0",
    "Coppedge et al. (2025), V-Dem Country-Year Dataset v15, Varieties of Democracy Project, doi:10.23696/vdemds25",
    "https://v-dem.net/",
)
EPR = Origin(
    "covariates/EPR-2021.csv",
    "EPR",
    "Ethnic Power Relations, core",
    "2021",
    FIGURES,
    "Vogt et al. (2015), Integrating data on ethnicity, geography, and conflict: The Ethnic Power Relations data set "
    "family, Journal of Conflict Resolution 59(7), doi:10.1177/0022002715591215",
    "https://icr.ethz.ch/data/epr/",
)
UNHCR = Origin(
    "covariates/unhcr_population.rda",
    "UNHCR",
    "UNHCR Refugee Data Finder, populations",
    "2025",
    "CC-BY-4.0",
    "UNHCR, Refugee Data Finder, as collected in the R package refugees",
    "https://www.unhcr.org/refugee-statistics/",
)
COUPS = Origin(
    "covariates/coups_country_month_1985_2025.csv",
    "Powell and Thyne",
    "Coups d'etat by month",
    "2025",
    FIGURES,
    "Powell and Thyne (2011), Global instances of coups from 1950 to 2010: A new dataset, Journal of Peace Research "
    "48(2), doi:10.1177/0022343310397436",
    "https://www.uky.edu/~clthyn2/coup_data/home.htm",
)
GDELT = Origin(
    "covariates/gdelt_country_month.csv.gz",
    "GDELT",
    "GDELT event counts by country and month",
    "2025",
    CITED,
    "Leetaru and Schrodt (2013), GDELT: Global Data on Events, Location, and Tone, ISA Annual Convention; "
    "the GDELT Project",
    "https://www.gdeltproject.org/",
)
CONTIGUITY = Origin(
    "covariates/cow_contdir.rda",
    "COW",
    "COW direct contiguity",
    "3.2",
    FIGURES,
    "Stinnett, Tir, Schafer, Diehl and Gochman (2002), The Correlates of War Project direct contiguity data, version "
    "3, Conflict Management and Peace Science 19(2), doi:10.1177/073889420201900203",
    "https://correlatesofwar.org/",
)
ORIGINS = {origin.file: origin for origin in (WDI, IMR, VDEM, EPR, UNHCR, COUPS, GDELT, CONTIGUITY)}

WDI_NAMES = {"income": "gdp_per_capita", "depend": "age_dependency", "inf": "inflation"}
VDEM_NAMES = {"v2x_polyarchy": "polyarchy", "v2x_libdem": "liberal_democracy"}
EXCLUDED = ("POWERLESS", "DISCRIMINATED", "SELF-EXCLUSION")
ENDED = ("CSK", "DDR", "RVN", "YMD")


def _month(year: str, month: int, years_on: int = 0) -> pl.Expr:
    """month_id of a month of the year in that column, or of a later year."""
    return ((pl.col(year) + years_on - 1980) * 12 + month).cast(pl.Int32)


def _yearly(frame: pl.DataFrame, origin: Origin, known: tuple[int, int], digits: int) -> pl.DataFrame:
    """(iso3, covariate, year, value) as rows of the table; known: month of publication, years after the figure's."""
    return frame.filter(
        pl.col("year") >= FIRST_YEAR, pl.col("value").is_not_null(), pl.col("value").is_not_nan()
    ).select(
        "iso3",
        "covariate",
        _month("year", 12).alias("month_id"),
        _month("year", known[0], known[1]).alias("known_from"),
        pl.col("value").cast(pl.Float64).round_sig_figs(digits),
        pl.lit(origin.short).alias("source"),
    )


def wdi(inputs: Inputs, codes: frozenset[str]) -> pl.DataFrame:
    """Income per head, dependent ages, inflation; of year Y, known from July of Y + 1."""
    frame = inputs.rda(WDI.file, ("geo", "var", "t", "v")).filter(pl.col("var").is_in(list(WDI_NAMES)))
    frame = frame.select(
        pl.col("geo").alias("iso3"),
        pl.col("var").replace_strict(WDI_NAMES).alias("covariate"),
        pl.col("t").cast(pl.Int32).alias("year"),
        pl.col("v").alias("value"),
    )
    return _yearly(frame.filter(pl.col("iso3").is_in(list(codes))), WDI, (7, 1), 4)


def infant_mortality(inputs: Inputs, keys: Keys) -> pl.DataFrame:
    """Deaths under one year in 1,000 births; of year Y, known from January of Y + 2 (the UN estimates come late)."""
    frame = inputs.rda(IMR.file, ("gwcode", "year", "wdi_imr")).with_columns(
        pl.col("gwcode", "year").cast(pl.Int32), pl.lit("infant_mortality").alias("covariate")
    )
    frame = frame.with_columns(keys.iso3_of("gwcode")).filter(pl.col("iso3").is_not_null())
    frame = frame.rename({"wdi_imr": "value"})
    # Two states of one code in a year (the Germanies, the Yemens): the one that goes on stands later in the file.
    frame = frame.filter(pl.col("value").is_not_nan(), pl.col("value").is_not_null())
    return _yearly(frame.unique(["iso3", "year"], keep="last", maintain_order=True), IMR, (1, 2), 4)


def vdem(inputs: Inputs, codes: frozenset[str]) -> pl.DataFrame:
    """Electoral and liberal democracy, 0 to 1; of year Y, known from April of Y + 1."""
    frame = inputs.rda(VDEM.file, ("country_text_id", "year", *VDEM_NAMES)).rename({"country_text_id": "iso3"})
    long = frame.unpivot(list(VDEM_NAMES), index=["iso3", "year"], variable_name="covariate").with_columns(
        pl.col("covariate").replace_strict(VDEM_NAMES), pl.col("year").cast(pl.Int32)
    )
    return _yearly(long.filter(pl.col("iso3").is_in(list(codes))), VDEM, (4, 1), 3)


def excluded(inputs: Inputs, keys: Keys) -> pl.DataFrame:
    """Share of the politically relevant population excluded from power; of year Y, known from January of Y + 2.

    Sum of the sizes of groups that are powerless, discriminated or self-excluded over the sum of all groups that take
    part in politics; 0 where ethnicity is irrelevant to politics. A year of state collapse has none.
    """
    frame = inputs.csv(EPR.file, ("gwid", "from", "to", "size", "status")).select(
        pl.col("gwid", "from", "to").cast(pl.Int32), pl.col("size").cast(pl.Float64), "status"
    )
    frame = frame.filter(pl.col("status") != "STATE COLLAPSE").with_columns(
        pl.int_ranges("from", pl.col("to") + 1).alias("year")
    )
    share = (
        frame.explode("year", empty_as_null=True, keep_nulls=True)
        .with_columns(pl.col("year").cast(pl.Int32))
        .group_by("gwid", "year")
        .agg(
            pl.col("size").filter(pl.col("status").is_in(EXCLUDED)).sum().alias("out"),
            pl.col("size").filter(pl.col("status") != "IRRELEVANT").sum().alias("all"),
        )
        .with_columns(
            pl.when(pl.col("all") > 0).then(pl.col("out") / pl.col("all")).otherwise(0.0).alias("value"),
            keys.iso3_of("gwid"),
        )
        .filter(pl.col("iso3").is_not_null())
        .sort("gwid", "year")
        .unique(["iso3", "year"], keep="first", maintain_order=True)
        .with_columns(pl.lit("excluded_share").alias("covariate"))
    )
    return _yearly(share, EPR, (1, 2), 3)


def displaced(inputs: Inputs, codes: frozenset[str]) -> pl.DataFrame:
    """Refugees and asylum seekers from and in a country at the end of year Y, persons, known from July of Y + 1.

    A country that the file does not name in a year has none: UNHCR lists every flow it counts. 2025 is half a year and
    left out; displaced persons within a country are left out, because their count follows UNHCR's mandate.
    """
    columns = ("year", "coo_iso", "coa_iso", "refugees", "asylum_seekers", "oip")
    frame = inputs.rda(UNHCR.file, columns).with_columns(
        pl.col("year").cast(pl.Int32),
        pl.sum_horizontal(pl.col("refugees", "asylum_seekers", "oip").fill_nan(0).fill_null(0)).alias("value"),
    )
    frame = frame.filter(pl.col("year") < 2025, pl.col("year") >= FIRST_YEAR, pl.col("coo_iso") != pl.col("coa_iso"))
    parts = []
    for name, column in (("refugees_from", "coo_iso"), ("refugees_in", "coa_iso")):
        found = frame.rename({column: "iso3"}).group_by("iso3", "year").agg(pl.col("value").sum())
        grid = pl.DataFrame({"iso3": sorted(codes.difference(ENDED))}).join(frame.select("year").unique(), how="cross")
        found = grid.join(found, on=["iso3", "year"], how="left").with_columns(
            pl.col("value").fill_null(0.0), pl.lit(name).alias("covariate")
        )
        parts.append(found.select("iso3", "year", "covariate", "value"))
    return _yearly(pl.concat(parts), UNHCR, (7, 1), 3)


def _monthly(frame: pl.DataFrame, origin: Origin) -> pl.DataFrame:
    """(iso3, covariate, month_id, value) as rows of the table, known in their own month."""
    return frame.select(
        "iso3",
        "covariate",
        pl.col("month_id").cast(pl.Int32),
        pl.col("month_id").cast(pl.Int32).alias("known_from"),
        pl.col("value").cast(pl.Float64),
        pl.lit(origin.short).alias("source"),
    )


def coups(inputs: Inputs, codes: frozenset[str]) -> pl.DataFrame:
    """Coup attempts in a month (successful and failed), only months with one, 1985-2025; known in their month."""
    frame = inputs.csv(COUPS.file, ("country_iso3", "year_month", "pt_coup_successful", "pt_coup_failed"))
    frame = frame.rename({"country_iso3": "iso3"}).with_columns(month_id("year_month"))
    parts = [
        frame.select(
            "iso3", "month_id", pl.lit(name).alias("covariate"), pl.col(column).cast(pl.Float64).alias("value")
        )
        for name, column in (("coups_successful", "pt_coup_successful"), ("coups_failed", "pt_coup_failed"))
    ]
    long = pl.concat(parts).filter(pl.col("value") > 0, pl.col("iso3").is_in(list(codes)))
    return _monthly(long, COUPS)


def gdelt(inputs: Inputs, codes: frozenset[str]) -> pl.DataFrame:
    """Events of material conflict and protests that the news reported, by month; known in their month."""
    names = {"gdelt_conflict_event_count": "news_conflict", "gdelt_protest_event_count": "news_protest"}
    frame = inputs.csv(GDELT.file, ("country_iso3", "year_month", *names))
    frame = frame.rename({"country_iso3": "iso3"}).with_columns(month_id("year_month"))
    long = frame.unpivot(list(names), index=["iso3", "month_id"], variable_name="covariate").with_columns(
        pl.col("covariate").replace_strict(names), pl.col("value").cast(pl.Float64)
    )
    return _monthly(long.filter(pl.col("month_id") >= FIRST_MONTH, pl.col("iso3").is_in(list(codes))), GDELT)


def covariates(inputs: Inputs, keys: Keys) -> pl.DataFrame:
    """Table `covariates`, sorted."""
    codes = frozenset(keys.iso3.values())
    of_codes: tuple[Callable[[Inputs, frozenset[str]], pl.DataFrame], ...] = (wdi, vdem, displaced, coups, gdelt)
    of_keys: tuple[Callable[[Inputs, Keys], pl.DataFrame], ...] = (infant_mortality, excluded)
    parts = [build(inputs, codes) for build in of_codes] + [build(inputs, keys) for build in of_keys]
    frame = pl.concat(parts).sort("covariate", "iso3", "month_id")
    twice = frame.select("covariate", "iso3", "month_id").is_duplicated()
    if twice.any():
        raise ValueError(f"covariates: {frame.filter(twice).head(2).rows()} stand twice")
    return frame


def neighbours(inputs: Inputs) -> pl.DataFrame:
    """Table `neighbours`: states that share a land or river border, or lie within 400 miles across water.

    Spells of COW's direct contiguity, with the codes of the series a state belongs to; a spell that lasts until the
    file's last day is open, because no border between states changed since.
    """
    frame = inputs.rda(CONTIGUITY.file, ("ccode1", "ccode2", "conttype", "stdate", "enddate"))
    last = max(date.fromisoformat(str(day)[:10]) for day in frame["enddate"])
    rows = set()
    for one, two, kind, start, end in frame.rows():
        first, until = (date.fromisoformat(str(day)[:10]) for day in (start, end))
        if not 1 <= kind <= 5 or until < date(1989, 1, 1):
            continue
        begin = max(first, date(1989, 1, 1))
        codes = [_thread(int(number), max(begin, min(until, begin))) for number in (one, two)]
        if codes[0] == codes[1]:
            continue
        months = [(day.year - 1980) * 12 + day.month for day in (begin, until)]
        rows.add((*codes, int(kind), months[0], None if until == last else months[1]))
    schema = {"iso3": pl.String, "neighbour": pl.String, "contiguity": pl.Int8, "from_month": pl.Int32}
    return pl.DataFrame(sorted(rows, key=str), schema=schema | {"until_month": pl.Int32}, orient="row").sort(
        "iso3", "neighbour", "from_month"
    )


def _thread(cow_id: int, on: date) -> str:
    """The code of the series of a state by its COW number."""
    for day in (on, date(on.year, 12, 31), date(on.year + 1, 12, 31)):
        try:
            state = countries.by_cow(cow_id, day)
        except UnknownCountryError:
            continue
        return state.series_iso3
    raise UnknownCountryError(f"COW number {cow_id} is not known on {on}")


def write(shared: Path, out: Path) -> list[str]:
    """Write both tables beside the others and enter them in the manifest; returns a line on each."""
    inputs = Inputs(shared)
    keys = Keys(inputs)
    inputs.start_over()
    lines = []
    notes = {
        "covariates": "revised figures with the month from which each counts as known by the lag of its source; V-Dem "
        "figures (source V-Dem) are under CC BY-SA 4.0, share alike; coups: only months with one, to 2025-12",
        "neighbours": "contiguity 1 land or river border, 2 to 5 water of at most 12, 24, 150, 400 miles; file to 2016",
    }
    builders: dict[str, Callable[[], pl.DataFrame]] = {
        "covariates": lambda: covariates(inputs, keys),
        "neighbours": lambda: neighbours(inputs),
    }
    for name, build in builders.items():
        frame = build()
        if dict(frame.schema) != {column: kind() for column, kind in SCHEMAS[name].items()}:
            raise ValueError(f"{name}: columns {frame.schema} are not those of the schema")
        content = parquet(frame)
        span = {}
        if name == "covariates":
            of = frame["month_id"].to_numpy()
            span = {"first_month": int(of.min()), "last_month": int(of.max())}
        table = EmbeddedTable(
            file=f"{name}.parquet",
            rows=frame.height,
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            sources=tuple(_source(file, inputs) for file in sorted(inputs.start_over())),
            command=COMMAND,
            note=notes[name],
            **span,
        )
        files.write(out / table.file, content)
        held.enter(out, tables={name: table})
        lines.append(f"{name}: {table.rows:,} rows, {table.bytes:,} bytes")
    return lines


def _source(file: str, inputs: Inputs) -> Source:
    origin = ORIGINS[file]
    return Source(
        name=origin.name,
        version=origin.version,
        licence=origin.licence,
        citation=origin.citation,
        url=origin.url,
        sha256_of_input=inputs.digests[file],
    )


def main() -> int:
    """Build both tables; returns the exit code."""
    return command.run("tools.embed.covariates", __doc__, write)


if __name__ == "__main__":
    sys.exit(main())
