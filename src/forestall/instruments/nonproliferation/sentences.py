"""What is said of a country's obligations under weapons treaties, each sentence with the evidence it rests on.

States are told as being or not being parties; nothing here says why, nor whether obligations are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from forestall.instruments import phrases
from forestall.instruments.assessment import Case, Evidence, Finding, Option, Said
from forestall.instruments.nonproliferation import scope
from forestall.instruments.nonproliferation.gaps import Annex2, Standing
from forestall.instruments.nonproliferation.treaties.status import Action

SHOWN_GAPS, SHOWN_OPTIONS = 5, 3
NOT_CONDUCT = "A status says what a state is bound by, not whether it carries it out, nor why it is not a party."
OTHERS = "Others are compared in the sub-region (UN M49), or in the region where fewer than four are left there."
ACTS = {
    "withdrew": "withdrew from",
    "withdrawal_notified": "gave notice of withdrawal from",
    "suspended": "suspended the operation of",
    "revoked": "took back its ratification of",
    "rejoined": "rejoined",
}
"""Acts other than joining, in words."""
EFFECT = "common obligations with the parties; effect on conflict unknown"


@dataclass(frozen=True, slots=True)
class Act:
    """What a state did under a treaty other than joining it. as_known: the day as far as known, ISO."""

    treaty: str
    words: str
    day: date
    as_known: str
    source: str

    @classmethod
    def of(cls, act: Action, *, takes_back_notice: bool) -> Self:
        """From an action with a day."""
        day = act.day or date.min
        return cls(
            treaty=act.treaty,
            words="took back its notice of withdrawal from" if takes_back_notice else ACTS[act.action],
            day=day,
            as_known=day.isoformat()[: {"year": 4, "month": 7}.get(act.day_precision, 10)],
            source=act.source,
        )


@dataclass(frozen=True, slots=True)
class Companion:
    """An organisation (acronym) of which a state is a member, with how many of its members are parties to a treaty."""

    acronym: str
    parties: int
    members: int


def headline(case: Case, on: date, found: Sequence[Standing], text: Said) -> Finding:
    """To how many of the treaties open to it the state is a party, and to which it is not."""
    outside = [one for one in found if one.outside]
    keys = [_count(case, on, found, text), *(_status(one, on, text) for one in outside[:SHOWN_GAPS])]
    parties = sum(one.bound for one in found)
    said = f"{case.name} is a party to {parties} of the {len(found)} treaties looked at here that are open to it"
    unknown = [scope.short_name(one.treaty) for one in found if one.unknown]
    if unknown:
        said += f" ({len(unknown)} not known: actions under {phrases.listing(unknown)} are known to earlier years only)"
    if outside:
        named = [_with_status(one) for one in outside[:SHOWN_GAPS]]
        rest = len(outside) - len(named)
        named += [f"{rest} more"] if rest else []
        said += f"; it is not a party to {phrases.listing(named)}"
    return Finding(sentence=f"{said}.", evidence=tuple(keys))


def norm(case: Case, on: date, widest: Sequence[Standing], text: Said) -> None:
    """Of which treaties most others of the region are parties and this state is not, the widest gap first."""
    for region in dict.fromkeys(one.region for one in widest):
        held = [one for one in widest if one.region == region][:SHOWN_GAPS]
        told = [f"{_the(one.treaty)} ({one.others_in} of {one.others})" for one in held]
        keys = [_others(one, on, text) for one in held]
        text.find(
            f"Most other states of {_region(region)} to which they are open are parties to {phrases.listing(told)}, to "
            f"which {case.name} is not a party.",
            keys,
        )


def acts(case: Case, found: Sequence[Act], text: Said) -> None:
    """Withdrawals, notices, suspensions and what was taken back, the oldest first."""
    if not found:
        return
    keys = [
        text.of(
            Evidence(
                key=f"act:{_slug(one.treaty)}:{one.day:%Y%m%d}",
                says=f"{case.name} {one.words} {_the(one.treaty)}",
                figure=one.as_known,
                unit="day",
                source=one.source,
                date=one.as_known,
                vintage="actions by treaty",
                kind="recorded",
            )
        )
        for one in found
    ]
    told = phrases.listing([f"{one.words} {_the(one.treaty)} ({one.as_known})" for one in found])
    text.find(f"{case.name} {told}.", keys)


def zone(case: Case, on: date, found: Sequence[Standing], text: Said) -> None:
    """The nuclear-weapon-free zone of the state's region."""
    for one in found:
        if one.treaty in scope.ZONES and not one.unknown:
            verb = "is" if one.bound else "is not"
            since = f" since {one.held.since_text}" if one.held.since_text and one.bound else ""
            text.find(
                f"{case.name} {verb} a party to the treaty on the nuclear-weapon-free zone of its region "
                f"({scope.short_name(one.treaty)}){since}.",
                [_status(one, on, text)],
            )


