"""`forestall forecast`, `backtest` and `score`: what may happen, and how good such figures were."""

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forestall.cli.common import AsOf, Json, note, print_json
from forestall.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from forestall.forecast import Forecast
    from forestall.panel.frame import Panel

QUANTILES = {"q05": 0.05, "q50": 0.5, "q95": 0.95}
SHOWN = 20
REVISED = "revised figures: those we hold today, cut at the last month a model may see"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command("forecast")(forecast)
    app.command("backtest")(backtest)
    app.command("score")(score)


Target = Annotated[
    str, typer.Option("--target", help="deaths_total, deaths_state_based, deaths_non_state or deaths_one_sided.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the draws; the same seed gives the same draws.")]


def forecast(
    country: Annotated[
        str | None, typer.Argument(help="ISO3 code, Gleditsch-Ward number or name; default: all.")
    ] = None,
    *,
    target: Target = "deaths_total",
    horizon: Annotated[int, typer.Option("--horizon", metavar="N", help="Months ahead, 1 to 36.")] = 36,
    level: Annotated[str, typer.Option("--level", help="country.")] = "country",
    model: Annotated[str | None, typer.Option("--model", help="A model by name; default: ewma.")] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Also write it: .parquet (every draw), .csv or .json (summary)."),
    ] = None,
    seed: Seed = 0,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Forecast deaths by country and month, as 1,000 draws: mean, quantiles and chances of 1+ and 25+ deaths."""
    if level != "country":
        raise UsageError(f"--level {level!r} is not forecast here, expected country")
    if out is not None and out.suffix not in {".parquet", ".csv", ".json"}:
        raise UsageError(f"--out {out} ends in {out.suffix or 'nothing'}, expected .parquet, .csv or .json")
    from forestall.forecast import models, run
    from forestall.forecast.parquet import write_parquet
    from forestall.store import Workspace, files

    name = model or models.DEFAULT
    models.get(name)
    workspace = Workspace.open()
    panel = _panel(workspace, as_of, target)
    found = run(panel, name, months=horizon, seed=seed, cache_dir=workspace.cache_dir)
    codes = dict(zip(panel.units.tolist(), panel.iso3, strict=True))
    if country is not None:
        found = found.select(_gw_id(country, panel))
    document = _document(found, panel)
    if out is not None:
        if out.suffix == ".parquet":
            write_parquet(found, out)
        elif out.suffix == ".csv":
            files.write(out, _csv(document).encode())
        else:
            import json

            files.write(out, json.dumps(document, allow_nan=False).encode())
        note(f"written: {out}")
    if as_json:
        print_json(document)
    else:
        _print(_country_table(document) if country is not None else _world_table(found, codes))


def backtest(
    *,
    challenge: Annotated[
        Path | None,
        typer.Option("--challenge", metavar="DIR", help="Folder of the VIEWS challenge; default: our own figures."),
    ] = None,
    first: Annotated[int | None, typer.Option("--from", metavar="YEAR", help="First year to forecast.")] = None,
    last: Annotated[int | None, typer.Option("--to", metavar="YEAR", help="Last year to forecast.")] = None,
    model_names: Annotated[
        str | None, typer.Option("--models", metavar="A,B", help="Models by name, with commas between; default: all.")
    ] = None,
    target: Target = "deaths_total",
    more: Annotated[
        bool, typer.Option("--more", help="Also coverage, and Brier, AUROC and AUPRC for 1+ and 25+ deaths.")
    ] = False,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Score models on past years: seen up to October, scored on the calendar year that follows."""
    from forestall.forecast.models import MODELS, get
    from forestall.verify import backtest as work
    from forestall.verify import challenge as official
    from forestall.verify.measure import without_nan

    names = (
        [part.strip() for part in model_names.split(",") if part.strip()] if model_names is not None else list(MODELS)
    )
    for name in names:
        get(name)
    published: list[dict[str, Any]] = []
    if challenge is not None:
        panel = official.read(challenge)
        published = official.published(challenge)
        figures = "the challenge's own figures"
        over = work.windows(panel, first or official.YEARS[0], last or official.YEARS[-1])
    else:
        from forestall.store import Workspace

        panel = _panel(Workspace.open(), None, target)
        over = work.windows(panel, first, last)
        figures = REVISED
    with _progress(len(over) * len(names)) as step:
        rows = work.run(panel, names, over, seed=seed, extras=more, progress=lambda _, __: step())
    if as_json:
        document: dict[str, Any] = {
            "windows": [without_nan(row) for row in rows],
            "target": panel.target,
            "figures": figures,
            "seed": seed,
        }
        if published:
            document["published"] = published
        print_json(document)
        return
    _print(*_backtest_tables(rows, published, figures))


