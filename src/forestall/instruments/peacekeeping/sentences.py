"""What is said of missions, their sites, withdrawals and contributors, each sentence with the evidence it rests on."""

from dataclasses import dataclass
from datetime import date

from forestall.ids.months import format_month
from forestall.instruments import phrases
from forestall.instruments.assessment import Case, Evidence, Finding, Option, Said
from forestall.instruments.peacekeeping import contributor_section, fit_section, overview, register, scenario
from forestall.instruments.peacekeeping.fit import COUNTED, Fit
from forestall.instruments.peacekeeping.overview import Line

REGISTER = "UN list of missions, completed from UN documents"
FAR = 0.25
"""Share of expected deaths out of reach of every site from which sites are said to lie apart from them."""
REACH_KM = 200
SHOWN_SENDERS = 5


@dataclass(frozen=True, slots=True)
class Parts:
    """What an assessment rests on, for a page to show beside it. withdrawals: None where no UN operation is open.
    apart: name and missions of each land that UCDP counts with the country and the register does not list under it."""

    register: overview.Section
    fit: fit_section.Section
    withdrawals: scenario.Section | None
    contributors: contributor_section.Section
    apart: tuple[tuple[str, tuple[str, ...]], ...]


def mission(line: Line, on: date, text: Said) -> None:
    """A mission's mandate, strength and losses; and what the Council has to decide on it."""
    one, name = line.mission, line.mission.mission
    slug = _slug(name)
    keys = [
        text.of(
            Evidence(
                key=f"{slug}:since",
                says=f"{name} began",
                figure=one.start.isoformat() if one.start else None,
                unit="date",
                source=REGISTER,
                date=one.start.isoformat() if one.start else on.isoformat(),
                vintage=registered(on),
                kind="recorded",
                note="" if one.start else "the register has no day",
            )
        )
    ]
    sentence = f"{one.name} ({name})" + (f": there since {phrases.day(one.start)}" if one.start else "")
    mandate = line.mandate
    if mandate is not None:
        keys.append(
            text.of(
                Evidence(
                    key=f"{slug}:mandate",
                    says=f"mandate of {name} runs to",
                    figure=mandate.until.isoformat(),
                    unit="date",
                    source=mandate.symbol,
                    date=mandate.decided_on.isoformat(),
                    vintage=registered(on),
                    kind="recorded",
                    note=mandate.note or "",
                )
            )
        )
        sentence += f"; mandate to {phrases.day(mandate.until)} ({mandate.symbol})"
    if line.strength is not None:
        at = format_month(line.strength.month_id)
        keys.append(
            text.of(
                Evidence(
                    key=f"{slug}:strength",
                    says=f"uniformed persons in {name}, last month known",
                    figure=line.strength.total,
                    unit="persons",
                    source="International Peace Institute, peacekeeping database",
                    date=at,
                    vintage="series to 2017-03",
                    kind="recorded",
                )
            )
        )
        sentence += f"; {line.strength.total:,} uniformed persons in {at}, where that series ends"
    if line.deaths.all:
        keys.append(
            text.of(
                Evidence(
                    key=f"{slug}:deaths",
                    says=f"deaths of personnel of {name}; by malicious acts {line.deaths.malicious}",
                    figure=line.deaths.all,
                    unit="deaths",
                    source="UN peacekeeping fatalities (Peace and Security Data Hub)",
                    date=f"{line.deaths.first_year}..{line.deaths.data_end.isoformat()}",
                    vintage="2025-04-04",
                    kind="recorded",
                )
            )
        )
        sentence += (
            f"; {line.deaths.all:,} of its personnel died to {phrases.day(line.deaths.data_end)}, "
            f"{line.deaths.malicious:,} of them by malicious acts"
        )
    text.findings.append(Finding(sentence=f"{sentence}.", evidence=tuple(keys)))
    if mandate is not None:
        _mandate_option(name, mandate, on, keys[1], text)


def _mandate_option(name: str, mandate: register.Mandate, on: date, key: str, text: Said) -> None:
    if mandate.final:
        what = f"Prepare for the end of {name}: who takes over what it does, and where"
        why = f"its end on {phrases.day(mandate.until)} is decided ({mandate.symbol})"
    elif mandate.until < on:
        what = f"Find out what was decided on {name} after {phrases.day(mandate.until)}"
        why = "the last decision known here has run out"
    else:
        what = f"Decide on {name} before {phrases.day(mandate.until)}"
        why = f"its mandate by {mandate.symbol} ends then"
    text.options.append(Option(what=what, who="Security Council", why=why, evidence=(key,)))


