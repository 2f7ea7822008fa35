"""What was agreed in a country: its peace agreements as of a day, with third parties and provisions in plain words.

Tables `mediation_agreements` (UCDP Peace Agreement 22.1, 1975-2021) and `mediation_roles`. Whether an agreement ended
is UCDP's judgement and known to the end of 2021; a later end is not in the data. Where the user has added PA-X, its
agreements, stages and provisions come first and UCDP's stand beside them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from forestall.instruments.mediation import pax_agreed
from forestall.instruments.mediation.record import ENDS, Record, record
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
    """The agreements of a country's conflicts signed by a day, the newest first; with PA-X's where the user has it.

    iso3: the code of the country's series. Raises StoreError if a table is missing.
    """
    ucdp = workspace.table(TABLE)
    pax = pax_agreed.rows(workspace)
    here = _of(ucdp, iso3, on)
    found: list[Agreement] = []
    if pax is not None:
        signed = pax.filter(pl.col("agreed_on") <= on)["agreement_id"]
        here = here.filter(~pl.col("agreement_id").is_in(signed.drop_nulls().implode()))
        twins = {row["agreement_id"]: row for row in ucdp.iter_rows(named=True)}
        theirs = _of(pax, iso3, on)
        told = _Told(record(workspace, on), theirs["event"])
        found = [_by_pax(row, twins.get(row["agreement_id"]), told) for row in theirs.iter_rows(named=True)]
    found += described(workspace, here, on)
    return tuple(sorted(found, key=lambda one: (one.day, one.event), reverse=True))


def _of(rows: pl.DataFrame, iso3: str, on: date) -> pl.DataFrame:
    return rows.filter(pl.col("iso3").str.split(";").list.contains(iso3), pl.col("agreed_on") <= on)


class _Told:
    """What a record says of agreements, by event."""

    def __init__(self, held: Record, events: pl.Series) -> None:
        self.on = held.on
        asked = pl.col("event").is_in(events.implode())
        self._events = {row["event"]: row for row in held.events.filter(asked).iter_rows(named=True)}
        self._roles: dict[str, list[dict[str, Any]]] = {}
        for row in held.roles.filter(asked).iter_rows(named=True):
            self._roles.setdefault(row["event"], []).append(row)

    def about(self, event: str) -> dict[str, Any]:
        """The fields of `Agreement` on third parties."""
        row = self._events.get(event, {})
        return {
            "third_parties": third_parties(self._roles.get(event, [])),
            "domestic": row.get("third_parties_domestic") or 0,
            "persons": row.get("third_parties_persons") or 0,
            "unresolved": row.get("unresolved") or 0,
        }


def described(workspace: Workspace, rows: pl.DataFrame, on: date) -> Iterator[Agreement]:
    """Rows of `mediation_agreements` as agreements, as of a day."""
    if rows.is_empty():
        return
    told = _Told(record(workspace, on, pax=False), rows["event"])
    for row in rows.iter_rows(named=True):
        ended, ended_on = _end(row, on)
        yield Agreement(
            event=row["event"],
            name=row["name"],
            day=row["agreed_on"],
            iso3=tuple(row["iso3"].split(";")),
            extent=row["agreement_type"],
            stage=None,
            conflict=row["conflict_name"],
            parties=row["actors"],
            dyads=_numbers(row),
            provisions=provisions(row),
            ended=ended,
            ended_on=ended_on,
            known_to=min(on, ENDS[UCDP]),
            url=row["url"],
            source=row["source"],
            **told.about(row["event"]),
        )


def _by_pax(row: Mapping[str, Any], twin: Mapping[str, Any] | None, told: _Told) -> Agreement:
    ended, ended_on = _end(twin, told.on) if twin else (None, None)
    source = f"PA-X {row['release'].removeprefix('pax-')}, agreement {row['pax_id']}"
    return Agreement(
        event=row["event"],
        name=row["name"],
        day=row["agreed_on"],
        iso3=tuple((row["iso3"] or "").split(";")),
        extent=twin["agreement_type"] if twin else None,
        stage=pax_agreed.STAGES.get(row["pax_stage"], row["pax_stage"]),
        conflict=twin["conflict_name"] if twin else row["pax_process"],
        parties=twin["actors"] if twin else "",
        dyads=_numbers(twin) if twin else (),
        provisions=pax_agreed.provisions(row),
        ended=ended,
        ended_on=ended_on,
        known_to=min(told.on, ENDS[UCDP]),
        url=twin["url"] if twin else None,
        source=f"{source}; {twin['source']}" if twin else source,
        **told.about(row["event"]),
    )


def _numbers(row: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(int(number) for number in row["dyad_ids"].split(";"))


def _end(row: Mapping[str, Any], on: date) -> tuple[bool | None, date | None]:
    """Whether and when UCDP has it ended, as of a day. An end without a day may lie before or after: not known."""
    if row["ended"] and row["ended_on"] is None:
        return None, None
    if row["ended"] and row["ended_on"] <= on:
        return True, row["ended_on"]
    return False, None


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
