"""What is said of a country's capabilities and of signals, each sentence with the evidence it rests on.

Warheads and stages are estimates and judgements of their authors, and are told as such. Only what is there is told: a
state without any of it gets no sentence.
"""

from collections.abc import Sequence
from datetime import date

from forestall.instruments import phrases
from forestall.instruments.assessment import Case, Evidence, Option, Said
from forestall.instruments.nonproliferation import histories, tests_catalogue
from forestall.instruments.nonproliferation.capabilities import Capabilities, Count
from forestall.instruments.nonproliferation.histories import Fact
from forestall.instruments.nonproliferation.scope import PROTOCOL, short_name
from forestall.instruments.nonproliferation.signals import Signal
from forestall.instruments.nonproliferation.tests_catalogue import Tests

OUTCOME, YEARS_AHEAD = "armed_conflict", 5
"""Which of the base rates of a signal is told."""
SHOWN_FACTS = 6
WEAPONS = {"nuclear": "nuclear weapons", "biological": "biological weapons", "chemical": "chemical weapons"}


def held(case: Case, found: Capabilities, text: Said) -> None:
    """Warheads, stage of a programme, tests, facilities and programmes, as far as there are any."""
    counts = {one.name: one for one in found.counts}
    _warheads(case, found, counts["warheads"], text)
    _tests(case, found, text)
    _facilities(counts, text)
    _programmes(case, found, text)
    _history(found.history, text)


def _warheads(case: Case, found: Capabilities, warheads: Count, text: Said) -> None:
    stage = found.stage
    keys, told = [], []
    if warheads.value:
        keys.append(_count(warheads, text))
        told.append(
            f"{warheads.value:,} nuclear warheads in its stockpile are estimated for {warheads.at} ({warheads.source}; "
            f"{warheads.note}; the series ends in {warheads.data_end.year})"
        )
    if stage is not None and stage.stage != "none":
        keys.append(
            text.of(
                Evidence(
                    key="stage",
                    says=f"stage of a nuclear-weapons programme since {stage.since}; {stage.note}",
                    figure=stage.stage,
                    unit="stage",
                    source=stage.source,
                    date=f"{stage.since}..{stage.year}" if stage.since < stage.year else str(stage.year),
                    vintage=f"series to {stage.data_end.year}",
                    kind="estimated",
                )
            )
        )
        told.append(
            f"its stage is judged to be {stage.stage} since {stage.since} ({stage.source}; to {stage.data_end.year}; "
            "the State concerned and other sources may differ)"
        )
    if told:
        text.find(f"{case.name}: {phrases.listing(told)}.", keys)


def _tests(case: Case, found: Capabilities, text: Said) -> None:
    made, here = found.tests, found.on_territory
    if made is not None:
        text.find(
            f"Nuclear explosions by {case.name}: {_catalogues(made)}, {_span(made)}.",
            [_explosions("tests", made, text)],
        )
    if here is not None and (made is None or here != made):
        text.find(
            f"Nuclear explosions on today's territory of {case.name}, whoever made them: {_catalogues(here)}, "
            f"{_span(here)}.",
            [_explosions("tests-here", here, text)],
        )


def _catalogues(one: Tests) -> str:
    if one.announced:
        return f"{one.announced} announced (to {tests_catalogue.ENDS['announced'].year})"
    ends = tests_catalogue.ENDS
    return (
        f"{one.sipri_foa:,} in one catalogue (SIPRI/FOA, to {ends['SIPRI/FOA'].year}), {one.oklahoma:,} in another "
        f"(Oklahoma Geological Survey, to {ends['Oklahoma'].year}), which count by different units"
    )


def _span(one: Tests) -> str:
    return f"on {one.first}" if one.first == one.last else f"{one.first} to {one.last}"


def _explosions(key: str, one: Tests, text: Said) -> str:
    return text.of(
        Evidence(
            key=key,
            says=f"nuclear explosions listed; {_catalogues(one)}; in both catalogues {one.both:,}",
            figure=one.announced or max(one.sipri_foa, one.oklahoma),
            unit="explosions, of the list with more",
            source="SIPRI/FOA 2000; Oklahoma Geological Survey; announcements",
            date=f"{one.first}..{one.last}",
            vintage=f"no later explosion known to the CTBTO by {tests_catalogue.KNOWN_TO}",
            kind="recorded",
        )
    )


def _facilities(counts: dict[str, Count], text: Said) -> None:
    shown = [counts[name] for name in ("enrichment facilities", "reprocessing facilities") if counts[name].value]
    power = counts["power reactors in operation"]
    told = [f"{one.value} {_singular(one)} in operation in {one.at} ({one.source}; {one.note})" for one in shown]
    if power.value:
        shown.append(power)
        told.append(f"{_singular(power, with_value=True)} ({power.at}; {power.source})")
    if shown:
        text.find(f"Nuclear fuel cycle: {phrases.listing(told)}.", [_count(one, text) for one in shown])


def _singular(one: Count, *, with_value: bool = False) -> str:
    noun = one.name
    if one.value == 1:
        noun = noun.replace("facilities", "facility").replace("reactors", "reactor")
    return f"{one.value} {noun}" if with_value else noun


