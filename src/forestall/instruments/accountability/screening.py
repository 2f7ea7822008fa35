"""Which entries of a sanctions list a name resembles: scored and explained, for a person to review.

A score says how alike names are, not who somebody is. The result is "review" or "no entry above the threshold".
"""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from forestall.errors import UnknownCountryError, UsageError
from forestall.ids import countries
from forestall.instruments.accountability import folding
from forestall.sources.sanctions import Entry, SanctionsList

THRESHOLD = 0.80
REVIEW = "review"
NONE = "no entry above the threshold"
MAX_TOKENS = 10
_CLOSE, _BATCH = 0.84, 200
_WEAK = 0.75
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Settings:
    """What was tuned. lower: share of the smaller of the two coverages in the score; floor: similarity of two words
    below which they count as different; spread: weight of a frequent word against a rare one (power of rarity).
    """

    lower: float = 0.5
    floor: float = 0.65
    spread: float = 0.5


@dataclass(frozen=True, slots=True)
class Query:
    """A name to screen. born: year, or None; iso3: nationality, or None."""

    name: str
    born: int | None = None
    iso3: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that resembles a name. score: 0 to 1, similarity and no probability; why: in plain sentences."""

    reference: str
    name: str
    matched: str
    score: float
    name_score: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    entry: int
    text: str
    words: tuple[str, ...]
    weak: bool


class Screen:
    """A list made ready for screening. Holds names in memory only."""

    def __init__(self, held: SanctionsList | Sequence[Entry], settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.entries = tuple(held.entries if isinstance(held, SanctionsList) else held)
        self._names = [name for number, entry in enumerate(self.entries) for name in _names(number, entry)]
        words = sorted({word for name in self._names for word in name.words})
        self._words = words
        place = {word: number for number, word in enumerate(words)}
        self._sounds = [folding.sound(word) for word in words]
        self._bones = np.array([hash(folding.skeleton(word)) for word in words], dtype=np.int64)
        counts = Counter(place[word] for name in self._names for word in set(name.words))
        frequency = np.array([counts[number] for number in range(len(words))], np.float32)
        self._rarity = self._weight(frequency)
        width = max((len(name.words) for name in self._names), default=1)
        self._index = np.full((len(self._names), width), len(words), np.int32)
        for row, name in enumerate(self._names):
            self._index[row, : len(name.words)] = [place[word] for word in name.words]
        self._weights = np.append(self._rarity, np.float32(0))[self._index]
        self._frequency = frequency
        self._entry_of = np.array([name.entry for name in self._names], np.int32)
        self._weak = np.array([name.weak for name in self._names], bool)
        self._joined = [folding.sound("".join(name.words)) for name in self._names]
        self._sorted = [folding.sound("".join(sorted(name.words))) for name in self._names]
        self._iso3 = [frozenset(filter(None, map(_iso3, entry.nationalities))) for entry in self.entries]

    def _weight(self, frequency: Floats) -> Floats:
        rarity = np.log((len(self._names) + 1) / (frequency + 0.5)) / np.log(2 * len(self._names) + 2)
        return np.asarray(np.maximum(rarity, 0.05) ** self.settings.spread, np.float32)

    def _alike(self, words: Sequence[str]) -> Floats:
        """Similarity of words with the list's words, (n, words + 1); the last column is padding, 0."""
        ratio = process.cdist([folding.sound(w) for w in words], self._sounds, scorer=fuzz.ratio, dtype=np.float32)
        ratio /= 100
        bones = np.array([hash(folding.skeleton(word)) for word in words], dtype=np.int64)
        ratio = np.where((bones[:, None] == self._bones[None, :]) & (ratio > 0.5), np.maximum(ratio, 0.93), ratio)
        ratio[ratio < self.settings.floor] = 0
        for row, word in enumerate(words):
            if len(word) == 1:
                ratio[row] = [0.75 if other.startswith(word) else 0.0 for other in self._words]
        return np.asarray(np.pad(ratio, ((0, 0), (0, 1))), np.float32)

    def scores(self, names: Sequence[str]) -> Floats:
        """How alike each name is to each entry, by name alone: (n names, n entries), 0 to 1."""
        out = np.zeros((len(names), len(self.entries)), np.float32)
        for first in range(0, len(names), _BATCH):
            lists = [folding.tokens(name)[:MAX_TOKENS] for name in names[first : first + _BATCH]]
            words = sorted({word for one in lists for word in one})
            if not words:
                continue
            place = {word: number for number, word in enumerate(words)}
            alike = self._alike(words)
            near = (alike[:, :-1] >= _CLOSE) @ self._frequency
            weight = self._weight(np.asarray(near, np.float32))
            whole = np.maximum(_whole(lists, self._joined), _whole([sorted(one) for one in lists], self._sorted))
            for row, one in enumerate(lists):
                if one:
                    found = self._pairs(alike, [place[word] for word in one], weight)
                    if len("".join(one)) > 5:  # joined or split words: the letters of the whole agree
                        found = np.where(whole[row] > 0, np.maximum(found, whole[row] * 0.95), found)
                    if len(one) > 1:
                        found = np.where(self._weak, found * _WEAK, found)
                    np.maximum.at(out[first + row], self._entry_of, found)
        return out

    def _pairs(self, alike: Floats, rows: list[int], weight: Floats) -> Floats:
        grid = alike[rows][:, self._index]
        asked, listed = grid.max(2), grid.max(0)
        of_query = weight[rows]
        query = (asked * of_query[:, None]).sum(0) / of_query.sum()
        entry = (listed * self._weights).sum(1) / self._weights.sum(1)
        small, large = np.minimum(query, entry), np.maximum(query, entry)
        return np.asarray(self.settings.lower * small + (1 - self.settings.lower) * large, np.float32)

    def second_stage(self, query: Query, entry: int) -> tuple[float, tuple[str, ...]]:
        """What birth year and nationality do to a score: a factor, and why; not known changes nothing."""
        factor, why, births = 1.0, [], self.entries[entry].births
        if query.born is not None and births:
            apart = min(max(first - query.born, query.born - last, 0) for first, last in births)
            factor *= 1.08 if apart <= 1 else 1.0 if apart <= 3 else 0.80
            why.append(f"birth year {query.born}: {apart} years from the entry's" if apart else "birth year agrees")
        elif query.born is not None:
            why.append("the list gives no birth year for this entry")
        if query.iso3 is not None and self._iso3[entry]:
            agrees = query.iso3 in self._iso3[entry]
            factor *= 1.05 if agrees else 0.90
            why.append("nationality agrees" if agrees else f"nationality differs ({', '.join(self._iso3[entry])})")
        elif query.iso3 is not None:
            why.append("the list gives no nationality known to us for this entry")
        return factor, tuple(why)

    def screen(self, query: Query, *, threshold: float = THRESHOLD, most: int = 10) -> tuple[Match, ...]:
        """Entries whose score reaches the threshold, best first. Raises UsageError for a name without letters."""
        return self.screen_all([query], threshold=threshold, most=most)[0]

    def screen_all(
        self, queries: Sequence[Query], *, threshold: float = THRESHOLD, most: int = 10
    ) -> tuple[tuple[Match, ...], ...]:
        """As `screen` for many names, in batches: much faster than one by one."""
        for one in queries:
            if not folding.tokens(one.name):
                raise UsageError(f"{one.name[:60]!r} holds no letter or digit that can be compared: give a name")
        out: list[tuple[Match, ...]] = []
        for first in range(0, len(queries), _BATCH):
            part = queries[first : first + _BATCH]
            scores = self.scores([one.name for one in part])
            out += [self._above(one, row, threshold, most) for one, row in zip(part, scores, strict=True)]
        return tuple(out)

    def _above(self, query: Query, row: Floats, threshold: float, most: int) -> tuple[Match, ...]:
        found = []
        for entry in np.flatnonzero(row >= threshold / 1.2):  # no second stage raises a score by more
            factor, why = self.second_stage(query, int(entry))
            score = min(1.0, float(row[entry]) * factor)
            if score >= threshold:
                found.append((score, int(entry), why))
        found.sort(key=lambda one: (-one[0], self.entries[one[1]].reference))
        return tuple(self._match(query, entry, score, float(row[entry]), why) for score, entry, why in found[:most])

    def _match(self, query: Query, entry: int, score: float, name_score: float, more: tuple[str, ...]) -> Match:
        mine = folding.tokens(query.name)[:MAX_TOKENS]
        names = [one for one in self._names if one.entry == entry]
        best = max(names, key=lambda one: fuzz.token_sort_ratio(" ".join(mine), " ".join(one.words)))
        why = [
            f"'{word}' resembles '{other}' ({alike:.0f} of 100)"
            for word in mine
            for other, alike, _ in [
                process.extractOne(word, best.words, scorer=lambda a, b, **_: fuzz.ratio(*map(folding.sound, (a, b))))
            ]
            if alike >= 100 * self.settings.floor
        ]
        if best.weak:
            why.append("a single-word alias of low worth")
        held = self.entries[entry]
        return Match(held.reference, held.name, best.text, round(score, 3), round(name_score, 3), (*why, *more))


