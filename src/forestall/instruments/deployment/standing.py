"""What stands already: sites of United Nations missions as known on a day, for a plan to complement."""

from collections.abc import Sequence
from datetime import date

from forestall.instruments.deployment.areas import Area
from forestall.instruments.deployment.coverage import points, within
from forestall.instruments.deployment.sites import Site, positions
from forestall.instruments.peacekeeping import sites as missions
from forestall.panel.land import Land
from forestall.store import Workspace

CAVEAT = (
    "Sites of UN missions count as cells of half a degree with a team's reach, whatever their strength; no figure "
    "bears that reach out."
)
OLD_YEARS = 1


def mission_sites(workspace: Workspace, land: Land, where: Area, on: date, reach_km: float) -> tuple[Site, ...]:
    """Cells with sites of UN missions that go on, within reach of an area's cells, by mission and cell.

    on: the day as of which they are known (`peacekeeping.sites.sites`): maps of years before it, missions that have not
    ended. Raises UsageError before 1995, when no map is known.
    """
    found = [
        Site(
            name=f"{one.mission}, {one.sites} place{'s' if one.sites != 1 else ''}",
            lat=one.lat,
            lon=one.lon,
            gw_id=one.gw_id or 0,
            iso3=one.iso3,
            kept=True,
            group=one.mission,
            source=f"Geo-PKO, maps of {one.year}",
        )
        for one in missions.sites(on, workspace=workspace)
    ]
    if not found:
        return ()
    near = within(points(*positions(found)), points(land.lat[where.cells], land.lon[where.cells]), reach_km)
    return tuple(site for site, count in zip(found, near.sum(axis=1).tolist(), strict=True) if count > 0)


def caveats(kept: Sequence[Site], on: date) -> tuple[str, ...]:
    """What a reader must know of the missions' sites that are kept; nothing if there are none."""
    years = {int(site.source[-4:]) for site in kept if site.group and site.source}
    if not years:
        return ()
    old = min(years)
    late = (
        f" The newest maps of some are of {old}; sites may have closed or opened since."
        if old < on.year - OLD_YEARS
        else ""
    )
    return (CAVEAT + late,)
