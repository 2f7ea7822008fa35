"""Small event files, written by the tests: invented events in the columns that UCDP uses."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

_NAMES = (
    "id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id conflict_name dyad_dset_id "
    "dyad_new_id dyad_name side_a_dset_id side_a_new_id side_a side_b_dset_id side_b_new_id side_b number_of_sources "
    "source_article source_office source_date source_headline source_original where_prec where_coordinates "
    "where_description adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country country_id region event_clarity "
    "date_prec date_start date_end deaths_a deaths_b deaths_civilians deaths_unknown best high low gwnoa gwnob"
)
COLUMNS = tuple(_NAMES.split())

EVENT = {
    "id": 1,
    "relid": "TST-2021-1-1-1",
    "year": 2021,
    "active_year": 1,
    "code_status": "Clear",
    "type_of_violence": 1,
    "conflict_dset_id": 267,
    "conflict_new_id": 267,
    "conflict_name": "Ethiopia: Government",
    "dyad_dset_id": 555,
    "dyad_new_id": 555,
    "dyad_name": "Government of Ethiopia - invented group",
    "side_a": "Government of Ethiopia",
    "side_b": "invented group",
    "source_article": 'Invented News, "a headline\nin two lines", 2021',
    "where_prec": 1,
    "latitude": 9.25,
    "longitude": 38.75,
    "priogrid_gid": (198 * 720) + 437 + 1,
    "country": "Ethiopia",
    "country_id": 530,
    "region": "Africa",
    "event_clarity": 1,
    "date_prec": 1,
    "date_start": "2021-03-30",
    "date_end": "2021-04-02",
    "deaths_a": 1,
    "deaths_b": 2,
    "deaths_civilians": 3,
    "deaths_unknown": 4,
    "best": 10,
    "high": 12,
    "low": 8,
    "gwnoa": 530,
}
"""One event of 10 deaths (8 to 12) from 30 March to 2 April 2021, in cell 142998. It takes two lines of a file."""

FINAL = "GEDEvent_v22_1.csv"


def events(count: int = 10, **every: Any) -> list[dict[str, Any]]:
    """`count` events with ids 1, 2, ...; `every` changes them all. With the header, event n starts on line 2n."""
    return [EVENT | {"id": n} | every for n in range(1, count + 1)]


def text(
    rows: Iterable[Mapping[str, Any]],
    *,
    columns: Sequence[str] = COLUMNS,
    separator: str = ",",
    end: str = "\n",
    tail: str = "",
    quoting: Any = csv.QUOTE_MINIMAL,
) -> str:
    """A CSV. tail: what stands at the end of every row but not of the header."""
    out = io.StringIO(newline="")
    head = csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting)
    head.writerow(columns)
    body = csv.writer(out, delimiter=separator, lineterminator=tail + end, quoting=quoting)
    for row in rows:
        body.writerow([row.get(c, "") for c in columns])
    return out.getvalue()


def write(folder: Path, content: str | bytes, name: str = FINAL) -> Path:
    """Write a file and give its path."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
