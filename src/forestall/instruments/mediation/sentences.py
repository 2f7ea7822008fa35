"""What is said of mediators of a country's conflicts, each sentence with the evidence it rests on."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from forestall.instruments import phrases
from forestall.instruments.assessment import Case, Evidence, Finding, Option
from forestall.instruments.mediation.agreements import Agreement
from forestall.instruments.mediation.history import Here
from forestall.instruments.mediation.ranking import KINDS, Candidate, Ranking, Reason
from forestall.instruments.mediation.similar import Similar

MEANING = (
    "The ranking tells who mediates, learned from who did; it does not tell who succeeds, nor whom the parties accept."
)
NOT_PUBLIC = "Talks that were never made public are in no figure here."
RANKING = "forestall, ranking of possible mediators"
LEVEL = 0.8
KIND_NAMES = {"state": "states", "organisation": "organisations", "ngo": "non-governmental organisations"}
SHOWN_THERE, SHOWN_NEW, SHOWN_REASONS, SHOWN_CAUTIONS, SHOWN_PARTIES = 3, 2, 3, 2, 8
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


@dataclass(slots=True)
class Said:
    """Sentences and evidence as they come; the same evidence is kept once."""

    findings: list[Finding] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    evidence: dict[str, Evidence] = field(default_factory=dict)

    def of(self, one: Evidence) -> str:
        """Keep the evidence; its key."""
        self.evidence.setdefault(one.key, one)
        return one.key


def parties(case: Case, ranked: Ranking, text: Said) -> None:
    """Who fights."""
    if not ranked.parties:
        return
    names = list(dict.fromkeys(one.name for one in ranked.parties))
    last = max(one.last_year for one in ranked.parties)
    key = text.of(
        Evidence(
            key="parties",
            says=f"parties to conflicts in {case.name}",
            figure=len(names),
            unit="parties",
            source="UCDP, conflicts and dyads by year",
            date=f"{min(one.last_year for one in ranked.parties)}..{last}",
            vintage=vintage(ranked),
            kind="recorded",
        )
    )
    shown = phrases.listing([*names[:SHOWN_PARTIES], *more(len(names) - SHOWN_PARTIES, "other")])
    text.findings.append(
        Finding(sentence=f"Parties to conflicts in {case.name}, last recorded in {last}: {shown}.", evidence=(key,))
    )


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
            keys = [score(one, ranked, text)]
            keys += [reason(one, each, ranked, text) for each in said_of(one)]
            text.findings.append(Finding(sentence=f"New here: {named(one)}{_why(one)}.", evidence=tuple(keys)))


def tandems(ranked: Ranking, text: Said) -> None:
    """Who might act together."""
    for at, pair in enumerate(ranked.tandems):
        key = text.of(
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
        text.findings.append(
            Finding(sentence=f"Possible tandem: {pair.text.rstrip('.')}.", evidence=(key,)),
        )


def fared(ranked: Ranking, text: Said) -> None:
    """How such rankings did where the answer was not known to them."""
    if not ranked.fared:
        return
    keys = []
    for at, one in enumerate(ranked.fared):
        keys.append(
            text.of(
                Evidence(
                    key=f"fared:{at + 1}",
                    says=f"events with a true third party in the first five places: {one.about}",
                    figure=round(one.hit5, 3),
                    unit="share",
                    source="forestall, rankings tried on later events",
                    date=ranked.on.isoformat(),
                    vintage=f"{one.events} events",
                    kind="measured",
                    note=f"first ten places {one.hit10:.2f}, mean reciprocal rank {one.mrr:.2f}",
                )
            )
        )
    told = "; ".join(
        f"{one.about}: {one.hit5:.0%} and {one.hit10:.0%} of {one.events:,} events".replace("%", " %")
        for one in ranked.fared
    )
    text.findings.append(
        Finding(
            sentence=f"A true third party stood in the first five and ten places, on events not seen: {told}.",
            evidence=tuple(keys),
        )
    )


def options(ranked: Ranking, text: Said) -> None:
    """Who could be asked; of no option is it known what it would bring."""
    old = [one for kind in KINDS for one in of(ranked, kind, there=True)[:1]]
    if old:
        text.options.append(
            Option(
                what="Ask those already there what talks they hold before a new offer is made",
                who=phrases.listing([one.name for one in old]),
                why="first of each list among those who have had a role here: "
                + "; ".join(f"{one.name} {one.reasons[0].text}" for one in old if one.reasons),
                evidence=tuple(score(one, ranked, text) for one in old),
            )
        )
    for one in [one for one in ranked.short_list if not one.there][:SHOWN_NEW]:
        keys = (score(one, ranked, text), *(reason(one, each, ranked, text) for each in said_of(one)))
        text.options.append(
            Option(
                what="Sound out whether the parties would accept a mediator new here",
                who=one.name,
                why=_why(one).removeprefix(": ") or "stands high in its list",
                evidence=keys,
            )
        )
    if ranked.tandems:
        pair = ranked.tandems[0]
        text.options.append(
            Option(
                what="Look at acting together",
                who=phrases.listing(pair.members),
                why=pair.text.rstrip("."),
                evidence=("tandem:1",),
            )
        )


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
    dated = _WHEN.match(each.on) is not None
    return text.of(
        Evidence(
            key=f"{'for' if each.favours else 'against'}:{_slug(one)}:{told}",
            says=f"{one.name}: {each.text}",
            figure=each.figure,
            unit=each.unit or "text",
            source=each.source,
            date=each.on if dated else ranked.on.isoformat(),
            vintage=vintage(ranked),
            kind="recorded",
            note="" if each.figure is not None else "no figure; the sentence says what is known",
        )
    )


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
    """Where the series end that the ranking rests on."""
    return "; ".join(f"{series} to {end}" for series, end in ranked.data_ends[:2]) or ranked.on.isoformat()


def caveats(ranked: Ranking) -> Iterable[str]:
    """What a reader must know of the ranking."""
    yield MEANING
    yield NOT_PUBLIC
    yield from (f"{note.rstrip('.')}." for note in ranked.notes)
    if ranked.data_ends:
        yield "Series end at different times: " + "; ".join(f"{s} {end}" for s, end in ranked.data_ends) + "."


def more(number: int, what: str) -> Sequence[str]:
    """How many are not named, as the last item of a list."""
    return [f"{number} {what}{'' if number == 1 else 's'}"] if number > 0 else []


def _slug(one: Candidate) -> str:
    kept = "".join(c if c.isalnum() and c.isascii() else "-" for c in one.mediator.lower())
    return f"{one.kind}-{kept}"
