"""`forestall treaties COUNTRY --signals`: plain rules, each beside how often armed conflict followed in the past."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from forestall.cli.common import print_json
from forestall.cli.terminal import new_table
from forestall.cli.terminal import show as print_tables

if TYPE_CHECKING:
    from datetime import date

    from forestall.instruments.nonproliferation.signals import Signal
    from forestall.instruments.nonproliferation.supplies import Mean, Supplies

ABOUT = (
    "A signal is no forecast and tells no cause. Shares are of past years in states without armed conflict for two "
    "years; on years not seen before, no signal added to what past conflict says (docs/methods/"
    "nonproliferation-signals.md)."
)
TIV = "TIV is a volume of major arms, not money, rounded to whole millions: the bounds are those of rounding."
SHORT = {
    "arms_imports": "arms-import surge",
    "expenditure": "expenditure surge",
    "withdrawal": "withdrawal from a treaty",
    "treaty_gap": "outside a treaty of its sub-region",
    "latency": "fuel cycle without protocol",
}
WORDS = {True: "yes", False: "no", None: "not known"}


def show(query: str, on: "date", as_json: bool) -> None:
    """Print the signals of a state on a day. Raises UnknownCountryError."""
    from forestall.ids import countries
    from forestall.instruments.nonproliferation import supplies
    from forestall.instruments.nonproliferation.signals import signals
    from forestall.store import Workspace

    workspace = Workspace.open()
    iso3 = countries.resolve(query, on).series_iso3
    found, added = signals(iso3, on, workspace), supplies.supplies(iso3, on, workspace)
    if as_json:
        print_json(_document(iso3, on, found, added))
        return
    table = new_table(f"Signals of {iso3} on {on}", ["Signal", "Stands"], ["Figure", "Threshold", "Data end"])
    for one in found:
        end = one.data_end.isoformat() if one.data_end else "-"
        table.add_row(SHORT[one.key], WORDS[one.fired], _figure(one.figure), _figure(one.threshold), end)
    print_tables(table)
    for one in found:
        typer.echo(f"* {one.title}: {one.detail}. Figure: {one.unit}. Source: {one.source}.")
    for one in found:
        rate = one.rate()
        if one.fired and rate is not None:
            typer.echo(f"* {one.title}. {rate.sentence}")
    if any(one.quiet is False for one in found):
        typer.echo(f"* {iso3} had armed conflict in the last two years known: these shares do not speak of it.")
    for line in (*_lines(added), *(f"{one.title} stands if: {one.definition}" for one in found), ABOUT):
        typer.echo(f"* {line}")


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:,.4g}" if value < 1 else f"{value:,.0f}"


def _lines(added: "Supplies") -> list[str]:
    said = []
    for one in (added.around or ())[-1:]:
        spell = f"{one.first_year} to {'now' if one.goes_on else one.last_year}"
        said.append(
            f"Major arms received, million TIV a year: {_mean(one.before)} before armed conflict of {spell}, "
            f"{_mean(one.during)} during it (SIPRI Arms Transfers). {TIV}"
        )
    if added.trend is not None:
        line = added.trend
        said.append(
            f"Military expenditure at constant prices {line.first_year}-{line.last_year}: {100 * line.change:+.1f} % a "
            f"year ({100 * line.low:+.1f} to {100 * line.high:+.1f}, 95 % interval of the scatter around the trend; "
            "SIPRI Military Expenditure)."
        )
    return said


def _mean(value: "Mean | None") -> str:
    if value is None:
        return "not known"
    return f"{value.tiv:,.1f} ({value.low:,.1f} to {value.high:,.1f}; {value.first_year}-{value.last_year})"


def _document(iso3: str, on: "date", found: "tuple[Signal, ...]", added: "Supplies") -> dict[str, Any]:
    return {
        "iso3": iso3,
        "on": on.isoformat(),
        "quiet": found[0].quiet,
        "signals": [
            {name: value for name, value in asdict(one).items() if name not in ("quiet", "data_end", "rates")}
            | {
                "data_end": one.data_end.isoformat() if one.data_end else None,
                "rates": [asdict(rate) | {"verdict": rate.verdict, "adds": rate.adds} for rate in one.rates],
            }
            for one in found
        ],
        **asdict(added),
        "about": ABOUT,
    }
