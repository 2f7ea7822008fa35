"""What speaks for an organisation in a crisis and what against, each with its figure, source and day."""

from collections.abc import Sequence
from datetime import date

from forestall.instruments import phrases
from forestall.instruments.mediation import record
from forestall.instruments.mediation.ranking import Reason
from forestall.instruments.partners import acts
from forestall.instruments.partners.acts import Act
from forestall.instruments.partners.crisis import Crisis
from forestall.instruments.partners.standing import FORCE, POLITICAL, REACHES, Standing
from forestall.instruments.peacekeeping import operations
from forestall.regional.membership import FULL, KNOWN_TO, SOURCE, Membership, state_then
from forestall.regional.organisations import Power

REGISTER = "register of organisations (organisations.yml), from treaties and decisions"
MEDIATION = "record of agreements, crises and processes (mediation_events, mediation_roles)"
NEIGHBOURS = "COW contiguity and CShapes (neighbours)"
PRESSURE = frozenset({"sanction", "suspend"})
SERIES = (
    "UCDP Peace Agreement 22.1",
    "International Crisis Behavior 14",
    "register of processes (forestall)",
)
"""Series of the record of mediation in which organisations have roles."""
LEFT = 0.25
"""Share of all that were ever members from which those who left are worth a word."""
NAMED = 5
"""States that are named before the rest is counted."""
AID = frozenset({"training", "enforcement"})
"""Operations that train or support the forces of one party, or act against those of another."""


def favouring(
    one: Standing, at: Crisis, spells: Sequence[Membership], more: Sequence[Reason] = ()
) -> tuple[Reason, ...]:
    """What speaks for an organisation. spells: the country's standings in it, begun by the day, oldest first. more:
    reasons to add at the end."""
    out = [*_membership(one, at, spells), *_record(one, at), *_powers(one, at)]
    if one.neighbours_in:
        out.append(_near(one, at))
    if one.led or one.mediated:
        out.append(_capacity(one, at))
    return (*out, *more)


def against(one: Standing, at: Crisis, spells: Sequence[Membership]) -> tuple[Reason, ...]:
    """What speaks against an organisation, or limits it."""
    return (*_apart(one, at, spells), *_others(one, at), *_limits(one, at))


def _apart(one: Standing, at: Crisis, spells: Sequence[Membership]) -> list[Reason]:
    """Where the country is suspended, has left or never belonged, and earlier suspensions."""
    out = []
    now = spells[-1] if spells and spells[-1].holds(at.on) else None
    if now is not None and now.standing == "suspended":
        since = f"{_when(now.since, now.since_precision)}{_how(now)}"
        out.append(_reason(f"{at.name}'s membership has been suspended since {since}", now, at, False))
    elif now is not None and now.standing == "disputed":
        out.append(_reason(f"whether {at.name} is a member is disputed", now, at, False))
    elif one.own not in FULL:
        left = next((spell for spell in reversed(spells) if spell.until and spell is not now), None)
        if left is None or left.until is None:
            out.append(_against(f"{at.name} is no member", "no member", "standing", SOURCE, at))
        else:
            was = "member" if left.standing in FULL else left.standing
            out.append(_reason(f"{at.name} is no {was} any more; its last day was {left.until}", left, at, False))
    past = [spell for spell in spells if spell.standing == "suspended" and spell is not now]
    if past:
        said = "; ".join(_span(spell) for spell in past)
        text = f"{at.name}'s membership was suspended before: {said}"
        out.append(_against(text, len(past), "suspensions", past[-1].source, at))
    return out


def _others(one: Standing, at: Crisis) -> list[Reason]:
    """Other states with forces in the conflicts that stand on another side of the membership, and members who left."""
    out = []
    if one.states_in and one.own not in FULL:
        what = "is a member" if len(one.states_in) == 1 else "are members"
        text = f"{_names(one.states_in, at)}, with forces in its conflicts, {what} and {at.name} is not"
        out.append(_against(text, len(one.states_in), "states", SOURCE, at))
    if one.states_out and one.own in FULL:
        text = f"{_names(one.states_out, at)}, with forces in its conflicts, {_are(one.states_out)}"
        out.append(_against(text, len(one.states_out), "states", SOURCE, at))
    gone, all_time = len(one.family.left), len(one.family.left) + one.members
    if gone >= LEFT * all_time and one.own in FULL:
        text = f"{gone} of the {all_time} states that were ever members have left"
        out.append(_against(text, gone, "states", SOURCE, at))
    return out


