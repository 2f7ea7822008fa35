"""What is said of regional partners, each sentence with the evidence it rests on."""

from collections.abc import Sequence
from datetime import date

from forestall.ids.months import format_month, month_of
from forestall.instruments import phrases
from forestall.instruments.assessment import Case, Evidence, Finding, Option, Said
from forestall.instruments.mediation.ranking import Reason
from forestall.instruments.partners import acts, chances
from forestall.instruments.partners import named as titles
from forestall.instruments.partners.partnership import Partnership, Worked
from forestall.instruments.partners.ranking import Partner
from forestall.instruments.peacekeeping import register
from forestall.regional.membership import FULL, KNOWN_TO

LIKELY = 0.05
"""Chance from which an organisation is said to be likely to begin something."""
SHOWN_PAIRS = 4
RULE = "forestall, rule of standing (docs/methods/regional-partners.md)"


def near(one: Partner) -> bool:
    """Whether the country has a standing in the organisation, or it has acted there."""
    return one.standing.own is not None or bool(one.standing.here)


def likely(one: Partner) -> bool:
    """Whether it has a chance worth a word of beginning something there."""
    return one.chance is not None and one.chance.value >= LIKELY


def headline(case: Case, on: date, shown: Sequence[Partner], text: Said) -> Finding:
    """Which organisations stand closest."""
    close = [one for one in shown if near(one)]
    if not close:
        key = text.of(
            _recorded("none", Reason("organisations with a standing", True, 0, "organisations", RULE, ""), on)
        )
        return Finding(
            sentence=f"No organisation of the register stands close to {case.name} by membership or record.",
            evidence=(key,),
        )
    keys = tuple(_score(one, on, text) for one in close[:3])
    first = close[0]
    sentence = (
        f"By membership, legal basis, neighbourhood, record and capacity, {_the(first)} stands closest to {case.name}"
    )
    if len(close) > 1:
        sentence += f", before {phrases.listing([one.called for one in close[1:3]])}"
    return Finding(sentence=f"{sentence}.", evidence=keys)


def partner(one: Partner, on: date, text: Said) -> None:
    """An organisation's standing in one sentence: membership first, what it did, what limits it."""
    keys = [_score(one, on, text)]
    reasons = [reason.text for reason in one.reasons if reason.unit in ("standing", "operations", "events")]
    limits = [reason.text for reason in one.cautions]
    keys += [
        text.of(_recorded(f"{_slug(one.acronym)}:{i}", reason, on))
        for i, reason in enumerate([*one.reasons, *one.cautions])
    ]
    sentence = f"{one.name} ({one.called}): {'; '.join(reasons) or 'nothing in its favour is on record'}"
    if limits:
        sentence += f". Against it: {'; '.join(limits)}"
    text.findings.append(Finding(sentence=f"{sentence}.", evidence=tuple(keys)))


def begins(shown: Sequence[Partner], on: date, text: Said) -> None:
    """Who is likely to begin something in the next five years, and how such estimates fared."""
    ordered = sorted(
        filter(likely, shown),
        key=lambda one: -one.chance.value if one.chance else 0.0,
    )
    if not ordered:
        return
    keys, said = [], []
    for one in ordered[:3]:
        if one.chance is None:
            continue
        keys.append(_chance(one, on, text))
        said.append(f"{one.called} {phrases.percent(one.chance.value)} ({_range(one)})")
    best = next(row for row in chances.fared() if row.order == chances.BEST)
    record = text.of(
        Evidence(
            key="fared",
            says="of windows in which any organisation acted, those in which the first by such a chance did",
            figure=best.hit1,
            unit="share",
            source="forestall, benchmarks/partners.py",
            date="2005..2024",
            vintage="learned from windows that ended by 2004",
            kind="measured",
            low=best.hit1_low,
            high=best.hit1_high,
            level=0.95,
        )
    )
    years = chances.YEARS_AHEAD
    text.findings.append(
        Finding(
            sentence=f"Estimated chance to begin an operation or a part in mediation there within {years} years "
            f"(80 % interval): {', '.join(said)}. In {best.cases} windows from 2005 to 2024 in which any organisation "
            f"did, the first by such an estimate was among them in {phrases.percent(best.hit1)} (95 % interval "
            f"{phrases.percent(best.hit1_low)} to {phrases.percent(best.hit1_high)}), one of the first three in "
            f"{phrases.percent(best.hit3)}.",
            evidence=(*keys, record),
        )
    )


