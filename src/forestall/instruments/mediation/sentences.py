"""What is said of mediators of a country's conflicts, each sentence with the evidence it rests on."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from forestall.errors import UnknownCountryError
from forestall.ids.countries import by_iso3, states
from forestall.instruments import phrases
from forestall.instruments.assessment import Case, Evidence, Finding, Option, Said
from forestall.instruments.mediation.agreements import Agreement
from forestall.instruments.mediation.history import Here
from forestall.instruments.mediation.ranking import KINDS, Candidate, Fared, Party, Ranking, Reason
from forestall.instruments.mediation.similar import Similar

MEANING = (
    "The ranking tells who mediates, learned from who did; it does not tell who succeeds, nor whom the parties accept."
)
NOT_PUBLIC = "Talks that were never made public are in no figure here."
RANKING = "forestall, ranking of possible mediators"
LEVEL = 0.8
TIES = "ties: "
KIND_NAMES = {"state": "states", "organisation": "organisations", "ngo": "non-governmental organisations"}
SHOWN_THERE, SHOWN_NEW, SHOWN_REASONS, SHOWN_CAUTIONS, SHOWN_PARTIES = 3, 1, 3, 2, 8
_WHEN = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?(\.\.\d{4}(-\d{2}(-\d{2})?)?)?$")


@dataclass(frozen=True, slots=True)
class Parts:
    """What an assessment rests on, for a page to show beside it.

    ranked, similar: None where nothing calls for a mediator. agreements: the newest first.
    """

    here: Here
    agreements: tuple[Agreement, ...] = ()
    ranked: Ranking | None = None
    similar: Similar | None = None


def parties(case: Case, ranked: Ranking, text: Said) -> None:
    """Who fights."""
    if not ranked.parties:
        return
    names = list(dict.fromkeys(party_name(one, ranked.on) for one in ranked.parties))
    first, last = (pick(one.last_year for one in ranked.parties) for pick in (min, max))
    span = str(last) if first == last else f"{first} to {last}"
    key = text.of(
        Evidence(
            key="parties",
            says=f"parties to conflicts in {case.name}",
            figure=len(names),
            unit="parties",
            source="UCDP, conflicts and dyads by year",
            date=f"{first}..{last}",
            vintage=vintage(ranked),
            kind="recorded",
        )
    )
    shown = phrases.listing([*names[:SHOWN_PARTIES], *more(len(names) - SHOWN_PARTIES, "other")])
    text.findings.append(
        Finding(sentence=f"Parties to conflicts in {case.name} that UCDP names in {span}: {shown}.", evidence=(key,))
    )


def party_name(one: Party, on: date) -> str:
    """A party's name, with its state as the other pages name it: Government of Myanmar, not of Myanmar (Burma)."""
    if one.iso3 is None:
        return one.name
    try:
        return f"Government of {by_iso3(one.iso3, on).name}"
    except UnknownCountryError:
        return one.name


def as_named(text: str, on: date) -> str:
    """A text of UCDP's with states as other pages name them: Myanmar, not Myanmar (Burma)."""
    for state in states(on):
        if state.ucdp_name and "(" in state.ucdp_name:
            text = text.replace(state.ucdp_name, state.name)
    return text


def there(ranked: Ranking, text: Said) -> None:
    """Who has had a role here before: the baseline, in which no discovery lies."""
    first = [one for kind in KINDS for one in of(ranked, kind, there=True)[:SHOWN_THERE]]
    if not first:
        return
    keys = tuple(score(one, ranked, text) for one in first)
    lists = "; ".join(
        f"{KIND_NAMES[kind]} {phrases.listing([named(one) for one in first if one.kind == kind])}"
        for kind in KINDS
        if any(one.kind == kind for one in first)
    )
    text.findings.append(
        Finding(
            sentence=(
                f"Already there, first in each list: {lists}. In brackets: the estimated chance to be among the third "
                "parties of the next agreement or talks, with its 80 % interval."
            ),
            evidence=keys,
        )
    )


def new(ranked: Ranking, text: Said) -> None:
    """Who would be new here, with what speaks for and against each."""
    for kind in KINDS:
        for one in of(ranked, kind, there=False)[:SHOWN_NEW]:
            keys = _cited(one, said_of(one), ranked, text)
            text.findings.append(Finding(sentence=f"New here: {named(one)}{_why(one)}.", evidence=keys))


