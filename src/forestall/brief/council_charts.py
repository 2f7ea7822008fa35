"""Charts of the Security Council's record: decisions by year, kind and region, vetoes by year, member and topic."""

from collections.abc import Sequence
from typing import Any

from forestall.brief import svg, theme

Spec = dict[str, Any]
Row = tuple[int, str, int]
WIDTH = 640
KINDS = {
    "resolution": ("resolutions", theme.MODELS[0]),
    "statement": ("statements of the President", theme.BANDS[2]),
    "meeting": ("meetings", theme.MODELS[3]),
    "draft": ("drafts not adopted", theme.MODELS[1]),
}
REGIONS = {
    "Africa": theme.MODELS[1],
    "Americas": theme.BANDS[2],
    "Asia and Oceania": theme.MODELS[3],
    "Western Asia": theme.MODELS[0],
    "Europe": theme.MODELS[4],
    "more than one": theme.MODELS[2],
    "no country named": theme.LINE,
}
MEMBERS = {
    "CHN": ("China", theme.MODELS[1]),
    "FRA": ("France", theme.MODELS[3]),
    "RUS": ("Russian Federation (USSR to 1991)", theme.MODELS[0]),
    "GBR": ("United Kingdom", theme.MODELS[2]),
    "USA": ("United States", theme.MODELS[4]),
}


def decisions_spec(kinds: Sequence[Row], regions: Sequence[Row], *, note: str = "", width: int = WIDTH) -> Spec:
    """Two panels over one axis of years: records by kind, and by the region of the countries they concern.

    note: a line under the heading, for the day where the data end.
    """
    named = [(year, KINDS[kind][0], n) for year, kind, n in kinds]
    span = _span([*kinds, *regions])
    return {
        "vconcat": [
            _years(named, dict(KINDS.values()), head=("By kind", note), title="number a year", span=span, width=width),
            _years(
                list(regions),
                REGIONS,
                head=("By region of the countries concerned", ""),
                title="number a year",
                span=span,
                width=width,
            ),
        ],
        "spacing": 18,
        "resolve": {"scale": {"color": "independent"}},
    }


def vetoes_spec(
    members: Sequence[Row], topics: Sequence[tuple[str, str, int]], *, note: str = "", width: int = WIDTH
) -> Spec:
    """Two panels in the colours of members: vetoes by year, and by topic with the most first. note: as above."""
    named = [(year, MEMBERS[member][0], n) for year, member, n in members]
    colours = dict(MEMBERS.values())
    present = {name for _, name, _ in named}
    rows: list[Spec] = [
        {"topic": topic, "series": MEMBERS[member][0], "n": n, "order": list(colours).index(MEMBERS[member][0])}
        for topic, member, n in topics
    ]
    order = list(dict.fromkeys(topic for topic, _, _ in topics))
    top = max((sum(row["n"] for row in rows if row["topic"] == topic) for topic in order), default=1)
    by_topic: Spec = {
        "title": _title("By topic"),
        "width": width,
        "height": {"step": 18},
        "data": {"values": rows},
        "mark": {"type": "bar"},
        "encoding": {
            "y": {"field": "topic", "type": "nominal", "sort": order, "title": None, "axis": {"labelLimit": 300}},
            "x": {"field": "n", "type": "quantitative", "title": "vetoes", "axis": _whole(top)},
            "color": _colour({name: c for name, c in colours.items() if name in present}, legend=False),
            "order": {"field": "order"},
        },
    }
    kept = {name: c for name, c in colours.items() if name in present}
    by_year = _years(named, kept, head=("By year", note), title="vetoes a year", span=_span(members), width=width)
    return {"vconcat": [by_year, by_topic], "spacing": 18, "resolve": {"scale": {"color": "independent"}}}