def worked(case: Case, found: Partnership, on: date, text: Said) -> None:
    """In which forms the UN and organisations worked in the country."""
    for form, what in (
        ("hybrid", "One operation of both"),
        ("joint", "One mission of both"),
        ("sequential", "One after the other"),
        ("parallel", "Side by side"),
    ):
        held = [one for one in found.worked if one.form == form]
        if not held:
            continue
        # Those that go on first, then the latest.
        last = sorted(held, key=lambda one: (one.last is None, one.last or one.first), reverse=True)[:SHOWN_PAIRS]
        keys = tuple(
            text.of(
                _recorded(
                    f"{form}:{_slug(one.earlier)}:{_slug(one.later)}",
                    Reason(pair(one), True, *_measure(one), one.source, one.first.isoformat()),
                    on,
                )
            )
            for one in last
        )
        rest = len(held) - len(last)
        more = f", and {rest} earlier" if rest else ""
        said = "; ".join(pair(one) for one in last)
        text.findings.append(Finding(sentence=f"{what} in {case.name}: {said}{more}.", evidence=keys))


def together(found: Partnership, text: Said) -> None:
    """With whom the UN had a role in the same talks."""
    if not found.together:
        return
    said = [
        f"{one.organisation} in {one.events} (the last of {one.last.isoformat()})"
        for one in found.together[:SHOWN_PAIRS]
    ]
    keys = tuple(
        text.of(
            Evidence(
                key=f"together:{_slug(one.organisation)}",
                says=f"events of mediation with a role of the UN and of {one.organisation}; the last: {one.last_name}"[
                    :500
                ],
                figure=one.events,
                unit="events",
                source="agreements, crises and processes (mediation_events, mediation_roles)",
                date=f"{one.first.isoformat()}..{one.last.isoformat()}",
                vintage="agreements to 2021, crises to 2017, processes to 2026-02",
                kind="recorded",
            )
        )
        for one in found.together[:SHOWN_PAIRS]
    )
    text.findings.append(
        Finding(
            sentence=f"Talks and agreements in which the UN had a role beside an organisation: {', '.join(said)}.",
            evidence=keys,
        )
    )


def named(found: Partnership, text: Said) -> None:
    """How many resolutions on the country name an organisation in the title."""
    if not found.resolutions:
        return
    first = found.resolutions[:SHOWN_PAIRS]
    keys = tuple(
        text.of(
            Evidence(
                key=f"named:{_slug(one.organisation)}",
                says=f"resolutions on the country whose title names the {one.organisation}; the last {one.last_symbol}",
                figure=one.resolutions,
                unit="resolutions",
                source=titles.SOURCE,
                date=f"{one.first.isoformat()}..{one.last.isoformat()}",
                vintage=f"titles to {dict(found.data_ends)['titles of Council resolutions']}",
                kind="recorded",
            )
        )
        for one in first
    )
    said = phrases.listing([f"{one.organisation} in {one.resolutions}" for one in first])
    text.findings.append(
        Finding(
            sentence=f"Resolutions of the Security Council on the country since 1989 whose title names an organisation "
            f"or its operation: {said}.",
            evidence=keys,
        )
    )


