"""From a document to a page: one self-contained HTML file, and the same content as JSON.

Nothing on the page is fetched from anywhere: styles and charts are inline, and a content security policy forbids the rest.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from forestall.brief import theme, words
from forestall.brief.document import (
    CountryRisk,
    Dossier,
    Figure,
    MonthForecast,
    Neighbour,
    Outlook,
    RiskMap,
    RiskRow,
    YearAhead,
)
from forestall.ids.months import long_month, parse_month
from forestall.instruments.mediation.sentences import chance


def _figure(figure: Figure) -> str:
    return words.exact(figure.value) if figure.kind == "recorded" else words.rounded(figure.value)


def _range_note(figure: Figure) -> str:
    unit = figure.unit
    if figure.low is None or figure.high is None:
        return f"{unit} · {figure.source}"
    if figure.kind == "recorded":
        return f"{unit} · low to high {words.exact(figure.low)}–{words.exact(figure.high)} · {figure.source}"
    return f"{unit} · {round(100 * (figure.level or 0))} % interval {words.interval(figure.low, figure.high)}"


def _interval80(row: CountryRisk | Neighbour | RiskMap | RiskRow | YearAhead) -> str:
    return words.interval(row.low80, row.high80)


def _interval_month(month: MonthForecast) -> str:
    return words.interval(month.q10, month.q90)


def _raise_at(threshold: float) -> str:
    return f"{100 * threshold:.3g} %"


def _rounded_people(value: float) -> str:
    if value >= 1e6:
        return f"{value / 1e6:,.1f} million"
    return f"{round(value, -3):,.0f}"


def _long_month(text: str) -> str:
    return long_month(parse_month(text))


def _position(cell: RiskRow) -> str:
    return words.position(cell.lat, cell.lon)


@cache
def _environment() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.PackageLoader("forestall", "brief/templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "exact": words.exact,
        "rounded": words.rounded,
        "percent": words.percent,
        "release": words.release,
        "share": words.share,
        "likelihood": words.likelihood,
        "figure": _figure,
        "range_note": _range_note,
        "interval80": _interval80,
        "interval_month": _interval_month,
        "rounded_people": _rounded_people,
        "long_month": _long_month,
        "position": _position,
        "chance": chance,
        "raise_at": _raise_at,
    }
    return env


def page(document: Outlook | Dossier, **context: Any) -> str:
    """The document as one HTML page. `context` carries what the template shows beside it: charts (SVG), links, row orders.

    Strings are escaped; SVG arrives as text made by our own charts and is marked safe here.
    """
    style = resources.files("forestall").joinpath("brief/templates/style.css").read_text("utf-8")
    style += f"@media screen and (prefers-color-scheme: dark) {{\n{theme.dark_css()}\n}}\n"
    ready = {
        key: _mark(value) if key in {"charts", "risk_charts", "sparks", "maps"} else value
        for key, value in context.items()
    }
    template = _environment().get_template(f"{document.kind}.html.j2")
    citations = dict.fromkeys(
        part.strip() for r in document.releases for part in r.citation.split("; ") if part.strip()
    )
    return template.render(doc=document, citations=list(citations), style=Markup(style), **ready)  # noqa: S704 - our own stylesheet


def _mark(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: Markup(v) if v else "" for k, v in value.items()}  # noqa: S704 - SVG made by brief.charts
    return [(first, Markup(svg) if svg else "") for first, svg in value]  # noqa: S704 - SVG made by brief.charts
