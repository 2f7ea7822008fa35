"""What is known about each release and source: names, dates, licences, citations."""

from dataclasses import dataclass
from datetime import date

GED = (
    "Davies, Pettersson, Sollenberg and Öberg (2025), Organized violence 1989-2024, Journal of Peace Research; "
    "Sundberg and Melander (2013), Introducing the UCDP Georeferenced Event Dataset, Journal of Peace Research 50(4), "
    "doi:10.1177/0022343313484347"
)
CANDIDATES = (
    "Hegre, Croicu, Eck and Högbladh (2020), Introducing the UCDP Candidate Events Dataset, Research & Politics 7(3), "
    "doi:10.1177/2053168020935257"
)
CONFLICTS = (
    "Davies, Pettersson, Sollenberg and Öberg (2025), Organized violence 1989-2024, Journal of Peace Research; "
    "Gleditsch, Wallensteen, Eriksson, Sollenberg and Strand (2002), Armed Conflict 1946-2001, Journal of Peace "
    "Research 39(5), doi:10.1177/0022343302039005007"
)
PRIO_GRID = (
    "Tollefsen, Strand and Buhaug (2012), PRIO-GRID: A unified spatial data structure, Journal of Peace Research "
    "49(2), doi:10.1177/0022343311431287"
)
VIEWS = "Hegre et al. (2025), The 2023/24 VIEWS Prediction Challenge, Journal of Peace Research"
PACE = "Schincariol, Frank and Chadefaux (2025), PaCE monthly series, from UCDP GED"
BY = "CC-BY-4.0"
WDI = "World Bank, World Development Indicators (population, total), as collected in the R package gdidata"

_UCDP = "https://ucdp.uu.se/downloads/"


@dataclass(frozen=True)
class Known:
    """What is known about one raw file. Every file named here is published under CC BY 4.0."""

    name: str
    version: str
    citation: str
    url: str = _UCDP
    published: date | None = None


_FILES = {
    "ucdp/ged251_country_month.csv.gz": Known("UCDP GED by country and month", "25.1", GED),
    "ucdp/organizedviolencecy_v25_1.csv.gz": Known("UCDP country-year of organized violence", "25.1", GED),
    "ucdp/candidate_2025_events.csv.gz": Known("UCDP Candidate Events, seven columns", "2025", CANDIDATES),
    "ucdp/GEDEvent_v26_0_1.csv.gz": Known("UCDP Candidate Events", "26.0.1", CANDIDATES),
    "ucdp/GEDEvent_v26_0_2.csv.gz": Known("UCDP Candidate Events", "26.0.2", CANDIDATES),
    "ucdp/GEDEvent_v21_01_21_12.csv.gz": Known("UCDP Candidate Events", "21.01.21.12", CANDIDATES),
    "ucdp/GEDEvent_v22_0_2.csv.gz": Known("UCDP Candidate Events", "22.0.2", CANDIDATES),
    "ucdp/GEDEvent_v23_0_10.csv.gz": Known("UCDP Candidate Events", "23.0.10", CANDIDATES),
    "ucdp/ged211_events_slim_1989_2022-02.parquet": Known(
        "UCDP GED 21.1 and candidates, as prepared by Our World in Data", "21.1", GED
    ),
    "ucdp/ged211_events_dayprecise.rda": Known("UCDP GED, precisely located events", "21.1", GED),
    "ucdp/ucdp-prio-acd-251.csv": Known("UCDP/PRIO Armed Conflict Dataset", "25.1", CONFLICTS),
    "ucdp/ucdp-dyadic-251.csv": Known("UCDP Dyadic Dataset", "25.1", CONFLICTS),
    "ucdp/samples/ged_syria_2016_2019.rda": Known("UCDP GED and candidates, Syria", "2019-11", GED),
    "ucdp/samples/ged_sudan_2023-11-30.csv.gz": Known("UCDP GED, Sudan", "2023-11-30", GED),
    "ucdp/vintages/cm_asof_2025-08-25.csv.gz": Known(
        "PaCE monthly deaths by country, from UCDP", "2025-08-25", PACE, ""
    ),
    "challenge/views_country_key.csv": Known("VIEWS key of countries", "2024", VIEWS, "https://viewsforecasting.org/"),
    "grid/priogrid_land.parquet": Known(
        "PRIO-GRID land cells with countries by VIEWS", "2.0", PRIO_GRID, "https://grid.prio.org/"
    ),
    "covariates/gdidata_wdi.rda": Known("World Development Indicators", "2024", WDI, "https://data.worldbank.org/"),
} | {
    f"ucdp/samples/ged_{place}.csv.gz": Known(f"UCDP GED, {words}", "23.1", GED)
    for place, words in {
        "ethiopia": "Ethiopia",
        "south_sudan": "South Sudan",
        "sri_lanka": "Sri Lanka",
        "sierra_leone": "Sierra Leone",
        "venezuela": "Venezuela",
        "el_salvador": "El Salvador",
    }.items()
}


def describe(file: str) -> Known:
    """What is known about a raw file. Raises KeyError for a file that is not cleared for embedding."""
    return _FILES[file]
