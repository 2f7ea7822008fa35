"""`forestall forecast`, `backtest` and `score`: what may happen, and how good such figures were."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forestall.cli import cells as by_cell
from forestall.cli.backtest import backtest
from forestall.cli.common import AsOf, Cluster, Jobs, Json, note, print_json
from forestall.cli.reasons import check_why, reasons_document, show_reasons
from forestall.cli.terminal import REVISED, Seed, Target, month_text, new_table, panel_of, show
from forestall.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from forestall.forecast import Forecast
    from forestall.panel.frame import Panel

QUANTILES = {"q05": 0.05, "q50": 0.5, "q95": 0.95}
REACHES = (1, 25, 100, 1000)
SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command("forecast")(forecast)
    app.command("backtest")(backtest)
    app.command("score")(score)


def forecast(
    country: Annotated[
        str | None, typer.Argument(help="ISO3 code, Gleditsch-Ward number or name; default: all.")
    ] = None,
    *,
    target: Target = "deaths_total",
    horizon: Annotated[int, typer.Option("--horizon", metavar="N", help="Months ahead, 1 to 36.")] = 36,
    level: Annotated[
        str, typer.Option("--level", help="country, or cell: where inside countries, on a grid of half a degree.")
    ] = "country",
    step: Annotated[str, typer.Option("--step", help="With --level cell: month or (calendar) year.")] = "month",
    model: Annotated[str | None, typer.Option("--model", help="A model by name; default: forestall.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Also write it: .parquet (every draw), .csv or .json (summary); with --level cell a folder.",
        ),
    ] = None,
    why: Annotated[
        bool,
        typer.Option("--why", help="Also say what drives the country's forecast, what it resembles, what changed."),
    ] = False,
    seed: Seed = 0,
    jobs: Jobs = None,
    cluster: Cluster = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Forecast deaths by country, month and year, as 1,000 draws: mean, quantiles, chances of 1+ to 1,000+ deaths."""
    _check(country, level, step, out, why=why, workers=jobs is not None or cluster is not None)
    from forestall.forecast import models, run
    from forestall.store import Workspace

    name = model or models.DEFAULT
    models.get(name)
    if why:
        check_why(country, name)
    workspace = Workspace.open()
    panel = panel_of(workspace, as_of, target)
    unit = None if country is None else _gw_id(country, panel)  # said before any model is fitted
    if level == "cell":
        by_cell.forecast(
            workspace,
            panel,
            unit,
            model=name,
            horizon=horizon,
            step=step,
            seed=seed,
            out=out,
            jobs=jobs,
            cluster=cluster,
            as_json=as_json,
        )
        return
    found = run(panel, name, months=horizon, seed=seed, cache_dir=workspace.cache_dir)
    codes = dict(zip(panel.units.tolist(), panel.iso3, strict=True))
    if unit is not None:
        found = found.select(unit)
    document = _document(found, panel)
    reasons = None
    if why and unit is not None:
        from forestall.forecast import explain_cache

        reasons = explain_cache.run(panel, workspace.cache_dir)[unit]
        document["reasons"] = reasons_document(reasons)
    if out is not None:
        _write(found, document, out)
    if as_json:
        print_json(document)
    else:
        show(_country_table(document) if country is not None else _world_table(found, codes))
        if reasons is not None:
            show_reasons(reasons)


def _check(country: str | None, level: str, step: str, out: Path | None, *, why: bool, workers: bool) -> None:
    """Raises UsageError on options that do not go together, before anything is read."""
    if level not in {"country", "cell"}:
        raise UsageError(f"--level {level!r} is not forecast here, expected country or cell")
    if level == "cell":
        by_cell.check(country, step, out)
        if why:
            raise UsageError("--why speaks of countries: leave it out with --level cell")
    elif step != "month" or workers:
        raise UsageError("--step, --jobs and --cluster belong to --level cell: countries are forecast in this process")
    elif out is not None and out.suffix not in {".parquet", ".csv", ".json"}:
        raise UsageError(f"--out {out} ends in {out.suffix or 'nothing'}, expected .parquet, .csv or .json")


def _write(found: "Forecast", document: dict[str, Any], out: Path) -> None:
    """Write a forecast in the layout that the file's name asks for."""
    from forestall.forecast.parquet import write_parquet
    from forestall.store import files

    if out.suffix == ".parquet":
        write_parquet(found, out)
    elif out.suffix == ".csv":
        files.write(out, _csv(document).encode())
    else:
        import json

        files.write(out, json.dumps(document, allow_nan=False).encode())
    note(f"written: {out}")


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
    show(_score_table(rows))


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