def score(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A forecast: our Parquet, or a file or folder in the VIEWS layout.")
    ],
    actuals: Annotated[
        Path,
        typer.Option("--actuals", metavar="FILE", help="What happened: Parquet or CSV with month_id, unit and deaths."),
    ],
    as_json: Json = False,
) -> None:
    """Score anyone's forecast against what happened: CRPS, ignorance, interval score, coverage, Brier and more."""
    from forestall.verify.measure import without_nan
    from forestall.verify.score import score as work

    rows = work(file, actuals)
    for row in rows:
        if row["draws"] != 1000:
            note(
                f"{row['window']} has {row['draws']} draws; the challenge compares ensembles of 1,000, and CRPS and "
                "ignorance depend on how many there are"
            )
    if as_json:
        print_json({"scores": [without_nan(row) for row in rows]})
        return
    _print(_score_table(rows))


def _panel(workspace: Any, as_of: str | None, target: str) -> "Panel":
    from forestall.ids.months import parse_month
    from forestall.panel.country_month import country_month, latest_month
    from forestall.panel.frame import TARGETS

    if target not in TARGETS:
        raise UsageError(f"unknown target {target!r}; known: {', '.join(TARGETS)}")
    month = latest_month(workspace) if as_of is None else parse_month(as_of)
    panel = country_month(workspace, as_of=month, target=target)
    _say_unknown(panel)
    return panel


def _say_unknown(panel: "Panel") -> None:
    """Warn where a type of violence is not known by month: a forecast from what is left would look complete."""
    import numpy as np

    recent = panel.values[:, -36:]
    partly = np.isnan(recent).any(axis=1) & ~np.isnan(recent).all(axis=1)
    if partly.any():
        gaps = int(np.isnan(recent[partly]).sum())
        note(
            f"{panel.target}: {gaps:,} country-months of the last 36 months are not known, in {int(partly.sum())} "
            "countries, and are left out; the full GED has them (forestall data add FILE)"
        )


def _gw_id(country: str, panel: "Panel") -> int:
    """The panel's unit that a person named: by ISO3 code or number, else by any name of the state."""
    text = country.strip()
    for unit, code in zip(panel.units.tolist(), panel.iso3, strict=True):
        if text.upper() == code or text == str(unit):
            return int(unit)
    from forestall.ids.countries import resolve
    from forestall.ids.months import month_end

    state = resolve(text, on=month_end(panel.as_of))
    if state.gw_id is None or state.gw_id not in panel.units:
        raise UsageError(f"{state.name} has no forecast: it is not a state of the panel in its last month")
    return int(state.gw_id)


def _month(month: int) -> str:
    from forestall.ids.months import format_month

    return format_month(month)


def _document(found: "Forecast", panel: "Panel") -> dict[str, Any]:
    """The JSON document of a forecast; pK is P(deaths >= K)."""
    codes = dict(zip(panel.units.tolist(), panel.iso3, strict=True))
    mean, chance1, chance25 = found.mean(), found.prob_at_least(1), found.prob_at_least(25)
    values = found.quantiles(list(QUANTILES.values()))
    units = [
        {
            "iso3": codes[int(unit)],
            "gw_id": int(unit),
            "months": [
                {
                    "month": _month(int(month)),
                    "mean": round(float(mean[i, j]), 3),
                    "p1": round(float(chance1[i, j]), 4),
                    "p25": round(float(chance25[i, j]), 4),
                    **{key: round(float(values[i, j, k]), 2) for k, key in enumerate(QUANTILES)},
                }
                for j, month in enumerate(found.months)
            ],
        }
        for i, unit in enumerate(found.units)
    ]
    return {
        "as_of": _month(found.as_of),
        "target": found.target,
        "unit": "deaths per month, UCDP best estimate",
        "model": found.model,
        "model_version": found.version,
        "seed": found.seed,
        "draws": found.n_draws,
        "panel_digest": found.panel_digest,
        "figures": REVISED,
        "last_month": {"release": panel.releases[-1], "status": panel.status[-1]},
        "units": units,
    }


def _csv(document: dict[str, Any]) -> str:
    columns = ("month", "mean", "p1", "p25", *QUANTILES)
    lines = [",".join(("iso3", "gw_id", *columns))]
    for unit in document["units"]:
        for row in unit["months"]:
            lines.append(",".join([unit["iso3"], str(unit["gw_id"]), *(str(row[name]) for name in columns)]))
    return "\n".join(lines) + "\n"


def _print(*tables: "Table") -> None:
    from rich.console import Console

    console = Console()
    for table in tables:
        console.print(table)


