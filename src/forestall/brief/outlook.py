"""The monthly world outlook, composed from one edition's situation."""

import numpy as np

from forestall.brief import measures, partners, treaties, words
from forestall.brief.document import CountryRisk, Figure, Outlook, Surprise
from forestall.brief.situation import Situation, change, country_risk, span, surprise
from forestall.ids.months import format_month, long_month, month_end, parse_month

TOP = 20
SHORT = 10  # rows of the lists by event
STALE_DAYS = 75  # a candidate release comes about 20 days after its month; two missed is late
NOTABLE = 5.0  # deaths beyond the interval: less is noise
MOVED = 25.0  # deaths: a smaller move of the expectation is no news


def outlook(s: Situation) -> Outlook:
    """The world outlook of an edition."""
    rows = sorted((country_risk(s, i) for i in range(s.panel.units.size)), key=lambda r: (-r.expected, r.name))
    by_p25 = sorted(
        (r for r in rows if 0 < r.p25_next_month < words.MOST), key=lambda r: (-r.p25_next_month, -r.p25_window, r.name)
    )
    watch = {name: _by_chance(rows, name) for name in ("p_onset_6", "p_escalation", "p_deescalation")}
    changes = sorted(
        (c for i in range(s.panel.units.size) if (c := change(s, i)) and abs(c.after - c.before) >= MOVED),
        key=lambda c: -abs(c.after - c.before),
    )[:10]
    surprises = sorted(
        (x for i in range(s.panel.units.size) if (x := surprise(s, i)) and _beyond(x) >= NOTABLE),
        key=lambda x: -_beyond(x),
    )[:10]
    headline = _headline(s)
    return Outlook(
        title="World conflict outlook",
        **s.edition,
        summary=_summary(s, rows, headline, len(changes)),
        headline=headline,
        countries=tuple(rows),
        watch_expected=tuple(r.iso3 for r in rows[:TOP] if r.expected > 0),
        watch_p25=tuple(r.iso3 for r in by_p25[:TOP]),
        watch_onset=tuple(r.iso3 for r in watch["p_onset_6"][:SHORT]),
        watch_escalation=tuple(r.iso3 for r in watch["p_escalation"][:SHORT]),
        watch_deescalation=tuple(r.iso3 for r in watch["p_deescalation"][:SHORT]),
        alerts=s.early.alerts,
        alert_rules=s.early.rules,
        alert_note=s.early.note,
        changes=tuple(changes),
        surprises=tuple(surprises),
        coverage=partners.coverage(s, [r.gw_id for r in rows[:TOP] if r.expected > 0]),
        treaties=treaties.part(s.workspace, s.as_of),
        caveats=caveats(s),
    )


def _by_chance(rows: list[CountryRisk], name: str) -> list[CountryRisk]:
    """Countries in which an event can begin, by its probability; `name` is the field that holds it."""
    able = [(p, r) for r in rows if (p := getattr(r, name)) is not None]
    return [r for _, r in sorted(able, key=lambda pair: (-pair[0], -pair[1].expected, pair[1].name))]


def _beyond(x: Surprise) -> float:
    return x.recorded - x.high90 if x.direction == "above" else x.low90 - x.recorded


def _headline(s: Situation) -> dict[str, Figure]:
    values = s.panel.values
    source = f"{words.release(s.panel.releases[-1])} ({s.panel.status[-1]})"
    estimate = f"forestall {s.method.model}, {s.method.draws:,} draws"
    world = s.risk.world_total
    low, high = np.quantile(world, [0.1, 0.9])
    month, year = format_month(s.as_of), f"{format_month(s.as_of - 11)}..{format_month(s.as_of)}"
    p25_next = s.risk.p25_next_month
    count = (s.forecast.draws[:, 0, :] >= 25).sum(axis=0)
    low_m, high_m = _recorded_range(s, -1)
    return {
        "recorded_month": Figure(
            value=float(np.nansum(values[:, -1])),
            low=low_m,
            high=high_m,
            unit="deaths",
            source=source,
            kind="recorded",
            months=month,
        ),
        "recorded_12_months": Figure(
            value=float(np.nansum(values[:, -12:])),
            unit="deaths",
            source=words.releases(s.panel.releases[-12:]),
            kind="recorded",
            months=year,
        ),
        "countries_25_month": Figure(
            value=float((values[:, -1] >= 25).sum()), unit="countries", source=source, kind="recorded", months=month
        ),
        "expected_window": Figure(
            value=float(world.mean()),
            low=float(low),
            high=float(high),
            level=0.8,
            unit="deaths",
            source=estimate,
            kind="estimated",
            months=s.window,
        ),
        "countries_25_next": Figure(
            value=float(p25_next.sum()),
            low=float(np.quantile(count, 0.1)),
            high=float(np.quantile(count, 0.9)),
            level=0.8,
            unit="countries",
            source=estimate,
            kind="estimated",
            months=format_month(s.as_of + 1),
        ),
    }


