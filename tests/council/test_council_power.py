"""Exact values from the literature, all coalitions of small rules, and laws of the indices."""

from fractions import Fraction
from itertools import combinations, pairwise, permutations, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.council.power import (
    All,
    Any_,
    AtLeast,
    Class,
    Concurring,
    Rule,
    coalitions,
    counting,
    measure,
    names,
    parse,
    read,
    with_abstention,
)
from forestall.errors import UsageError

F = Fraction


def weighted(quota: int, *weights: int) -> Rule:
    return Rule("weighted", tuple(Class(f"m{i}", (f"m{i}",), F(w)) for i, w in enumerate(weights)), AtLeast(F(quota)))


def test_the_council_since_1966() -> None:
    power = measure(read("council"))
    permanent, elected = power.seat("permanent"), power.seat("elected")
    assert permanent.shapley_shubik == F(421, 2145)
    assert elected.shapley_shubik == F(4, 2145)
    assert round(float(permanent.banzhaf), 4) == 0.1669
    assert round(float(elected.banzhaf), 4) == 0.0165
    assert power.winning == 848
    assert power.efficiency == F(848, 2**15)
    assert permanent.prevent == 1
    assert elected.prevent == F(84, 848)
    assert permanent.initiate == F(848, 2**15 - 848)


def test_the_council_of_1946_to_1965() -> None:
    power = measure(read("council-1965"))
    assert power.seat("permanent").shapley_shubik == F(76, 385)
    assert power.seat("elected").shapley_shubik == F(1, 462)
    assert power.winning == 57


def test_procedural_matters_make_all_equal() -> None:
    power = measure(read("council-procedural"))
    assert {s.shapley_shubik for s in power.seats} == {F(1, 15)}


def test_the_smallest_sets_of_the_council() -> None:
    found = coalitions(read("council"))
    assert found is not None
    assert [(c.members, c.sets) for c in found.winning] == [({"permanent": 5, "elected": 4}, 210)]
    assert [(c.members, c.sets) for c in found.blocking] == [
        ({"permanent": 1, "elected": 0}, 5),
        ({"permanent": 0, "elected": 7}, 120),
    ]


def test_abstention_brings_the_seats_close() -> None:
    # Felsenthal & Machover (1998), The Measurement of Voting Power, section 8.4: .1009 and .0495.
    found = with_abstention(read("council"))
    assert found is not None
    assert round(float(found.seat("permanent").banzhaf), 4) == 0.1009
    assert round(float(found.seat("elected").banzhaf), 4) == 0.0495
    assert found.seat("permanent").banzhaf / found.seat("elected").banzhaf == F(18056, 8859)
    # Counted apart, by hand: the permanent members for or abstaining, nine for, the other elected ones either way.
    assert found.efficiency == F(48932, 3**14)


@pytest.mark.parametrize(
    ("quota", "weights", "shapley"),
    [
        (51, (50, 49, 1), (F(2, 3), F(1, 6), F(1, 6))),
        (3, (2, 1, 1), (F(2, 3), F(1, 6), F(1, 6))),
        (8, (5, 3, 1, 1, 1), (F(11, 20), F(3, 10), F(1, 20), F(1, 20), F(1, 20))),
        (2, (1, 1, 1), (F(1, 3),) * 3),
    ],
)
def test_small_weighted_votes(quota: int, weights: tuple[int, ...], shapley: tuple[Fraction, ...]) -> None:
    power = measure(weighted(quota, *weights))
    assert tuple(s.shapley_shubik for s in power.seats) == shapley


