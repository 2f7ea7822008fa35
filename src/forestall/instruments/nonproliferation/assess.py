"""Non-proliferation's answer on a country: what binds it, what it is outside of, what speaks for a closer look.

Obligations come first, against the norm of the region; then what is known of capabilities, signals by plain rules with
their base rates, and measures that could build confidence with neighbours and rivals. No sum of these is made.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from forestall.ids.countries import by_gw
from forestall.ids.months import month_end, month_of
from forestall.instruments.assessment import Assessment, Case, Said
from forestall.instruments.nonproliferation import (
    capability_sentences,
    cbm,
    gaps,
    groups,
    measure_sentences,
    scope,
    sentences,
)
from forestall.instruments.nonproliferation.capabilities import Capabilities, capabilities
from forestall.instruments.nonproliferation.gaps import Annex2, Standing
from forestall.instruments.nonproliferation.measure_sentences import Beside
from forestall.instruments.nonproliferation.pairs import Pair, pairs
from forestall.instruments.nonproliferation.sentences import Act, Companion
from forestall.instruments.nonproliferation.signals import Signal, signals
from forestall.instruments.nonproliferation.treaties import status as engine
from forestall.instruments.nonproliferation.treaties.register import register
from forestall.regional import membership, organisations
from forestall.store import Workspace

FEWEST_MEMBERS = 5
"""Members of an organisation to which a treaty is open, below which it is not named as a companion."""
REGIONAL = frozenset({"regional", "subregional"})
OTHER_ACTS = frozenset({"withdrew", "withdrawal_notified", "suspended", "revoked", "rejoined"})


@dataclass(frozen=True, slots=True)
class Parts:
    """What an assessment rests on, for a page to show beside it."""

    on: date
    iso3: str
    standings: tuple[Standing, ...]
    widest: tuple[Standing, ...]
    annex: Annex2
    acts: tuple[Act, ...]
    companion: Companion | None
    capabilities: Capabilities
    signals: tuple[Signal, ...]
    beside: tuple[Beside, ...]


def parts(case: Case, as_of: int, *, workspace: Workspace) -> Parts:
    """All that is said of a country as of the end of a month (month_id).

    Raises UnknownCountryError, UsageError for what is neither a Member State nor an observer State, StoreError.
    """
    on = month_end(as_of)
    code = by_gw(case.gw_id, on).series_iso3
    held = gaps.standings(code, on, workspace)
    widest = gaps.by_norm(held)
    first = next((one.treaty for one in widest if one.treaty not in scope.JUSTICE), None)
    return Parts(
        on=on,
        iso3=code,
        standings=held,
        widest=widest,
        annex=gaps.annex_2(on, workspace),
        acts=tuple(_acts(code, on, workspace)),
        companion=None if first is None else _companion(code, first, on, workspace),
        capabilities=capabilities(code, on, workspace),
        signals=signals(code, on, workspace),
        beside=tuple(_beside(code, on, workspace)),
    )


def _acts(iso3: str, on: date, workspace: Workspace) -> Iterator[Act]:
    """Withdrawals, notices, suspensions and what was taken back, the oldest first."""
    found = []
    for key in register():
        mine = [act for act in engine.actions(key, iso3, workspace) if act.day is not None and act.day <= on]
        left = any(act.action == "withdrew" for act in mine)
        for act in mine:
            if act.action in OTHER_ACTS and not (left and act.action == "withdrawal_notified"):
                noticed = any(one.action == "withdrawal_notified" for one in mine)
                found.append(Act.of(act, takes_back_notice=act.action == "revoked" and noticed))
    yield from sorted(found, key=lambda one: (one.day, one.treaty))


def _companion(iso3: str, treaty: str, on: date, workspace: Workspace) -> Companion | None:
    """The regional organisation of which the state is a member and of whose other members the largest share are
    parties to a treaty."""
    found = []
    for one in membership.memberships(iso3, on, workspace):
        about = organisations.register().get(one.organisation)
        if one.standing != "member" or about is None or about.kind not in REGIONAL:
            continue
        group = groups.group(one.organisation, on, workspace)
        line = next((row for row in gaps.lines(group, workspace, only=(treaty,))), None)
        if line is not None and len(line.open_to) >= FEWEST_MEMBERS and line.share > gaps.NORM:
            found.append(Companion(one.organisation, len(line.parties), len(line.open_to)))
    return max(found, key=lambda one: (one.parties / one.members, one.members, one.acronym), default=None)


def _beside(iso3: str, on: date, workspace: Workspace) -> Iterator[Beside]:
    """States with a rivalry or dispute, then others across a land border, each with the measures between the two."""
    near = _across_land(iso3, on, workspace)
    found = [one for one in _pairs(on, workspace) if iso3 in (one.iso3, one.other)]
    for one in found:
        other = one.other if one.iso3 == iso3 else one.iso3
        why = measure_sentences.why(one, on, border=other in near)
        # Supporters of a party, and contributors to a UN operation, are on a side of a conflict without being rivals.
        rival = bool(one.disputes) or one.last_crisis is not None
        shared = _shared(iso3, other, on, workspace) if rival and not one.measures else ""
        yield Beside(other, why, rival, one.measures, shared)
    listed = {code for one in found for code in (one.iso3, one.other)}
    for code in sorted(near - listed):
        offers = tuple(one for one in cbm.available(iso3, code, on, workspace) if one.measure.reach != "universal")
        yield Beside(code, measure_sentences.BORDER, False, offers, "")


@lru_cache(maxsize=2)
def _pairs(on: date, workspace: Workspace) -> tuple[Pair, ...]:
    """All pairs with a rivalry or dispute, which the pages of an edition share."""
    return pairs(on, workspace=workspace)


def _across_land(iso3: str, on: date, workspace: Workspace) -> set[str]:
    month = month_of(on)
    held = workspace.table("neighbours").filter(
        (pl.col("iso3") == iso3)
        & (pl.col("contiguity") == 1)
        & (pl.col("from_month") <= month)
        & (pl.col("until_month").is_null() | (pl.col("until_month") >= month))
    )
    return set(held["neighbour"].to_list())


def _shared(iso3: str, other: str, on: date, workspace: Workspace) -> str:
    """The smallest regional organisation to which both belong that may mediate between them, "" if there is none."""
    held = organisations.register()
    able = [
        acronym
        for acronym in membership.overlaps(iso3, other, on, workspace)
        if acronym in held and held[acronym].kind in REGIONAL and held[acronym].may("mediate")
    ]
    return min(able, key=lambda one: (len(membership.members(one, on, workspace=workspace)), one), default="")


def assess(case: Case, as_of: int, *, workspace: Workspace) -> Assessment:
    """Assess a case with data through month `as_of` (month_id). Raises as `parts`."""
    return said(case, as_of, parts(case, as_of, workspace=workspace))


def said(case: Case, as_of: int, found: Parts) -> Assessment:
    """The assessment that follows from a country's parts."""
    text, on = Said(), found.on
    headline = sentences.headline(case, on, found.standings, text)
    sentences.norm(case, on, found.widest, text)
    sentences.test_ban(case, on, found.standings, found.annex, text)
    sentences.zone(case, on, found.standings, text)
    sentences.acts(case, found.acts, text)
    capability_sentences.held(case, found.capabilities, text)
    capability_sentences.signals(found.signals, on, text)
    measure_sentences.between(case, found.beside, on, text)
    sentences.adherences(case, on, found.widest, found.companion, text)
    capability_sentences.protocol(case, found.signals, text)
    measure_sentences.options(case, found.beside, on, text)
    return text.assessment(
        "nonproliferation",
        case,
        as_of,
        headline,
        (
            *sentences.caveats(found.standings),
            *capability_sentences.hindsight(found.capabilities),
            *capability_sentences.unanswered(found.signals),
        ),
    )
