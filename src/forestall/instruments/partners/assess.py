"""The answer on regional partners: which organisations stand closest to a country, and what the UN did with them there.

Standing is an order by a stated rule, the chance of acting an estimate with its record; neither says that an
organisation would succeed, or that the country would have it.
"""

from dataclasses import dataclass

from forestall.ids.months import month_end
from forestall.instruments.assessment import Assessment, Case, Said
from forestall.instruments.partners import chances, partnership, ranking, sentences
from forestall.instruments.partners.coverage import VIOLENT
from forestall.instruments.partners.partnership import Partnership
from forestall.instruments.partners.ranking import Partner, Partners
from forestall.instruments.partners.sentences import likely, near
from forestall.panel.country_month import country_month
from forestall.store import Workspace

SHOWN = 6
LEAST = 0.2
"""Score from which an organisation is shown."""
SPOKEN = 3


@dataclass(frozen=True, slots=True)
class Parts:
    """What an assessment rests on, for a page to show beside it.

    crisis: whether a state-based conflict was active in the last year known, or 25 or more died in twelve months: else
    nobody is told whom to consult. shown: the organisations worth showing, best first.
    """

    crisis: bool
    ranked: Partners
    shown: tuple[Partner, ...]
    worked: Partnership


def parts(case: Case, as_of: int, *, workspace: Workspace, deaths: float | None = None) -> Parts:
    """The organisations and partnerships of a country as of the end of a month (month_id).

    deaths: recorded in the twelve months to it, where the caller has them.

    Raises UnknownCountryError if it was no state then, UsageError for a month without data, StoreError if a table is
    missing.
    """
    on = month_end(as_of)
    ranked = ranking.rank(workspace, case.gw_id, on)
    if deaths is None:
        panel = country_month(workspace, as_of=as_of)
        deaths = float(panel.values[panel.units == case.gw_id, -12:].sum())  # NaN, not known, is not violent
    crisis = bool(ranked.crisis.conflicts) or deaths >= VIOLENT
    return Parts(crisis, ranked, shown(ranked), partnership.history(workspace, case.gw_id, on))


def shown(ranked: Partners, most: int = SHOWN) -> tuple[Partner, ...]:
    """The first places with a score that says something: the country has a standing in it, or it has acted there, or it
    may well."""
    return tuple(one for one in ranked.partners if one.score >= LEAST and (near(one) or likely(one)))[:most]


def assess(case: Case, as_of: int, *, workspace: Workspace) -> Assessment:
    """Assess a case as of the end of a month (month_id). Raises as `parts`."""
    return said(case, as_of, parts(case, as_of, workspace=workspace))


def said(case: Case, as_of: int, found: Parts) -> Assessment:
    """The assessment that follows from a country's parts."""
    on, text = month_end(as_of), Said()
    headline = sentences.headline(case, on, found.shown, text)
    for one in found.shown[:SPOKEN]:
        sentences.partner(one, on, text)
    sentences.begins(found.shown, on, text)
    sentences.worked(case, found.worked, on, text)
    sentences.together(found.worked, text)
    sentences.named(found.worked, text)
    if found.crisis:
        sentences.options(found.shown, on, text)
    return text.assessment("partners", case, as_of, headline, caveats(found))


def _too_high(found: Parts) -> tuple[str, ...]:
    """How such chances fared, where one of a half or more is shown."""
    if not any(one.chance is not None and one.chance.value >= chances.HIGH for one in found.shown):
        return ()
    acted, of = chances.high()
    return (f"Chances of 50 % and more have been too high: of {of} from 2005 to 2024, {acted} came true.",)


def caveats(found: Parts) -> tuple[str, ...]:
    """What a reader must know before using it."""
    ends = dict((*found.ranked.data_ends, *found.worked.data_ends))
    listed = "; ".join(f"{name} {end}" for name, end in ends.items())
    return (
        f"Series end in different years: {listed}.",
        "The order is by a rule whose weights were chosen, not measured; it says who stands closest, not who would "
        "succeed or be accepted. Legal bases are those of our register, some of them not looked up.",
        *_too_high(found),
        *found.ranked.notes,
        *found.worked.unknown[:1],
    )
