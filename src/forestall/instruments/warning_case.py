"""Early warning for one country: what is expected, which alerts stand there, and how such alerts fared."""

import numpy as np

from forestall.errors import UsageError
from forestall.ids.months import format_month, long_month
from forestall.instruments import phrases, warning, watchlist
from forestall.instruments.alert_events import EVENTS, HORIZON
from forestall.instruments.assessment import Assessment, Case, Evidence, Finding, Option
from forestall.instruments.record import OwnRecord, Record
from forestall.instruments.warning import Alert, CountryWarnings, EventRule, Picture
from forestall.store import Workspace

UCDP = "Uppsala Conflict Data Program, organised violence by country and month"


def assess(case: Case, as_of: int, *, workspace: Workspace) -> Assessment:
    """Early warning for a case with data through month `as_of` (month_id), at the default cost of misses.

    Raises UsageError for a month without data, or a country that has no forecast.
    """
    return of_picture(case, warning.picture(workspace, as_of=as_of), workspace)


def of_picture(case: Case, p: Picture, workspace: Workspace) -> Assessment:
    """The assessment of a case in a picture that is there already. Raises UsageError if the country is not in it."""
    i = row_of(case, p)
    row = p.rows[i]
    standing = [one for one in p.alerts if one.gw_id == case.gw_id and one.state != "cleared"]
    evidence = {"recorded": _recorded(p, row, workspace)}
    findings = []
    own = [one for one in p.alerts if one.gw_id == case.gw_id]
    for rule in p.rules.values():
        findings += _of_event(p, i, rule, evidence, own)
    if not _silent(row):
        evidence["expected"] = _expected(p, row)
        findings.append(_moved(p, row, evidence))
    findings.append(_figure(p, row, evidence))
    options: tuple[Option, ...] = ()
    if standing:
        options = (
            Option(
                what="Read the country's dossier (forestall brief) and ask people who know the place whether what the "
                "figures say holds",
                who="the desk that reads this",
                why=f"{_named(standing)} stands; the model knows recorded deaths only",
                evidence=tuple(f"chance.{one.event}" for one in standing),
            ),
        )
    return Assessment(
        instrument="warning",
        case=case,
        as_of=format_month(p.panel.as_of),
        headline=_headline(case, p, row, standing),
        findings=tuple(findings),
        options=options,
        evidence=tuple(evidence.values()),
        caveats=warning.caveats(p),
    )


def of_country(case: Case, p: Picture, workspace: Workspace, *, top: int = warning.TOP) -> CountryWarnings:
    """The document of a picture for one country. Raises UsageError if the country is not in it."""
    i = row_of(case, p)
    whole = warning.warnings(p, top=top)
    lists = {
        name: tuple(row for row in getattr(whole, name) if row.gw_id == case.gw_id)
        for name in ("watch_risk", "watch_change", "watch_surprise")
    }
    return CountryWarnings(
        **{
            **{name: getattr(whole, name) for name in warning.Warnings.model_fields},
            **lists,
            "alerts": tuple(one for one in p.alerts if one.gw_id == case.gw_id),
        },
        iso3=case.iso3,
        gw_id=case.gw_id,
        name=case.name,
        country=p.rows[i],
        chances={
            event: None if np.isnan(values[i]) else round(float(values[i]), 3) for event, values in p.chances.items()
        },
        assessment=of_picture(case, p, workspace),
    )


def row_of(case: Case, p: Picture) -> int:
    """The row of the picture that is the case. Raises UsageError if it has none."""
    found = np.flatnonzero(p.panel.units == case.gw_id)
    if not found.size:
        raise UsageError(
            f"{case.name} ({case.iso3}) has no figures in {format_month(p.panel.as_of)}: it is no state then"
        )
    return int(found[0])