def test_the_six_of_1958() -> None:
    # European Economic Community, 1958-72: 12 of 17, Luxembourg never decides (Brams & Affuso 1976).
    power = measure(weighted(12, 4, 4, 4, 2, 2, 1))
    assert [s.shapley_shubik for s in power.seats] == [F(7, 30)] * 3 + [F(3, 20)] * 2 + [F(0)]
    assert [s.banzhaf for s in power.seats] == [F(5, 21)] * 3 + [F(1, 7)] * 2 + [F(0)]


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Small rules of every kind: classes with weights, quotas by weight and by head, vetoes, and, or."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    weights = [F(draw(st.integers(0, 4)), draw(st.sampled_from([1, 2]))) for _ in sizes]
    classes = tuple(
        Class(f"c{i}", tuple(f"c{i}m{k}" for k in range(s)), w)
        for i, (s, w) in enumerate(zip(sizes, weights, strict=True))
    )

    def leaf() -> AtLeast | Concurring:
        if draw(st.booleans()):
            of = draw(st.sampled_from(classes))
            return Concurring(of.name, draw(st.integers(1, of.size)))
        some = draw(st.lists(st.sampled_from([c.name for c in classes]), unique=True, max_size=len(classes)))
        return AtLeast(F(draw(st.integers(1, 8)), 2), tuple(some), draw(st.sampled_from(["weight", "members"])))

    parts = tuple(leaf() for _ in range(draw(st.integers(1, 3))))
    try:
        return Rule("random", classes, All(parts) if draw(st.booleans()) else Any_(parts))
    except UsageError:
        return Rule("random", classes, AtLeast(F(1), (), "members"))


def players(rule: Rule) -> list[str]:
    """The class of each member."""
    return [c.name for c in rule.classes for _ in c.members]


def passes(rule: Rule, votes: dict[int, int]) -> bool:
    """votes: 1 for, 0 abstains, -1 against, by member."""
    of = players(rule)
    yes = {c.name: sum(votes[i] == 1 and of[i] == c.name for i in votes) for c in rule.classes}
    no = {c.name: sum(votes[i] == -1 and of[i] == c.name for i in votes) for c in rule.classes}
    return rule.won(yes, no)


@settings(max_examples=60, deadline=None)
@given(rules())
def test_counting_agrees_with_looking_at_every_coalition(rule: Rule) -> None:
    of, n = players(rule), rule.members
    won = {
        held: passes(rule, {i: 1 if i in held else -1 for i in range(n)})
        for k in range(n + 1)
        for held in combinations(range(n), k)
    }
    power = measure(rule)
    assert power.winning == sum(won.values())
    for seat in power.seats:
        i = of.index(seat.seat)
        swung = [h for h in won if i not in h and not won[h] and won[tuple(sorted((*h, i)))]]
        assert seat.swings == len(swung)
    if n <= 6:
        pivots = dict.fromkeys(range(n), 0)
        orders = list(permutations(range(n)))
        for order in orders:
            for k, i in enumerate(order):
                if won[tuple(sorted(order[: k + 1]))]:
                    pivots[i] += 1
                    break
        for seat in power.seats:
            assert seat.shapley_shubik == F(pivots[of.index(seat.seat)], len(orders))


@settings(max_examples=60, deadline=None)
@given(rules())
def test_both_ways_of_counting_agree(rule: Rule) -> None:
    sums = counting.Sums.of(rule)
    sizes: dict[tuple[int, ...], int] = {}
    for one in rule.classes:
        sizes[sums.adds[one.name]] = sizes.get(sums.adds[one.name], 0) + one.size
    assert counting._by_kind(rule, sums, sizes) == counting._by_weight(rule, sums, sizes)


@settings(max_examples=60, deadline=None)
@given(rules())
def test_laws_of_the_indices(rule: Rule) -> None:
    power = measure(rule)
    assert sum(len(s.members) * s.shapley_shubik for s in power.seats) == 1
    assert sum(len(s.members) * s.banzhaf for s in power.seats) == 1
    for s in power.seats:
        # Dubey & Shapley (1979): the absolute index is the harmonic mean of preventing and initiating.
        if s.swings:
            assert 2 / (1 / s.prevent + 1 / s.initiate) == s.banzhaf_absolute
        assert (s.shapley_shubik == 0) == (s.swings == 0)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=7), st.data())
