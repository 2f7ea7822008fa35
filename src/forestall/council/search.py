"""Full-text search over the Council's record: BM25 over agenda items, titles and subject terms, symbols first.

SQLite's FTS5 (in Python's own sqlite3) does the ranking, with English word stems, in memory: DuckDB's full-text
extension has to be downloaded before it works, and a desk may be offline.
"""

import re
import sqlite3
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import polars as pl

from forestall.council.decisions import KINDS, Decision, Kind, code, frame_of, last_day, of_rows, years
from forestall.errors import UsageError
from forestall.store import Workspace

LONGEST = 400
"""Characters of a search text; a longer one is refused."""
_RESOLUTION = re.compile(
    r"^(?:s\s*/\s*res\s*/\s*|(?:un)?sc\s*r(?:es)?\.?\s*|res(?:olution)?\.?\s*)?(\d{1,4})\s*(?:\(\s*(\d{4})\s*\))?$",
    re.IGNORECASE,
)
_SYMBOL = re.compile(r"^s\s*/\s*(prst|pv\.?|\d+)[\s/.]*(\d+)?(?:\s*/\s*(\d+))?(.*)$", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_NAMED = -1e6  # before any rank of words
_WEIGHTS = (8.0, 4.0, 3.0, 1.0)
"""Of symbol, title, agenda item and subject terms in the ranking."""


def search(
    workspace: Workspace,
    text: str,
    *,
    kind: Kind | None = None,
    country: str | None = None,
    first: int | None = None,
    last: int | None = None,
    as_of: str | int | date | None = None,
    limit: int = 20,
) -> tuple[Decision, ...]:
    """The records that fit a text best, best first; a symbol in any usual spelling is found first.

    A text that is a symbol of a record finds what bears it and no more. Else all words must stand in a record; if none
    has them all, any of them may. kind: one kind; default all but meetings, which a symbol `S/PV.n` finds all the same.
    limit: how many. Raises UsageError for an empty or overlong text, a text with NUL, a limit below 1.
    """
    if limit < 1:
        raise UsageError(f"limit {limit}: give a number from 1 on")
    if not text.strip() or len(text) > LONGEST or "\0" in text:
        raise UsageError(f"a search text has 1 to {LONGEST} characters and no NUL; this one has {len(text)}")
    if kind is not None and kind not in KINDS:
        raise UsageError(f"kind {kind!r} is none of {', '.join(KINDS)}")
    start, end = years(first, last)
    concerned = None if country is None else code(country)
    day = last_day(as_of)
    symbols = spellings(text)
    kinds: tuple[Kind, ...] = (kind,) if kind else ("resolution", "statement", "draft")
    if kind is None and any(symbol.startswith("S/PV.") for symbol in symbols):
        kinds = KINDS
    best: list[tuple[float, date, Decision]] = []
    frames = {one: frame_of(workspace, one) for one in kinds}
    ranked = {one: _ranked(one, _texts(frame), text, symbols) for one, frame in frames.items()}
    if any(_NAMED in ranks.values() for ranks in ranked.values()):
        ranked = {one: {n: rank for n, rank in ranks.items() if rank == _NAMED} for one, ranks in ranked.items()}
    for one, frame in frames.items():
        ranks = ranked[one]
        keep = frame.with_row_index("row").filter(
            pl.col("row").is_in(list(ranks)), pl.col("known_by").dt.year().is_between(start, end)
        )
        if day is not None:
            keep = keep.filter(pl.col("known_by") <= day)
        if concerned:
            keep = keep.filter(pl.col("countries").str.split(" ").list.contains(concerned))
        rows = keep.to_dicts()
        best += [
            (ranks[row["row"]], row["known_by"], found) for row, found in zip(rows, of_rows(one, rows), strict=True)
        ]
    best.sort(key=lambda fit: (fit[0], -fit[1].toordinal()))
    return tuple(found for _, _, found in best[:limit])


def spellings(text: str) -> tuple[str, ...]:
    """How the symbol that a text names begins in our tables: `S/RES/1325 (` for `SCR 1325`; empty if it names none."""
    plain = " ".join(text.split())
    resolution = _RESOLUTION.match(plain)
    if resolution:
        number = int(resolution[1])
        year = resolution[2]
        return (f"S/RES/{number} ({year})" if year else f"S/RES/{number} (",)
    symbol = _SYMBOL.match(plain)
    if symbol is None:
        return ()
    series, first, second, rest = symbol[1].upper().rstrip("."), symbol[2], symbol[3], symbol[4].strip()
    if series == "PRST":
        return (f"S/PRST/{first}/{int(second)}",) if first and second else (f"S/PRST/{first}/",) if first else ()
    if series == "PV":
        return (f"S/PV.{int(first)}",) if first else ()
    if first:
        return (f"S/{series}/{int(first)}{_revision(rest)}",)
    return (f"S/{series}{_revision(rest)}",)


def _revision(rest: str) -> str:
    found = re.match(r"^/?\s*rev\.?\s*(\d+)$", rest, re.IGNORECASE)
    return f"/Rev.{found[1]}" if found else ""


def _texts(frame: pl.DataFrame) -> tuple[tuple[str, ...], ...]:
    held = frame.columns
    symbol = "symbol" if "symbol" in held else "draft"
    title = pl.col("title") if "title" in held else pl.col("topic") if "topic" in held else pl.lit(None, pl.String)
    terms = [pl.col(name) for name in ("subjects", "agenda_subject", "countries") if name in held]
    return tuple(
        frame.select(
            pl.col(symbol).fill_null(""),
            title.fill_null("").alias("t"),
            pl.col("agenda_item").fill_null(""),
            pl.concat_str(terms, separator=" ", ignore_nulls=True).fill_null("").alias("s"),
        ).rows()
    )


@lru_cache(maxsize=8)
def _index(kind: str, texts: tuple[tuple[str, ...], ...]) -> sqlite3.Connection:
    """The index over the rows of a table, in memory; the key makes a changed table another index."""
    del kind
    index = sqlite3.connect(":memory:", check_same_thread=False)
    stems = "porter unicode61 remove_diacritics 2"
    index.execute(f"CREATE VIRTUAL TABLE t USING fts5(symbol, title, agenda, terms, tokenize='{stems}')")
    insert = "INSERT INTO t(rowid, symbol, title, agenda, terms) VALUES (?, ?, ?, ?, ?)"
    index.executemany(insert, ((n, *row) for n, row in enumerate(texts)))
    return index


def _ranked(kind: str, texts: tuple[tuple[str, ...], ...], text: str, symbols: Sequence[str]) -> dict[int, float]:
    """Rank of each row that fits, smaller is better; rows whose symbol is meant come before all others."""
    named = {n for n, (symbol, *_) in enumerate(texts) if any(_begins(symbol, one) for one in symbols)}
    if named:
        return dict.fromkeys(named, _NAMED)
    words = _WORD.findall(text.casefold())
    if not words:
        return {}
    index = _index(kind, texts)
    # Each word in quotes is a plain string to FTS5, whatever it holds.
    for joiner in (" AND ", " OR "):
        query = joiner.join(f'"{word}"' for word in words)
        rows = index.execute("SELECT rowid, bm25(t, ?, ?, ?, ?) FROM t WHERE t MATCH ?", (*_WEIGHTS, query))
        ranks = {int(row): float(rank) for row, rank in rows}
        if ranks:
            return ranks
    return {}


def _begins(symbol: str, spelt: str) -> bool:
    return symbol.startswith(spelt) and not (spelt[-1].isdigit() and symbol[len(spelt) :][:1].isdigit())