def _table(title: str, left: Sequence[str], right: Sequence[str], caption: str = "") -> "Table":
    from rich import box
    from rich.table import Table

    # narrow margins: ten columns of scores have to fit a terminal of 80
    table = Table(
        title=title,
        caption=caption,
        box=box.SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for name in left:
        table.add_column(name, no_wrap=True)
    for name in right:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _percent(chance: float) -> str:
    """A share of draws in words that claim no certainty: 1,000 of 1,000 draws are above 99 %, not 100 %."""
    if chance in {0, 1}:
        return "< 1 %" if chance == 0 else "> 99 %"
    return f"{min(max(chance * 100, 1), 99):.0f} %"


def _world_table(found: "Forecast", codes: dict[int, str]) -> "Table":
    """The countries with the most deaths expected over the next six months (or the horizon, if shorter)."""
    span = min(6, found.months.size)
    first, last = int(found.months[0]), int(found.months[span - 1])
    mean, chance = found.mean(), found.prob_at_least(25)
    expected = mean[:, :span].sum(axis=1)
    order = expected.argsort(kind="stable")[::-1][:SHOWN]
    table = _table(
        f"{found.target}, model {found.model}, data to {_month(found.as_of)}",
        ["country"],
        [f"expected {_month(first)}..{_month(last)}", f"mean {_month(first)}", f"P(25+) {_month(first)}"],
        f"the {order.size} countries with the most deaths expected, of {found.units.size}; --json gives all",
    )
    for i in order:
        table.add_row(codes[int(found.units[i])], f"{expected[i]:,.0f}", f"{mean[i, 0]:,.1f}", _percent(chance[i, 0]))
    return table


def _country_table(document: dict[str, Any]) -> "Table":
    unit = document["units"][0]
    table = _table(
        f"{unit['iso3']}: {document['target']}, model {document['model']}, data to {document['as_of']}",
        ["month"],
        ["mean", "5 %", "median", "95 %", "P(1+)", "P(25+)"],
        "deaths per month, UCDP best estimate",
    )
    for row in unit["months"]:
        table.add_row(
            row["month"],
            f"{row['mean']:,.1f}",
            *(f"{row[key]:,.0f}" for key in QUANTILES),
            *(_percent(row[key]) for key in ("p1", "p25")),
        )
    return table


def _backtest_tables(rows: list[dict[str, Any]], published: list[dict[str, Any]], figures: str) -> list["Table"]:
    names = list(dict.fromkeys(row["model"] for row in rows))
    years = sorted({row["year"] for row in rows})
    # six years of scores fit 80 columns; --json has them all
    shown = years if len(years) <= 6 else years[-5:]
    crps = _table(
        "CRPS by year, deaths per country and month (lower is better)",
        ["model"],
        [*(str(year) for year in shown), "CRPS", "IGN", "MIS"],
        f"last three columns: means of {len(years)} windows, {years[0]} to {years[-1]}; {figures}",
    )
    extras = [key for key in rows[0] if key not in {"year", "model", "crps", "ign", "mis", "n"}]
    extra = _table("More, means of the windows", ["score"], names)
    means: dict[str, dict[str, float]] = {}
    for name in names:
        own = {row["year"]: row for row in rows if row["model"] == name}
        mean = means[name] = {
            key: sum(row[key] for row in own.values()) / len(own) for key in ("crps", "ign", "mis", *extras)
        }
        crps.add_row(
            name,
            *(f"{own[year]['crps']:.2f}" for year in shown),
            f"{mean['crps']:.2f}",
            f"{mean['ign']:.3f}",
            f"{mean['mis']:.0f}",
        )
    for key in extras:
        extra.add_row(key, *(f"{means[name][key]:.3f}" for name in names))
    tables = [crps, extra] if extras else [crps]
    if published:
        digits = {"crps": 2, "ign": 3, "mis": 0}
        title = "Published scores (compare within one window only)"
        other = _table(title, ["window", "entry"], ["CRPS", "IGN", "MIS"])
        for row in published:
            cells = ("" if row[key] is None else f"{row[key]:.{n}f}" for key, n in digits.items())
            other.add_row(row["window"], row["model"], *cells)
        tables.append(other)
    return tables


def _score_table(rows: list[dict[str, Any]]) -> "Table":
    """One column a forecast, one line a score: a folder of six windows still fits a terminal."""
    keys = [key for key in rows[0] if key not in {"window", "model", "month_ids"}]
    names = [row["window"].removeprefix("window=") for row in rows]
    title = f"{rows[0]['model']}: scores, means over units and months"
    table = _table(title, ["score"], names)
    table.add_row("from", *(_month(row["month_ids"][0]) for row in rows))
    table.add_row("to", *(_month(row["month_ids"][1]) for row in rows))
    for key in keys:
        values = (row[key] for row in rows)
        table.add_row(key, *(f"{value:,}" if isinstance(value, int) else f"{value:,.3f}" for value in values))
    return table


@contextmanager
def _progress(total: int) -> "Iterator[Callable[[], None]]":
    """A bar on stderr while a terminal is there to show it."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("scoring", total=total)
        yield lambda: bar.advance(task)
