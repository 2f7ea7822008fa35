"""Screening: folding, joined, missing and reordered names, weak aliases, the second stage. All names are invented."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forestall.errors import UsageError
from forestall.instruments.accountability import folding, screening
from forestall.instruments.accountability.screening import Query, Screen
from forestall.sources.sanctions import Alias, Entry


def entry(reference: str, name: str, *aliases: str, **more: object) -> Entry:
    return Entry(reference, "individual", "Test", name, aliases=tuple(Alias(one) for one in aliases), **more)  # type: ignore[arg-type]


LIST = [
    entry("T.1", "Muhammad Zubayrullah Tarkhuni", births=((1961, 1963),), nationalities=("Mali",)),
    entry("T.2", "Ri Quang Bomsok", "Falcon"),
    entry("T.3", "José Núñez Quebrantado"),
    entry("T.4", "Muhammad Ostrander Pilchuk"),
    *(entry(f"F.{n}", f"Muhammad Filler{chr(97 + n)}{chr(110 + n % 9)}olt Dov{chr(97 + n)}rex") for n in range(20)),
]
SCREEN = Screen(LIST)


def found(name: str, born: int | None = None, iso3: str | None = None) -> list[str]:
    return [one.reference for one in SCREEN.screen(Query(name, born, iso3))]


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("Mohamed Zubairullah Tarkhuni", "T.1"),
        ("Tarkhuni, Mohammed Zubayrullah", "T.1"),
        ("Zubayrullah Tarkhuni", "T.1"),
        ("Мухаммад Зубайрулла Тархуни", "T.1"),
        ("محمد زبيرالله ترخوني", "T.1"),
        ("Muhammad Zbyrllh Tarkhuni", "T.1"),
        ("Lee Quang Bomsok", "T.2"),
        ("Ri Quangbomsok", "T.2"),
        ("Jos? Nu\u0303n?z Quebrantado", "T.3"),
        ("Jose Nunez Quebrantado", "T.3"),
        ("M. Ostrander Pilchuk", "T.4"),
    ],
)
def test_variants_are_found(name: str, reference: str) -> None:
    assert found(name)[:1] == [reference]


@pytest.mark.parametrize("name", ["Muhammad", "Muhammad Wexler Umbrage", "Ingrid Solvang", "Falcon Umbrage", "John Q"])
def test_others_are_not(name: str) -> None:
    assert not set(found(name)) & {"T.1", "T.2", "T.3", "T.4"}


def test_a_weak_alias_counts_only_alone() -> None:
    (match,) = SCREEN.screen(Query("FALCON"))
    assert match.reference == "T.2"
    assert any("alias" in line for line in match.why)
    assert found("Falcon Brightwater") == []


def test_second_stage() -> None:
    plain, agrees, differs = (
        SCREEN.screen(Query("Mohamed Tarkhuni Zubair", born, iso3), threshold=0.3)[0].score
        for born, iso3 in ((None, None), (1962, "MLI"), (1999, "NOR"))
    )
    assert differs < plain <= agrees
    assert differs == pytest.approx(plain * 0.8 * 0.9, abs=0.002)


def test_only_two_results() -> None:
    assert screening.word(()) == "no entry above the threshold"
    assert screening.word(SCREEN.screen(Query("Ri Quang Bomsok"))) == "review"


@given(st.text(max_size=60))
def test_folding_is_plain_and_stable(text: str) -> None:
    once = folding.fold(text)
    assert set(once) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")
    assert folding.fold(once) == once


@given(st.sampled_from([one.name for one in LIST]), st.randoms())
def test_order_of_words_does_not_matter(name: str, rng: object) -> None:
    words = name.split()
    rng.shuffle(words)  # type: ignore[attr-defined]
    scores = SCREEN.scores([name, " ".join(words)])
    best = [one.name for one in LIST].index(name)
    assert scores[1, best] == pytest.approx(scores[0, best], abs=1e-4) == pytest.approx(1, abs=1e-4)


def test_hostile_and_bad_queries(tmp_path: Path) -> None:
    assert SCREEN.screen(Query("x" * 5_000_000)) == ()
    with pytest.raises(UsageError, match="no letter"):
        SCREEN.screen(Query("\x00 ..."))
    with pytest.raises(UsageError, match="YYYY"):
        screening.query("A B", "19", None)
    names = tmp_path / "n.csv"
    names.write_text("name,dob\nA B,1970\nC D,x\n")
    with pytest.raises(UsageError, match="line 3"):
        screening.queries(names)