def _limits(one: Standing, at: Crisis) -> list[Reason]:
    """Aid to one party, legal bases that are missing or do not reach the country, and no record there."""
    out = []
    aid = [act for act in one.here if act.form in AID and act.open(at.on)]
    if aid:
        said = phrases.listing([act.what for act in aid])
        text = f"{said} {'serves' if len(aid) == 1 else 'serve'} the forces of one party"
        out.append(_against(text, len(aid), "operations", aid[-1].source, at))
    based = bool(one.may & (POLITICAL | FORCE))
    if based and one.reach <= REACHES and (one.here or one.own):
        text = f"its instruments to mediate or deploy are for its members, and {at.name} is not one"
        out.append(_against(text, "members only", "reach", REGISTER, at))
    if not based:
        out.append(_against("no basis to mediate or deploy was found in force", 0, "legal bases", REGISTER, at))
    if not one.here:
        text = f"no operation or part in mediation of its own is known in {at.name}"
        out.append(_against(text, 0, "acts", acts.OPERATIONS, at))
    return out


def _against(text: str, figure: int | str, unit: str, source: str, at: Crisis) -> Reason:
    return Reason(text, False, figure, unit, source, at.on.isoformat())


def _names(states: Sequence[str], at: Crisis) -> str:
    """The first states by name, and how many more there are."""
    names = [state_then(state, at.on) for state in states]
    more = len(names) - NAMED
    return phrases.listing(names if more <= 1 else [*names[:NAMED], f"{more} more"])


def _near(one: Standing, at: Crisis) -> Reason:
    inside, every = len(one.neighbours_in), len(at.neighbours)
    where = "across water" if at.by_sea else "by land"
    if every == 1:
        said = f"the one neighbour {where} is a member"
    else:
        said = f"{inside} of {every} neighbours {where} {'is a member' if inside == 1 else 'are members'}"
    others = one.members - (one.own in FULL)
    text = f"{said}, {_rest(others - inside)}"
    return Reason(text, True, inside, "states", NEIGHBOURS, at.on.isoformat())


def _membership(one: Standing, at: Crisis, spells: Sequence[Membership]) -> list[Reason]:
    out = []
    now = spells[-1] if spells and spells[-1].holds(at.on) else None
    if now is not None and now.standing == "member":
        since = now.member_since or now.since
        text = f"{at.name} has been a member since {_when(since, now.since_precision if since == now.since else 'day')}"
        out.append(_reason(text, now, at, True))
    elif now is not None and now.standing == "suspended":
        out.append(_reason(f"{at.name} is still a member in law", now, at, True))
    elif now is not None and now.standing != "disputed":
        article = "an" if now.standing[0] in "aeiou" else "a"
        out.append(_reason(f"{at.name} is {article} {now.standing}", now, at, True))
    if one.states_in and one.own in FULL:
        what = "is also a member" if len(one.states_in) == 1 else "are also members"
        text = f"{_names(one.states_in, at)}, with forces in its conflicts, {what}"
        out.append(Reason(text, True, len(one.states_in), "states", SOURCE, at.on.isoformat()))
    return out


def _powers(one: Standing, at: Crisis) -> list[Reason]:
    out: list[Reason] = []
    if one.reach <= REACHES:
        return out  # its charter is about its members, and so was most of what it did
    for wanted, verb in ((POLITICAL, "mediate"), (FORCE, "deploy or intervene")):
        held = [power for power in one.powers if power.power in wanted]
        if held:
            out.append(_power(f"may {verb}: {_bases(held)}", held, at))
    held = [power for power in one.powers if power.power in PRESSURE]
    if held and one.own in FULL:
        kinds = " or ".join(sorted({power.power for power in held}, reverse=True))
        out.append(_power(f"may {kinds} a member: {_bases(held)}", held, at))
    return out


