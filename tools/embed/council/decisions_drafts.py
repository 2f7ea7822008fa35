"""Drafts that were put to the vote and not adopted: vetoed ones, and those that lacked votes."""

import ast
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from forestall.council.country_items import countries_of
from forestall.errors import UnknownCountryError
from forestall.ids import countries
from tools.embed.council.decisions_resolutions import Differs
from tools.embed.council.decisions_text import draft, link, size
from tools.embed.council.decisions_vetoes import TOPICS, Vetoed, meeting_number
from tools.embed.council.decisions_yearly import Vote
from tools.embed.inputs import Inputs

BY_MEMBER = "council/sc_contested_drafts_1947_2022.xlsx"
_MISSPELT = {"Saudia Arabia": "Saudi Arabia", "Cote d' Ivoire": "Côte d'Ivoire"}


def draft_rows(
    vetoed: Sequence[Vetoed], votes: Sequence[Vote], inputs: Inputs
) -> tuple[list[dict[str, Any]], list[Differs]]:
    """Rows of council_drafts: drafts put to the vote and not adopted, by a veto or for lack of votes."""
    differs: list[Differs] = []
    pool: defaultdict[tuple[str, str | None], list[Vote]] = defaultdict(list)
    for vote in votes:
        pool[(vote.draft, vote.record)].append(vote)
    known = {(one.draft, one.meeting) for one in vetoed}
    symbols = {one.draft for one in vetoed}
    by_member = _by_member(inputs)
    rows = []
    for one in vetoed:
        fits = pool.get((one.draft or "", one.meeting)) or pool.get((one.draft or "", None)) or _shorter(pool, one)
        counted = fits.pop(0) if fits else None
        if counted and counted.vetoed_by and counted.vetoed_by != one.members:
            differs.append(
                Differs(
                    one.draft or "",
                    "members",
                    f"yearly table {' '.join(counted.vetoed_by)}",
                    f"veto list {' '.join(one.members)}",
                    " ".join(one.members),
                    "the veto list",
                )
            )
        figures = (counted.yes, counted.no, counted.abstain) if counted else one.figures
        source = f"{one.source}; yearly table" if counted else one.source
        rows.append(
            _draft(
                symbol=one.draft,
                written=one.written,
                on=one.on,
                meeting=one.meeting,
                agenda=one.agenda_item,
                result="vetoed",
                figures=figures,
                topic=one.topic,
                source=source,
                votes=by_member.get(one.draft or ""),
                differs=differs,
            )
        )
    for (symbol, meeting), left in sorted(pool.items(), key=lambda item: (item[0][0], item[0][1] or "")):
        for vote in left:
            if vote.on is None:
                raise ValueError(f"{symbol}: no date")
            if vote.vetoed_by and (symbol in symbols or (symbol, meeting) in known):
                differs.append(
                    Differs(
                        symbol,
                        "row",
                        f"yearly table has it vetoed at {meeting}",
                        "veto lists: at another meeting",
                        "left out",
                        "the row repeats another meeting's draft",
                    )
                )
                continue
            if vote.vetoed_by:
                differs.append(
                    Differs(
                        symbol,
                        "outcome",
                        f"yearly table: vetoed by {' '.join(vote.vetoed_by)} {vote.yes}-{vote.no}-{vote.abstain}",
                        "in no veto list",
                        "not adopted",
                        "without the needed votes in favour a negative vote is no veto",
                    )
                )
            figures = (vote.yes, vote.no, vote.abstain)
            if vote.yes is not None and vote.yes >= (7 if size(vote.on) == 11 else 9) and not vote.vetoed_by:
                said = f"yearly table: not adopted {vote.yes}-{vote.no}-{vote.abstain}"
                why = "so many votes would have adopted it"
                differs.append(Differs(symbol, "votes", said, "the Charter, Article 27", "null", why))
                figures = (None, None, None)
            if (
                vote.draft in symbols
                and vote.yes is not None
                and any(r["draft"] == symbol and r["yes"] == vote.yes for r in rows)
            ):
                continue
            rows.append(
                _draft(
                    symbol=symbol,
                    written=vote.written,
                    on=vote.on,
                    meeting=meeting,
                    agenda=vote.agenda_item,
                    result="not adopted",
                    figures=figures,
                    topic=None,
                    source="yearly table",
                    votes=by_member.get(symbol),
                    differs=differs,
                )
            )
    rows.sort(key=lambda row: (row["date"], meeting_number(row["meeting"]), row["draft"] or ""))
    return rows, differs