def fit(one: Fit, text: Said) -> None:
    """Whether the sites lie where deaths are expected."""
    share = next(share for share in one.shares if share.reach_km == REACH_KM)
    # A mission with several hosts is for a border or a region, and no measure of all the deaths in those states.
    if share.share is None or one.expected < 1 or len(one.hosts) != 1:
        return
    slug, span = _slug(one.mission), f"{one.first.isoformat()}..{one.last.isoformat()}"
    vintage = f"{one.model}; deaths located to {one.located_to.isoformat()}, sites on maps of {one.maps_year}"
    expected = text.of(
        Evidence(
            key=f"{slug}:expected",
            says=f"deaths expected in the host states of {one.mission} ({', '.join(one.hosts)})",
            figure=round(one.expected, 1),
            unit="deaths",
            source="forestall, cell forecast",
            date=span,
            vintage=vintage,
            kind="estimated",
            low=round(one.low80, 1),
            high=round(one.high80, 1),
            level=0.8,
        )
    )
    within = text.of(
        Evidence(
            key=f"{slug}:reach",
            says=f"share of the expected deaths within {REACH_KM} km of a site of {one.mission}",
            figure=round(share.share, 3),
            unit="share",
            source="forestall, cell forecast, and Geo-PKO",
            date=span,
            vintage=vintage,
            kind="estimated",
            low=share.low80,
            high=share.high80,
            level=None if share.low80 is None else 0.8,
        )
    )
    keys = [expected, within]
    sentence = (
        f"{phrases.percent(share.share)} of the {phrases.count(one.expected)} deaths expected in the twelve months "
        f"from {phrases.day(one.first)} ({', '.join(one.hosts)}; 80 % interval {phrases.count(one.low80)} to "
        f"{phrases.count(one.high80)}) lie within {REACH_KM} km of a site of {one.mission} (maps of {one.maps_year})"
    )
    ratio = one.troops_per_death
    if ratio is not None and one.troops is not None:
        counted = one.troops.source == COUNTED
        keys.append(
            text.of(
                Evidence(
                    key=f"{slug}:troops",
                    says=f"troops of {one.mission}" + ("" if counted else " that the units on maps stand for"),
                    figure=round(one.troops.number),
                    unit="persons" if counted else "persons in units of standard size",
                    source="International Peace Institute" if counted else "Geo-PKO",
                    date=one.troops.until.isoformat(),
                    vintage="series to 2017-03" if counted else "version 2.3",
                    kind="recorded" if counted else "estimated",
                )
            )
        )
        sentence += f"; it has about {_ratio(ratio.value)} troops for each of them"
        if not counted:
            sentence += f", by the units on the maps of {one.troops.until.year}, which is no count"
    text.findings.append(Finding(sentence=f"{sentence}.", evidence=tuple(keys)))
    if share.share < 1 - FAR:
        text.options.append(
            Option(
                what=f"Look at where {one.mission} stands (forestall deploy --keep-missions names places)",
                who="the mission and the Department of Peace Operations",
                why=f"{phrases.percent(1 - share.share)} of the expected deaths lie farther than {REACH_KM} km from "
                "every site known",
                evidence=(within,),
            )
        )


def withdrawals(found: scenario.Section | None, text: Said) -> None:
    """What followed where missions left or were halved: a record, not an effect."""
    if found is None or found.nearest is None or found.every is None or found.deaths_to is None:
        return
    keys, near, every = [], found.nearest, found.every
    for name, one in (("nearest", near), ("all", every)):
        keys.append(
            text.of(
                Evidence(
                    key=f"withdrawals:{name}",
                    says=f"past cases ({name}, {one.n}: {found.rule}) after which deaths rose within a year",
                    figure=one.rose.count,
                    unit="cases",
                    source="forestall, past missions (International Peace Institute, UN list) and UCDP deaths",
                    date=f"1990..{format_month(found.deaths_to)}",
                    vintage=f"deaths to {format_month(found.deaths_to)}, strength to 2017-03",
                    kind="measured",
                    note=f"share {one.rose.low:.2f} to {one.rose.high:.2f}, 95 % interval as if cases were "
                    f"independent; fell in {one.fell.count}",
                )
            )
        )
    text.findings.append(
        Finding(
            sentence=(
                f"Where a UN mission closed or fell by half within a year: in the {near.n} nearest past cases "
                f"({near.countries} countries) deaths rose in {near.rose.count} and fell in {near.fell.count} within "
                f"twelve months; in all {every.n} they rose in {every.rose.count} and fell in {every.fell.count}. "
                "Missions leave where peace holds and where war drives them out, so this is no effect of leaving."
            ),
            evidence=tuple(keys),
        )
    )