def _years(
    rows: Sequence[Row],
    colours: dict[str, str],
    *,
    head: tuple[str, str],
    title: str,
    span: tuple[int, int],
    width: int,
) -> Spec:
    """Stacked bars over years; series without a row are not in the legend."""
    names = [name for name in colours if any(series == name for _, series, _ in rows)]
    values = [{"year": year, "series": name, "n": n, "order": names.index(name)} for year, name, n in rows]
    totals: dict[int, int] = {}
    for year, _, n in rows:
        totals[year] = totals.get(year, 0) + n
    step = next((s for s in (1, 2, 5, 10) if (span[1] - span[0]) / s <= 12), 10)
    ticks = [year for year in range(span[0], span[1] + 1) if year % step == 0] or [span[0]]
    return {
        "title": _title(*head),
        "width": width,
        "height": 190,
        "data": {"values": values},
        "mark": {"type": "bar", "width": max(2, int(0.88 * width / (span[1] - span[0] + 1)))},
        "encoding": {
            "x": {
                "field": "year",
                "type": "quantitative",
                "title": None,
                "scale": {"domain": [span[0] - 0.6, span[1] + 0.6], "nice": False, "zero": False},
                "axis": {"format": "d", "grid": False, "values": ticks},
            },
            "y": {
                "field": "n",
                "type": "quantitative",
                "title": title,
                "axis": _whole(max(totals.values(), default=1)),
            },
            "color": _colour({name: colours[name] for name in names}, legend=True),
            "order": {"field": "order"},
        },
    }


def _title(text: str, note: str = "") -> Spec:
    found = {"text": text, "anchor": "start", "fontSize": 13, "fontWeight": "normal", "color": theme.FG}
    return found | ({"subtitle": note, "subtitleColor": theme.MUTED, "subtitleFontSize": 12} if note else {})


def _whole(top: int) -> Spec:
    return {"tickMinStep": 1, "format": "d", "tickCount": min(6, max(1, top))}


def _colour(colours: dict[str, str], *, legend: bool) -> Spec:
    return {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": list(colours), "range": list(colours.values())},
        "legend": {"orient": "top", "title": None, "symbolType": "square", "columns": 3 if len(colours) == 5 else 4}
        if legend
        else None,
    }


def _span(rows: Sequence[Row]) -> tuple[int, int]:
    years = [year for year, _, _ in rows]
    return (min(years), max(years)) if years else (1946, 1947)


def describe(rows: Sequence[tuple[Any, str, int]], what: str) -> str:
    """What a chart shows, in words, for those who cannot see it: the total of each series."""
    totals: dict[str, int] = {}
    for _, series, n in rows:
        totals[series] = totals.get(series, 0) + n
    parts = ", ".join(f"{name} {n}" for name, n in sorted(totals.items(), key=lambda item: -item[1]))
    return f"{what}: {parts or 'none'}."


def drawn(spec: Spec, form: str, *, name: str, title: str, description: str) -> bytes:
    """A chart as the bytes of a file.

    form: `svg`, `png` (two pixels a unit, white ground) or `html` (a page of its own, light and dark). Raises KeyError
    for another form.
    """
    import vl_convert

    if form == "png":
        found: bytes = vl_convert.vegalite_to_png(
            {**svg.writable(spec), "config": theme.config() | {"background": "#ffffff"}}, scale=2.0
        )
        return found
    image = theme.to_svg(spec, name=name, title=title, description=description)
    return {"svg": image, "html": _page(image, title)}[form].encode()


def _page(image: str, title: str) -> str:
    import html

    ground = f"body{{background:{theme.BACK};color:{theme.FG};font-family:{theme.FONT};margin:2rem}}"
    night = f"body{{background:{theme.DARK[theme.BACK]};color:{theme.DARK[theme.FG]}}}{theme.dark_css()}"
    style = f"{ground}svg{{max-width:100%;height:auto}}@media (prefers-color-scheme:dark){{{night}}}"
    name = html.escape(title)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{name}</title>'
    body = f"<h1>{name}</h1>{image}"
    return f'<!doctype html><html lang="en"><head>{head}<style>{style}</style></head><body>{body}</body></html>'
