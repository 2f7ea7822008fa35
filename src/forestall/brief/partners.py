"""The regional partners of a dossier, and who covers which hot spot for the outlook."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from forestall.brief.document_response import (
    CoverageCell,
    CoverageColumn,
    CoveragePart,
    CoverageRow,
    PartnerRow,
    PartnershipRow,
    PartnersPart,
)
from forestall.brief.situation import Situation
from forestall.errors import UnknownCountryError
from forestall.ids.months import format_month, month_end, month_of
from forestall.instruments.partners import acts
from forestall.instruments.partners import coverage as matrix
from forestall.instruments.partners.assess import parts, said
from forestall.instruments.partners.chances import Chance
from forestall.instruments.partners.coverage import Coverage
from forestall.instruments.partners.ranking import Partner
from forestall.instruments.partners.sentences import pair
from forestall.regional.membership import KNOWN_TO
from forestall.regional.organisations import register

REASONS, PAIRS = 4, 12
NOTE = (
    "A standing says who is bound by an organisation's decisions, a letter what its instruments provide for; neither "
    "that it would act, nor that it would be accepted."
)


def part(s: Situation, gw_id: int) -> PartnersPart | None:
    """What is known of regional partners of a country as of the edition's month; None where it was no state then."""
    case = s.case(gw_id)
    deaths = float(s.panel.values[s.row(gw_id), -12:].sum())
    try:
        found = parts(case, s.as_of, workspace=s.workspace, deaths=deaths)
    except UnknownCountryError:
        return None
    worked = sorted(found.worked.worked, key=lambda one: (one.last is None, one.first), reverse=True)
    return PartnersPart(
        assessment=said(case, s.as_of, found),
        partners=tuple(_partner(one) for one in found.shown),
        worked=tuple(
            PartnershipRow(
                form=one.form,
                organisation=one.called,
                what=pair(one),
                first=format_month(month_of(one.first)),
                last="" if one.last is None else format_month(month_of(one.last)),
                months=one.months,
            )
            for one in worked[:PAIRS]
        ),
        more_worked=max(0, len(worked) - PAIRS),
        worked_ends="; ".join(f"{name} {end}" for name, end in found.worked.data_ends),
        unknown=found.worked.unknown,
    )


def _partner(one: Partner) -> PartnerRow:
    status = register()[one.acronym].un_observer
    chance = one.chance
    return PartnerRow(
        organisation=one.acronym,
        called=one.called,
        name=one.name,
        standing=one.standing.own or "",
        score=round(one.score, 2),
        chance=None if chance is None else round(chance.value, 3),
        chance_low=None if chance is None else round(chance.low, 3),
        chance_high=None if chance is None else round(chance.high, 3),
        chance_words=_words(chance),
        un_observer_since="" if status is None else status.since,
        reasons=tuple(reason.text for reason in one.reasons[:REASONS]),
        cautions=tuple(reason.text for reason in one.cautions[:REASONS]),
    )


def _words(chance: Chance | None) -> str:
    if chance is None:
        return "–"
    low, high = round(100 * chance.low), round(100 * chance.high)
    value = "<1" if chance.value < 0.01 else f"{100 * chance.value:.0f}"
    return f"{value} % ({low}–{high})"


def coverage(s: Situation, gw_ids: Sequence[int]) -> CoveragePart:
    """Who covers given countries, in their order, as of the edition's month."""
    deaths = {int(unit): float(s.panel.values[i, -12:].sum()) for i, unit in enumerate(s.panel.units)}
    on = month_end(s.as_of)
    spots = [(gw_id, None if deaths[gw_id] != deaths[gw_id] else deaths[gw_id]) for gw_id in gw_ids]
    months = f"{format_month(s.as_of - 11)}..{format_month(s.as_of)}"
    return coverage_part(matrix.of(s.workspace, on, spots, months), on)


def coverage_part(found: Coverage, on: date) -> CoveragePart:
    """The matrix as data for a page."""
    return CoveragePart(
        on=on.isoformat(),
        months=found.months,
        columns=tuple(CoverageColumn(**asdict(one)) for one in found.columns),
        rows=tuple(
            CoverageRow(
                iso3=row.iso3,
                name=row.name,
                deaths=row.deaths,
                covers=tuple(CoverageCell(**asdict(one)) for one in row.covers),
            )
            for row in found.rows
        ),
        uncovered=found.uncovered,
        note=NOTE,
        data_end=f"Memberships known to {KNOWN_TO}, operations to {acts.KNOWN_TO}.",
    )