def _shorter(pool: dict[tuple[str, str | None], list[Vote]], one: Vetoed) -> list[Vote]:
    """Votes on the same draft where one source leaves out `/Rev.1`."""
    stem = (one.draft or "-").split("/Rev")[0]
    for (symbol, meeting), votes in pool.items():
        if votes and meeting == one.meeting and symbol.split("/Rev")[0] == stem:
            return votes
    return []


def _draft(
    *,
    symbol: str | None,
    written: str | None,
    on: date,
    meeting: str | None,
    agenda: str | None,
    result: str,
    figures: tuple[int | None, int | None, int | None],
    topic: str | None,
    source: str,
    votes: dict[str, Any] | None,
    differs: list[Differs],
) -> dict[str, Any]:
    if votes and figures[0] is not None and votes["figures"] != figures:
        differs.append(
            Differs(
                symbol or "",
                "votes",
                f"votes by member {votes['figures']}",
                f"yearly table {figures}",
                str(figures),
                "members' votes left out where their sum differs",
            )
        )
        votes = None
    if votes:
        figures, source = votes["figures"], f"{source}; votes by member"
    if None not in figures and sum(v or 0 for v in figures) > size(on):
        raise ValueError(f"{symbol}: {figures} are more votes than members")
    return {
        "draft": symbol,
        "written": written,
        "date": on,
        "meeting": meeting,
        "agenda_item": agenda,
        "result": result,
        "yes": figures[0],
        "no": figures[1],
        "abstain": figures[2],
        "in_favour": votes["yes"] if votes else None,
        "against": votes["no"] if votes else None,
        "abstained": votes["abstain"] if votes else None,
        "sponsors": votes["sponsors"] if votes else None,
        "topic": TOPICS.get(topic or "", topic),
        "countries": " ".join(countries_of(on, title=topic, agenda_item=agenda)),
        "link": link(symbol or meeting or ""),
        "source": source,
    }


def _by_member(inputs: Inputs) -> dict[str, dict[str, Any]]:
    """Votes by member of whole drafts that failed, by draft; a draft that stands twice is left out."""
    frame = pl.read_excel(inputs.path(BY_MEMBER))
    found: dict[str, dict[str, Any]] = {}
    seen: Counter[str] = Counter()
    for row in frame.rows(named=True):
        voted = str(row["Voting On"]).strip()
        if "aragraph" in voted or not voted.startswith("S/"):
            continue
        symbol = draft(voted)
        seen[symbol] += 1
        year = int(row["Year"])
        lists = {
            "sponsors": _codes(row["Submitted By"], year),
            "yes": _codes(row["In Favor"], year),
            "no": _codes(row["Against"], year),
            "abstain": _codes(row["Abstain"], year),
        }
        counts = tuple(len(lists[key].split()) for key in ("yes", "no", "abstain"))
        found[symbol] = {**lists, "figures": counts}
    return {symbol: votes for symbol, votes in found.items() if seen[symbol] == 1}


def _codes(names: str, year: int) -> str:
    codes = []
    for name in ast.literal_eval(names):
        spelt = _MISSPELT.get(str(name), str(name))
        try:
            state = countries.resolve(spelt, date(year, 12, 1))
        except UnknownCountryError:
            state = countries.resolve(spelt)
        codes.append(state.series_iso3)
    return " ".join(sorted(codes))