def senders(found: Parts, text: Said) -> None:
    """Who sends to the missions that are there."""
    for one in found.contributors.to:
        if one.mission not in found.contributors.there or one.newest is None:
            continue
        first = [c for c in one.newest.contributions if c.iso3 and c.persons][:SHOWN_SENDERS]
        if not first:
            continue
        series = one.newest.series
        key = text.of(
            Evidence(
                key=f"{_slug(one.mission)}:senders",
                says=f"largest contributors to {one.mission} in {one.newest.year} ({series.what})",
                figure="; ".join(f"{c.name} {c.persons:,.0f}" for c in first),
                unit=series.unit,
                source=series.source,
                date=str(one.newest.year),
                vintage=f"series to {series.last}",
                kind="recorded",
            )
        )
        names = ", ".join(f"{c.name} (about {c.persons:,.0f})" for c in first)
        how = ", by the units on maps, each counted at a standard size" if "units" in series.unit else ", persons"
        text.findings.append(
            Finding(
                sentence=f"Largest contributors to {one.mission} in {one.newest.year}{how}: {names}.",
                evidence=(key,),
            )
        )


def sent(case: Case, found: Parts, text: Said) -> None:
    """What the country itself sends."""
    sent = found.contributors.sent
    if not sent.missions and sent.peak is None:
        return
    keys, says = [], []
    if sent.peak is not None:
        keys.append(
            text.of(
                Evidence(
                    key="sent:peak",
                    says=f"uniformed persons that {case.name} had in UN operations in its largest month",
                    figure=sent.peak.persons,
                    unit="persons",
                    source="International Peace Institute, peacekeeping database",
                    date=sent.peak.month,
                    vintage=f"series to {sent.series_end}",
                    kind="recorded",
                )
            )
        )
        says.append(f"had {sent.peak.persons:,} uniformed persons in UN operations at its peak ({sent.peak.month})")
    if sent.newest is not None:
        says.append(f"{sent.newest.persons:,} in {sent.newest.month}, where that series ends")
    late = [one for one in sent.missions if one.last_year >= max(m.last_year for m in sent.missions) - 1][:4]
    if late:
        keys.append(
            text.of(
                Evidence(
                    key="sent:missions",
                    says=f"missions in which units or persons of {case.name} are last named",
                    figure=", ".join(f"{one.mission} ({one.last_year})" for one in late),
                    unit="missions",
                    source="Geo-PKO and International Peace Institute",
                    date=str(max(one.last_year for one in late)),
                    vintage="maps to 2024",
                    kind="recorded",
                )
            )
        )
        says.append("last named in " + ", ".join(f"{one.mission} ({one.last_year})" for one in late))
    text.findings.append(Finding(sentence=f"{case.name} as a contributor: {'; '.join(says)}.", evidence=tuple(keys)))


def candidates(case: Case, found: Parts, text: Said) -> None:
    """Who might send to a mission there."""
    ranked = found.contributors.candidates
    if ranked is None or not ranked.candidates:
        return
    first = ranked.candidates
    key = text.of(
        Evidence(
            key="candidates",
            says=f"states ranked first of {ranked.considered} as contributors to a mission in {case.name}",
            figure=", ".join(one.name for one in first),
            unit="states",
            source="forestall, ranking learned from past contributions",
            date=ranked.on.isoformat(),
            vintage=f"{ranked.method}, learned from {ranked.learned_from} new missions",
            kind="estimated",
        )
    )
    free = [one.name for one in first if not one.stake]
    if not free:
        return
    near = "; states that border it or hold it in the figures are left out here" if len(free) < len(first) else ""
    new = "a larger or new mission" if found.register.present else "a new mission, if one is wanted and agreed to"
    text.options.append(
        Option(
            what=f"Ask early who would send to {new}",
            who=", ".join(free),
            why=f"states that most resemble those which sent to past new missions{near}; reasons for and against are "
            "below",
            evidence=(key,),
        )
    )


def _ratio(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def registered(on: date) -> str:
    """To which day the register is known, as of a day."""
    return f"known to {min(on, register.KNOWN_TO).isoformat()}"


def _slug(name: str) -> str:
    kept = "".join(c if c.isalnum() else "-" for c in name.lower())
    return f"m-{kept}"
