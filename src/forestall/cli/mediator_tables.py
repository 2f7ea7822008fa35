"""Tables and lines on possible mediators, for a terminal of 100 columns."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from rich.table import Table

    from forestall.instruments.mediation.agreements import Agreement
    from forestall.instruments.mediation.ranking import Candidate, Fared, Ranking, Reason
    from forestall.instruments.mediation.similar import Similar

TITLES = {"state": "States", "organisation": "Organisations", "ngo": "Non-governmental organisations"}
SCORE = (
    "Score: estimated chance to be among the third parties of the country's next agreement or talks. Interval: from "
    "models learned on resampled processes. +: for. -: against. [n]: source, below, and the time it speaks of."
)
REASONS, CAUTIONS = 4, 3
NAME = 90
"""Letters of an agreement's name that a table gives."""


class Sources:
    """Sources as they come, each with a number, so that a reason in a table can name its own in few letters."""

    def __init__(self, on: "date") -> None:
        self._on = on
        self._numbers: dict[str, int] = {}

    def mark(self, reason: "Reason") -> str:
        """A reason with the number of its source and the time that its figure speaks of."""
        from forestall.instruments.mediation.sentences import spoken_of

        number = self._numbers.setdefault(reason.source, len(self._numbers) + 1)
        when = spoken_of(reason, self._on)
        return f"{reason.text} [{number}, {when}]" if when and when not in reason.text else f"{reason.text} [{number}]"

    def lines(self) -> Iterator[str]:
        """What the numbers stand for."""
        for source, number in self._numbers.items():
            yield f"[{number}] {source}"


def parties(found: "Ranking") -> "Table":
    """Who fights in which conflict, by UCDP's names."""
    from forestall.instruments.mediation.sentences import as_named, party_name

    table = _table(f"Parties to conflicts in {found.name}", ("Conflict", "Parties"), ("Last active",))
    by_conflict: dict[str, dict[str, int]] = {}
    for one in found.parties:
        by_conflict.setdefault(as_named(one.conflict, found.on), {})[party_name(one, found.on)] = one.last_year
    for conflict, years in by_conflict.items():
        last = max(years.values())
        named = [name if year == last else f"{name} ({year})" for name, year in years.items()]
        table.add_row(conflict, ", ".join(named), str(last))
    # Candidate events name conflicts, mostly not who fights in them: a year is no sign that a party has stopped.
    table.caption = "In brackets: the last year in which UCDP names the party; its newest months name few of them."
    return table


def kind(title: str, there: "Sequence[Candidate]", new: "Sequence[Candidate]", sources: Sources) -> "Table":
    """One list: who is already there, then who would be new, each with reasons for and against."""
    table = _table(title, (), ("", "Score", "80 % interval"), ("Reasons for (+) and against (-)",), "Mediator")
    for head, rows in (("already there", there), ("new here", new)):
        if rows:
            table.add_row("", head, "", "", "", style="bold")
        for one in rows:
            span = f"{score(one.low)} to {score(one.high)}"
            table.add_row(str(one.place), label(one), score(one.score), span, _reasons(one, sources))
    return table


def label(one: "Candidate") -> str:
    """A candidate's name, with the key that an organisation is known by."""
    return one.name if one.kind == "state" or one.name == one.mediator else f"{one.name} ({one.mediator})"


def _reasons(one: "Candidate", sources: Sources) -> "Table":
    from rich.table import Table

    held = Table.grid(padding=(0, 1, 0, 0))
    for sign, told, most in (("+", one.reasons, REASONS), ("-", one.cautions, CAUTIONS)):
        for each in told[:most]:
            held.add_row(sign, sources.mark(each))
        if len(told) > most:
            held.add_row(sign, f"{len(told) - most} more (--json)")
    return held


def score(value: float) -> str:
    """A chance with two decimals; a small one is not said to be none."""
    return "<0.01" if 0 < value < 0.005 else f"{value:.2f}"