def _recorded_range(s: Situation, column: int) -> tuple[float | None, float | None]:
    """The publisher's low and high summed over countries; None if any country with deaths lacks them."""
    if s.panel.low is None or s.panel.high is None:
        return None, None
    dead = s.panel.values[:, column] > 0
    low, high = s.panel.low[dead, column], s.panel.high[dead, column]
    if not dead.any() or np.isnan(low).any() or np.isnan(high).any():
        return None, None
    return float(low.sum()), float(high.sum())


def _summary(s: Situation, rows: list[CountryRisk], headline: dict[str, Figure], moved: int) -> tuple[str, ...]:
    values = s.panel.values
    month, total = long_month(s.as_of), headline["recorded_month"].value or 0
    before, year_ago = np.nansum(values[:, -2]), np.nansum(values[:, -13])
    top = [r for r in sorted(rows, key=lambda r: -(r.recorded_last_month or 0)) if r.recorded_last_month][:3]
    lines = []
    if total:
        lines.append(
            f"{words.deaths(total)} in organised violence {'is' if total == 1 else 'are'} recorded for {month}, against {words.exact(before)} in {long_month(s.as_of - 1)} "
            f"and {words.exact(year_ago)} in {long_month(s.as_of - 12)}; the figure is {_status(s.panel.status[-1])}."
        )
        lines.append(
            f"The most were recorded in {words.listing([f'{r.name} ({words.exact(r.recorded_last_month)})' for r in top])}: together "
            f"{words.share(sum(r.recorded_last_month or 0 for r in top) / total)} of the world's."
        )
    else:
        lines.append(
            f"No deaths in organised violence are recorded for {month}; the figure is {_status(s.panel.status[-1])}."
        )
    expected = headline["expected_window"]
    lines.append(
        f"For {s.window_long}, {words.rounded(expected.value)} deaths are expected (80 % interval {words.interval(expected.low or 0, expected.high or 0)}). "
        f"{words.plural(sum(r.p25_next_month >= 0.9 for r in rows), 'country is', 'countries are')} very likely to see 25 or more "
        f"deaths in {long_month(s.as_of + 1)}, and a further {sum(0.33 <= r.p25_next_month < 0.9 for r in rows)} have a chance of a third or more."
    )
    lines.extend(
        f"Of the {words.rounded(r.expected)} deaths expected in {r.name}, most rest on one month, {long_month(parse_month(r.rests_on))}, which the model holds "
        f"possible again; without that month it would expect {words.rounded(r.expected_without)}."
        for r in rows[:3]
        if r.rests_on
    )
    lines += _events(rows)
    quiet = [r.p25_window for r in rows if r.quiet]
    if quiet and s.base_rate[2]:
        lines.append(
            f"{words.plural(len(quiet), 'country has', 'countries have')} no recorded death in the last 36 months. Since 1992 such quiet countries saw 25 or "
            f"more deaths within six months in {words.rate(s.base_rate)}; for {s.window_long} their chances are {100 * sum(quiet) / len(quiet):.1f} % on average."
        )
    if not moved:
        lines.append("No country's expectation moved by more than 25 deaths since last month.")
    return tuple(lines)


EVENTS = (
    ("p_onset_6", "Onset, 25 or more deaths in six months after a year with fewer"),
    ("p_escalation", "Escalation, at least twice the deaths of the last six months and at least 100 more"),
    ("p_deescalation", "De-escalation, at most half the deaths of the last six months"),
)


def _events(rows: list[CountryRisk]) -> list[str]:
    """A sentence for each event on where it is most likely."""
    lines = []
    for name, title in EVENTS:
        first = _by_chance(rows, name)[:3]
        if first:
            said = words.listing([f"{r.name} ({words.percent(getattr(r, name))})" for r in first])
            lines.append(f"{title}, is most likely in {said}.")
    return lines


def _status(status: str) -> str:
    return {
        "final": "final",
        "candidate": "from a candidate release and will be revised, often upward",
        "provisional": "provisional and will be revised",
    }.get(status, "of unknown status")


def caveats(s: Situation) -> tuple[str, ...]:
    """What a reader must know about the figures of this edition before using them."""
    out = []
    late = (s.written_on - month_end(s.as_of)).days
    if late > STALE_DAYS and s.known_on is not None:
        over = "is over" if s.written_on > month_end(s.as_of + measures.WINDOW) else "has begun"
        out.append(
            f"The newest figures on hand end in {long_month(s.as_of)}, {late} days before this page was written, and the outlook window {over}. Bring in newer "
            "releases with forestall data update, or forestall data add for a file you have downloaded."
        )
    status = np.array(s.panel.status)
    final = np.flatnonzero(status == "final")
    if final.size and final[-1] < status.size - 1:
        first = int(s.panel.months[final[-1] + 1])
        out.append(
            f"Figures are final to {long_month(first - 1)}. Those of {span(first, s.as_of)} are provisional or candidate figures, which the "
            "publisher revises; where it gives no low and high estimate for them, none is shown."
        )
    out.extend(s.panel.set_aside)
    if s.known_on is None:
        out.append(
            f"This is an edition for a past month: it uses figures as revised since, cut off at {long_month(s.as_of)}, not as they were known then."
        )
    return tuple(out)
