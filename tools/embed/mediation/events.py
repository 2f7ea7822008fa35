"""mediation_events and mediation_roles: agreements, crises, processes and missions, and which third parties they had.

Run: `python -m tools.embed.mediation.events --shared ../shared/data`. From the UCDP peace agreement data 1975-2021 (its
texts on third parties are parsed and not kept), crises with mediation 1946-2017 (ICB, derived codes), the registers of
processes made by hand (processes_*.csv) and our table of UN political missions (docs/sources/mediation-record.md).
"""

import hashlib
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from forestall.errors import UnknownCountryError
from forestall.ids import countries
from forestall.instruments.mediation.third_parties.names import resolve
from forestall.store.manifest import Source
from forestall.store.workspace import Workspace
from tools.embed import command, writing
from tools.embed.inputs import Inputs
from tools.embed.mediation import accords, crises, processes, third_parties
from tools.embed.mediation.processes import FOLDER, REGISTERS, Spell
from tools.embed.mediation.rows import EVENTS, ROLES, Event, Role, frame

COMMAND = "python -m tools.embed.mediation.events --shared ../shared/data"
NOTE = (
    "a day of which only the month or year is known is the last day of it; countries and conflicts are those whose "
    "conflict it is; third parties nobody could resolve are counted in `unresolved`, never dropped"
)
POLITICAL = "political"


def _known(name: str) -> tuple[str, str] | None:
    actor = resolve(name)
    return None if actor is None else (actor.key, actor.kind)


def _name(iso3: str, on: date) -> str:
    """What a state was called on a day; what it is called today if it was none then (Angola in July 1975)."""
    try:
        return countries.by_iso3(iso3, on).name
    except UnknownCountryError:
        return countries.by_iso3(iso3).name


def of_agreements(inputs: Inputs) -> Iterator[Event | Role]:
    """Agreements of UCDP with the third parties that its texts name."""
    told = accords.told(inputs)
    for row in accords.frame(inputs).iter_rows(named=True):
        number, event = int(row["agreement_id"]), str(row["event"])
        found = third_parties.of(number, told[number], frozenset(row["iso3"].split(";")), row["agreed_on"])
        source = f"UCDP Peace Agreement {accords.VERSION}, {number}"
        yield Event(
            event=event,
            event_kind="agreement",
            name=row["name"],
            day=row["agreed_on"],
            from_precision="day",
            process=f"ucdp-{row['process_id']}",
            iso3=row["iso3"],
            conflict_ids=row["conflict_ids"],
            stage=row["agreement_type"],
            ended=row["ended"],
            ended_on=row["ended_on"],
            third_parties_domestic=found.domestic,
            third_parties_persons=found.persons,
            unresolved=len(found.unresolved),
            source=source,
        )
        for key, kind, role in found.roles:
            yield Role(event, key, kind, role, row["agreed_on"], None, True, source)


def of_crises(inputs: Inputs) -> Iterator[Event | Role]:
    """Crises with mediation."""
    for one in crises.crises(inputs):
        event = f"icb-{one.number}"
        source = f"International Crisis Behavior 14, crisis {one.number}, derived"
        names = [_name(code, one.day.last) for code in one.iso3]
        until = one.until
        yield Event(
            event=event,
            event_kind="crisis",
            name=f"International crisis, {one.day.last.year} ({', '.join(names)})",
            day=one.day.last,
            from_precision=one.day.precision,
            until=until.last if until else None,
            until_precision=until.precision if until else None,
            iso3=";".join(one.iso3),
            third_parties_persons=one.persons,
            unresolved=one.unresolved,
            source=source,
        )
        for key, role in one.roles:
            yield Role(event, key, "organisation", role, one.day.last, until.last if until else None, True, source)