def _headline(case: Case, p: Picture, row: watchlist.Watched, standing: list[Alert]) -> Finding:
    interval = f"{phrases.count(row.low80)} to {phrases.count(row.high80)}"
    ahead = (
        f"{phrases.estimated_deaths(row.expected)} expected from {long_month(p.panel.as_of + 1)} to "
        f"{long_month(p.panel.as_of + HORIZON)} (80 % interval {interval})"
    )
    basis = "expected"
    if _silent(row):
        ahead, basis = "no death is recorded in the last 36 months, and the model has no forecast", "recorded"
    if not standing:
        return Finding(sentence=f"{case.name}: no alert stands; {ahead}.", evidence=(basis,))
    keys = (*(f"chance.{one.event}" for one in standing), basis)
    return Finding(sentence=f"{case.name}: {_named(standing)} stands; {ahead}.", evidence=keys)


def _silent(row: watchlist.Watched) -> bool:
    """Whether the model draws nothing but zeros after years without a death: a count of them would read like peace."""
    return row.quiet and row.expected == 0


def _named(standing: list[Alert]) -> str:
    names = [EVENTS[one.event].title.lower() for one in standing]
    listed = names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
    return f"an alert for {listed}"


def _of_event(p: Picture, i: int, rule: EventRule, evidence: dict[str, Evidence], own: list[Alert]) -> list[Finding]:
    """What is said of one event: its chance and alert, how such alerts fared anywhere, and here."""
    chance = float(p.chances[rule.event][i])
    alert = next((one for one in own if one.event == rule.event), None)
    if np.isnan(chance) and alert is None:
        return []
    key = f"chance.{rule.event}"
    evidence[key] = Evidence(
        key=key,
        says=f"probability within six months: {rule.definition}",
        figure=None if np.isnan(chance) else round(chance, 3),
        unit="share",
        source=f"forestall model {p.source.model}",
        date=p.window,
        vintage=_version(p),
        kind="estimated",
        note=(
            "the event cannot begin from here any more"
            if np.isnan(chance)
            else f"alerts are raised at {rule.raise_at:g} and cleared after {rule.clear_months} months below "
            f"{rule.clear_below:g}"
        ),
    )
    said = "not defined any more" if np.isnan(chance) else phrases.percent(chance)
    about = EVENTS[rule.event]
    title = f"{about.title} ({about.within})" if about.within else about.title
    found = [
        Finding(
            sentence=f"{title} within six months: probability {said}; {_state(rule, alert)}.",
            evidence=(key,),
        )
    ]
    if alert is None:
        return found
    if rule.record is not None and rule.record.raised.n:
        evidence[f"record.{rule.event}"] = _record(p, rule, rule.record, alert.state)
        found.append(Finding(sentence=fared(rule.record, alert.state), evidence=(f"record.{rule.event}",)))
    here = alert.own_record
    if here is not None and here.raised.n:
        evidence[f"own.{rule.event}"] = _own(p, rule, here)
        found.append(
            Finding(
                sentence=f"Here, {here.raised.happened} of {here.raised.n} such alerts raised in {here.span} were "
                "followed by the event within six months.",
                evidence=(f"own.{rule.event}",),
            )
        )
    return found


def fared(record: Record, state: str = "new") -> str:
    """How alerts of one rule fared, in a sentence: how often right, how many events had one, how early.

    An alert just raised is measured by the alerts raised, one that stands by the months under alert.
    """
    raised, months, warned = record.raised, record.months, record.warned
    if state == "standing" and months.share is not None:
        text = f"Of {months.n:,} country-months under such an alert in {record.span}, {_share(months.share)}"
        text += " were followed by the event within six months"
    elif raised.share is not None and raised.low95 is not None and raised.high95 is not None:
        text = (
            f"Of {raised.n} such alerts raised in {record.span}, all countries, {_share(raised.share)} were followed "
        )
        text += f"by the event within six months (95 % interval {_share(raised.low95)} to {_share(raised.high95)})"
    else:
        return f"No such alert was raised in {record.span}."
    if warned.share is not None:
        text += f"; {warned.happened} of {warned.n} events that began had an alert standing before"
    if record.lead_months is not None:
        most = ", the most that is counted" if record.lead_months == HORIZON else ""
        text += f", half of those {phrases.months(record.lead_months)} ahead or more{most}"
    return text + "."


def _share(share: float) -> str:
    return f"{round(100 * share)} %"