def test_ban(case: Case, on: date, found: Sequence[Standing], annex: Annex2, text: Said) -> None:
    """Whether the CTBT's entry into force needs this state's ratification."""
    ours = next((one for one in found if one.treaty == scope.CTBT), None)
    if case.iso3 not in annex.needed or ours is None:
        return
    key = text.of(
        Evidence(
            key="annex2",
            says="States of Annex 2 of the CTBT whose ratification its entry into force still needs",
            figure=len(annex.needed),
            unit="states",
            source=_source(ours),
            date=_until(annex.known_to, on),
            vintage=_vintage(annex.known_to, on),
            kind="recorded",
        )
    )
    text.find(
        f"{case.name} is one of the {len(annex.needed)} States of Annex 2 whose ratification the CTBT's entry into "
        "force still needs (article XIV).",
        [key, _status(ours, on, text)],
    )


def adherences(case: Case, on: date, widest: Sequence[Standing], companion: Companion | None, text: Said) -> None:
    """Options: adherence to what most others are parties to. companion: of the first of these treaties."""
    weapons = [one for one in widest if one.treaty not in scope.JUSTICE]
    for at, one in enumerate(weapons[:SHOWN_OPTIONS]):
        keys = [_others(one, on, text)]
        who = case.name
        if at == 0 and companion is not None:
            who += f", with {companion.acronym} ({companion.parties} of {companion.members} members are parties)"
            keys.append(
                text.of(
                    Evidence(
                        key="companion",
                        says=f"members of {companion.acronym} that are parties to {_the(one.treaty)}, of "
                        f"{companion.members}",
                        figure=companion.parties,
                        unit="states",
                        source="treaty actions and regional memberships",
                        date=_until(one.held.known_to, on),
                        vintage=_vintage(one.held.known_to, on),
                        kind="recorded",
                    )
                )
            )
        text.options.append(
            Option(
                what=_step(one),
                who=who,
                why=f"{one.others_in} of {one.others} others in {_region(one.region)} are parties",
                expected_effect=EFFECT,
                evidence=tuple(keys),
            )
        )


def _step(one: Standing) -> str:
    if one.treaty in (scope.SAFEGUARDS, scope.PROTOCOL):
        return f"Bring {_the(one.treaty)} into force"
    return f"{'Ratify' if one.held.status == 'signatory' else 'Adhere to'} {_the(one.treaty)}"


def caveats(found: Sequence[Standing]) -> tuple[str, ...]:
    """What a reader must know before using it: what a status is, and how far the series of actions reach."""
    dated = [(one.held.known_to, one) for one in found if one.held.known_to is not None]
    old = [f"{scope.short_name(one.treaty)} {day}" for day, one in sorted(dated, key=lambda it: it[0]) if one.stale]
    later = [day for day, one in dated if not one.stale]
    series = []
    if later:
        series.append(f"Actions under most treaties are known to {min(later)} or later.")
    if old:
        series.append(f"Actions under some are known only to these days: {phrases.listing(old)}.")
    return (NOT_CONDUCT, OTHERS, *series)


def _source(one: Standing) -> str:
    """What the statuses of all states under a treaty rest on."""
    return one.source


def _count(case: Case, on: date, found: Sequence[Standing], text: Said) -> str:
    known = [one.held.known_to for one in found if one.held.known_to is not None]
    return text.of(
        Evidence(
            key="treaties",
            says=f"treaties to which {case.name} is a party, of {len(found)} open to it",
            figure=sum(one.bound for one in found),
            unit="treaties",
            source="treaty actions of depositaries, UN Treaty Collection, IEADB and GGO",
            date=on.isoformat(),
            vintage=f"actions known to {min(known)} to {max(known)}, by treaty" if known else "as of the day",
            kind="recorded",
        )
    )


def _status(one: Standing, on: date, text: Said) -> str:
    return text.of(
        Evidence(
            key=f"status:{_slug(one.treaty)}",
            says=f"status under {_the(one.treaty)}" + (f", since {one.held.since}" if one.held.since else ""),
            figure=one.held.status,
            unit="status",
            source=one.held.source or _source(one),
            date=_until(one.held.known_to, on),
            vintage=_vintage(one.held.known_to, on),
            kind="recorded",
        )
    )


def _others(one: Standing, on: date, text: Said) -> str:
    return text.of(
        Evidence(
            key=f"others:{_slug(one.treaty)}",
            says=f"other states of {_region(one.region)} that are parties to {_the(one.treaty)}, of {one.others}",
            figure=one.others_in,
            unit="states",
            source=_source(one),
            date=_until(one.held.known_to, on),
            vintage=_vintage(one.held.known_to, on),
            kind="recorded",
        )
    )


def _with_status(one: Standing) -> str:
    note = {"signatory": " (signed only)", "withdrawn": " (withdrawn)"}.get(one.held.status, "")
    return f"{_the(one.treaty)}{note}"


def _region(name: str) -> str:
    return f"the {name}" if name in {"Americas", "Caribbean"} else name


def _the(treaty: str) -> str:
    return f"the {scope.short_name(treaty)}"


def _until(known_to: date | None, on: date) -> str:
    return (on if known_to is None else min(known_to, on)).isoformat()


def _vintage(known_to: date | None, on: date) -> str:
    return f"actions known to {known_to}" if known_to is not None and known_to < on else f"as of {on}"


def _slug(text: str) -> str:
    return "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in text.lower())[:40]
