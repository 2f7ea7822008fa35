"""Small UCDP files made for tests: real columns, invented events."""

import csv
import io
import zipfile
from pathlib import Path

EVENT_COLUMNS = [
    "id",
    "type_of_violence",
    "conflict_new_id",
    "conflict_name",
    "dyad_new_id",
    "dyad_name",
    "side_a",
    "side_b",
    "where_prec",
    "latitude",
    "longitude",
    "priogrid_gid",
    "country",
    "country_id",
    "date_prec",
    "date_start",
    "date_end",
    "deaths_a",
    "deaths_b",
    "deaths_civilians",
    "deaths_unknown",
    "best",
    "high",
    "low",
    "code_status",
]


def events(month: str, *, rows: int = 300, deaths: int = 2, first_id: int = 1) -> bytes:
    """A candidate file: `rows` events in Mali in one month (YYYY-MM), each with `deaths` deaths. 300 are a whole release."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, EVENT_COLUMNS)
    writer.writeheader()
    for number in range(rows):
        day = f"{month}-{number % 28 + 1:02d} 00:00:00.000"
        writer.writerow(
            {
                "id": first_id + number,
                "type_of_violence": 1,
                "conflict_new_id": 11347,
                "conflict_name": "Mali: Government",
                "dyad_new_id": 14144,
                "dyad_name": "Government of Mali - JNIM",
                "side_a": "Government of Mali",
                "side_b": "JNIM",
                "where_prec": 1,
                "latitude": 14.25,
                "longitude": -4.25,
                "priogrid_gid": 150472,
                "country": "Mali",
                "country_id": 432,
                "date_prec": 1,
                "date_start": day,
                "date_end": day,
                "deaths_a": 0,
                "deaths_b": deaths,
                "deaths_civilians": 0,
                "deaths_unknown": 0,
                "best": deaths,
                "high": deaths + 1,
                "low": deaths - 1,
                "code_status": "Check deaths",
            }
        )
    return text.getvalue().encode()


def zipped(name: str, content: bytes) -> bytes:
    """A zip with one file in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def write(folder: Path, name: str, content: bytes) -> Path:
    """`content` as a file of this name."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path