def _state(rule: EventRule, alert: Alert | None) -> str:
    at = f"alerts are raised at {100 * rule.raise_at:.3g} %"
    if alert is None:
        return f"no alert stands ({at})"
    if alert.state == "new":
        return f"an alert is raised this month ({at})"
    if alert.state == "cleared":
        return (
            f"the alert that stood is cleared this month ({at}, cleared after {rule.clear_months} months below "
            f"{100 * rule.clear_below:.3g} % or when the event cannot begin any more)"
        )
    since = f"{alert.since} or before" if alert.since_or_before else f"{alert.since}"
    return f"an alert has stood since {since} ({at})"


def _moved(p: Picture, row: watchlist.Watched, evidence: dict[str, Evidence]) -> Finding:
    evidence["expected_before"] = Evidence(
        key="expected_before",
        says="deaths expected over the same months, on data that end a month earlier",
        figure=row.expected_before,
        unit="deaths",
        source=f"forestall model {p.source.model}",
        date=p.window,
        vintage=_version(p),
        kind="estimated",
    )
    return Finding(
        sentence=f"Expected over these six months a month ago: {phrases.estimated_deaths(row.expected_before)}; "
        f"now {phrases.count(row.expected)}.",
        evidence=("expected_before", "expected"),
    )


def _figure(p: Picture, row: watchlist.Watched, evidence: dict[str, Evidence]) -> Finding:
    evidence["foreseen"] = Evidence(
        key="foreseen",
        says="90 % interval of the month in the forecast made just before it",
        figure=f"{row.foreseen_low90:g} to {row.foreseen_high90:g}",
        low=row.foreseen_low90,
        high=row.foreseen_high90,
        level=0.9,
        unit="deaths",
        source=f"forestall model {p.source.model}",
        date=format_month(p.panel.as_of),
        vintage=_version(p),
        kind="estimated",
    )
    return Finding(sentence=row.sentence, evidence=("recorded", "foreseen"))


def _recorded(p: Picture, row: watchlist.Watched, workspace: Workspace) -> Evidence:
    release = p.panel.releases[-1]
    days = workspace.releases().select("release", "published").iter_rows()
    known = sorted(day for name, day in days if name == release and day is not None)
    published = f", published {known[-1]}" if known else ""
    return Evidence(
        key="recorded",
        says="deaths in organised violence recorded in the last month, best estimate",
        figure=row.recorded_month,
        unit="deaths",
        source=UCDP,
        date=format_month(p.panel.as_of),
        vintage=f"{release} ({p.panel.status[-1]}{published})",
        kind="recorded",
        note="" if row.recorded_month is not None else f"not known for {format_month(p.panel.as_of)}",
    )


def _expected(p: Picture, row: watchlist.Watched) -> Evidence:
    return Evidence(
        key="expected",
        says="deaths expected over the six months",
        figure=row.expected,
        low=row.low80,
        high=row.high80,
        level=0.8,
        unit="deaths",
        source=f"forestall model {p.source.model}",
        date=p.window,
        vintage=_version(p),
        kind="estimated",
    )


def _record(p: Picture, rule: EventRule, held: Record, state: str) -> Evidence:
    rate, what = (held.months, "country-months under alert") if state == "standing" else (held.raised, "alerts raised")
    return Evidence(
        key=f"record.{rule.event}",
        says=f"share of {what} that were followed by the event within six months ({rate.happened} of {rate.n})",
        figure=rate.share,
        low=rate.low95,
        high=rate.high95,
        level=None if rate.low95 is None else 0.95,
        unit="share",
        source=f"forestall, table alert_record, model {p.source.model}",
        date=held.span,
        vintage=_version(p),
        kind="measured",
    )


def _own(p: Picture, rule: EventRule, held: OwnRecord) -> Evidence:
    return Evidence(
        key=f"own.{rule.event}",
        says="share of this country's alerts that were followed by the event within six months "
        f"({held.raised.happened} of {held.raised.n})",
        figure=held.raised.share,
        low=held.raised.low95,
        high=held.raised.high95,
        level=0.95,
        unit="share",
        source=f"forestall, table alert_record, model {p.source.model}",
        date=held.span,
        vintage=_version(p),
        kind="measured",
    )


def _version(p: Picture) -> str:
    return f"version {p.source.version}, figures {p.panel.digest[:12]}"
