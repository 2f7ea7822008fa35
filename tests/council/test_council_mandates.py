"""Commitments read out of paragraphs in the Council's drafting style, and what holds for every text."""

import time
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.council.mandates import extract, stated_adoption
from forestall.council.mandates.times import after, duration, number
from forestall.errors import UsageError

DAY = date(2024, 5, 30)
EXTEND = {"mandate_until 2025-05-31", "mission renewed"}
LABELS = Path(__file__).parent / "labels"

# Each: the operative text, and every commitment in it ("type value"), adopted on 2024-05-30.
SNIPPETS: list[tuple[str, set[str]]] = [
    (
        "1. Considers that operation essential and accordingly decides that the mandate of UNMISS shall be extended"
        " for a further period, that is, until 31 May 2025;",
        EXTEND,
    ),
    (
        "1. Decides to extend the mandate of the Analytical Support and Sanctions Monitoring Team until 17 June 2027;",
        {"mandate_until 2027-06-17", "mission renewed"},
    ),
    (
        "1. Requests the Secretary-General to continue monthly written reports until 15 January 2025;",
        {"report_every P1M"},
    ),
    (
        "1. Decides that for a period of 12 months from the date of this resolution States may enter the territorial waters;",
        {"mandate_until 2025-05-30"},
    ),
    (
        "1. Requests that cooperating States and regional organizations report to the Council within nine months;",
        {"report_within P9M"},
    ),
    ("1. Decides to renew until 14 July 2024 the measures;", {"mandate_until 2024-07-14", "sanctions renewed"}),
    (
        "1. Reaffirms the arms embargo, and decides to renew the provisions set out in paragraph 15, until 15 November 2024;",
        {"mandate_until 2024-11-15", "sanctions renewed"},
    ),
    (
        "1. Decides to call upon Member States to terminate the measures taken against Southern Rhodesia;",
        {"sanctions lifted"},
    ),
    (
        "1. Decides to establish as of 9 July 2024 a United Nations Mission (UNMISS) for an initial period of one year;",
        {"mandate_until 2025-07-09", "mission created"},
    ),
    ("1. Decides to conduct an interim review by 31 December 2025;", {"review 2025-12-31"}),
    (
        "1. Recommends the creation, with the consent of the Government, of a United Nations Peace-keeping Force;",
        {"mission created"},
    ),
    (
        "1. Recommends that the stationing of the Force shall be for a period of three months;",
        {"mandate_until 2024-08-30"},
    ),
    (
        "1. Requests the Secretary-General to dispatch a team of United Nations observers to verify the cease-fire;",
        {"mission created"},
    ),
    (
        "1. Authorizes the Secretary-General to deploy immediately, on request, United Nations observers to monitor;",
        {"mission created"},
    ),
    (
        "1. Decides to remain seized of the matter.\nAnnex\n1. Decides to extend the mandate of UNMISS until 31 May 2025;",
        set(),
    ),
    ("Noting, 1. Condemns all attacks; 29. Decides to extend the mandate of UNMISS until 31 May 2025.", EXTEND),
    (
        "1. Decides to extend until 31 May 2025 the mandate of the United Nations Mission to support the Agreement (UNMHA);",
        EXTEND,
    ),
    ("1. Decides that UNAMI will cease operations on 31 December 2025;", {"mission ended", "mandate_until 2025-12-31"}),
    (
        "1. Decides that the Council shall, every 120 days or sooner should the situation so require, review the measures;",
        {"review 2024-09-27"},
    ),
    (
        "1. Decides that all States shall continue to take the measures required by resolution 2255 (2015);",
        {"sanctions renewed"},
    ),
    (
        "1. Decides that the United Nations Operation in Mozambique is established for a period until 31 May 2025;",
        {"mission created", "mandate_until 2025-05-31"},
    ),
    ("1. Decides that the exemption shall expire eighteen months after adoption;", {"mandate_until 2025-11-30"}),
    ("1. Decides to extend the mandate of UNMISS until 31 May 2025;", EXTEND),
    ("1. Decides to extend until 31 May 2025 the mandate of UNMISS;", EXTEND),
    ("OP1. Decides to extend the mandate of UNMISS until 31 May 2025;", EXTEND),
    ("1. *Decides* to extend the mandate of UNMISS un-\ntil 31 May 20\n25;", EXTEND),
    ("1.\u00a0Decides to extend the mandate of UNMISS until 31\u00a0May\u00a02025;", EXTEND),
    ("1. Decides to extend the man\u00addate of UNMISS until 31 M\nay 2025;", EXTEND),
    ("1. Decides to extend the mandate\n\n24-09999 2/5\n\nS/RES/2730 (2024)\n\nof UNMISS until 31 May 2025;", EXTEND),
    ("Decides to extend the mandate of UNMISS until May 31, 2025;", EXTEND),
    ("“1. Decides to extend the mandate of UNMISS for a further period ending on 31 May 2025;", EXTEND),
    ("1. Decides that the mandate of UNMISS is hereby extended until 31 May 2025;", EXTEND),
    ("1. Decides to extend the mandate of UNMISS until 29 May;", {"mandate_until 2025-05-29", "mission renewed"}),
    (
        "1. Decides to renew for a period of six months the mandate of UNDOF;",
        {"mandate_until 2024-11-30", "mission renewed"},
    ),
    ("1. Recalls its decision to extend the mandate of UNMISS until 31 May 2025;", set()),
    ("Recalling its decision to extend the mandate of UNMISS until 31 May 2025,\n\n1. Condemns all attacks;", set()),
    ("1. Welcomes the extension of the ceasefire until 31 May 2025;", set()),
    ("1. Demands that all parties respect a ceasefire for a period of six months;", set()),
    ("1. Decides to remain actively seized of the matter.", set()),
    ("1. Requests the Secretary-General to report to the Council every 90 days;", {"report_every P90D"}),
    (
        "1. Requests the Secretary-General to report within 45 days and every 90 days thereafter;",
        {"report_within P45D", "report_every P90D"},
    ),
    (
        "1. Requests the Secretary-General to report by 31 October 2024 and annually thereafter;",
        {"report_by 2024-10-31", "report_every P1Y"},
    ),
    ("1. Requests the Secretary-General to brief the Council on a quarterly basis;", {"report_every P3M"}),
    ("1. Requests the Secretary-General to brief the Council twice a year;", {"report_every P6M"}),
    ("1. Requests the Secretary-General to report at six-month intervals;", {"report_every P6M"}),
    ("1. Requests the Secretary-General to brief the Council in six months;", {"report_within P6M"}),
    ("1. Requests the Panel to provide monthly updates to the Committee;", {"report_every P1M"}),
    (
        "1. Requests the Panel to submit a report within six and eleven months of adoption;",
        {"report_within P6M", "report_within P11M"},
    ),
    (
        "1. Requests the Secretary-General to submit written reports on 1 March and 15 September;",
        {"report_by 2025-03-01", "report_by 2024-09-15"},
    ),
    ("1. Requests the Secretary-General to report promptly and as appropriate;", set()),
    ("1. Calls upon States to report to the Secretary-General by 1 August 2024;", set()),
    ("1. Requests the Panel to report within 30 days of its appointment;", set()),
    (
        "1. Decides to extend the mandate of the Panel of Experts until 31 May 2025;\n"
        "2. Requests the Panel to submit a final report to the"
        " Council no later than 30 days before the expiration of its mandate;",
        {*EXTEND, "report_by 2025-05-01"},
    ),
    (
        "1. Decides to extend the mandate of UNMISS until 31 May 2025;\n"
        "2. Requests the Secretary-General to report to the Council before the end of the mandate;",
        {*EXTEND, "report_by 2025-05-31"},
    ),
    (
        "1. Requests the Panel to provide to the Council a midterm"
        " update by 28 February 2025 and, after discussion with the "
        "Committee, a final report by 15 June;",
        {"report_by 2025-02-28", "report_by 2024-06-15"},
    ),
    ("1. Expresses its intention to review the mandate no later than 30 April 2025;", {"review 2025-04-30"}),
    ("1. Expresses its intent to review the mandate no later than 30 April 2025;", {"review 2025-04-30"}),
    ("1. Affirms that it shall keep the situation under continuous review;", {"review standing"}),
    (
        "1. Decides to review these measures within twelve months of the adoption of this resolution;",
        {"review 2025-05-30"},
    ),
    ("1. Invites the Secretary-General to keep the situation under constant review;", set()),
    (
        "Acting under Chapter VII of the Charter of the United Nations,\n\n1. Condemns all attacks;",
        {"chapter_vii true"},
    ),
    (
        "Recalling resolution 2140 (2014), adopted when acting under"
        " Chapter VII of the Charter,\n\n1. Condemns all attacks;",
        set(),
    ),
    ("1. Decides, acting under Chapter VII of the Charter, to condemn all attacks;", {"chapter_vii true"}),
    ("Acting under Chapter VIII of the Charter,\n\n1. Condemns all attacks;", set()),
    (
        "1. Decides that all Member States shall take the necessary measures to prevent the supply of arms to Haiti;",
        {"sanctions imposed"},
    ),
    (
        "1. Decides that until 31 May 2025, the measures on arms imposed"
        " by paragraph 4 of resolution 2428 (2018) shall continue to apply;",
        {"mandate_until 2025-05-31", "sanctions renewed"},
    ),
    (
        "1. Decides to terminate with immediate effect the measures imposed by resolution 1343 (2001);",
        {"sanctions lifted"},
    ),
    ("1. Decides that the prohibitions imposed by resolution 1343 (2001) are lifted;", {"sanctions lifted"}),
    ("1. Decides that the measures imposed by paragraph 1 above shall not apply to medical supplies;", set()),
    (
        "1. Decides that the measures imposed by resolution 918 (1994) shall not apply to medical supplies;",
        {"sanctions eased"},
    ),
    (
        "1. Decides to establish a United Nations Mission in Haiti (UNMIH) for an initial period of six months;",
        {"mission created", "mandate_until 2024-11-30"},
    ),
    (
        "1. Decides to terminate the mandate of UNITAMS as of 3 June 2024;",
        {"mission ended", "mandate_until 2024-06-03"},
    ),
    (
        "1. Authorizes Member States to form and deploy a"
        " Multinational Security Support (MSS) mission for an initial period of "
        "twelve months following the adoption of this resolution;",
        {"mission created", "mandate_until 2025-05-30"},
    ),
    ("1. Decides to establish, in accordance with rule 28, a Committee of the Security Council;", set()),
]