def _power(text: str, held: Sequence[Power], at: Crisis) -> Reason:
    return Reason(text, True, len(held), "legal bases", REGISTER, at.on.isoformat())


def _bases(held: Sequence[Power]) -> str:
    """One basis, looked up rather than not and the newest, with the day since when; how many more there are."""
    bases = {power.basis: power for power in held}  # one article may stand for two powers
    one = max(bases.values(), key=lambda power: (bool(power.checked), power.since or ""))
    rest = f", and {len(bases) - 1} more" if len(bases) > 1 else ""
    return f"{one.basis} (since {one.since}{'' if one.checked else ', not looked up'}{rest})"


def _record(one: Standing, at: Crisis) -> list[Reason]:
    out = []
    led = [act for act in one.here if act.kind == "operation"]
    if led:
        last = max(led, key=lambda act: (act.open(at.on), act.first))
        out.append(
            Reason(
                f"led {_number(len(led), 'operation')} here, {'the last ' if len(led) > 1 else ''}{_act(last)}",
                True,
                len(led),
                "operations",
                acts.OPERATIONS,
                last.first.isoformat(),
            )
        )
    talks = [act for act in one.here if act.kind == "mediation"]
    if talks:
        newest = max(talks, key=lambda act: act.first)
        out.append(
            Reason(
                f"had a part in mediation here in {_number(len(talks), 'event')}, the last begun or dated "
                f"{newest.first}",
                True,
                len(talks),
                "events",
                MEDIATION,
                newest.first.isoformat(),
            )
        )
    return out


def _act(act: Act) -> str:
    who = f"{act.what}, as the {act.called}" if act.called != act.organisation else act.what
    if act.last is not None:
        return f"{who} ({act.first:%Y-%m} to {act.last:%Y-%m})"
    if act.open_to is not None:
        return f"{who} (from {act.first:%Y-%m}; when it ended is not known)"
    return f"{who} (since {act.first:%Y-%m})"


def _capacity(one: Standing, at: Crisis) -> Reason:
    parts = [_number(one.led, "operation") + " led" if one.led else ""]
    if one.largest is not None:
        parts[0] += f" (the largest of {one.largest:,.0f} persons)"
    parts.append(f"a part in mediation in {_number(one.mediated, 'event')}" if one.mediated else "")
    ends = f"{acts.OPERATIONS}; {MEDIATION}; persons to {operations.LAST}"
    said = " and ".join(part for part in parts if part)
    return Reason(f"{said}, in any country", True, one.led + one.mediated, "acts", ends, at.on.isoformat())


def _reason(text: str, spell: Membership, at: Crisis, favours: bool) -> Reason:
    unseen = "" if spell.looked_up else " (day not looked up)"
    return Reason(
        text + unseen, favours, spell.standing, "standing", f"{spell.source}; known to {KNOWN_TO}", at.on.isoformat()
    )


def _span(spell: Membership) -> str:
    return f"{_when(spell.since, spell.since_precision)} to {spell.until}{_how(spell)}"


def _how(spell: Membership) -> str:
    return ", by its own decision" if (spell.note or "").startswith("by ") else ""


def _when(day: date, precision: str) -> str:
    return day.isoformat()[: {"year": 4, "month": 7, "day": 10}[precision]]


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def data_ends(at: Crisis) -> tuple[tuple[str, str], ...]:
    """The series that a ranking rests on, and the day or year where each ends."""
    return (
        ("membership of organisations", KNOWN_TO.isoformat()),
        ("conflicts by year (UCDP)", str(at.year) if at.year else "none known on the day"),
        ("operations, data of Bara & Hultman", operations.LAST.isoformat()),
        ("other operations, our list", acts.KNOWN_TO.isoformat()),
        ("uniformed persons in UN missions by contributor", "2014-08"),
        *((f"mediation, {name}", day.isoformat()) for name, day in record.ENDS.items() if name in SERIES),
    )


def _rest(members: int) -> str:
    return "as is no other state" if not members else f"beside {_number(members, 'other state')}"


def _are(states: Sequence[str]) -> str:
    return "is not a member" if len(states) == 1 else "are not members"
