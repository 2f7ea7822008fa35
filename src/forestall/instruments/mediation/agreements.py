"""What was agreed in a country: its peace agreements as of a day, with third parties and provisions in plain words.

Tables `mediation_agreements` (UCDP Peace Agreement 22.1, 1975-2021) and `mediation_roles`. Whether an agreement ended
is UCDP's judgement and known to the end of 2021; a later end is not in the data.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from forestall.instruments.mediation.record import ENDS, record
from forestall.instruments.mediation.third_parties.lexicon import actors
from forestall.store import Workspace

TABLE = "mediation_agreements"
UCDP = "UCDP Peace Agreement 22.1"
GROUPS: Mapping[str, Mapping[str, str]] = {
    "ceasefire": {"ceasefire": "a ceasefire or an end to hostilities"},
    "disarmament and forces": {
        "disarmament": "disarmament, demobilisation and reintegration",
        "army_integration": "fighters join the national army",
        "foreign_withdrawal": "foreign forces withdraw",
    },
    "power sharing": {
        "power_sharing": "power is shared in the executive or the cabinet",
        "interim_government": "an interim government",
        "government_integration": "the armed opposition joins the government",
        "civil_service_integration": "the armed opposition joins the civil service",
        "rebels_as_party": "the armed opposition may become a political party",
        "local_power_sharing": "power is shared in local government",
    },
    "elections and talks": {
        "elections": "elections or a new electoral law",
        "national_talks": "a national dialogue",
        "referendum": "a referendum on the disputed territory",
    },
    "territory": {
        "autonomy": "autonomy",
        "federalism": "federalism",
        "independence": "independence",
        "local_government": "a local government with powers of its own",
        "regional_development": "development of the region",
        "cultural_freedoms": "cultural freedoms",
        "border_demarcation": "a border is demarcated",
    },
    "justice and return": {
        "amnesty": "an amnesty",
        "prisoner_release": "prisoners are released",
        "reconciliation": "national reconciliation",
        "refugee_return": "refugees and displaced persons return",
    },
    "monitoring and implementation": {
        "peacekeeping": "a peacekeeping operation",
        "implementation_commission": "a commission to oversee implementation",
        "outlines_process": "further talks are laid out",
        "reaffirms_earlier": "earlier agreements are reaffirmed",
    },
    "women and gender": {"gender": "women or gender are mentioned"},
}
"""Groups of provisions, and what each provision of UCDP's is in plain words."""


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """A third party to an agreement. mediator, kind: as in `ranking.Candidate`. roles: those that the text tells."""

    mediator: str
    kind: str
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """One agreement.

    extent: full, partial or process (UCDP: settles the incompatibility, part of it, or sets up talks on it); None where
    UCDP does not have it. stage: that of PA-X, None without it. parties: who signed, as the source lists them. dyads:
    UCDP's numbers. provisions: by group, in plain words; groups without any are left out. ended: whether the agreement
    had ended by the day, None where not known; ended_on: when, None where it did not or the day is not known; known_to:
    the last day to which that is known. domestic, persons, unresolved: third parties that are counted only.
    """

    event: str
    name: str
    day: date
    iso3: tuple[str, ...]
    extent: str | None
    stage: str | None
    conflict: str
    parties: str
    dyads: tuple[int, ...]
    third_parties: tuple[ThirdParty, ...]
    provisions: tuple[tuple[str, tuple[str, ...]], ...]
    ended: bool | None
    ended_on: date | None
    known_to: date
    domestic: int
    persons: int
    unresolved: int
    url: str | None
    source: str


def agreements(workspace: Workspace, iso3: str, on: date) -> tuple[Agreement, ...]:
    """The agreements of a country's conflicts signed by a day, the newest first.

    iso3: the code of the country's series. Raises StoreError if a table is missing.
    """
    rows = workspace.table(TABLE).filter(pl.col("iso3").str.split(";").list.contains(iso3), pl.col("agreed_on") <= on)
    found = tuple(described(workspace, rows, on))
    return tuple(sorted(found, key=lambda one: (one.day, one.event), reverse=True))


def described(workspace: Workspace, rows: pl.DataFrame, on: date) -> Iterator[Agreement]:
    """Rows of `mediation_agreements` as agreements, as of a day."""
    held = record(workspace, on)
    events = {row["event"]: row for row in held.events.filter(event_kind="agreement").iter_rows(named=True)}
    roles = held.roles.join(rows.select("event"), on="event", how="semi")
    third: dict[str, list[dict[str, Any]]] = {}
    for row in roles.iter_rows(named=True):
        third.setdefault(row["event"], []).append(row)
    for row in rows.iter_rows(named=True):
        over = row["ended_on"] is not None and row["ended_on"] > on
        event = events.get(row["event"], {})
        yield Agreement(
            event=row["event"],
            name=row["name"],
            day=row["agreed_on"],
            iso3=tuple(row["iso3"].split(";")),
            extent=row["agreement_type"],
            stage=None,
            conflict=row["conflict_name"],
            parties=row["actors"],
            dyads=tuple(int(number) for number in row["dyad_ids"].split(";")),
            third_parties=third_parties(third.get(row["event"], [])),
            provisions=provisions(row),
            # An end without a day is one that nobody can place before or after the day: not known.
            ended=None if row["ended"] and row["ended_on"] is None else row["ended"] and not over,
            ended_on=None if over else row["ended_on"],
            known_to=min(on, ENDS[UCDP]),
            domestic=event.get("third_parties_domestic") or 0,
            persons=event.get("third_parties_persons") or 0,
            unresolved=event.get("unresolved") or 0,
            url=row["url"],
            source=row["source"],
        )


def provisions(row: Mapping[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The provisions that a row of `mediation_agreements` marks, by group, in plain words."""
    told = ((group, tuple(text for name, text in names.items() if row[name])) for group, names in GROUPS.items())
    return tuple((group, texts) for group, texts in told if texts)


def third_parties(roles: list[dict[str, Any]]) -> tuple[ThirdParty, ...]:
    """Third parties from rows of `mediation_roles`: organisations first, then states, then NGOs."""
    known = actors()
    held: dict[tuple[str, str], set[str]] = {}
    for row in roles:
        held.setdefault((row["mediator"], row["kind"]), set()).add(row["role"])
    order = ("organisation", "state", "ngo")
    return tuple(
        ThirdParty(key, kind, known[key].name if key in known else key, tuple(sorted(told - {"unknown"})))
        for (key, kind), told in sorted(held.items(), key=lambda one: (order.index(one[0][1]), one[0][0]))
    )