def test_more_weight_is_never_less_power(weights: list[int], data: st.DataObject) -> None:
    quota = data.draw(st.integers(sum(weights) // 2 + 1, sum(weights)))
    power = measure(weighted(quota, *weights))
    ordered = sorted(zip(weights, power.seats, strict=True), key=lambda pair: pair[0])
    for (_, one), (_, other) in pairwise(ordered):
        assert one.shapley_shubik <= other.shapley_shubik
        assert one.swings <= other.swings


@settings(max_examples=25, deadline=None)
@given(rules())
def test_sets_agree_with_looking_at_every_one(rule: Rule) -> None:
    of, n = players(rule), rule.members
    found = coalitions(rule)
    assert found is not None
    sets = [frozenset(held) for k in range(n + 1) for held in combinations(range(n), k)]
    wins = {held for held in sets if passes(rule, {i: 1 if i in held else -1 for i in range(n)})}
    blocks = {held for held in sets if frozenset(range(n)) - held not in wins}
    for listed, does in ((found.winning, wins), (found.blocking, blocks)):
        smallest = [held for held in does if not any(held - {i} in does for i in held)]
        seen: dict[tuple[int, ...], int] = {}
        for held in smallest:
            key = tuple(sum(of[i] == c.name for i in held) for c in rule.classes)
            seen[key] = seen.get(key, 0) + 1
        assert {tuple(c.members.values()): c.sets for c in listed} == seen


@settings(max_examples=25, deadline=None)
@given(rules())
def test_abstention_agrees_with_looking_at_every_vote(rule: Rule) -> None:
    of, n = players(rule), rule.members
    if n > 5:
        return
    found = with_abstention(rule)
    assert found is not None
    all_votes = [dict(enumerate(v)) for v in product((1, 0, -1), repeat=n)]
    assert found.efficiency == F(sum(passes(rule, v) for v in all_votes), 3**n)
    for seat in found.seats:
        i = of.index(seat.seat)
        decided = sum(passes(rule, {**v, i: 1}) != passes(rule, {**v, i: -1}) for v in all_votes)
        assert seat.banzhaf_absolute == F(decided, 3**n)
    if n > 4:
        return
    settled = dict.fromkeys(range(n), F(0))
    for order in permutations(range(n)):
        for votes in all_votes:
            for k in range(n):
                rest = order[k + 1 :]
                ends = {passes(rule, {**votes, **dict.fromkeys(rest, v)}) for v in (1, -1)}
                if len(ends) == 1:
                    settled[order[k]] += 1
                    break
    whole = sum(settled.values())
    for seat in found.seats:
        assert seat.shapley_shubik == settled[of.index(seat.seat)] / whole


def test_two_hundred_members_in_three_classes() -> None:
    text = "classes: [{name: p, size: 10}, {name: b, size: 90, weight: 2}, {name: c, size: 100}]\n"
    rule = parse(text + "pass: [{at_least: 150}, {at_least: 60, of: b}, {concurring: p, blocks: 2}]", "large")
    assert sum(len(s.members) * s.shapley_shubik for s in measure(rule).seats) == 1


def test_two_vetoes_needed() -> None:
    power = measure(parse("classes: [{name: permanent, size: 5}, {name: elected, size: 10}]\n"
                          "pass: [{at_least: 9}, {concurring: permanent, blocks: 2}]", "two"))  # fmt: skip
    council = measure(read("council"))
    assert power.efficiency > council.efficiency
    assert power.seat("permanent").shapley_shubik < council.seat("permanent").shapley_shubik
    # 5 x sum of C(10, k), k >= 5 (four permanent and five elected or more) beside the Council's own 848
    assert power.winning == 848 + 5 * sum((252, 210, 120, 45, 10, 1))


CLASSES = "classes: [{name: a, size: 3}, {name: b, size: 2, weight: 2}]\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("%PDF-1.7", "is a PDF"),
        ("a: [", "not readable as YAML at line"),
        ("[1, 2]", "expected keys and values"),
        ("x: &a [1]\nclasses: *a\npass: {}", "aliases"),
        (CLASSES, "lacks pass"),
        (CLASSES + "pass: {at_least: 8}", "a quota of 8 is above the 7 votes"),
        (CLASSES + "pass: {at_least: 0}", "asks for nothing"),
        (CLASSES + "pass: {at_least: 1e999}", "expected a number|above"),
        (CLASSES + "pass: {at_least: nine}", "expected a number"),
        (CLASSES + "pass: {at_least: 4, of: d}", "no class 'd'"),
        (CLASSES + "pass: {at_least: 3, veto: a}", "unknown keys veto"),
        (CLASSES + "pass: {concurring: a, blocks: 4}", "4 objections are to block"),
        (CLASSES + "pass: {concurring: a, blocks: 2, at_least: 3}", "a condition is one of"),
        (CLASSES + "pass: {any: []}", "a list of conditions"),
        (CLASSES + "colour: red\npass: {at_least: 3}", "unknown keys colour"),
        ("classes: [{name: a, size: 3, weight: -1}]\npass: {at_least: 1, count: members}", "weights are 0 or more"),
        ("classes: [{name: a, size: 0}]\npass: {at_least: 1}", "size of 0"),
        ("classes: [{name: a, size: 201}]\npass: {at_least: 1}", "from 1 to 200"),
        ("classes: [{name: a, size: 150}, {name: b, size: 150}]\npass: {at_least: 1}", "300 members"),
        ("classes: [{name: a, members: [X, X]}]\npass: {at_least: 1}", "X more than once"),
        ("classes: [{name: a, members: [X]}, {name: b, members: [X]}]\npass: {at_least: 1}", "X more than once"),
        ("classes: [{name: a, size: 1}, {name: a, size: 2}]\npass: {at_least: 1}", "names a class twice"),
        ("classes: [{name: a}]\npass: {at_least: 1}", "either `size` or `members`"),
        (CLASSES + "pass: [{at_least: 3}, []]", "list of conditions is empty"),
        (CLASSES + "pass: {at_least: 3}\npass: {at_least: 5}", "'pass' stands twice"),
        (CLASSES + "pass: {at_least: 1e99999999}", "expected a number"),
        (CLASSES + "pass: {at_least: 1e-99999999}", "expected a number"),
        (CLASSES + f"pass: {{at_least: 0x{'f' * 6000}}}", "more than 30 digits"),
        (CLASSES + f"pass: {{concurring: a, blocks: 0x{'f' * 6000}}}", "more than 30 digits"),
        (f"classes: [{{name: a, size: 0x{'f' * 6000}}}]\npass: {{at_least: 1}}", "more than 30 digits"),
        ("classes: " + "[" * 50_000, "nests deeper"),
        (
            f"classes: [{{name: a, members: [{','.join(map(str, range(30_000)))}]}}]\npass: {{at_least: 1}}",
            "holds more",
        ),
        ('classes: [{name: a, members: ["X\\nY", "X Y"]}]\npass: {at_least: 1}', "X Y more than once"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_in_one_line(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        parse(text, "given")
    assert "\n" not in str(caught.value)


def test_rules_by_name_and_file(tmp_path: Path) -> None:
    assert names() == ("council", "council-1965", "council-procedural")
    with pytest.raises(UsageError, match=r"no rule .*council-1965"):
        read("senate")
    path = tmp_path / "rule.yml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="no text in UTF-8"):
        read(str(path))
    path.write_text("#" * 300_000, "utf-8")
    with pytest.raises(UsageError, match="at most 200,000"):
        read(str(path))


@given(st.integers(0, 70), st.lists(st.integers(1, 9), min_size=2, max_size=6))
def test_long_weights_are_counted_like_short_ones(power_of_two: int, weights: list[int]) -> None:
    # Beyond 2^63 machine words wrap around. One vote more for the first keeps a common factor from being divided out.
    quota, scale = sum(weights) // 2 + 1, 2**power_of_two * (len(weights) + 1)
    long = measure(weighted(quota * scale, weights[0] * scale + 1, *(w * scale for w in weights[1:])))
    short = measure(weighted(quota, *weights))
    assert long.winning == short.winning
    assert [s.shapley_shubik for s in long.seats] == [s.shapley_shubik for s in short.seats]


def test_three_classes_with_abstention() -> None:
    # New permanent seats without a veto weigh like elected ones: as two classes or as one.
    head, tail = "classes: [{name: p, size: 5}, ", "pass: [{at_least: 14}, {concurring: p}]"
    three = with_abstention(parse(head + "{name: q, size: 6}, {name: r, size: 14}]\n" + tail, "three"))
    two = with_abstention(parse(head + "{name: r, size: 20}]\n" + tail, "two"))
    assert three is not None
    assert two is not None
    assert three.efficiency == two.efficiency
    assert three.seat("q").shapley_shubik == three.seat("r").shapley_shubik == two.seat("r").shapley_shubik
    assert three.seat("p").banzhaf == two.seat("p").banzhaf
    assert 5 * two.seat("p").shapley_shubik + 20 * two.seat("r").shapley_shubik == 1


def test_weights_without_end_are_refused() -> None:
    with pytest.raises(UsageError, match="too many to count exactly"):
        measure(weighted(10**9, *(10**8 + 7 * i for i in range(40))))