def _whole(lists: Sequence[Sequence[str]], names: list[str]) -> Floats:
    """How far the letters of whole names agree, wherever words begin and end; 0 below .88."""
    asked = [folding.sound("".join(one)) for one in lists]
    return np.asarray(process.cdist(asked, names, scorer=fuzz.ratio, score_cutoff=88, dtype=np.float32) / 100)


def _names(number: int, entry: Entry) -> list[_Name]:
    texts = [(entry.name, False), (entry.original, False), *((one.name, True) for one in entry.aliases)]
    made = [_Name(number, text, folding.tokens(text)[:MAX_TOKENS], alias) for text, alias in texts if text]
    return [
        _Name(one.entry, one.text, one.words, one.weak and len(one.words) == 1)
        for one in {name.words: name for name in reversed(made) if name.words}.values()
    ]


def _iso3(text: str) -> str | None:
    try:
        return countries.resolve(text).iso3
    except (UnknownCountryError, UsageError):
        return None


def word(matches: Sequence[Match]) -> str:
    """The only two results there are."""
    return REVIEW if matches else NONE


def query(name: str, dob: str | None, country: str | None) -> Query:
    """A query from text. dob: YYYY or YYYY-MM-DD. Raises UsageError, UnknownCountryError (a kind of it)."""
    born = None
    if dob:
        if not re.fullmatch(r"(1[89]|20)\d\d(-\d\d-\d\d)?", dob):
            raise UsageError(f"{dob[:40]!r} is not a date of birth: write YYYY or YYYY-MM-DD")
        born = int(dob[:4])
    return Query(name, born, countries.resolve(country).iso3 if country else None)


def queries(path: Path) -> tuple[Query, ...]:
    """Queries from a CSV with columns name and, if known, dob and country. Raises UsageError with the line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            if "name" not in (reader.fieldnames or ()):
                raise UsageError(f"{path}, line 1: no column name; expected name and, if known, dob and country")
            made = []
            for row in reader:
                try:
                    made.append(query(row["name"] or "", row.get("dob"), row.get("country")))
                except UsageError as bad:
                    raise UsageError(f"{path}, line {reader.line_num}: {bad}") from None
            return tuple(made)
    except (OSError, UnicodeDecodeError, csv.Error) as bad:
        raise UsageError(f"{path} cannot be read as CSV in UTF-8: {bad}") from None