def _document(found: "Forecast", panel: "Panel") -> dict[str, Any]:
    """The JSON document of a forecast; pK is P(deaths >= K)."""
    codes = dict(zip(panel.units.tolist(), panel.iso3, strict=True))
    mean, chances = found.mean(), {f"p{reach}": found.prob_at_least(reach) for reach in REACHES}
    years = _years(found)
    values = found.quantiles(list(QUANTILES.values()))
    units = [
        {
            "iso3": codes[int(unit)],
            "gw_id": int(unit),
            "months": [
                {
                    "month": month_text(int(month)),
                    "mean": round(float(mean[i, j]), 3),
                    **{key: round(float(chance[i, j]), 4) for key, chance in chances.items()},
                    **{key: round(float(values[i, j, k]), 2) for k, key in enumerate(QUANTILES)},
                }
                for j, month in enumerate(found.months)
            ],
            "years": years[i],
        }
        for i, unit in enumerate(found.units)
    ]
    return {
        "as_of": month_text(found.as_of),
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


def _years(found: "Forecast") -> list[list[dict[str, Any]]]:
    """For each unit the totals of the calendar years that the forecast covers whole, its months tied together."""
    import numpy as np

    from forestall.forecast.dependence import tie_months

    out: list[list[dict[str, Any]]] = [[] for _ in found.units]
    # Draws of different months belong to one path only once they are tied: sums of others would be far too sure.
    for year, draws in tie_months(found).yearly().items():
        quantiles = np.quantile(draws, list(QUANTILES.values()), axis=1)
        for i, totals in enumerate(draws):
            out[i].append(
                {
                    "year": year,
                    "mean": round(float(totals.mean(dtype=np.float64)), 3),
                    **{key: round(float(quantiles[k, i]), 2) for k, key in enumerate(QUANTILES)},
                    **{f"p{reach}": round(float((totals >= reach).mean()), 4) for reach in REACHES},
                }
            )
    return out


def _csv(document: dict[str, Any]) -> str:
    columns = ("month", "mean", *(f"p{reach}" for reach in REACHES), *QUANTILES)
    lines = [",".join(("iso3", "gw_id", *columns))]
    for unit in document["units"]:
        for row in unit["months"]:
            lines.append(",".join([unit["iso3"], str(unit["gw_id"]), *(str(row[name]) for name in columns)]))
    return "\n".join(lines) + "\n"


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
    table = new_table(
        f"{found.target}, model {found.model}, data to {month_text(found.as_of)}",
        ["country"],
        [
            f"expected {month_text(first)}..{month_text(last)}",
            f"mean {month_text(first)}",
            f"P(25+) {month_text(first)}",
        ],
        f"the {order.size} countries with the most deaths expected, of {found.units.size}; --json gives all",
    )
    for i in order:
        table.add_row(codes[int(found.units[i])], f"{expected[i]:,.0f}", f"{mean[i, 0]:,.1f}", _percent(chance[i, 0]))
    return table


def _country_table(document: dict[str, Any]) -> "Table":
    unit = document["units"][0]
    table = new_table(
        f"{unit['iso3']}: {document['target']}, model {document['model']}, data to {document['as_of']}",
        ["month"],
        ["mean", "5 %", "median", "95 %", "P(1+)", "P(25+)", "P(100+)", "P(1,000+)"],
        "deaths per month, and in total for calendar years; UCDP best estimate",
    )
    for row in [*unit["months"], *unit["years"]]:
        table.add_row(
            str(row.get("month", row.get("year"))),
            f"{row['mean']:,.1f}",
            *(f"{row[key]:,.0f}" for key in QUANTILES),
            *(_percent(row[f"p{reach}"]) for reach in REACHES),
        )
    return table


def _score_table(rows: list[dict[str, Any]]) -> "Table":
    """One column a forecast, one line a score: a folder of six windows still fits a terminal."""
    keys = [key for key in rows[0] if key not in {"window", "model", "month_ids"}]
    names = [row["window"].removeprefix("window=") for row in rows]
    title = f"{rows[0]['model']}: scores, means over units and months"
    table = new_table(title, ["score"], names)
    table.add_row("from", *(month_text(row["month_ids"][0]) for row in rows))
    table.add_row("to", *(month_text(row["month_ids"][1]) for row in rows))
    for key in keys:
        values = (row[key] for row in rows)
        table.add_row(key, *(f"{value:,}" if isinstance(value, int) else f"{value:,.3f}" for value in values))
    return table