def of_processes(spells: list[Spell]) -> Iterator[Event | Role]:
    """Processes of talks: one event for each day on which roles began, so that nobody's role is known too early."""
    starts: dict[tuple[str, date], list[Spell]] = {}
    for spell in spells:
        starts.setdefault((spell.process, spell.since.last), []).append(spell)
    seen: set[str] = set()
    for (process, day), group in sorted(starts.items()):
        event = f"process-{process}" if process not in seen else f"process-{process}-{day.isoformat()}"
        seen.add(process)
        whole = [one for one in spells if one.process == process]
        first = group[0]
        ends = [one.until for one in group]
        until = max((end for end in ends if end), key=lambda end: end.last) if all(ends) else None
        yield Event(
            event=event,
            event_kind="process",
            name=first.name,
            day=day,
            from_precision=min((one.since.precision for one in group), key=("day", "month", "year").index),
            until=until.last if until else None,
            until_precision=until.precision if until else None,
            process=process,
            iso3=";".join(sorted({code for one in whole for code in one.iso3})),
            conflict_ids=";".join(sorted({part for one in whole for part in one.conflict_ids}, key=int)) or None,
            talks_outcome=first.outcome,
            unresolved=sum(not one.resolved for one in group),
            source="register of processes, hand-made",
        )
        for one in group:
            if one.resolved:
                end = one.until.last if one.until else None
                yield Role(event, one.mediator, one.kind, one.role, day, end, one.checked, one.source, one.goes_on)


def of_missions(workspace: Workspace) -> Iterator[Event | Role]:
    """UN political missions whose first day is known: a role of the United Nations in their host states."""
    hosts = workspace.table("peace_mission_hosts")
    missions = workspace.table("peace_missions")
    for row in missions.sort("start", "mission").iter_rows(named=True):
        if row["mission_kind"] != POLITICAL or row["start"] is None:
            continue
        codes = sorted(set(hosts.filter(mission=row["mission"])["iso3"].drop_nulls()))
        if not codes:
            continue
        event, source = f"mission-{row['mission']}", f"{row['source']}; {row['founding'] or 'table peace_missions'}"
        yield Event(
            event=event,
            event_kind="mission",
            name=row["name"],
            day=row["start"],
            from_precision=row["start_precision"],
            until=row["end"],
            until_precision=row["end_precision"],
            iso3=";".join(codes),
            source=source,
        )
        yield Role(event, "UN", "organisation", "mission", row["start"], row["end"], True, source, row["end"] is None)


def registers() -> tuple[Source, ...]:
    """The registers of processes, as sources of the tables."""
    held = [path for name in REGISTERS if (path := FOLDER / f"processes_{name}.csv").is_file()]
    return tuple(
        Source(
            name=f"Register of processes, {path.stem.removeprefix('processes_').replace('_', ' and ')}",
            version="2026-02",
            licence="none stated; derived figures with citation",
            citation="made by hand from public facts; each role names its source, a UN document or a public page",
            url="https://digitallibrary.un.org/",
            sha256_of_input=hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in held
    )


def build(shared: Path, out: Path) -> list[str]:
    """Write both tables and their entries in the manifest; returns lines on what was found and what was not."""
    inputs = Inputs(shared)
    spells = processes.spells(_known)
    workspace = Workspace.open(Path("/nonexistent"))
    made = [*of_agreements(inputs), *of_crises(inputs), *of_processes(spells), *of_missions(workspace)]
    events = frame(EVENTS, [one for one in made if isinstance(one, Event)], ("day", "event"))
    roles = frame(ROLES, [one for one in made if isinstance(one, Role)], ("event", "mediator", "role"))
    sources = (
        accords.source(inputs),
        crises.source(inputs, crises.SYSTEM),
        crises.source(inputs, crises.ACTORS),
        *workspace.manifest().tables["peace_missions"].sources,
        *registers(),
    )
    days = events["day"]
    span = {"first_year": days.min().year, "last_year": days.max().year}  # type: ignore[union-attr]
    said = [
        writing.write(out, EVENTS, events, *sources, command=COMMAND, note=NOTE, span=span),
        writing.write(out, ROLES, roles, *sources, command=COMMAND, note=NOTE),
    ]
    for kind, group in sorted(events.group_by("event_kind"), key=lambda one: str(one[0])):
        of_kind = roles.filter(roles["event"].is_in(group["event"].to_list()))
        said.append(
            f"{kind[0]}: {group.height} events, {of_kind.height} roles, {of_kind['event'].n_unique()} events with one, "
            f"{group['unresolved'].sum()} third parties not resolved"
        )
    nobody = sorted({one.mediator for one in spells if not one.resolved})
    return said + ([f"mediators of processes that nobody knows: {', '.join(nobody)}"] if nobody else [])


def main() -> int:
    """Build the tables; returns the exit code."""
    return command.run("tools.embed.mediation.events", __doc__, build)


if __name__ == "__main__":
    sys.exit(main())
