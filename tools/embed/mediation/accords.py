"""UCDP's peace agreements as the tables of mediation need them: one row an agreement, its countries in one list."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from forestall.errors import SourceError
from forestall.sources.ucdp import parse_file
from forestall.store.manifest import Source
from tools.embed.inputs import Inputs

FILE = "ucdp/ucdp-peace-agreements-221.xlsx"
VERSION = "22.1"
LAST_DAY = date(2021, 12, 31)
"""Where the agreements end, and with them what is known of their end."""
AGREEMENTS = 374
CITATION = (
    "Pettersson, Högbladh and Öberg (2019), Organized violence, 1989-2018 and peace agreements, Journal of Peace "
    "Research 56(4), doi:10.1177/0022343319856046; UCDP Peace Agreement Dataset 22.1"
)


WITHOUT_PERSONS = {
    1099: "Global Ceasefire Agreement between the Transitional Government of Burundi and the CNDD-FDD",
    1147: "Agreement between the President of the Republic of Tajikistan and the leader of the United Tajik Opposition",
    1536: "Protocol on the results of consultations of the Trilateral Contact Group (Minsk Protocol)",
}
"""Titles that name persons, said without them."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the file says of third parties to an agreement: who signed or helped, on what role, and the whole story."""

    third: str
    comment: str
    story: str


def source(inputs: Inputs) -> Source:
    """The publisher's entry for the manifest."""
    return Source(
        name="UCDP Peace Agreement",
        version=VERSION,
        licence="CC-BY-4.0",
        citation=CITATION,
        url="https://ucdp.uu.se/downloads/",
        published=None,
        sha256_of_input=inputs.digests[FILE],
    )


def frame(inputs: Inputs) -> pl.DataFrame:
    """The agreements (374 rows) by agreement_id; iso3, conflict_ids and dyad_ids with `;` between codes.

    ended: true if UCDP records an end, false if none is recorded by 31 December 2021 (the file leaves that blank).
    Raises SourceError if the file does not hold 374 agreements, each with a state.
    """
    parsed = parse_file(inputs.path(FILE), today=date(2022, 12, 31))
    rows = parsed.frame
    if rows["agreement_id"].n_unique() != AGREEMENTS or rows["iso3"].null_count():
        raise SourceError(f"{FILE}: {rows['agreement_id'].n_unique()} agreements, expected {AGREEMENTS}, all located")
    others = [name for name in rows.columns if name not in ("agreement_id", "gw_id", "iso3", "release")]
    return (
        rows.group_by("agreement_id", maintain_order=True)
        .agg(pl.col("iso3").unique(maintain_order=True).str.join(";"), *(pl.col(name).first() for name in others))
        .with_columns(
            pl.col("conflict_ids", "dyad_ids").str.replace_all(r"\s*,\s*", ";"),
            pl.col("ended").fill_null(False),
            pl.col("agreement_id").replace_strict(WITHOUT_PERSONS, default=pl.col("name")).alias("name"),
            # One agreement (1024) ends, by the file, eight months before it was signed: its day is left open.
            pl.when(pl.col("ended_on") >= pl.col("agreed_on")).then("ended_on").alias("ended_on"),
            pl.format("ucdp-{}", "agreement_id").alias("event"),
            pl.when(pl.col("process_id") >= 0).then("process_id").alias("process_id"),
        )
        .sort("agreement_id")
    )


@cache
def _told(path: Path) -> dict[int, Told]:
    raw = pl.read_excel(path, infer_schema_length=0)
    wanted = ("pa_3rd", "c_3rd", "pa_comment")
    missing = [name for name in ("paid", *wanted) if name not in raw.columns]
    if missing:
        raise SourceError(f"{FILE} lacks the columns {', '.join(missing)}")
    return {
        int(row["paid"]): Told(*((row[name] or "").strip() for name in wanted))
        for row in raw.select("paid", *wanted).iter_rows(named=True)
    }


def told(inputs: Inputs) -> dict[int, Told]:
    """The texts on third parties by agreement_id. They are read and never stored: they name persons."""
    return _told(inputs.path(FILE))