def tandems(ranked: Ranking, text: Said) -> None:
    """Who might act together."""
    if not ranked.tandems:
        return
    keys = [
        text.of(
            Evidence(
                key=f"tandem:{at + 1}",
                says=f"events in which {phrases.listing(pair.members)} were third parties together",
                figure=pair.seen,
                unit="events",
                source=RANKING,
                date=ranked.on.isoformat(),
                vintage=vintage(ranked),
                kind="recorded",
            )
        )
        for at, pair in enumerate(ranked.tandems)
    ]
    told = "; ".join(pair.text.rstrip(".") for pair in ranked.tandems)
    text.findings.append(Finding(sentence=f"Possible tandems: {told}.", evidence=tuple(keys)))


def fared(ranked: Ranking, text: Said) -> None:
    """How such rankings did where the answer was not known to them, beside the best of the simple rules."""
    by_part: dict[str, list[Fared]] = {}
    for one in ranked.fared:
        by_part.setdefault(one.about.partition(": ")[2], []).append(one)
    told: list[str] = []
    keys: list[str] = []
    for about, rows in by_part.items():
        ours, rules = rows[0], sorted(rows[1:], key=lambda one: -one.hit5)[:1]
        keys += [_fared(f"fared:{len(keys) + at}", one, ranked, text) for at, one in enumerate((ours, *rules))]
        said = f"in {_percent(ours.hit5)} of {ours.events:,} events ({about}"
        said += "".join(f"; {_percent(one.hit5)} by the rule {one.about.partition(': ')[0]}" for one in rules)
        told.append(f"{said})")
    if told:
        sentence = (
            f"On events not learned from, a true third party stood in the first five places {phrases.listing(told)}."
        )
        text.findings.append(Finding(sentence=sentence, evidence=tuple(keys)))


