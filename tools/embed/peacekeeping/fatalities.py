"""peace_fatalities_year: deaths in UN missions by year, class of cause and class of personnel, 1948 to February 2025.

Run: `python -m tools.embed.peacekeeping.fatalities --shared ../shared/data`. Counts only, from the UN's record of
fatalities; a second record, coded by researchers to June 2015, is compared and what differs is printed. Sources and
defects: docs/sources/peacekeeping-register.md.
"""

import sys
from datetime import date
from pathlib import Path

import polars as pl

from forestall.errors import SourceError
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command
from tools.embed.inputs import Inputs, month_id
from tools.embed.peacekeeping.names import mission
from tools.embed.peacekeeping.strength import strength
from tools.embed.writing import write

TABLE = "peace_fatalities_year"
COMMAND = "python -m tools.embed.peacekeeping.fatalities --shared ../shared/data"
RECORD = "peacekeeping/un_fatalities_1948_2025-02.csv.gz"
COMPARED = "peacekeeping/contingent_deaths_1948_2015.csv.gz"
COMPARED_TO = "2015-06"
COLUMNS = ("incident_date", "casualty_id", "mission_acronym", "casualty_personnel_type", "type_of_incident")
CAUSES = {
    "Malicious Act": "malicious",
    "Accident": "accident",
    "Illness": "illness",
    "Self-Inflicted": "self-inflicted",
    "To Be Determined": "not determined",
    "Unknown": "not determined",
}
CLASSES = {
    "Military": "uniformed",
    "Military Observer": "uniformed",
    "Police": "uniformed",
    "International Civilian": "civilians",
    "Local": "civilians",
    "Other": "others",
}


def record(inputs: Inputs) -> pl.DataFrame:
    """One row a death: mission, month_id, year, cause, personnel class. A case that stands twice counts once.

    Raises SourceError on a mission, cause or class that is not known.
    """
    frame = inputs.csv(RECORD, COLUMNS).unique("casualty_id", keep="first", maintain_order=True)
    names = {}
    for name, text in frame.select("mission_acronym", "incident_date").unique().iter_rows():
        found = mission(name, date.fromisoformat(text))
        if found is None:
            raise SourceError(f"{RECORD}: mission {name!r} is not in the register")
        names[name, text] = found
    try:
        return frame.select(
            pl.Series("mission", [names[row] for row in frame.select("mission_acronym", "incident_date").iter_rows()]),
            month_id("incident_date"),
            pl.col("incident_date").str.slice(0, 4).cast(pl.Int32).alias("year"),
            pl.col("type_of_incident").replace_strict(CAUSES).alias("cause"),
            pl.col("casualty_personnel_type").str.strip_chars().replace_strict(CLASSES).alias("class"),
        )
    except pl.exceptions.InvalidOperationError as error:
        raise SourceError(f"{RECORD}: a cause or class of personnel that we don't know: {error}") from None


def by_year(deaths: pl.DataFrame, months: pl.DataFrame) -> pl.DataFrame:
    """One row a mission, year and cause. months: mission and month_id of the months whose strength is known.

    uniformed_measured: of the uniformed, those who died in such a month; a rate may rest on these alone.
    """
    measured = deaths.join(
        months.select("mission", "month_id").with_columns(known=True), on=["mission", "month_id"], how="left"
    )
    uniformed = pl.col("class") == "uniformed"
    return (
        measured.group_by("mission", "year", "cause")
        .agg(
            uniformed.sum().cast(pl.Int32).alias("uniformed"),
            (pl.col("class") == "civilians").sum().cast(pl.Int32).alias("civilians"),
            (pl.col("class") == "others").sum().cast(pl.Int32).alias("others"),
            (uniformed & pl.col("known").fill_null(value=False)).sum().cast(pl.Int32).alias("uniformed_measured"),
        )
        .select(list(SCHEMAS[TABLE]))
        .sort("mission", "year", "cause")
    )


def differences(inputs: Inputs) -> list[str]:
    """Where the two records disagree, mission by month, to the last month of the second."""
    ours = (
        inputs.csv(RECORD, COLUMNS)
        .unique("casualty_id")
        .select(
            pl.col("mission_acronym").replace({"UNSecretariat": "UN Secretariat"}).alias("mission"),
            pl.col("incident_date").str.slice(0, 7).alias("month"),
        )
    )
    ours = (
        ours.filter(pl.col("month") <= COMPARED_TO)
        .group_by("mission", "month")
        .agg(pl.len().cast(pl.Int64).alias("record"))
    )
    theirs = inputs.csv(COMPARED, ("Year", "Month", "Mission", "Total")).select(
        pl.col("Mission").alias("mission"),
        (pl.col("Year") + "-" + pl.col("Month").str.zfill(2)).alias("month"),
        pl.col("Total").cast(pl.Int64).alias("compared"),
    )
    theirs = theirs.group_by("mission", "month").agg(pl.col("compared").sum())
    both = ours.join(theirs, on=["mission", "month"], how="full", coalesce=True).fill_null(0)
    odd = both.filter(pl.col("record") != pl.col("compared")).sort("month", "mission")
    total = f"to {COMPARED_TO}: {both['record'].sum()} deaths in the record, {both['compared'].sum()} in the other"
    return [total, *(f"{row[0]} {row[1]}: {row[2]} against {row[3]}" for row in odd.iter_rows())]


def build(shared: Path, out: Path) -> list[str]:
    """Write the table and its entry in the manifest; returns lines on what was found."""
    inputs = Inputs(shared)
    deaths = record(inputs)
    source = Source(
        name="UN peacekeeping fatalities",
        version="2025-04-04",
        licence="CC-BY-4.0",
        citation="United Nations Peace and Security Data Hub, fatalities in UN peace operations since 1948 "
        "(2025-04-04); counts by mission, year and class",
        url="https://psdata.un.org/",
        published=date(2025, 4, 4),
        sha256_of_input=inputs.digests[RECORD],
    )
    note = (
        "2025 to 18 February only; six cases that stand twice count once; uniformed_measured: in months whose strength "
        "peace_strength_month has"
    )
    frame = by_year(deaths, strength(inputs))
    said = write(out, TABLE, frame, source, command=COMMAND, note=note, span="year")
    return [f"{said}, {deaths.height:,} deaths", *differences(inputs)]


def main() -> int:
    """Build the table; returns the exit code."""
    return command.run("tools.embed.peacekeeping.fatalities", __doc__, build)


if __name__ == "__main__":
    sys.exit(main())
