"""Where a team could stand: populated places of an area, middles of its cells if asked, and what stands already."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from forestall.errors import UsageError
from forestall.ids.cells import cell_of
from forestall.instruments.deployment.areas import Area
from forestall.instruments.deployment.given import text_of
from forestall.panel.land import Land
from forestall.store import Workspace

Floats = npt.NDArray[np.float64]
LARGEST_FILE = 1_000_000
MOST_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Site:
    """A place where a team could stand or stands. place: a populated place, "" where none is near by name. lat, lon:
    degrees. gw_id, iso3: the country that its cell is assigned to, 0 and "" where none. kept: whether it stands; group:
    of which mission, "" if none; source: where that is known from, "" if given by the user."""

    name: str
    lat: float
    lon: float
    gw_id: int
    iso3: str
    kept: bool = False
    group: str = ""
    source: str = ""


def candidates(workspace: Workspace, land: Land, area: Area, *, middles: bool = False) -> tuple[Site, ...]:
    """The largest populated place of each cell of an area, by cell; with `middles` the middle of every cell besides.

    Raises UsageError if there is no place and middles were not asked for.
    """
    inside = np.zeros(land.pg_id.size, dtype=bool)
    inside[area.cells] = True
    found = []
    for pg_id, name, lat, lon in (
        workspace.table("place_cells").select("pg_id", "place", "place_lat", "place_lon").sort("pg_id").iter_rows()
    ):
        at = int(land.position(pg_id))
        if at >= 0 and inside[at]:
            found.append(Site(f"near {name}", lat, lon, int(land.gw_id[at]), land.iso3[at]))
    if middles:
        for at in area.cells.tolist():
            lat, lon = float(land.lat[at]), float(land.lon[at])
            found.append(Site(f"cell at {degrees(lat, lon)}", lat, lon, int(land.gw_id[at]), land.iso3[at]))
    if not found:
        raise UsageError(
            f"no listed populated place lies in {area.name}: ask for the middles of cells as sites (--middles)"
        )
    return tuple(found)


def degrees(lat: float, lon: float) -> str:
    """A position in words: 14.25 N, 4.25 W."""
    return f"{abs(lat):.2f} {'N' if lat >= 0 else 'S'}, {abs(lon):.2f} {'E' if lon >= 0 else 'W'}"


def kept_from(path: Path, land: Land) -> tuple[Site, ...]:
    """Sites that stand already: a CSV with the columns lat and lon in degrees, and name if wanted.

    Raises UsageError, with the line, on a file that is none, is too large, or holds something else than positions.
    """
    text = text_of(path, LARGEST_FILE, "a CSV with columns lat and lon")
    try:
        rows = csv.DictReader(io.StringIO(text), strict=True)
        header = [name.strip().lower() for name in rows.fieldnames or ()]
        if not {"lat", "lon"} <= set(header):
            raise UsageError(f"{path} has no columns lat and lon in its first line; it needs both, in degrees")
        if len(set(header)) < len(header):
            raise UsageError(f"{path} names a column twice in its first line: {', '.join(header)[:200]}")
        rows.fieldnames = header
        found = [_kept(row, f"{path}, line {rows.line_num}", land) for row in rows]
    except csv.Error as error:
        raise UsageError(f"{path} is not readable as CSV: {error}") from None
    if not 1 <= len(found) <= MOST_KEPT:
        raise UsageError(f"{path} holds {len(found):,} sites, expected 1 to {MOST_KEPT:,}")
    return tuple(found)


def _kept(row: "dict[str | None, str | None]", where: str, land: Land) -> Site:
    if None in row:  # decimal commas would else be read as another place
        raise UsageError(f"{where} has more values than the first line has columns; write decimals with a point")
    try:
        lat, lon = float(row["lat"] or ""), float(row["lon"] or "")
    except ValueError:
        raise UsageError(f"{where}: lat {row['lat']!r}, lon {row['lon']!r} are not numbers of degrees") from None
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise UsageError(f"{where}: latitude {lat:g}, longitude {lon:g} lies off the globe")
    at = int(land.position(int(cell_of(lat, lon))))
    given = " ".join("".join(c for c in row.get("name") or "" if c.isprintable()).split())[:80]
    known = (int(land.gw_id[at]), land.iso3[at]) if at >= 0 else (0, "")
    return Site(given or f"kept at {degrees(lat, lon)}", lat, lon, *known, kept=True)


def positions(sites: Sequence[Site]) -> tuple[Floats, Floats]:
    """Latitudes and longitudes of sites."""
    return np.array([s.lat for s in sites], dtype=np.float64), np.array([s.lon for s in sites], dtype=np.float64)