def _programmes(case: Case, found: Capabilities, text: Said) -> None:
    shown = [one for one in found.programmes if (one.now, one.past) != ("none", "none")]
    if not shown:
        return
    keys = [
        text.of(
            Evidence(
                key=f"programme:{one.weapon}",
                says=f"{WEAPONS[one.weapon]}: status as judged by the source; in the past {one.past}",
                figure=one.now,
                unit="status",
                source=one.source,
                date=str(one.data_end.year),
                vintage=f"as judged in {one.data_end.year}",
                kind="estimated",
            )
        )
        for one in shown
    ]
    told = "; ".join(f"{WEAPONS[one.weapon]}: {one.now}, in the past {one.past}" for one in shown)
    text.find(
        f"Programmes of {case.name} in the words of the source ({shown[0].source}; a judgement that the State "
        f"concerned and other sources may not share): {told}.",
        keys,
    )


def _history(facts: Sequence[Fact], text: Said) -> None:
    """Renunciation, removal and verified destruction on record, the last ones."""
    shown = facts[-SHOWN_FACTS:]
    if not shown:
        return
    keys = [
        text.of(
            Evidence(
                key=f"history:{at + 1}",
                says=one.what,
                figure=one.when,
                unit="day",
                source=one.source,
                date=one.when,
                vintage=f"list kept to {histories.KNOWN_TO}",
                kind="recorded",
            )
        )
        for at, one in enumerate(shown)
    ]
    told = "; ".join(f"{one.when}, {one.what}" for one in shown)
    earlier = f" ({len(facts) - len(shown)} earlier not shown)" if len(facts) > len(shown) else ""
    text.find(f"Dated facts on record{earlier}: {told}.", keys)


def _count(one: Count, text: Said) -> str:
    return text.of(
        Evidence(
            key=f"count:{one.name.replace(' ', '-')}",
            says=one.name + (f"; {one.note}" if one.note else ""),
            figure=one.value,
            unit=one.unit,
            source=one.source,
            date=one.at,
            vintage=f"published {one.published}, series to {one.data_end}",
            kind="estimated" if one.estimated else "recorded",
            note="" if one.value is not None else f"not known; {one.note}",
        )
    )


def signals(found: Sequence[Signal], on: date, text: Said) -> None:
    """Signals that stand, each with how often armed conflict began after such years."""
    for one in found:
        if not one.fired:
            continue
        keys = [
            text.of(
                Evidence(
                    key=f"signal:{one.key.replace('_', '-')}",
                    says=f"{one.definition.rstrip('.')}: {one.detail}",
                    figure=None if one.figure is None else round(one.figure, 4),
                    unit=one.unit,
                    source=one.source,
                    date=(on if one.data_end is None else min(one.data_end, on)).isoformat(),
                    vintage="as of the day" if one.data_end is None else f"figures to {one.data_end}",
                    kind="recorded",
                    note="" if one.figure is not None else "not known",
                )
            )
        ]
        rate = one.rate(OUTCOME, YEARS_AHEAD)
        if rate is not None and rate.last_year + YEARS_AHEAD >= on.year:
            rate = None  # measured on years that were not over by then
        said = f"Signal, {one.title[0].lower()}{one.title[1:]}: {one.detail}"
        if one.data_end is not None and one.data_end < on:
            said += f" (figures to {one.data_end})"
        if rate is not None:
            keys.append(
                text.of(
                    Evidence(
                        key=f"rate:{one.key.replace('_', '-')}",
                        says=f"years with the signal after which armed conflict began within {YEARS_AHEAD} years",
                        figure=round(rate.share, 4),
                        unit="share",
                        source="forestall, benchmarks/nonproliferation_signals.py",
                        date=f"{rate.first_year}..{rate.last_year}",
                        vintage=f"{rate.fired} years of {rate.fired_states} states quiet for two years before",
                        kind="measured",
                        low=round(rate.low, 4),
                        high=round(rate.high, 4),
                        level=0.95,
                    )
                )
            )
        text.find(f"{said}. {rate.sentence if rate is not None else 'No base rate was known by then.'}", keys)


def hindsight(found: Capabilities) -> tuple[str, ...]:
    """Whether figures on capabilities were published after the day, for a caveat."""
    if all(one.published <= found.on.year for one in found.counts):
        return ()
    return ("Figures on capabilities are of that day, but were published in later years: they are told in hindsight.",)


def unanswered(found: Sequence[Signal]) -> tuple[str, ...]:
    """Which signals could not be answered, for a caveat."""
    open_ones = [f"{one.title[0].lower()}{one.title[1:]} ({one.detail})" for one in found if one.fired is None]
    return (f"Signals that what is held does not answer: {'; '.join(open_ones)}.",) if open_ones else ()


def protocol(case: Case, found: Sequence[Signal], text: Said) -> None:
    """An option where facilities operate without an Additional Protocol, unless the norm of the region gave it."""
    what = f"Bring the {short_name(PROTOCOL)} into force"
    given = any(one.what == what for one in text.options)
    if not given and any(one.key == "latency" and one.fired for one in found):
        text.options.append(
            Option(
                what=what,
                who=f"{case.name}, IAEA",
                why="enrichment or reprocessing is in operation; a protocol widens access to places and information",
                expected_effect="more of the fuel cycle open to verification; effect on conflict unknown",
                evidence=("signal:latency", *([] if "rate:latency" not in text.evidence else ["rate:latency"])),
            )
        )