def found(text: str, adopted: date = DAY) -> set[str]:
    """Type and value of what is found."""
    return {f"{one.type} {one.value}" for one in extract(text, adopted)}


@pytest.mark.parametrize(("text", "expected"), SNIPPETS, ids=range(len(SNIPPETS)))
def test_paragraphs_in_drafting_style(text: str, expected: set[str]) -> None:
    assert found("The Security Council,\n\n" + text) == expected


def test_resolution_631_of_8_february_1989() -> None:
    text = (
        "Resolution 631 (1989)\nof 8 February 1989\n\nThe Security Council,\n\nDecides:\n\n"
        "(b) To renew the mandate of the United Nations\nIran-Iraq"
        " Military Observer Group (UNIIMOG) for a period of seven\n"
        "months and twenty-two days, that is, until 30 September 1989;\n\n"
        "(c) To request the Secretary-General to submit, at the end of this period, a report."
    )
    by_type = {one.type: one for one in extract(text, date(1989, 2, 8))}
    assert by_type["mandate_until"].value == "1989-09-30"
    assert by_type["mandate_until"].period == "P7M22D"
    assert by_type["mandate_until"].paragraph == "(b)"
    assert by_type["mission"].subject == "UNIIMOG"
    assert by_type["report_by"].value == "1989-09-30"
    assert stated_adoption(text) == date(1989, 2, 8)


