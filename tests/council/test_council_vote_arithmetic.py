"""What a vote still needs: the Charter's rule, worked by hand, and laws that hold for any assumption."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forestall.council.power import read
from forestall.council.power.rule import Rule
from forestall.council.voting.arithmetic import Needed, needed
from forestall.errors import UsageError

PERMANENT = ("CHN", "FRA", "GBR", "RUS", "USA")
ELECTED = ("BOL", "CIV", "ETH", "GNQ", "KAZ", "KWT", "NLD", "PER", "POL", "SWE")
MEMBERS = {"permanent": PERMANENT, "elected": ELECTED}
COUNCIL = read("council").seated(MEMBERS)


def counts(found: Needed, field: str) -> set[tuple[tuple[str, int], ...]]:
    return {choice.count for choice in getattr(found, field)}


def test_nine_affirmative_votes_with_nobody_assumed() -> None:
    found = needed(COUNCIL)
    assert (found.outcome, found.more_yes, found.passes_if_others_abstain) == ("open", 9, False)
    # Nine of the ten elected would do, all five permanent members abstaining; each permanent member can block.
    assert counts(found, "to_pass") == {
        (("elected", 9),),
        (("permanent", 1), ("elected", 8)),
        (("permanent", 2), ("elected", 7)),
        (("permanent", 3), ("elected", 6)),
        (("permanent", 4), ("elected", 5)),
        (("permanent", 5), ("elected", 4)),
    }
    assert found.veto == PERMANENT
    assert found.must_vote_yes == ()
    # Seven that withhold their vote leave eight.
    assert counts(found, "block_by_no") == {(("permanent", 1),), (("elected", 7),)}
    assert min(choice.members for choice in found.block_by_abstaining) == 7


def test_resolution_2401_of_2018_as_it_stood() -> None:
    # S/RES/2401 (2018): 15-0-0. With twelve named in favour it had passed, if none of the two permanent left objected.
    found = needed(COUNCIL, yes=[*ELECTED, "FRA", "GBR"], abstain=["USA"])
    assert found.passes_if_others_abstain
    assert found.more_yes == 0
    assert found.veto == ("CHN", "RUS")
    assert counts(found, "block_by_no") == {(("permanent", 1),)}
    assert found.block_by_abstaining == ()


def test_a_draft_vetoed_in_2018_could_have_passed_with_an_abstention() -> None:
    # S/2018/321 (10 April 2018): 12 in favour, 2 against (Bolivia, Russian Federation), China abstaining (S/PV.8228).
    yes = [one for one in (*PERMANENT, *ELECTED) if one not in ("BOL", "RUS", "CHN")]
    found = needed(COUNCIL, yes=yes, no=["BOL", "RUS"], abstain=["CHN"])
    assert (found.outcome, found.more_yes, found.to_pass) == ("cannot pass as assumed", None, ())
    least = [(one.no_to_abstain.count, one.no_to_yes.count, one.abstain_to_yes.count) for one in found.switches]
    assert sorted(least) == [((), (("permanent", 1),), ()), ((("permanent", 1),), (), ())]
    assert all(one.no_to_abstain.examples() in ((), ("RUS",)) for one in found.switches)


def test_eight_in_favour_fall_one_short() -> None:
    found = needed(COUNCIL, yes=[*PERMANENT, *ELECTED[:3]], abstain=ELECTED[3:9])
    assert (found.outcome, found.more_yes, found.must_vote_yes) == ("open", 1, ("SWE",))
    short = needed(COUNCIL, yes=[*PERMANENT, *ELECTED[:3]], abstain=ELECTED[3:])
    assert short.outcome == "cannot pass as assumed"
    assert [one.abstain_to_yes.count for one in short.switches] == [(("elected", 1),)]


def test_a_decided_vote_needs_nothing_more() -> None:
    found = needed(COUNCIL, yes=[*PERMANENT, *ELECTED[:4]])
    assert found.outcome == "passes whatever the others do"
    assert (found.more_yes, found.block_by_no, found.block_by_abstaining, found.veto) == (0, (), (), ())


def test_the_procedural_rule_knows_no_veto() -> None:
    found = needed(seated_procedural(), no=["RUS"])
    assert (found.more_yes, found.veto) == (9, ())


def seated_procedural() -> Rule:
    rule = read("council-procedural")
    if {one.name for one in rule.classes} == {"permanent", "elected"}:
        return rule.seated(MEMBERS)
    return rule.seated({rule.classes[0].name: (*PERMANENT, *ELECTED)})


def test_refusals_say_what_was_given() -> None:
    with pytest.raises(UsageError, match="IND does not vote under 'Security Council since 1966'"):
        needed(COUNCIL, yes=["IND"])
    with pytest.raises(UsageError, match="RUS is assumed to vote in two ways"):
        needed(COUNCIL, yes=["RUS"], no=["RUS"])
    with pytest.raises(UsageError, match="has 10 members of class 'elected', but 6 sat then"):
        read("council").seated({"permanent": PERMANENT, "elected": ELECTED[:6]})


assumed = st.lists(
    st.sampled_from(["yes", "no", "abstain", "open"]), min_size=len(PERMANENT) + 10, max_size=len(PERMANENT) + 10
)


def ask(how: list[str]) -> Needed:
    named = list(zip((*PERMANENT, *ELECTED), how, strict=True))
    return needed(COUNCIL, *([m for m, h in named if h == kind] for kind in ("yes", "no", "abstain")))


def passes(yes: set[str], no: set[str]) -> bool:
    """The Charter's rule, written out: nine in favour, no permanent member against."""
    return len(yes) >= 9 and not no.intersection(PERMANENT)


