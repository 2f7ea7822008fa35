"""The mediation part of a dossier: the instrument's assessment, with the lists, agreements and past cases it speaks of."""

from datetime import date

from forestall.brief.document_response import (
    AgreementRow,
    MediationPart,
    MediatorList,
    MediatorRow,
    SimilarRow,
)
from forestall.brief.situation import Situation
from forestall.errors import UsageError
from forestall.instruments.mediation import record_sentences, sentences
from forestall.instruments.mediation.agreements import Agreement
from forestall.instruments.mediation.assess import parts, said
from forestall.instruments.mediation.ranking import KINDS, Candidate, Ranking
from forestall.instruments.mediation.similar import Case

THERE, NEW, REASONS, CAUTIONS, AGREEMENTS, CASES = 3, 3, 2, 2, 6, 3
TITLES = {"state": "States", "organisation": "Organisations", "ngo": "Non-governmental organisations"}


def part(s: Situation, gw_id: int) -> MediationPart | None:
    """Who has mediated in a country and who might, as of the edition's month; None in a month without figures of deaths.

    Where no conflict of the last three years and no talks are on record, a sentence says so and nothing else is shown.
    """
    case = s.case(gw_id)
    try:
        found = parts(case, s.as_of, workspace=s.workspace)
    except UsageError:
        return None
    told = said(case, s.as_of, found)
    if found.ranked is None:
        return MediationPart(
            note=told.headline.sentence, assessment=None, lists=(), short_list=(), agreements=(), more_agreements=0,
            similar=(),
        )  # fmt: skip
    return MediationPart(
        note="",
        assessment=told,
        lists=tuple(_list(found.ranked, kind) for kind in KINDS),
        short_list=tuple(one.name for one in found.ranked.short_list),
        agreements=tuple(_agreement(one) for one in found.agreements[:AGREEMENTS]),
        more_agreements=max(0, len(found.agreements) - AGREEMENTS),
        similar=tuple(_case(one, found.ranked.on) for one in (found.similar.cases[:CASES] if found.similar else ())),
    )


def _list(ranked: Ranking, kind: str) -> MediatorList:
    return MediatorList(
        kind=kind,
        title=TITLES[kind],
        there=tuple(_row(one) for one in sentences.of(ranked, kind, there=True)[:THERE]),
        new=tuple(_row(one) for one in sentences.of(ranked, kind, there=False)[:NEW]),
        listed=sum(one.kind == kind for one in ranked.candidates),
    )


def _row(one: Candidate) -> MediatorRow:
    return MediatorRow(
        mediator=one.mediator,
        name=one.name,
        place=one.place,
        score=one.score,
        low80=one.low,
        high80=one.high,
        there=one.there,
        reasons=tuple(reason.text for reason in one.reasons[:REASONS]),
        cautions=tuple(reason.text for reason in one.cautions[:CAUTIONS]),
    )


def _agreement(one: Agreement) -> AgreementRow:
    return AgreementRow(
        day=one.day.isoformat(),
        name=one.name,
        stage=one.extent or one.stage or "",
        third_parties=record_sentences.third_parties(one),
        contains=record_sentences.contents(one),
        provisions=tuple(line for _, lines in one.provisions for line in lines),
        ended=record_sentences.end_of(one),
        source=one.source,
    )


def _case(one: Case, on: date) -> SimilarRow:
    return SimilarRow(
        name=one.agreement.name,
        conflict=sentences.as_named(one.agreement.conflict, on),
        day=one.agreement.day.isoformat(),
        distance=one.distance,
        alike=record_sentences.alike_in(one),
        contains=record_sentences.contents(one.agreement),
        held=record_sentences.whether_held(one),
        source=one.agreement.source,
    )
