"""What is said of the record: who had a role before, talks that go on, what was agreed, like cases elsewhere."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from forestall.instruments import phrases
from forestall.instruments.assessment import Case, Evidence, Finding, Said
from forestall.instruments.mediation.agreements import Agreement
from forestall.instruments.mediation.history import Here, Talks
from forestall.instruments.mediation.record import REGISTER_ENDS
from forestall.instruments.mediation.sentences import Parts, as_named, more
from forestall.instruments.mediation.similar import Case as PastCase
from forestall.instruments.mediation.similar import Measure, Similar

RECORD = "UCDP Peace Agreement, International Crisis Behavior and a register of processes of talks"
COUNTED = {
    "agreement": ("agreement", "agreements"),
    "process": ("process of talks", "processes of talks"),
    "crisis": ("international crisis", "international crises"),
}
NEAR, APART = 0.1, 0.5
SIMILAR = "forestall, from UCDP agreements and conflicts"
SHOWN_OFTEN, SHOWN_RUNNING, SHOWN_WITH, SHOWN_LAST, SHOWN_SOURCES, SHOWN_PROVISIONS, SHOWN_CASES = 4, 3, 6, 3, 2, 4, 3


def headline(case: Case, on: date, found: Parts, text: Said) -> Finding:
    """Who has mediated here before, and last."""
    here = found.here
    numbers = [(COUNTED[kind], n) for kind, n in here.counts if kind in COUNTED and n]
    counted = phrases.listing([f"{n} {names[n != 1]}" for names, n in numbers])
    since = "" if here.first is None else f"{here.first.year}.."
    key = text.of(
        Evidence(
            key="record",
            says=f"agreements, talks and crises on record in {case.name}",
            figure=sum(n for _, n in numbers),
            unit="events",
            source=RECORD,
            date=f"{since}{on.isoformat()}",
            vintage=ends(here),
            kind="recorded",
            note=f"{here.unresolved} names of third parties not resolved" if here.unresolved else "",
        )
    )
    if not numbers:
        quiet = "no conflict of the last three years and " if found.ranked is None else ""
        return Finding(sentence=f"{case.name}: {quiet}no talks on record ({ends(here)}).", evidence=(key,))
    sentence = f"{case.name}: {counted} on record since {here.first.year if here.first else 'an unknown year'}"
    keys = [key]
    if here.often:
        most = here.often[:SHOWN_OFTEN]
        keys.append(
            text.of(
                Evidence(
                    key="record:often",
                    says=f"third parties with most roles in {case.name}",
                    figure="; ".join(f"{name} {n}" for name, n in most),
                    unit="agreements, processes and crises with a role",
                    source=RECORD,
                    date=f"{since}{on.isoformat()}",
                    vintage=ends(here),
                    kind="recorded",
                )
            )
        )
        sentence += ". Third parties with a role in most of them: " + phrases.listing(
            [f"{name} ({n})" for name, n in most]
        )
    else:
        sentence += "; no third party is named in them"
    if here.last is not None:
        keys.append(
            _kept("record:last", f"last in {case.name} in which a third party took a role", here.last, here, text)
        )
        sentence += f". The last in which one took a role: {talks(here.last, SHOWN_LAST)}"
    return Finding(sentence=f"{sentence}.", evidence=tuple(keys))


def running(here: Here, on: date, text: Said) -> None:
    """Talks that go on."""
    if not here.running:
        return
    first = here.running[:SHOWN_RUNNING]
    keys = [_kept(f"running:{at + 1}", "talks under way", one, here, text) for at, one in enumerate(first)]
    told = "; ".join([*map(talks, first), *more(len(here.running) - SHOWN_RUNNING, "more")])
    sentence = f"Talks under way on {phrases.day(min(on, REGISTER_ENDS))}: {told}."
    text.findings.append(Finding(sentence=sentence, evidence=tuple(keys)))


def _kept(key: str, says: str, one: Talks, here: Here, text: Said) -> str:
    return text.of(
        Evidence(
            key=key,
            says=f"{says}: {one.name}",
            figure=one.since,
            unit="date",
            source="; ".join(one.sources[:SHOWN_SOURCES]),
            date=one.since,
            vintage=ends(here),
            kind="recorded",
        )
    )


def talks(one: Talks, most: int = SHOWN_WITH) -> str:
    """Talks in words: name, since when, with whom (by name at most so many)."""
    since = "since " if one.kind == "process" else ""
    who = phrases.listing([*one.mediators[:most], *more(len(one.mediators) - most, "other")])
    return f"{one.name} ({since}{one.since}{', with ' + who if who else ''})"


def ends(here: Here) -> str:
    """Where the series of the record end."""
    return "; ".join(f"{series} to {day.isoformat()}" for series, day in here.ends)


def agreements(case: Case, agreed: Sequence[Agreement], text: Said) -> None:
    """What was agreed in the country, and whether it ended."""
    if not agreed:
        return
    last, known, source = agreed[0], agreed[0].known_to.isoformat(), publishers(agreed)
    ended, unknown = (sum(one.ended is told for one in agreed) for told in (True, None))
    lines = Counter(line for one in agreed for _, told in one.provisions for line in told)
    often = [f"{line} ({n})" for line, n in lines.most_common(SHOWN_PROVISIONS)]
    not_known = f"; of {unknown} it is not known" if unknown else ""

    def fact(key: str, says: str, figure: int | str, unit: str) -> str:
        return text.of(
            Evidence(
                key=f"agreements:{key}",
                says=says,
                figure=figure,
                unit=unit,
                source=source,
                date=f"{agreed[-1].day.isoformat()}..{last.day.isoformat()}",
                vintage=f"ends of agreements known to {known}",
                kind="recorded",
            )
        )

    keys = [
        fact("number", f"peace agreements in {case.name}", len(agreed), "agreements"),
        fact("ended", f"peace agreements that had ended by {known}{not_known}", ended, "agreements"),
        fact("last", f"the last one: {last.name}", last.day.isoformat(), "date"),
    ]
    extent = f", {last.extent}" if last.extent else ""
    number = f"{len(agreed)} peace agreement{'' if len(agreed) == 1 else 's'}"
    sentence = (
        f"{number} on record ({source}), {ended} of which ended by {known}{not_known}. The last: {last.name} "
        f"({last.day.isoformat()}{extent})"
    )
    if often:
        keys.append(fact("provisions", "provisions most often coded", "; ".join(often), "agreements"))
        sentence += f". Most often they contain: {phrases.listing(often)}"
    text.findings.append(Finding(sentence=f"{sentence}.", evidence=tuple(keys)))


def similar(case: Case, alike: Similar, text: Said) -> None:
    """The nearest past agreements elsewhere, what share of such held, and whether that tells anything."""
    here = alike.here
    if here is None or not alike.cases:
        return
    vintage = "; ".join(f"{series} to {day.isoformat()}" for series, day in alike.ends)
    first = alike.cases[:SHOWN_CASES]
    keys = tuple(
        text.of(
            Evidence(
                key=f"similar:{at + 1}",
                says=f"distance of {one.agreement.name}, {as_named(one.agreement.conflict, alike.on)}; mean of parts",
                figure=round(one.distance, 3),
                unit="0 (alike) to 1",
                source=SIMILAR,
                date=one.agreement.day.isoformat(),
                vintage=vintage,
                kind="estimated",
            )
        )
        for at, one in enumerate(first)
    )
    over = {"both": "government and territory"}.get(here.incompatibility, here.incompatibility)
    names = "; ".join(
        f"{one.agreement.name} ({as_named(one.agreement.conflict, alike.on)}, {one.agreement.day.year})"
        for one in first
    )
    sentence = (
        f"As it was in {here.year} ({here.kind}, over {over}, {'war' if here.war else 'minor conflict'}), the conflict "
        f"in {case.name} is nearest to those of these past agreements elsewhere: {names}."
    )
    text.findings.append(Finding(sentence=sentence, evidence=keys))
    _held(alike, vintage, text)


def _held(alike: Similar, vintage: str, text: Said) -> None:
    rates = [one for one in (alike.nearest, alike.everywhere) if one is not None and one.share is not None]
    if not rates:
        return
    keys, told = [], []
    for at, one in enumerate(rates):
        keys.append(
            text.of(
                Evidence(
                    key=f"held:{at + 1}",
                    says=f"held for five years, {one.about} ({one.processes} processes of talks, each counted once)",
                    figure=round(one.share or 0.0, 3),
                    unit="share",
                    source=SIMILAR,
                    date=alike.on.isoformat(),
                    vintage=vintage,
                    kind="measured",
                    low=round(one.low, 3),
                    high=round(one.high, 3),
                    level=0.95,
                )
            )
        )
        low, high, share = (f"{100 * value:.0f}" for value in (one.low, one.high, one.share or 0.0))
        told.append(f"{share} % of {one.about} (95 % interval {low} to {high} %, {one.processes} processes)")
    sentence = f"Five years without fighting between the same parties followed {phrases.listing(told)}"
    if alike.measure is not None:
        keys.append(_measure(alike.measure, alike.on, text))
        helps = "has told something of" if alike.measure.helps else "has not told"
        sentence += f"; likeness {helps} which agreements hold"
    text.findings.append(Finding(sentence=f"{sentence}.", evidence=tuple(keys)))


def _measure(found: Measure, on: date, text: Said) -> str:
    return text.of(
        Evidence(
            key="held:measure",
            says="Brier score gained by asking the nearest 30 agreements, not all, whether an agreement holds",
            figure=round(found.gain, 3),
            unit="Brier score",
            source="forestall, agreements foretold from earlier ones elsewhere",
            date=on.isoformat(),
            vintage=f"{found.agreements} agreements of {found.processes} processes",
            kind="measured",
            low=round(found.low, 3),
            high=round(found.high, 3),
            level=0.95,
        )
    )


def publishers(agreed: Iterable[Agreement]) -> str:
    """The sources of agreements, without the number of each agreement in them."""
    return " and ".join(sorted({part.rsplit(",", 1)[0] for one in agreed for part in one.source.split("; ")}))


def end_of(one: Agreement) -> str:
    """Whether an agreement ended, in words, with the day to which that is known."""
    if one.ended is None:
        return "not known"
    if one.ended:
        return f"ended {one.ended_on.isoformat()}" if one.ended_on else "ended"
    return f"no end recorded by {one.known_to.isoformat()}"


def contents(one: Agreement) -> str:
    """The groups of provisions in an agreement."""
    return ", ".join(group for group, _ in one.provisions) or "none coded"


def third_parties(one: Agreement) -> str:
    """The third parties to an agreement by name, with how many more are not told by name."""
    told = [each.name for each in one.third_parties]
    told += [*more(one.domestic, "domestic actor"), *more(one.persons, "person"), *more(one.unresolved, "unknown name")]
    return ", ".join(told) or "none named"


def alike_in(one: PastCase) -> str:
    """In what a past case is like the conflict now (a tenth apart at most), and in what it is apart (half or more)."""
    near = [part.about for part in one.parts if part.distance is not None and part.distance <= NEAR]
    far = [f"{part.about} ({part.there})" for part in one.parts if part.distance is not None and part.distance >= APART]
    told = [f"alike in {', '.join(near)}"] if near else []
    return (
        "; ".join([*told, *([f"apart in {', '.join(far)}"] if far else [])]) or "between like and unlike in all parts"
    )


def whether_held(one: PastCase) -> str:
    """Whether the parties to a past agreement fought again, in words, with the year to which that was looked at."""
    if one.active_again is not None:
        return f"fighting between them again in {one.active_again}"
    return f"no fighting between them to {one.seen_to}" + ("" if one.held else ", where the figures end")
