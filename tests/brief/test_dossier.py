"""What a dossier says of conflicts and actors, held against the figures it comes from."""

import polars as pl
import pytest

from forestall.brief.dossier import TYPES, UNNAMED, dossier
from forestall.brief.situation import Situation, ucdp_words


@pytest.mark.parametrize("gw_id", [652, 475, 432, 70])  # Syria, Nigeria, Mali, Mexico
def test_recent_deaths_are_those_recorded_named_or_not(edition: Situation, gw_id: int) -> None:
    rows = edition.workspace.table("ucdp_conflict_month").filter(pl.col("gw_id") == gw_id)
    recorded: dict[tuple[str, str], int] = {}
    for row in rows.iter_rows(named=True):
        name = row["conflict_name"] or row["dyad_name"]
        said = UNNAMED if "XXX" in name else ucdp_words(edition, name).replace(" - ", " – ")
        key = (TYPES[row["type_of_violence"]], said)
        recorded[key] = recorded.get(key, 0) + row["deaths_total"]
    conflicts = dossier(edition, gw_id).conflicts
    for conflict in conflicts:
        if conflict.deaths is not None:
            assert conflict.deaths == recorded.get((conflict.kind, conflict.name), 0), conflict.name
    most = sorted(recorded.items(), key=lambda item: -item[1])[:5]
    named = {(c.kind, c.name) for c in conflicts}
    assert {key for key, deaths in most if deaths} <= named


def test_actors_not_named_yet_are_not_left_out(edition: Situation) -> None:
    shown = [c for c in dossier(edition, 475).conflicts if c.name == UNNAMED]
    assert sum(c.deaths or 0 for c in shown) == 3_690
    assert not [c for c in dossier(edition, 475).conflicts if "XXX" in c.name]


def test_a_map_of_older_figures_says_what_the_newest_give(edition: Situation) -> None:
    nigeria = dossier(edition, 475)
    (located,) = [m for m in nigeria.maps if m.span == "2017 to 2021"]
    yearly = sum(y.deaths_total for y in nigeria.years if 2017 <= y.year <= 2021)
    assert (located.deaths, yearly) == (19_968, 15_537)
    assert "the yearly figures now give 15,537" in located.note
