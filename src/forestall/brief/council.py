"""The Security Council's part of a dossier: its record on the country, who sits, and where the country stands."""

from datetime import date

from forestall.brief.document import CouncilItem, CouncilPart, CouncilRecord, CouncilSeat
from forestall.brief.situation import Situation
from forestall.brief.words import day, listing, plural
from forestall.council.decisions import Decision
from forestall.council.history import CountryHistory, history
from forestall.council.members import CODES, LAST, Member, members, terms_of
from forestall.council.presidency import presided, presidency_on
from forestall.council.vetoes import LISTED_UNTIL, LOOKED_UP_UNTIL
from forestall.council.voting.positions import Position, Positions, positions
from forestall.errors import ForestallError
from forestall.ids.months import long_month, month_end, parse_month

ITEMS = 8
RECORDS = 5
VETOES = 12
CALLED = {"CHN": "China", "FRA": "France", "GBR": "United Kingdom", "RUS": "Russian Federation", "USA": "United States"}
"""Permanent members by the short names of UN lists."""


def part(s: Situation, gw_id: int) -> CouncilPart | None:
    """What the record of the Council holds on a country, as of the edition's month; None for an edition after the last
    month that membership is known of."""
    on, state = month_end(s.as_of), s.states[gw_id]
    if on > LAST:
        return None
    held = history(s.workspace, state.iso3, on)
    sitting = members(on, s.workspace)
    stands, basis = _stands(s, state.iso3, on)
    drafts = _by_draft(held)
    return CouncilPart(
        on=on.isoformat(),
        sentences=(
            *_record(held, state.name),
            *_vetoes(drafts, state.name),
            _membership(state.iso3, state.name, on, sitting),
            *stands,
        ),
        items=tuple(
            CouncilItem(
                item=one.item,
                first=one.first.isoformat(),
                last=one.last.isoformat(),
                resolutions=one.resolutions,
                statements=one.statements,
                meetings=one.meetings,
            )
            for one in held.items[:ITEMS]
        ),
        more_items=max(0, len(held.items) - ITEMS),
        records=tuple(
            CouncilRecord(
                symbol=one.symbol or "",
                date=one.date.isoformat() if one.date else "",
                title=_first_up((one.title or one.agenda_item or "").removeprefix("on ")),
                votes=_votes(one),
                link=one.link or "",
            )
            for one in held.last_resolutions[:RECORDS]
        ),
        vetoes=tuple(
            CouncilRecord(
                symbol=draft or "draft without a symbol",
                date=when.isoformat(),
                title=agenda,
                votes="against: " + listing(names),
                link=link,
            )
            for when, draft, agenda, names, link in drafts[:VETOES]
        ),
        more_vetoes=max(0, len(drafts) - VETOES),
        seats=tuple(
            CouncilSeat(iso3=m.iso3, name=m.name, permanent=m.permanent, group=m.group, until=_until(m))
            for m in sitting
        ),
        notes=(*_ends(held, on), *basis),
    )


def _record(held: CountryHistory, name: str) -> list[str]:
    """What the record holds, in a sentence."""
    if not (held.resolutions or held.statements or held.meetings):
        return [f"The record of the Security Council on hand names no decision and no meeting on {name}."]
    counts = (
        (held.resolutions, "resolution", None),
        (held.statements, "statement of its President", "statements of its President"),
        (held.meetings, "meeting", None),
    )
    what = listing([plural(n, one, many) for n, one, many in counts if n])
    verb = "concerns" if sum(n for n, _, _ in counts) == 1 else "concern"
    text = f"The record of the Security Council holds {what} that {verb} {name}"
    if held.items:
        first, last = min(one.first for one in held.items), max(one.last for one in held.items)
        text += f", on {day(first)}" if first == last else f", from {day(first)} to {day(last)}"
        if held.drafts:
            text += " (failed drafts included)"
    found = [f"{text}."]
    recent = [y for y in held.by_year if held.as_of and y.year > held.as_of.year - 6]
    if not recent and held.by_year:
        found.append(f"The last year with any of these is {held.by_year[-1].year}.")
    return found


Vetoed = tuple[date, str | None, str, list[str], str]
"""A vetoed draft: day, symbol, agenda item, who voted against, link."""


def _by_draft(held: CountryHistory) -> list[Vetoed]:
    """Vetoed drafts, the newest first."""
    drafts: dict[tuple[date, str | None, int], list[int]] = {}
    for i, one in enumerate(held.vetoes):
        drafts.setdefault((one.date, one.draft or one.meeting, one.sequence), []).append(i)
    found = []
    for key in sorted(drafts, key=lambda k: (k[0], k[1] or "", k[2]), reverse=True):
        rows = [held.vetoes[i] for i in drafts[key]]
        found.append((key[0], rows[0].draft, rows[0].agenda_item, [r.member_name for r in rows], rows[0].link))
    return found


