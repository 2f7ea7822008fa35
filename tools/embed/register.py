"""release_register: which release fills which months of which table."""

from datetime import date

import polars as pl

from tools.embed import cells, conflicts, country_month, country_year
from tools.embed.country_month import CANDIDATE, FINAL, PROVISIONAL

_GED, _CANDIDATES = "UCDP GED", "UCDP Candidate Events"
_YEARS = "UCDP country-year of organized violence"

# Days: GED 25.1 came with the yearly presentation of 2025; candidates come about the 20th of the month after their last
# one; for GED 21.1 and the 2021 candidates the month is known, and its last day stands here, so that nothing is seen
# early.
PUBLISHED = {
    FINAL: date(2025, 6, 11),
    country_year.RELEASE: date(2025, 6, 11),
    conflicts.ACD_RELEASE: date(2025, 6, 11),
    conflicts.DYADIC_RELEASE: date(2025, 6, 11),
    PROVISIONAL: date(2026, 1, 20),
    CANDIDATE: date(2026, 3, 20),
    cells.FINAL_YEARS: date(2021, 6, 30),
    cells.CANDIDATE_YEARS: date(2022, 1, 31),
    "ucdp-candidate-22.0.2": date(2022, 3, 20),
    "ucdp-candidate-23.0.10": date(2023, 11, 20),
}


def january(year: int) -> int:
    """month_id of January of a year."""
    return (year - 1980) * 12 + 1


def register() -> pl.DataFrame:
    """One row for each release and table it fills."""
    first, final, provisional, last = (
        country_month.FIRST,
        country_month.LAST_FINAL,
        country_month.LAST_PROVISIONAL,
        country_month.LAST,
    )
    rows: list[tuple[str, str, str, str, int, int, str | None]] = [
        (FINAL, "ucdp_country_month", _GED, "final", first, final, "start"),
        (PROVISIONAL, "ucdp_country_month", _CANDIDATES, "provisional", final + 1, provisional, "start"),
        (CANDIDATE, "ucdp_country_month", _CANDIDATES, "candidate", provisional + 1, last, "start"),
        (country_year.RELEASE, "ucdp_country_year", _YEARS, "final", first, final, None),
        (country_year.RELEASE, "ucdp_dyad_country_year", _YEARS, "final", first, final, None),
        (conflicts.ACD_RELEASE, "ucdp_conflict_year", "UCDP/PRIO Armed Conflict", "final", january(1946), final, None),
        (conflicts.DYADIC_RELEASE, "ucdp_conflict_year", "UCDP Dyadic", "final", january(1946), final, None),
        (PROVISIONAL, "ucdp_conflict_month", _CANDIDATES, "provisional", final + 1, provisional, "start"),
        (CANDIDATE, "ucdp_conflict_month", _CANDIDATES, "candidate", provisional + 1, last, "start"),
        (cells.FINAL_YEARS, "ucdp_cell_year", _GED, "final", first, january(2021) - 1, None),
        (cells.CANDIDATE_YEARS, "ucdp_cell_year", _CANDIDATES, "candidate", january(2021), january(2022) - 1, None),
    ]
    for release, _, start, end in cells.LATER:
        rows.append((release, "ucdp_cell_month", _CANDIDATES, "candidate", start, end, "start"))
    return pl.DataFrame(
        [(release, table, source, status, PUBLISHED[release], *rest) for release, table, source, status, *rest in rows],
        schema={
            "release": pl.String,
            "table": pl.String,
            "source": pl.String,
            "status": pl.String,
            "published": pl.Date,
            "first_month": pl.Int32,
            "last_month": pl.Int32,
            "month_rule": pl.String,
        },
        orient="row",
    ).sort("table", "first_month", "release")
