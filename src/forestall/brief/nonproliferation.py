"""The non-proliferation part of a dossier: the instrument's assessment, with the treaties and measures it speaks of."""

from datetime import date

from forestall.brief.document_nonproliferation import MeasuresRow, NonproliferationPart, TreatyRow
from forestall.brief.situation import Situation
from forestall.errors import UsageError
from forestall.instruments.nonproliferation import cbm, scope
from forestall.instruments.nonproliferation.assess import parts, said
from forestall.instruments.nonproliferation.gaps import Standing
from forestall.instruments.nonproliferation.groups import name_of
from forestall.instruments.nonproliferation.measure_sentences import Beside


def part(s: Situation, gw_id: int) -> NonproliferationPart | None:
    """What binds a country and what it might join as of the edition's month; None where it was no state then, or
    is neither a Member State nor an observer State of the United Nations."""
    case = s.case(gw_id)
    try:
        found = parts(case, s.as_of, workspace=s.workspace)
    except UsageError:
        return None
    return NonproliferationPart(
        on=found.on.isoformat(),
        assessment=said(case, s.as_of, found),
        treaties=tuple(_row(one) for one in found.standings),
        measures=tuple(_measures(one, found.on) for one in found.beside),
        measures_end=f"measures known to {cbm.KNOWN_TO}",
    )


def _row(one: Standing) -> TreatyRow:
    return TreatyRow(
        treaty=one.treaty,
        name=scope.short_name(one.treaty),
        status=one.held.status,
        since=one.held.since_text or "",
        region=one.region,
        others=one.others,
        others_in=one.others_in,
        gap=one.gap,
        unknown=one.unknown,
        source=one.held.source or f"no act on record ({one.source})",
        known_to="" if one.held.known_to is None else one.held.known_to.isoformat(),
    )


def _measures(one: Beside, on: date) -> MeasuresRow:
    return MeasuresRow(
        iso3=one.iso3,
        name=name_of(one.iso3, on),
        between=one.why,
        in_force=tuple(offer.measure.name for offer in one.offers),
    )