def _vetoes(drafts: list[Vetoed], name: str) -> list[str]:
    if not drafts:
        return []
    last = drafts[0]
    how = "One draft resolution" if len(drafts) == 1 else plural(len(drafts), "draft resolution")
    return [
        f"{how} that concerned {name} failed on the negative vote of a permanent member, "
        + (f"on {day(last[0])}" if len(drafts) == 1 else f"the last on {day(last[0])}")
        + f" ({listing(last[3])})."
    ]


def _membership(iso3: str, name: str, on: date, sitting: tuple[Member, ...]) -> str:
    """Whether the country sits or sat, and who presides."""
    code = CODES.get(iso3, iso3)
    president = presidency_on(on)
    if iso3 == "TWN":
        return (
            "China's seat stands under China in this record; until 25 October 1971 it was represented by the Republic of "
            f"China (A/RES/2758 (XXVI)). {president.name} presides over the Council on {day(on)}."
        )
    own = next((m for m in sitting if m.iso3 == code), None)
    presides = f"{president.name} presides over the Council on {day(on)}."
    if own is not None and own.permanent:
        return f"{name} is a permanent member. {presides}"
    if own is not None and own.term_end is not None:
        return f"{name} is an elected member until {day(own.term_end)}. {presides}"
    terms = terms_of(iso3)[1]
    past = [m for m in terms if m.term_end and m.term_end < on]
    ahead = [m for m in terms if m.term_start > on and m.term_start.year <= on.year + 1]
    text = f"{name} is not a member of the Council"
    if past:
        spans = [f"{m.term_start.year}-{m.term_end.year % 100:02d}" if m.term_end and m.term_end.year != m.term_start.year
                 else str(m.term_start.year) for m in past]  # fmt: skip
        text += f"; it sat in {listing(spans)}"
        turns = [p for p in presided(iso3)[2] if p.last < on]
        if turns:
            text += f" and presided {plural(len(turns), 'month')}, last in {long_month(parse_month(turns[-1].month))}"
    else:
        text += " and has not sat in it"
    if ahead and on.month >= 7:  # elections are in June: before, nobody could know
        text += f"; it is elected for a term from {day(ahead[0].term_start)}"
    return f"{text}. {presides}"


def _stands(s: Situation, iso3: str, on: date) -> tuple[list[str], tuple[str, ...]]:
    """Where the country's votes in the Assembly place it beside the permanent members, and on what that rests."""
    try:
        found = positions(on, country=iso3, workspace=s.workspace)
    except ForestallError:
        return [], ()
    code = CODES.get(iso3, iso3)
    own = next((p for p in found.members if p.iso3 == code), None)
    if own is None or own.ideal_point is None or not own.distances:
        return [], ()
    return [_distances(own, found)], (f"Positions: {found.basis.note}. Source: {found.basis.source}.",)


def _distances(own: Position, found: Positions) -> str:
    near = sorted((d for d in own.distances if d.to != own.iso3), key=lambda d: d.distance)

    def said(one: int) -> str:
        d = near[one]
        return f"{CALLED[d.to]} ({d.distance:.1f}; {d.low:.1f} to {d.high:.1f})"

    points = [p.ideal_point for p in found.members if p.ideal_point is not None and p.seat == "permanent"]
    apart = max(points) - min(points)
    return (
        f"By votes in the General Assembly ({found.basis.label}) its government stands nearest to {said(0)} and {said(1)}, "
        f"and farthest from {said(-1)}, of the permanent members; the two of them that are farthest apart are {apart:.1f} "
        "apart (ideal points, 90 % intervals; positions taken, no forecast of votes)."
    )


def _ends(held: CountryHistory, on: date) -> list[str]:
    """Where the record ends before the edition does."""
    ends = {kind: date.fromisoformat(end) for kind, end in held.data_end.items()}
    late = [f"{kind} on {day(ends[kind])}" for kind in ("resolutions", "statements", "meetings") if ends[kind] < on]
    found = []
    if late:
        found.append(f"Records on hand end: {listing(late)}. What the Council did later is not in them.")
    if held.vetoes and on > LISTED_UNTIL:
        found.append(
            f"Vetoes are complete to {day(LISTED_UNTIL)}; later ones were looked up one by one to {day(LOOKED_UP_UNTIL)}."
        )
    found.append("Sources: UN Digital Library, yearly tables of the Council and its printed resolutions.")
    found.append(
        "Which records concern a country is told from titles, agenda items and subject terms, and is not always right."
    )
    return found


def _votes(one: Decision) -> str:
    """Votes as the record gives them: numbers, or that all were for."""
    if one.yes is not None:
        return f"{one.yes}-{one.no or 0}-{one.abstain or 0}"
    return "unanimous" if (one.outcome or "").startswith("unanimous") else ""


def _until(member: Member) -> str:
    return "" if member.term_end is None else member.term_end.isoformat()


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
