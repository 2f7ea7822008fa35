"""Screening measured on variants of listed names and on look-alikes, both made at run time; prints rates, no name.

    python -m benchmarks.sanctions LIST.csv [--tune]

Half of the individuals (seeded) is for tuning, the other is reported. Look-alikes are other people's names: parts of
listed names put together anew, so that every word of them stands in the list. Birth years are drawn (1940-1985) since
the CSV has none; nationalities are the list's. A look-alike's birth year is drawn likewise, its nationality is that of
another entry.
"""

import argparse
import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process, utils

from forestall.instruments.accountability.folding import fold
from forestall.instruments.accountability.screening import Query, Screen, Settings
from forestall.sources import sanctions
from forestall.sources.sanctions import Entry

SWAPS = [
    *(
        ("mohammed", "muhamad"),
        ("muhammad", "mohamed"),
        ("ou", "u"),
        ("sh", "ch"),
        ("kh", "h"),
        ("q", "k"),
        ("i", "ee"),
    ),
    *(("y", "i"), ("u", "o"), ("gh", "g"), ("j", "dj"), ("ch", "j"), ("ri", "lee"), ("dh", "d")),
]


def transliterated(words: list[str], rng: random.Random) -> list[str]:
    text = " ".join(words)
    for old, new in rng.sample([pair for pair in SWAPS if pair[0] in text] or [("a", "e")], 1):
        text = text.replace(old, new)
    return text.split()


def reordered(words: list[str], rng: random.Random) -> list[str]:
    return rng.sample(words, len(words))


def dropped(words: list[str], rng: random.Random) -> list[str]:
    gone = rng.randrange(len(words))
    return [word for number, word in enumerate(words) if number != gone] if len(words) > 2 else words


def typo(words: list[str], rng: random.Random) -> list[str]:
    at = max(range(len(words)), key=lambda n: len(words[n]))
    word, place = words[at], rng.randrange(1, max(len(words[at]) - 1, 2))
    made = [word[:place] + word[place + 1 :], word[:place] + rng.choice("aeinrst") + word[place:]]
    return [*words[:at], rng.choice(made), *words[at + 1 :]]


def initial(words: list[str], _rng: random.Random) -> list[str]:
    return [words[0][0], *words[1:]] if len(words) > 2 else words


def bare(words: list[str], rng: random.Random) -> list[str]:
    at = rng.randrange(len(words))
    return [w[0] + "".join(c for c in w[1:] if c not in "aeiou") if n == at else w for n, w in enumerate(words)]


def lost(words: list[str], _rng: random.Random) -> list[str]:
    at = max(range(len(words)), key=lambda n: len(words[n]))
    place = next((n for n, c in enumerate(words[at]) if n and c in "aeiou"), 1)
    return [*words[:at], words[at][:place] + "?" + words[at][place + 1 :], *words[at + 1 :]]


def joined(words: list[str], rng: random.Random) -> list[str]:
    at = rng.randrange(len(words) - 1)
    return [*words[:at], words[at] + words[at + 1], *words[at + 2 :]]


KINDS: dict[str, Callable[[list[str], random.Random], list[str]]] = {
    "transliteration": transliterated, "reorder": reordered, "drop": dropped, "typo": typo, "initial": initial,
    "missing vowels": bare, "diacritic lost": lost, "joined": joined,
}  # fmt: skip


def cases(held: list[Entry], rng: random.Random) -> tuple[list[Query], list[int], list[str], list[Query]]:
    """Variants with the entry each is of and its kind, and as many look-alikes."""
    from forestall.instruments.accountability.screening import _iso3

    people = [(number, fold(one.name).split()) for number, one in enumerate(held)]
    people = [(number, words) for number, words in people if len(words) > 1]
    known = {" ".join(sorted(words)) for _, words in people}
    queries, truth, kinds, others = [], [], [], []
    for number, words in people:
        entry = held[number]
        for kind, change in KINDS.items():
            made = change(words, rng)
            if kind in ("transliteration", "drop") and rng.random() < 0.5:
                made = reordered(made, rng)  # two changes at once
            if made == words:
                continue  # nothing was changed, so nothing would be tested
            born = entry.births[0][0] + rng.choice((-1, 0, 0, 0, 1))
            queries.append(Query(" ".join(made), born, _iso3(next(iter(entry.nationalities), ""))))
            truth.append(number)
            kinds.append(kind)
        for _ in KINDS:
            while True:
                parts = [rng.choice(rng.choice(people)[1]) for _ in words]
                if " ".join(sorted(parts)) not in known and len(set(parts)) == len(parts):
                    break
            nation = _iso3(next(iter(held[rng.choice(people)[0]].nationalities), ""))
            others.append(Query(" ".join(parts), rng.randint(1940, 1985), nation))
    return queries, truth, kinds, others


