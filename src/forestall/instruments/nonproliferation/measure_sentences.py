"""What is said of confidence-building measures between a country and its rivals, each sentence with its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from forestall.instruments import phrases
from forestall.instruments.assessment import Case, Evidence, Option, Said
from forestall.instruments.mediation.ties import RIVAL_YEARS
from forestall.instruments.nonproliferation import cbm
from forestall.instruments.nonproliferation.groups import name_of
from forestall.instruments.nonproliferation.pairs import Pair

SHOWN = 4
BORDER = "border on land"


@dataclass(frozen=True, slots=True)
class Beside:
    """Another state that borders the country, or has a rivalry or dispute with it, and the measures in force between
    the two, those open to all states left out. why: what it is listed for; rival: whether for a dispute or crisis;
    shared: an organisation to which both belong that might help where there is no measure, else ""."""

    iso3: str
    why: str
    rival: bool
    offers: tuple[cbm.Offer, ...]
    shared: str


def why(one: Pair, on: date, *, border: bool) -> str:
    """What a pair is listed for, in words."""
    said = [BORDER] if border else []
    if one.disputes:
        said.append(f"dispute over {phrases.listing([each.name for each in one.disputes])}")
    if one.last_crisis is not None:
        said.append(f"crisis in {one.last_crisis} (ICB)")
    if one.last_conflict is not None and one.last_conflict >= on.year - RIVAL_YEARS:
        said.append(f"on different sides of an armed conflict in {one.last_conflict} (UCDP, supporters among them)")
    return "; ".join(said)


def between(case: Case, found: Sequence[Beside], on: date, text: Said) -> None:
    """What is in force with each rival, and with which there is nothing."""
    rivals = [one for one in found if one.rival]
    held = [one for one in rivals if one.offers]
    for one in held[:SHOWN]:
        kinds = dict.fromkeys(cbm.KINDS[kind] for offer in one.offers for kind in offer.measure.kinds[:1])
        text.find(
            f"{case.name} and {name_of(one.iso3, on)}: {one.why}. {_measures(len(one.offers))} in force between them "
            f"(agreed, which does not say carried out): {phrases.listing(list(kinds))}.",
            [_count(case, one, on, text)],
        )
    without = [one for one in rivals if not one.offers]
    if without:
        shown = without[:SHOWN]
        names = phrases.listing([name_of(one.iso3, on) for one in shown])
        told = "; ".join(f"{name_of(one.iso3, on)}: {one.why}" for one in shown) if len(shown) > 1 else shown[0].why
        text.find(
            f"No confidence-building measure other than those open to all states is on record between {case.name} and "
            f"{names} ({told}).",
            [_count(case, one, on, text) for one in shown],
        )


def options(case: Case, found: Sequence[Beside], on: date, text: Said) -> None:
    """A first measure with a rival with which there is none."""
    for one in [each for each in found if each.rival and not each.offers][:1]:
        with_whom = f", with {one.shared}, to which both belong" if one.shared else ""
        text.options.append(
            Option(
                what="Agree on a first measure, such as a direct line or notice of military exercises",
                who=f"{case.name} and {name_of(one.iso3, on)}{with_whom}",
                why=f"{one.why}, and no measure between the two is on record",
                evidence=(_count(case, one, on, text),),
            )
        )


def _measures(number: int) -> str:
    return "One measure is" if number == 1 else f"{number} measures are"


def _count(case: Case, one: Beside, on: date, text: Said) -> str:
    return text.of(
        Evidence(
            key=f"measures:{one.iso3.lower()}",
            says=f"measures in force between {case.name} and {name_of(one.iso3, on)}, without those open to all",
            figure=len(one.offers),
            unit="measures",
            source=cbm.SOURCE,
            date=min(on, cbm.KNOWN_TO).isoformat(),
            vintage=f"register kept to {cbm.KNOWN_TO}",
            kind="recorded",
        )
    )
