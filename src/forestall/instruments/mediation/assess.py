"""Mediation's answer on a country: who has talked to the parties, who might, and what was agreed.

The record comes first: whoever is already there is no discovery. A ranking says who mediates, not who succeeds; what an
offer would bring is known of none.
"""

from forestall.ids.countries import by_gw
from forestall.ids.months import month_end
from forestall.instruments.assessment import Assessment, Case, Said
from forestall.instruments.mediation import history, record_sentences, sentences, service
from forestall.instruments.mediation.agreements import agreements
from forestall.instruments.mediation.parties import parties
from forestall.instruments.mediation.record import record
from forestall.instruments.mediation.sentences import Parts
from forestall.instruments.mediation.similar import similar
from forestall.panel.country_month import country_month
from forestall.store import Workspace

VIOLENT = 25
"""Deaths in twelve months from which mediators are ranked where no conflict and no talks are on record."""


def parts(case: Case, as_of: int, *, workspace: Workspace) -> Parts:
    """All that is said of a country as of the end of a month (month_id).

    Mediators are ranked where a conflict was active in the last three years, where talks are on record, or where 25 or
    more died in twelve months. Raises StoreError if a table is missing, UsageError for a month without data.
    """
    on, code = month_end(as_of), by_gw(case.gw_id, month_end(as_of)).series_iso3
    past = history.here(record(workspace, on), code)
    talks = any(number for kind, number in past.counts if kind in ("agreement", "process"))
    if not talks and not parties(workspace, case.gw_id, on) and not _violent(case, as_of, workspace):
        return Parts(past)
    return Parts(
        here=past,
        agreements=agreements(workspace, code, on),
        ranked=service.rank(workspace, case.gw_id, on),
        similar=similar(workspace, code, on),
    )


def _violent(case: Case, as_of: int, workspace: Workspace) -> bool:
    panel = country_month(workspace, as_of=as_of)
    return bool(panel.values[panel.units == case.gw_id, -12:].sum() >= VIOLENT)  # NaN, not known, is not violent


def assess(case: Case, as_of: int, *, workspace: Workspace) -> Assessment:
    """Assess a case with data through month `as_of` (month_id). Raises UsageError for a month without data."""
    return said(case, as_of, parts(case, as_of, workspace=workspace))


def said(case: Case, as_of: int, found: Parts) -> Assessment:
    """The assessment that follows from a country's parts."""
    on, text = month_end(as_of), Said()
    headline = record_sentences.headline(case, on, found, text)
    if found.ranked is not None:
        sentences.parties(case, found.ranked, text)
    record_sentences.running(found.here, on, text)
    record_sentences.agreements(case, found.agreements, text)
    caveats: tuple[str, ...] = (sentences.NOT_PUBLIC,)
    if found.ranked is not None:
        sentences.there(found.ranked, text)
        sentences.new(found.ranked, text)
        sentences.tandems(found.ranked, text)
        sentences.fared(found.ranked, text)
        sentences.options(found.ranked, text)
        caveats = tuple(sentences.caveats(found.ranked))
    if found.similar is not None:
        record_sentences.similar(case, found.similar, text)
        caveats += tuple(f"{note[0].upper()}{note[1:].rstrip('.')}." for note in found.similar.notes)
    return text.assessment("mediation", case, as_of, headline, caveats)