def test_a_quoted_earlier_resolution_commits_to_nothing() -> None:
    text = (
        'The Security Council,\n\n1. Reaffirms its resolution 425 (1978) which reads:\n\n"The Security Council,\n\n'
        '"4. Requests the Secretary-General to report to the Council within twenty-four hours."\n\n'
        "2. Requests the Secretary-General to report within two months."
    )
    assert found(text) == {"report_within P2M"}


def test_periods_end_on_the_same_day_or_the_last_of_the_month() -> None:
    assert after(date(2024, 8, 31), "P6M") == date(2025, 2, 28)
    assert after(date(2024, 2, 29), "P1Y") == date(2025, 2, 28)
    assert after(date(2025, 5, 31), "P30D", -1) == date(2025, 5, 1)
    assert number("one hundred and twenty") == 120
    assert duration("seven months and twenty-two days") == "P7M22D"
    assert duration("24 hours") == "PT24H"


@pytest.mark.parametrize("day", [date(1945, 12, 31), date(2101, 1, 1)])
def test_a_date_of_adoption_outside_the_councils_years_is_refused(day: date) -> None:
    with pytest.raises(UsageError, match="date of adoption"):
        extract("Decides", day)


def test_quotes_and_offsets_of_the_development_texts_agree() -> None:
    entries = yaml.safe_load((LABELS / "dev.yml").read_text(encoding="utf-8"))
    seen = 0
    for entry in (one for one in entries if "file" in one):
        text = (LABELS / entry["file"]).read_text(encoding="utf-8")
        for one in extract(text, entry["adopted"]):
            assert " ".join(text[one.start : one.end].split()) == one.quote
            assert 0 < one.confidence < 1
            seen += 1
    assert seen > 100


WORDS = st.sampled_from(
    [
        "1.",
        "2.",
        "(a)",
        "Decides",
        "Requests",
        "to",
        "extend",
        "the",
        "mandate",
        "of",
        "UNMISS",
        "until",
        "for",
        "a",
        "period",
        "six",
        "months",
        "31",
        "May",
        "2025",
        "report",
        "by",
        "within",
        "90",
        "days",
        ",",
        ";",
        ":",
        "\n",
        "\n\n",
        "every",
        "Acting",
        "under",
        "Chapter",
        "VII",
        "measures",
        "imposed",
        "shall",
        "not",
        "apply",
        "“The",
        "Security",
        "Council,",
    ]
)


@given(st.lists(WORDS, max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_words_give_quotes_that_stand_in_the_text(words: list[str]) -> None:
    text = " ".join(words)
    for one in extract(text, DAY):
        assert 0 <= one.start < one.end <= len(text)
        assert " ".join(text[one.start : one.end].split()) == one.quote
        if one.type in ("mandate_until", "report_by"):
            assert date.fromisoformat(one.value) > DAY


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert isinstance(extract(text, DAY), tuple)


@pytest.mark.parametrize(
    "unit",
    ["1. Decides that all States shall prevent ", "A", "Requests a report every ", "within one hundred and twenty "],
)
def test_repeated_text_takes_time_in_proportion(unit: str) -> None:
    spent = []
    for length in (30_000, 120_000):
        began = time.perf_counter()
        extract("The Security Council,\n\n1. Decides " + unit * (length // len(unit)), DAY)
        spent.append(time.perf_counter() - began)
    assert spent[1] < 10 * spent[0] + 0.5
