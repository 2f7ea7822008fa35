"""The reasons for one country's forecast, as tables and as the `reasons` object of the JSON document."""

from typing import TYPE_CHECKING, Any

import typer

from forestall.cli.terminal import month_text, new_table, show
from forestall.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from forestall.forecast.analogues import Case
    from forestall.forecast.explain import Driver, Drivers, Reasons
    from forestall.forecast.explain_change import Change, Split

NONE = "–"


def check_why(country: str | None, model: str) -> None:
    """Raises UsageError if there are no reasons to give: they are of one country, and of our own ensemble."""
    from forestall.forecast import models

    if country is None:
        raise UsageError("--why gives the reasons for one country's forecast: name it, as in forecast Mali --why")
    if model != models.DEFAULT:
        raise UsageError(f"--why explains the model {models.DEFAULT} only, not {model}: leave out --model or --why")


def reasons_document(reasons: "Reasons") -> dict[str, Any]:
    """The `reasons` object; docs/methods/reasons.md says what each key holds. What is not stated is null, never 0."""
    from forestall.brief.reasons import pool_share

    return {
        "explains": "boosting",
        "share_of_pool": round(pool_share(), 4),
        "horizons": [_horizon(one) for one in reasons.horizons],
        "similar": [_case(case) for case in reasons.cases],
        "change": None if reasons.change is None else _change(reasons.change),
    }


def show_reasons(reasons: "Reasons") -> None:
    """Print the reasons on stdout: drivers by horizon, similar past cases with what followed, and what changed."""
    from forestall.brief.reasons import basis, changed, pool_share

    show(_drivers_table(reasons))
    typer.echo(basis(reasons.horizons[0], pool_share()) + "\n")
    if reasons.cases:
        show(_cases_table(reasons.cases))
    if reasons.change is not None:
        if reasons.change.clear:
            show(_change_table(reasons.change))
        typer.echo(changed(reasons.change))


def _horizon(one: "Drivers") -> dict[str, Any]:
    return {
        "month": month_text(one.month),
        "months_ahead": one.step,
        "basis": one.basis,
        "drivers": [
            {
                "theme": driver.theme,
                "raises": driver.raises,
                "deaths": _rounded(driver.deaths, 3),
                "odds_any": _rounded(driver.odds_any, 4),
                "odds_25": _rounded(driver.odds_25, 4),
            }
            for driver in one.drivers
        ],
        "withheld": [driver.theme for driver in one.withheld],
        "small": [driver.theme for driver in one.small],
    }


def _case(case: "Case") -> dict[str, Any]:
    return {
        "iso3": case.iso3,
        "gw_id": case.unit,
        "month": month_text(case.origin),
        "distance": round(case.distance, 4),
        "deaths_year_before": case.deaths_before,
        "deaths_year_after": case.deaths_after,
    }


def _change(change: "Change") -> dict[str, Any]:
    return {
        "since": month_text(change.since),
        "months": [month_text(month) for month in (change.months[0], change.months[-1])],
        "deaths": _split(change.deaths, change),
        "p25": _split(change.p25, change),
        "clear": change.clear,
        "revised_data_known": change.revised_known,
        "note": change.note,
    }


def _split(split: "Split", change: "Change") -> dict[str, float | None]:
    """Parts only where the change is larger than what chance alone may do; revised data only where they are known."""
    return {
        "before": round(split.before, 4),
        "after": round(split.after, 4),
        "revised_data": round(split.revised_data, 4) if change.clear and change.revised_known else None,
        "new_data": round(split.new_data, 4) if change.clear else None,
        "model": round(split.model, 4) if change.clear else None,
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _drivers_table(reasons: "Reasons") -> "Table":
    own = reasons.horizons[0].basis == "own record"
    left_out = sorted({driver.theme for one in reasons.horizons for driver in one.withheld})
    caption = "against a forecast without that part of the record" if own else "against what is usual, in the trees"
    if left_out:
        caption += f"; not borne out by the whole pool in some month: {', '.join(left_out)}"
    table = new_table("Drivers", ["month", "driver"], ["deaths", "odds of 1+", "odds of 25+"], caption)
    for one in reasons.horizons:
        for place, driver in enumerate(one.drivers):
            table.add_row("" if place else month_text(one.month), driver.theme, *_stated(driver))
        if not one.drivers:
            table.add_row(month_text(one.month), "none that stands out", NONE, NONE, NONE)
    return table


def _stated(driver: "Driver") -> tuple[str, str, str]:
    deaths = NONE if driver.deaths is None else f"{driver.deaths:+,.1f}"
    return deaths, _times(driver.odds_any), _times(driver.odds_25)


def _times(factor: float | None) -> str:
    if factor is None:
        return NONE
    return f"× {factor:.2f}" if factor < 10 else f"× {factor:,.0f}"


def _cases_table(cases: "tuple[Case, ...]") -> "Table":
    table = new_table(
        "Similar past cases",
        ["country", "up to"],
        ["deaths in that year", "in the year after"],
        "past months most like the present by the three years before; no forecast by themselves",
    )
    for case in cases:
        table.add_row(case.iso3, month_text(case.origin), f"{case.deaths_before:,.0f}", f"{case.deaths_after:,.0f}")
    return table


def _change_table(change: "Change") -> "Table":
    first, last = month_text(change.months[0]), month_text(change.months[-1])
    table = new_table(
        f"Change since the edition as of {month_text(change.since)}",
        [f"{first}..{last}"],
        ["before", "revised data", "new data", "model", "now"],
        f"revised data: {change.note}" if change.note else "",
    )
    for name, split, scale, text in (
        ("deaths expected", change.deaths, 1, ",.1f"),
        ("P(25+) a month, %", change.p25, 100, ".1f"),
    ):
        parts = [split.revised_data if change.revised_known else None, split.new_data, split.model]
        table.add_row(
            name,
            format(split.before * scale, text),
            *("not known" if part is None else format(part * scale, "+" + text) for part in parts),
            format(split.after * scale, text),
        )
    return table