@given(assumed)
def test_what_is_said_to_pass_passes_and_less_does_not(how: list[str]) -> None:
    found = ask(how)
    yes, no = set(found.yes), set(found.no)
    for choice in found.to_pass:
        added = set(choice.examples())
        assert added <= set(found.open)
        assert len(added) == choice.members
        assert passes(yes | added, no)
        assert all(not passes((yes | added) - {one}, no) for one in added)
    assert found.passes_if_others_abstain == passes(yes, no)
    assert (found.outcome == "cannot pass as assumed") == (not passes(yes | set(found.open), no))


@given(assumed)
def test_what_is_said_to_block_blocks_and_less_does_not(how: list[str]) -> None:
    found = ask(how)
    yes, no, rest = set(found.yes), set(found.no), set(found.open)
    for choice in found.block_by_no:
        against = set(choice.examples())
        assert not passes(yes | (rest - against), no | against)
        assert all(passes(yes | (rest - against) | {one}, no | (against - {one})) for one in against)
    for choice in found.block_by_abstaining:
        apart = set(choice.examples())
        assert not passes(yes | (rest - apart), no)
        assert all(passes(yes | (rest - apart) | {one}, no) for one in apart)


@given(assumed)
def test_a_switch_lets_it_pass(how: list[str]) -> None:
    found = ask(how)
    assert bool(found.switches) == (found.outcome == "cannot pass as assumed")
    for one in found.switches:
        turned = set(one.no_to_yes.examples())
        # The members that abstain instead are others than those that vote yes instead.
        quiet: set[str] = set()
        held = dict(one.no_to_abstain.out_of)
        for name, n in one.no_to_abstain.count:
            quiet |= set([m for m in held[name] if m not in turned][:n])
        yes = set(found.yes) | set(found.open) | turned | set(one.abstain_to_yes.examples())
        assert passes(yes, set(found.no) - turned - quiet)


@given(assumed, st.integers(0, 14))
def test_one_more_in_favour_never_takes_it_further_away(how: list[str], at: int) -> None:
    before = ask(how)
    after = ask([*how[:at], "yes", *how[at + 1 :]])
    worst = 99
    assert (worst if after.more_yes is None else after.more_yes) <= (
        worst if before.more_yes is None else before.more_yes
    )
    order = ["cannot pass as assumed", "open", "passes whatever the others do"]
    assert order.index(after.outcome) >= order.index(before.outcome)
