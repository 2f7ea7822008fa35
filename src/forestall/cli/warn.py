"""`forestall warn`: alerts with their record, and the watch list by risk, change and surprise."""

from typing import TYPE_CHECKING, Annotated

import typer

from forestall.cli.common import AsOf, Json, note, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from forestall.instruments.warning import Alert, CountryWarnings, EventRule, Warnings
    from forestall.instruments.watchlist import Watched


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command("warn")(warn)


def warn(
    country: Annotated[
        str | None, typer.Argument(help="ISO3 code, Gleditsch-Ward number or name; default: all countries.")
    ] = None,
    *,
    miss_cost: Annotated[
        float,
        typer.Option(
            "--miss-cost", metavar="X", help="What a missed event costs, in false alarms; sets the thresholds."
        ),
    ] = 10.0,
    top: Annotated[int, typer.Option("--top", metavar="N", min=1, help="Rows in each list.")] = 15,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show alerts raised, standing and cleared, each with its record, and the watch list of the month."""
    from forestall.ids.months import parse_month
    from forestall.instruments import warning, warning_case
    from forestall.instruments.assessment import case_of
    from forestall.panel.country_month import latest_month
    from forestall.store import Workspace

    workspace = Workspace.open()
    month = latest_month(workspace) if as_of is None else parse_month(as_of)
    case = None if country is None else case_of(country, month)
    picture = warning.picture(workspace, as_of=month, miss_cost=miss_cost, progress=note)
    if case is None:
        found = warning.warnings(picture, top=top)
        tables = _world(found, top)
    else:
        found = of_one = warning_case.of_country(case, picture, workspace, top=top)
        tables = _country(of_one)
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    _show(tables)
    for caveat in found.caveats:
        typer.echo(f"* {caveat}")


def _world(found: "Warnings", top: int) -> "list[Table]":
    by_state = {name: [one for one in found.alerts if one.state == name] for name in ("new", "cleared", "standing")}
    standing = by_state["standing"]
    rest = f"the {top} raised last of {len(standing)}; --top N shows more, --json all" if len(standing) > top else ""
    return [
        _rules(found),
        _alerts(f"Raised this month: {len(by_state['new'])}", by_state["new"], found.events),
        _alerts(f"Cleared this month: {len(by_state['cleared'])}", by_state["cleared"], found.events),
        _alerts(f"Standing: {len(standing)}", standing[:top], found.events, rest),
        _risk(found),
        _change(found),
        _surprise(found),
    ]


def _country(found: "CountryWarnings") -> "list[Table]":
    said = _table(f"{found.name} ({found.iso3}), data to {found.as_of}, outlook {found.window}", [""], [], wrap=True)
    said.add_row(found.assessment.headline.sentence)
    for part in found.assessment.findings:
        said.add_row(part.sentence)
    raises = _table("Alerts raised here before", ["event", "raised", "followed by the event"], [])
    for one in found.alerts:
        for past in one.own_record.last_raised if one.own_record else ():
            raises.add_row(one.event, past.month, {None: "not over yet", True: "yes", False: "no"}[past.right])
    return [said, *([raises] if raises.row_count else [])]


def _rules(found: "Warnings") -> "Table":
    from forestall.instruments.warning_case import fared

    table = _table(
        f"Alerts, data to {found.as_of}, model {found.model}; a miss costs {found.miss_cost:g} false alarms",
        ["event", "what it means, and how alerts fared"],
        ["raised at", "cleared*"],
        f"* below this{_running(found.events[0].clear_months)}, or when the event cannot begin any more",
        wrap=True,
    )
    for rule in found.events:
        record = "No record can be shown." if rule.record is None else fared(rule.record)
        said = f"{rule.definition[0].upper()}{rule.definition[1:]}. {record}"
        table.add_row(rule.event, said, f"{100 * rule.raise_at:.3g} %", f"{100 * rule.clear_below:.3g} %")
    return table


def _running(months: int) -> str:
    return f" for {months} months running" if months > 1 else ""


def _alerts(title: str, alerts: "Sequence[Alert]", rules: "Sequence[EventRule]", caption: str = "") -> "Table":
    """One line an alert, with its record beside it: all countries since 2018, and this country's own alerts.

    right: how often the event followed, of alerts raised (of months under alert for those that stand). early: median
    months between alert and event. here: how many of the alerts raised here the event followed.
    """
    by_event = {rule.event: rule for rule in rules}
    standing = bool(alerts) and alerts[0].state == "standing"
    of = "of country-months under such an alert" if standing else "of such alerts raised"
    about = f"right: {of}, all countries since 2018; early: median lead; here: of alerts raised here"
    caption = f"{caption}\n{about}" if caption else about
    table = _table(title, ["country", "event", "since"], ["P", "before", "right", "early", "here"], caption)
    for one in alerts:
        record, own = by_event[one.event].record, one.own_record
        since = "" if one.since is None else f"≤{one.since}" if one.since_or_before else one.since
        rate = None if record is None else record.months if standing else record.raised
        table.add_row(
            one.name[:15],
            one.event,
            since,
            _percent(one.probability),
            _percent(one.probability_before),
            f"{100 * rate.share:.0f} % of {rate.n:,}" if rate and rate.share is not None else "–",
            f"{record.lead_months:g} mo" if record and record.lead_months is not None else "–",
            f"{own.raised.happened} of {own.raised.n}" if own and own.raised.n else "–",
        )
    return table


def _risk(found: "Warnings") -> "Table":
    figures = ["expected", "80 % interval", "25+ in a month", "1,000+ in all", found.as_of]
    table = _table(f"By risk: most deaths expected, {found.window}", ["country"], figures)
    for row in found.watch_risk:
        chances = (_percent(row.p25), _percent(row.p1000))
        table.add_row(row.name[:20], _count(row.expected), _interval(row.low80, row.high80), *chances, _recorded(row))
    return table


def _change(found: "Warnings") -> "Table":
    figures = ["now", "a month ago", "25+ now", "a month ago", found.as_of]
    table = _table(f"By change: expectation for {found.window} moved most", ["country"], figures)
    for row in found.watch_change:
        expected, chances = (_count(row.expected), _count(row.expected_before)), (row.p25, row.p25_before)
        table.add_row(row.name[:20], *expected, *map(_percent, chances), _recorded(row))
    return table


def _surprise(found: "Warnings") -> "Table":
    figures = [found.as_of, "was to be within (90 %)", "expected ahead"]
    table = _table("By surprise: recorded outside the 90 % interval of a month before", ["country"], figures)
    for row in found.watch_surprise:
        foreseen = _interval(row.foreseen_low90, row.foreseen_high90)
        table.add_row(row.name[:20], _recorded(row), foreseen, _count(row.expected))
    return table


def _recorded(row: "Watched") -> str:
    return "not known" if row.recorded_month is None else f"{row.recorded_month:,.0f}"


def _interval(low: float, high: float) -> str:
    return f"{_count(low)}–{_count(high)}"


def _count(value: float) -> str:
    from forestall.instruments.phrases import count

    return "<1" if 0 < value < 0.5 else count(value)


def _percent(share: float | None) -> str:
    from forestall.instruments.phrases import percent

    return "–" if share is None else percent(share)


def _show(tables: "Sequence[Table]") -> None:
    from rich.console import Console

    console = Console()
    for table in tables:
        if table.row_count:
            console.print(table)
        else:
            console.print(f"{table.title}\n", highlight=False)


def _table(
    title: str, left: "Sequence[str]", right: "Sequence[str]", caption: str = "", *, wrap: bool = False
) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(
        title=title,
        caption=caption or None,
        box=box.SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_header=bool(left[0]),
    )
    for name in left:
        table.add_column(name, no_wrap=not wrap)
    for name in right:
        table.add_column(name, justify="right", no_wrap=True)
    return table