def recall(right: np.ndarray, wrong: np.ndarray, rate: float) -> float:
    """Share of variants above the score that `rate` of look-alikes exceed."""
    return float((right > np.quantile(wrong, 1 - rate, method="higher")).mean())


def second(screen: Screen, queries: list[Query], scores: np.ndarray) -> np.ndarray:
    out = scores.copy()
    for row, query in enumerate(queries):
        for entry in np.flatnonzero(scores[row] > 0.5):
            out[row, entry] *= screen.second_stage(query, int(entry))[0]
    return out


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("file", type=Path)
    arguments.add_argument("--tune", action="store_true")
    given = arguments.parse_args()
    rng = random.Random(20170703)
    whole = [one for one in sanctions.read(given.file).entries if one.kind == "individual"]
    whole = [replace(one, births=((year := rng.randint(1940, 1985), year),)) for one in whole]
    rng.shuffle(whole)
    half = whole[: len(whole) // 2] if given.tune else whole[len(whole) // 2 :]
    queries, truth, kinds, others = cases(half, rng)
    rows = np.arange(len(queries))
    print(f"{len(half)} individuals, {len(queries)} variants, {len(others)} look-alikes")
    grid = [
        Settings(lower, floor, spread) for lower in (0.5, 0.6, 0.85) for floor in (0.55, 0.65, 0.7) for spread in (0.5,)
    ]
    for settings in grid if given.tune else [Settings()]:
        screen = Screen(half, settings)
        right = screen.scores([one.name for one in queries])
        wrong = screen.scores([one.name for one in others])
        best = wrong.max(1)
        line = " ".join(f"{recall(right[rows, truth], best, r):.3f}@{r:.0%}" for r in (0.01, 0.05, 0.17))
        right2, wrong2 = second(screen, queries, right), second(screen, others, wrong).max(1)
        line2 = " ".join(f"{recall(right2[rows, truth], wrong2, r):.3f}@{r:.0%}" for r in (0.01, 0.05, 0.17))
        print(settings, "name:", line, "| second stage:", line2)
        if not given.tune:
            for kind in KINDS:
                chosen = np.array([one == kind for one in kinds])
                a, b = (recall(x[rows, truth][chosen], y, 0.05) for x, y in ((right, best), (right2, wrong2)))
                print(f"  {kind}: {a:.3f} -> {b:.3f} at 5 %")
            for cut in (0.75, 0.8, 0.85, 0.9, 0.95):
                print(f"  threshold {cut}: name {(right[rows, truth] >= cut).mean():.3f} / {(best >= cut).mean():.3f}, "
                      f"second {(right2[rows, truth] >= cut).mean():.3f} / {(wrong2 >= cut).mean():.3f}")  # fmt: skip
    names = [one.name for one in half]
    for scorer in (fuzz.token_sort_ratio, fuzz.token_set_ratio, fuzz.WRatio):
        got = [
            process.cdist([one.name for one in group], names, scorer=scorer, processor=utils.default_process)
            for group in (queries, others)
        ]
        line = " ".join(f"{recall(got[0][rows, truth], got[1].max(1), r):.3f}@{r:.0%}" for r in (0.01, 0.05, 0.17))
        print(scorer.__name__, line)
    if not given.tune:
        everything = Screen(whole + whole[: max(0, 1000 - len(whole))])
        many = ([one.name for one in queries + others] * 4)[:10_000]
        start = time.perf_counter()
        everything.scores(many)
        print(f"{len(many)} names against {len(everything.entries)} entries: {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