def options(shown: Sequence[Partner], on: date, text: Said) -> None:
    """Whom to consult first: those to whom the country belongs or that have acted there."""
    close = [one for one in shown[:3] if one.standing.here or (one.standing.own in FULL and one.standing.basis)]
    if not close:
        return
    names = phrases.listing([one.called for one in close])
    keys = tuple(_score(one, on, text) for one in close)
    text.options.append(
        Option(
            what=f"Consult {names} before steps of the UN are decided (Charter, Chapter VIII)",
            who="Secretary-General, Security Council",
            why="they stand closest by membership and by what they have done there",
            evidence=keys,
        )
    )
    apart = [one for one in close if one.standing.own == "suspended"]
    if apart:
        names = phrases.listing([f"the {one.called}" for one in apart])
        text.options.append(
            Option(
                what=f"Find out what {names} would need for the suspension to end, and who may speak with both sides",
                who="special envoys of the UN and of the organisation",
                why="a suspended member has no seat there",
                evidence=tuple(_score(one, on, text) for one in apart),
            )
        )


def _score(one: Partner, on: date, text: Said) -> str:
    return text.of(
        Evidence(
            key=f"{_slug(one.acronym)}:score",
            says=f"standing of the {one.called}, place {one.place}: weighted mean of membership, basis, closeness, "
            "record and capacity",
            figure=round(one.score, 2),
            unit="score from 0 to 1, no chance",
            source=RULE,
            date=on.isoformat(),
            vintage=f"memberships known to {KNOWN_TO}, operations to {acts.KNOWN_TO}",
            kind="estimated",
        )
    )


def _chance(one: Partner, on: date, text: Said) -> str:
    chance = one.chance
    return text.of(
        Evidence(
            key=f"{_slug(one.acronym)}:chance",
            says=f"chance that the {one.called} begins an operation or a part in mediation there within five years",
            figure=None if chance is None else round(chance.value, 3),
            unit="probability",
            source="forestall, logistic weighting of the components of standing",
            date=on.isoformat(),
            vintage="" if chance is None else f"learned from {chance.cases} countries and windows that had ended",
            kind="estimated",
            low=None if chance is None else round(chance.low, 3),
            high=None if chance is None else round(chance.high, 3),
            level=None if chance is None else chances.LEVEL,
        )
    )


def _recorded(key: str, reason: Reason, on: date) -> Evidence:
    """A reason as evidence; a day after the one asked about, up to which a series is kept, becomes that day."""
    when = reason.on or on.isoformat()
    return Evidence(
        key=key,
        says=reason.text,
        figure=reason.figure,
        unit=reason.unit,
        source=reason.source,
        date=min(when, on.isoformat()) if len(when) == len(on.isoformat()) else when,
        vintage=f"memberships to {KNOWN_TO}, operations to {acts.KNOWN_TO}, UN missions to {register.KNOWN_TO}",
        kind="recorded",
        note="" if reason.figure is not None else "not known",
    )


def _measure(one: Worked) -> tuple[int | str, str]:
    if one.form == "sequential" or one.months is None:
        return one.form, "form of partnership"
    return one.months, "months together"


def pair(one: Worked) -> str:
    """A UN mission and an operation, or two operations, with the months, in words."""
    if one.form in ("hybrid", "joint"):
        until = f" to {_month(one.last)}" if one.last else ", which goes on"
        return f"{one.un} with the {one.called} ({_month(one.first)}{until})"
    if one.form == "sequential":
        first, then = (
            name if name == one.un or not one.un else f"{name} ({one.called})" for name in (one.earlier, one.later)
        )
        return f"{first}, then {then} ({_month(one.first)} to {_month(one.last or one.first)})"
    other = one.later if one.earlier == one.un else one.earlier
    verb = "supporting" if one.supports else "beside"
    until = f"to {_month(one.last)}" if one.last else "which goes on"
    return f"{one.un} {verb} {other} ({one.called}; {_month(one.first)} {until})"


def _month(day: date) -> str:
    return format_month(month_of(day))


def _range(one: Partner) -> str:
    if one.chance is None:
        return ""
    return f"{phrases.percent(one.chance.low)} to {phrases.percent(one.chance.high)}"


def _the(one: Partner) -> str:
    return f"the {one.name} ({one.called})" if one.name != one.called else f"the {one.name}"


def _slug(text: str) -> str:
    kept = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in text.lower())
    return f"x{kept}"[:30] if not kept[:1].isalpha() else kept[:30]
