"""How charts look, and how a Vega-Lite chart becomes an SVG that lives inside a page.

Colours stand in the SVG as plain attributes, the ones of the light page. `dark_css` maps each to its partner for dark mode
by attribute selectors, so one drawing serves light, dark and print.
"""

from typing import Any

from forestall.brief import svg

FG, MUTED, LINE, ACCENT, ACCENT_2, BACK = "#1b1f24", "#525a64", "#c3cad2", "#0b5a8a", "#b0480c", "#fffffe"
ZERO, UNKNOWN, SEA = "#e6e9ec", "#f6f7f8", "#fdfdfe"
NO_FIGURE, HATCHING = "#f1f3f5", "#8b949e"
HATCHED = {NO_FIGURE: HATCHING}  # drawn as diagonal lines: not known must not look like few
BANDS = ("#d3e4ef", "#a9cbe1", "#7fb1d2")  # 90, 80 and 50 % intervals
STEPS = ("#fee6a8", "#fdc35c", "#f08a24", "#c2560f", "#7a2a08")  # few to many deaths; safe for colour-blind readers
CHANCES = ("#dcebf6", "#a6cde5", "#5fa3cd", "#2374ab", "#0a3c66")  # small to large chance, another family than deaths
MODELS = ("#0b5a8a", "#b0480c", "#5c6670", "#7a5aa6", "#3f7d3f")

# Lighter means more in dark mode, as darker means more in light mode.
DARK = {
    FG: "#e8ebee",
    MUTED: "#a9b2bc",
    LINE: "#4a545f",
    ACCENT: "#7cc0ec",
    ACCENT_2: "#f2a36b",
    BACK: "#14181d",
    ZERO: "#2c343d",
    UNKNOWN: "#1c2229",
    SEA: "#181d22",
    NO_FIGURE: "#20262c",
    HATCHING: "#77828d",
    **dict(zip(BANDS, ("#1d3a4d", "#275470", "#347196"), strict=True)),
    **dict(zip(STEPS, ("#53401a", "#85601c", "#c07f23", "#eda84e", "#ffe0a3"), strict=True)),
    **dict(zip(CHANCES, ("#203b50", "#2a5c80", "#4288b5", "#7fb8e0", "#d3e9f8"), strict=True)),
    MODELS[2]: "#b4bdc6",
    MODELS[3]: "#c3aaea",
    MODELS[4]: "#8fcf8f",
}

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


def dark_css() -> str:
    """CSS rules that turn every chart colour into its partner for dark mode."""
    return "\n".join(
        f'svg.chart [{attribute}="{light}"]{{{attribute}:{dark}}}'
        for light, dark in DARK.items()
        for attribute in ("fill", "stroke")
    )


def config() -> dict[str, Any]:
    """The Vega-Lite configuration that all charts share."""
    return {
        "background": "transparent",
        "font": "DejaVu Sans",
        "view": {"stroke": None},
        "axis": {
            "labelColor": MUTED,
            "titleColor": MUTED,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "gridColor": LINE,
            "gridOpacity": 0.55,
            "domainColor": LINE,
            "tickColor": LINE,
        },
        "legend": {
            "labelColor": FG,
            "titleColor": MUTED,
            "labelFontSize": 12,
            "labelLimit": 280,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
        },
        "text": {"color": FG, "fontSize": 12},
    }


def to_svg(spec: dict[str, Any], *, name: str, title: str, description: str) -> str:
    """Render a Vega-Lite specification to SVG for inlining: titled, responsive, ids of its own, no reference outside.

    name: unique on the page, letters and digits; it prefixes ids. title, description: read out to those who cannot see the chart.
    """
    import vl_convert

    drawn = vl_convert.vegalite_to_svg({**svg.writable(spec), "config": config()})
    return svg.finish(drawn, name=name, title=title, description=description, font=FONT, hatched=HATCHED)


def paint(colour: str, name: str) -> str:
    """What to fill a shape with that stands beside the chart `name`, such as a legend's: the colour, or its diagonal lines."""
    return svg.hatching(name, colour) if colour in HATCHED else colour


def sparkline(values: list[float | None], *, width: int = 96, height: int = 20) -> str:
    """A tiny line of monthly figures on a square-root scale; not known leaves a gap. Decorative: the figures stand in the table."""
    top = max((v for v in values if v is not None), default=0) or 1
    step = width / max(1, len(values) - 1)
    path, pen = [], "M"
    for i, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{i * step:.0f} {height - 2 - (height - 4) * (value / top) ** 0.5:.1f}")
        pen = "L"
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" width="{width}" height="{height}" aria-hidden="true">'
        f'<path d="{"".join(path)}" fill="none" stroke="{ACCENT}" stroke-width="1.5"/></svg>'
    )
