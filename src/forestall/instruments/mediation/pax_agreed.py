"""A country's agreements by PA-X, where the user has added it: stage and provisions in plain words.

Where PA-X names the agreement in UCDP's data, what UCDP says of its parties, its extent and its end stands beside it.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from forestall.instruments.mediation.pax_record import TABLE
from forestall.store import Workspace

STAGES = {
    "Pre": "before substantive talks",
    "SubPar": "partial substance",
    "SubComp": "comprehensive substance",
    "Imp": "implementation",
    "Ren": "renewal",
    "Cea": "ceasefire",
    "Oth": "other",
}
"""PA-X's stages in words."""
GROUPS: Mapping[str, Mapping[str, str]] = {
    "ceasefire": {"pax_ceasefire": "a ceasefire"},
    "disarmament and forces": {
        "pax_disarmament": "disarmament, demobilisation and reintegration",
        "pax_armed_forces": "reform of the armed forces",
        "pax_police": "reform of the police",
        "pax_foreign_forces": "foreign forces",
    },
    "power sharing": {
        "pax_power_sharing_political": "political power sharing",
        "pax_power_sharing_territorial": "territorial power sharing",
        "pax_power_sharing_economic": "economic power sharing",
        "pax_power_sharing_military": "military power sharing",
    },
    "elections and talks": {
        "pax_elections": "elections",
        "pax_constitution": "a constitution or its reform",
        "pax_civil_society": "civil society",
    },
    "territory": {"pax_land": "land reform", "pax_resources": "natural resources", "pax_development": "development"},
    "justice and return": {
        "pax_amnesty": "an amnesty",
        "pax_courts": "courts for past crimes",
        "pax_truth": "a truth or fact-finding mechanism",
        "pax_prisoners": "prisoners",
        "pax_reparations": "reparations",
        "pax_refugees": "refugees and displaced persons",
        "pax_human_rights": "human rights",
    },
    "monitoring and implementation": {
        "pax_peacekeeping": "a peacekeeping operation",
        "pax_enforcement": "enforcement",
    },
    "women and gender": {"pax_women": "women"},
}
"""Groups as in `agreements.GROUPS`, with PA-X's provisions."""
LEVELS = {1: " (mentioned)", 2: "", 3: " (in detail)"}


def rows(workspace: Workspace) -> pl.DataFrame | None:
    """Table `pax_agreements` with `event`, None where the user has not added PA-X."""
    if not any(entry.row.table == TABLE for entry in workspace.catalogue().entries):
        return None
    return workspace.table(TABLE).with_columns(pl.format("pax-{}", "pax_id").alias("event"))


def provisions(row: Mapping[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The provisions that a row of `pax_agreements` codes above 0, by group, in plain words."""
    told = (
        (group, tuple(text + LEVELS.get(row[name], "") for name, text in names.items() if (row[name] or 0) > 0))
        for group, names in GROUPS.items()
    )
    return tuple((group, texts) for group, texts in told if texts)