def _fared(key: str, one: Fared, ranked: Ranking, text: Said) -> str:
    return text.of(
        Evidence(
            key=key,
            says=f"events with a true third party in the first five places, {one.about}",
            figure=round(one.hit5, 3),
            unit="share",
            source="forestall, rankings tried on later events",
            date=ranked.on.isoformat(),
            vintage=f"{one.events} events",
            kind="measured",
            note=f"first ten places {one.hit10:.2f}, mean reciprocal rank {one.mrr:.2f}",
        )
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def options(ranked: Ranking, text: Said) -> None:
    """Who could be asked; of no option is it known what it would bring."""
    old = [one for one in ranked.short_list if one.there][:SHOWN_THERE]
    if old:
        text.options.append(
            Option(
                what="Ask those already there what talks they hold before a new offer is made",
                who=phrases.listing([one.name for one in old]),
                why="first on the short list of those who have had a role here; the lists say how often and when last",
                evidence=tuple(key for one in old for key in _cited(one, one.reasons[:1], ranked, text)),
            )
        )
    for one in _newcomers(ranked):
        text.options.append(
            Option(
                what="Sound out whether the parties would accept a mediator new here",
                who=one.name,
                why=_why(one).removeprefix(": ") or "stands high in its list",
                evidence=_cited(one, said_of(one), ranked, text),
            )
        )
    if ranked.tandems:
        pair, called = ranked.tandems[0], {one.mediator: one.name for one in ranked.candidates}
        text.options.append(
            Option(
                what="Look at acting together",
                who=phrases.listing([called.get(key, key) for key in pair.members]),
                why=pair.text.partition(": ")[2].rstrip(".") or pair.text.rstrip("."),
                evidence=("tandem:1",),
            )
        )


def _newcomers(ranked: Ranking) -> list[Candidate]:
    """The first state that would be new here, and the first organisation that the country belongs to, of those who have
    had roles elsewhere of late."""
    states = [one for one in of(ranked, "state", there=False) if _acted(one)]
    bodies = [one for one in of(ranked, "organisation", there=False) if _acted(one) and _member(one)]
    return [*states[:1], *bodies[:1]]


def _acted(one: Candidate) -> bool:
    return bool(one.reasons) and not any(each.unit == "events" and each.figure == 0 for each in one.cautions)


def _member(one: Candidate) -> bool:
    return any(each.figure == "member" for each in one.reasons)


def _cited(one: Candidate, told: Iterable[Reason], ranked: Ranking, text: Said) -> tuple[str, ...]:
    return (score(one, ranked, text), *(reason(one, each, ranked, text) for each in told))


def of(ranked: Ranking, kind: str, *, there: bool) -> tuple[Candidate, ...]:
    """Candidates of a kind, those who have had a role here or those who have not, best first."""
    return tuple(one for one in ranked.candidates if one.kind == kind and one.there == there)


def score(one: Candidate, ranked: Ranking, text: Said) -> str:
    """Keep a candidate's score as evidence; its key."""
    return text.of(
        Evidence(
            key=f"score:{_slug(one)}",
            says=f"chance of {one.name} to be among the third parties of the next agreement or talks",
            figure=round(one.score, 3),
            unit="share",
            source=RANKING,
            date=ranked.on.isoformat(),
            vintage=vintage(ranked),
            kind="estimated",
            low=round(one.low, 3),
            high=round(one.high, 3),
            level=LEVEL,
        )
    )


def reason(one: Candidate, each: Reason, ranked: Ranking, text: Said) -> str:
    """Keep what speaks for or against a candidate as evidence; its key."""
    told = [*one.reasons, *one.cautions].index(each) + 1
    when = spoken_of(each, ranked.on)
    dated = _WHEN.match(when) is not None
    return text.of(
        Evidence(
            key=f"{'for' if each.favours else 'against'}:{_slug(one)}:{told}",
            says=f"{one.name}: {each.text}",
            figure=each.figure,
            unit=each.unit or "text",
            source=each.source,
            date=when if dated else ranked.on.isoformat(),
            vintage=f"as of {ranked.on.isoformat()}",
            kind="recorded",
            note="" if each.figure is not None else "no figure; the sentence says what is known",
        )
    )


def spoken_of(each: Reason, on: date) -> str:
    """The time that a reason's figure speaks of: of a series that goes on after the day, no later than the day."""
    return min(each.on, on.isoformat()[: len(each.on)]) if _WHEN.match(each.on) else each.on


def said_of(one: Candidate) -> tuple[Reason, ...]:
    """The reasons and cautions that are shown."""
    return (*one.reasons[:SHOWN_REASONS], *one.cautions[:SHOWN_CAUTIONS])


def _why(one: Candidate) -> str:
    held = "; ".join(each.text for each in one.reasons[:SHOWN_REASONS])
    against = "; ".join(each.text for each in one.cautions[:SHOWN_CAUTIONS])
    return (f": {held}" if held else "") + (f". Against: {against}" if against else "")


def named(one: Candidate) -> str:
    """A candidate with its score and interval."""
    return f"{one.name} ({chance(one.score)}, {chance(one.low)} to {chance(one.high)})"


def chance(value: float) -> str:
    """A chance with two decimals; a small one is not said to be none."""
    return "<0.01" if 0 < value < 0.005 else f"{value:.2f}"


def vintage(ranked: Ranking) -> str:
    """Where the series of the record end that the ranking rests on."""
    record = [f"{series} to {end}" for series, end in ends(ranked) if not series.startswith(TIES)]
    return "; ".join(record) or f"as of {ranked.on.isoformat()}"


def notes(ranked: Ranking) -> tuple[str, ...]:
    """The ranking's notes as sentences, without the one that `MEANING` says."""
    return tuple(f"{one[0].upper()}{one[1:].rstrip('.')}." for one in ranked.notes if "not who succeeds" not in one)


def ends(ranked: Ranking) -> tuple[tuple[str, str], ...]:
    """Where each series ends that the ranking rests on; of one that goes on after the day, the day."""
    day = ranked.on.isoformat()
    return tuple((series, min(end, day[: len(end)])) for series, end in ranked.data_ends)


def data_ends(ranked: Ranking) -> str:
    """The same in one sentence."""
    ties = [(series.removeprefix(TIES), end) for series, end in ends(ranked) if series.startswith(TIES)]
    told = [f"{series} {end}" for series, end in ends(ranked) if not series.startswith(TIES)]
    if ties:
        told.append("ties between states (" + ", ".join(f"{s.replace('_', ' ')} {end}" for s, end in ties) + ")")
    return f"Series end at different times: {'; '.join(told)}." if told else ""


def caveats(ranked: Ranking) -> Iterable[str]:
    """What a reader must know of the ranking."""
    yield MEANING
    yield NOT_PUBLIC
    yield from notes(ranked)
    if ranked.data_ends:
        yield data_ends(ranked)


def more(number: int, what: str) -> Sequence[str]:
    """How many are not named, as the last item of a list."""
    return [f"{number} {what}{'' if number == 1 or what == 'more' else 's'}"] if number > 0 else []


def _slug(one: Candidate) -> str:
    kept = "".join(c if c.isalnum() and c.isascii() else "-" for c in one.mediator.lower())
    return f"{one.kind}-{kept}"