def short_list(found: "Ranking") -> Iterator[str]:
    """The few that differ from one another, and who might act together."""
    if found.short_list:
        yield "Short list, of candidates that differ from one another:"
        for one in found.short_list:
            yield f"  {label(one)}: {score(one.score)}, {'already there' if one.there else 'new here'}"
    if found.tandems:
        yield "Possible tandems:"
        for pair in found.tandems:
            yield f"  {' + '.join(pair.members)}: {pair.text.rstrip('.')}."


def fared(found: "Sequence[Fared]") -> "Table":
    """How such rankings did on events they had not seen, beside the baselines."""
    table = _table(
        "How such rankings fared on events that they had not seen", ("Ranking",), ("Events", "Hit@5", "Hit@10", "MRR")
    )
    for one in found:
        table.add_row(one.about, f"{one.events:,}", f"{one.hit5:.2f}", f"{one.hit10:.2f}", f"{one.mrr:.2f}")
    table.caption = (
        "Hit@5: share of events with a true third party in the first five places; MRR: mean of 1 / its first place."
    )
    return table


def agreements(found: "Sequence[Agreement]", name: str) -> "Table":
    """The record of agreements, the newest first."""
    from textwrap import shorten

    from forestall.instruments.mediation.record_sentences import contents, end_of, third_parties

    words = ("Signed", "Agreement", "Third parties", "Contains", "Ended")
    table = _table(f"Peace agreements in {name}", words, ())
    for one in found:
        extent = f" ({one.extent})" if one.extent else ""
        table.add_row(
            one.day.isoformat(),
            shorten(one.name, NAME, placeholder=" ...") + extent,
            third_parties(one),
            contents(one),
            end_of(one),
        )
    table.columns[0].no_wrap = True
    table.caption = "full, partial, process: settles the incompatibility, a part of it, or sets up talks (UCDP)."
    return table


def similar(found: "Similar", name: str) -> "Table":
    """The nearest past agreements elsewhere."""
    from forestall.instruments.mediation.record_sentences import alike_in, contents, whether_held
    from forestall.instruments.mediation.sentences import as_named

    words = ("Agreement elsewhere", "Conflict then", "Contains", "Followed by")
    table = _table(f"Past agreements in conflicts most like that of {name}", words, ("Distance",))
    for one in found.cases:
        about = f"{one.agreement.name} ({as_named(one.agreement.conflict, found.on)}, {one.agreement.day})"
        table.add_row(about, alike_in(one), contents(one.agreement), whether_held(one), f"{one.distance:.2f}")
    table.caption = "Distance: mean of seven parts, 0 (alike) to 1."
    return table


def rates(found: "Similar") -> Iterator[str]:
    """Shares of past agreements that held, and what the reader must know of them."""
    for one in (found.nearest, found.everywhere):
        if one is not None and one.share is not None:
            span = f"95 % interval {100 * one.low:.0f} to {100 * one.high:.0f} %"
            yield f"{100 * one.share:.0f} % of {one.about} held five years ({span}, {one.processes} processes)."
    yield from (f"{note[0].upper()}{note[1:]}." for note in found.notes)
    yield from (f"{series}: to {day}." for series, day in found.ends)


def _table(
    title: str, words: Sequence[str], figures: Sequence[str], last: Sequence[str] = (), after_first: str = ""
) -> "Table":
    """An empty table: columns of words that wrap, then figures, then words again.

    after_first: a column of words put behind the first figure, for the name behind a place.
    """
    from rich import box
    from rich.table import Table

    made = Table(
        title=title,
        box=box.SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for name in words:
        made.add_column(name, overflow="fold")
    for at, name in enumerate(figures):
        made.add_column(name, justify="right", no_wrap=True)
        if at == 0 and after_first:
            made.add_column(after_first, overflow="fold", max_width=24)
    for name in last:
        made.add_column(name, overflow="fold")
    return made
