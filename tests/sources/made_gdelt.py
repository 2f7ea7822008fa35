"""Small GDELT files made for tests: the published columns, invented events."""

import gzip
import zipfile
from pathlib import Path

from forestall.sources.gdelt_files import formats

ONE, TWO = formats()["gdelt-1"], formats()["gdelt-2"]


def record(number: int, kind: str = "gdelt-1", fields: int | None = None, **said: str) -> str:
    """One line: an attack in Gao, Mali, on 1 April 2013, added that day; `said` changes columns."""
    form = formats()[kind]
    values = {
        "GLOBALEVENTID": str(number),
        "SQLDATE": "20130401",
        "FractionDate": "2013.2521",
        "Actor1Code": "GOV",
        "Actor1Name": 'THE "GOVERNMENT',  # a quotation mark is a letter like any other
        "Actor1CountryCode": "MLI",
        "IsRootEvent": "1",
        "EventCode": "190",
        "EventBaseCode": "190",
        "EventRootCode": "19",
        "QuadClass": "4",
        "GoldsteinScale": "-10",
        "NumMentions": "3",
        "NumSources": "1",
        "NumArticles": "2",
        "AvgTone": "-4.5",
        "ActionGeo_Type": "4",
        "ActionGeo_FullName": "Gao, Gao, Mali",
        "ActionGeo_CountryCode": "ML",
        "ActionGeo_Lat": "16.2667",
        "ActionGeo_Long": "-0.05",
        "DATEADDED": "20130401" if kind == "gdelt-1" else "20130401001500",
        "SOURCEURL": "http://www.example.org/a",
    }
    values |= said
    values.setdefault("MonthYear", values["SQLDATE"][:6])
    values.setdefault("Year", values["SQLDATE"][:4])
    return "\t".join(values.get(column, "") for column in form.columns[:fields]) + "\n"


def text(rows: int, kind: str = "gdelt-1", first: int = 1, **said: str) -> str:
    """That many events, numbered from `first`."""
    return "".join(record(first + n, kind, **said) for n in range(rows))


def write(folder: Path, content: str | bytes, name: str = "20130401.export.CSV", packed: str = "") -> Path:
    """A file as published (packed: "", "zip" or "gz")."""
    data = content.encode() if isinstance(content, str) else content
    if packed == "zip":
        path = folder / f"{name}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, data)
        return path
    path = folder / (f"{name}.gz" if packed else name)
    path.write_bytes(gzip.compress(data, mtime=0) if packed else data)
    return path
