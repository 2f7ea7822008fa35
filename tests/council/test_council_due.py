"""Days that resolutions set: series, calendar files, what is overdue; and texts from outside."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import icalendar
import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.council.due import Mark, Text, between, idle, items, overdue, read_marks, table
from forestall.council.due.durations import Duration, after, parse, words
from forestall.council.due.extracted import dated_items
from forestall.council.due.ics import NOTICE, calendar_bytes
from forestall.council.due.items import undated
from forestall.council.mandates import Commitment, extract
from forestall.errors import UsageError
from forestall.store import Workspace

LABELS = Path(__file__).parent / "labels"


def made(kind, value, *, quote="words", start=0, end=None, period=None, subject=None, paragraph=None, confidence=0.9):
    return Commitment(
        type=kind,
        value=value,
        quote=quote,
        confidence=confidence,
        period=period,
        subject=subject,
        paragraph=paragraph,
        start=start,
        end=start + 5 if end is None else end,
        rule="test",
    )


def found_in(text, *wanted):
    """Commitments at the places where their quotes stand in the text."""
    found = []
    for kind, value, quote in wanted:
        start = text.index(quote)
        found.append(made(kind, value, quote=quote, start=start, end=start + len(quote)))
    return found


def days(found, symbol="S/RES/9999 (2030)", adopted=date(2030, 1, 31), text=None):
    return [item.due for item in items(found, symbol, adopted, text)]


# --- durations


@pytest.mark.parametrize(
    ("text", "expected"),
    [("P30D", (0, 30)), ("P6M", (6, 0)), ("P1Y6M", (18, 0)), ("P3W", (0, 21)), ("PT24H", (0, 1)), ("PT25H", (0, 2))],
)
def test_durations_are_read(text, expected):
    assert parse(text) == Duration(*expected)


@pytest.mark.parametrize(
    ("text", "said"), [("P1Y6M", "1 year 6 months"), ("PT24H", "24 hours"), ("P2W", "2 weeks"), ("P1M0D", "1 month")]
)
def test_durations_in_words(text, said):
    assert words(text) == said


@pytest.mark.parametrize("text", ["", "P", "PT", "P0D", "6M", "P-1D", "P1.5M", "P6M ", "six months", "P٣M" + "x"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(UsageError, match="no duration"):
        parse(text)


def test_months_keep_the_day_or_take_the_last_of_a_shorter_month():
    start = date(2027, 8, 31)
    assert [after(start, parse("P6M"), n) for n in (1, 2)] == [date(2028, 2, 29), date(2028, 8, 31)]
    assert after(date(2026, 1, 15), parse("P12M")) == date(2027, 1, 15)
    with pytest.raises(UsageError, match="9999"):
        after(date(9999, 1, 1), parse("P1Y"))


# --- items


def test_unifil_in_2006():
    """S/RES/1701 (2006), adopted 11 August 2006: mandate until 31 August 2007, proposals in thirty days, report in a
    week.
    """
    found = [
        made("report_within", "P30D", start=10),
        made("mandate_until", "2007-08-31", start=50, subject="UNIFIL"),
        made("mission", "renewed", start=50, subject="UNIFIL"),
        made("report_within", "P1W", start=90),
        made("sanctions", "imposed", start=120),
    ]
    dated = items(found, "S/RES/1701 (2006)", date(2006, 8, 11))
    assert [(i.due, i.kind) for i in dated] == [
        (date(2006, 8, 18), "report"),
        (date(2006, 9, 10), "report"),
        (date(2007, 8, 31), "mandate_end"),
    ]
    assert dated[2].title == "Mandate ends: UNIFIL (S/RES/1701 (2006))"
    assert undated(found) == 2
    frame = table(dated)
    assert frame["due"].to_list() == [i.due for i in dated]
    assert frame.schema["number"] == pl.Int64


def test_a_first_report_and_every_ninety_days_thereafter():
    text = (
        "24. Requests a report within 90 days of adoption, and every 90 days thereafter;\n\n2. Decides until 30 April."
    )
    found = found_in(
        text,
        ("report_within", "P90D", "within 90 days"),
        ("report_every", "P90D", "every 90 days"),
        ("mandate_until", "2026-04-30", "until 30 April"),
    )
    dated = items(found, "S/RES/9999 (2025)", date(2025, 4, 28), text)
    reports = [i.due for i in dated if i.kind == "report"]
    assert reports == [date(2025, 4, 28) + timedelta(days=90 * n) for n in (1, 2, 3, 4)]
    assert [i.number for i in dated if i.kind == "report"] == [None, 1, 2, 3]


def test_the_same_with_words_that_begin_at_the_verb():
    text = "8. Invites the Prosecutor to address the Council within three months and every six months thereafter"
    start = text.index("to address")
    found = [
        made("report_within", "P3M", start=start, end=text.index(" and"), paragraph="8"),
        made("report_every", "P6M", start=start, end=text.index(" thereafter"), paragraph="8"),
    ]
    assert days(found, adopted=date(2005, 3, 31), text=text) == [date(2005, 6, 30), date(2005, 12, 30)]


def test_a_day_given_after_the_interval():
    text = "3. Also requests written reports every four months, the first of which by 5 July 2026;"
    found = found_in(text, ("report_every", "P4M", "every four months"), ("report_by", "2026-07-05", "by 5 July 2026"))
    assert days(found, adopted=date(2026, 1, 29), text=text) == [date(2026, 7, 5), date(2026, 11, 5)]


def test_other_reports_of_the_paragraph_are_no_start_of_the_series():
    """Resolution texts on panels of experts ask for a midterm and a final report, and for updates each month."""
    text = "2. a midterm report by 30 December 2024, a final report by 15 May 2025, and updates each month"
    found = found_in(
        text,
        ("report_by", "2024-12-30", "by 30 December 2024"),
        ("report_by", "2025-05-15", "by 15 May 2025"),
        ("report_every", "P1M", "each month"),
    )
    series = [i.due for i in items(found, "S", date(2024, 5, 30), text) if i.number is not None]
    assert series[0] == date(2024, 6, 30)
    assert len(series) == 12


def test_a_series_ends_with_the_mandate_of_its_paragraph():
    text = "1. Mission until 31 March 2031;\n2. Panel until 30 June 2030, with updates each month;"
    found = found_in(
        text,
        ("mandate_until", "2031-03-31", "until 31 March 2031"),
        ("mandate_until", "2030-06-30", "until 30 June 2030"),
        ("report_every", "P1M", "each month"),
    )
    series = [i.due for i in items(found, "S", date(2030, 1, 31), text) if i.number is not None]
    assert series == [date(2030, month, day) for month, day in ((2, 28), (3, 31), (4, 30), (5, 31), (6, 30))]


def test_a_series_whose_first_day_lies_beyond_the_mandate_is_not_passed_over():
    (one, end) = items([made("report_every", "P1Y"), made("mandate_until", "2030-07-31")], "S", date(2030, 1, 31))[::-1]
    assert (one.due, one.number) == (date(2031, 1, 31), 1)
    assert "beyond" in one.basis
    assert end.kind == "mandate_end"


def test_standing_reviews_have_no_day():
    assert days([made("review", "standing"), made("review", "2030-09-30")]) == [date(2030, 9, 30)]


@pytest.mark.parametrize(("kind", "value"), [("report_by", "soon"), ("report_every", "often"), ("mandate_until", "")])
def test_values_of_another_form_are_refused(kind, value):
    with pytest.raises(UsageError):
        items([made(kind, value)], "S", date(2030, 1, 1))


DAY = st.dates(date(1990, 1, 1), date(2060, 12, 31))
LENGTH = st.one_of(
    st.integers(7, 400).map(lambda n: f"P{n}D"), st.integers(1, 24).map(lambda n: f"P{n}M"), st.just("P1Y")
)
SUBJECT = st.sampled_from([None, "UNMISS", "Panel of Experts", "a\nb"])
WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=80)
COMMITMENT = st.builds(
    made,
    st.sampled_from(["mandate_until", "report_by", "review"]),
    DAY.map(str),
    quote=WORDS,
    start=st.integers(0, 900),
    subject=SUBJECT,
    confidence=st.floats(0, 1),
) | st.builds(made, st.sampled_from(["report_within", "report_every"]), LENGTH, quote=WORDS, start=st.integers(0, 900))
TEXT = ("one two; three\n\nfour first thereafter " * 30)[:1000]


@settings(max_examples=80, deadline=None)
@given(st.lists(COMMITMENT, max_size=8), DAY, st.sampled_from([None, TEXT]))
def test_laws_of_items_and_their_calendar(found, adopted, text):
    dated = items(found, "S/RES/1 (1990)", adopted, text)
    once = [c for c in found if c.type != "report_every"]
    wanted = Counter(
        after(adopted, parse(c.value)) if c.type == "report_within" else date.fromisoformat(c.value) for c in once
    )
    assert Counter(i.due for i in dated if i.number is None) == wanted
    assert list(dated) == sorted(dated, key=lambda i: (i.due, i.uid))
    assert len({i.uid for i in dated}) == len(dated)
    series: dict[str, list[date]] = {}
    for item in sorted((i for i in dated if i.number is not None), key=lambda i: i.number or 0):
        series.setdefault(f"{item.quote}|{item.basis}|{item.subject}", []).append(item.due)
    for quote_days in series.values():
        assert quote_days == sorted(quote_days)
    backwards = items(list(reversed(found)), "S/RES/1 (1990)", adopted, text)
    assert [(i.due, i.uid) for i in backwards] == [(i.due, i.uid) for i in dated]
    content = calendar_bytes(dated)
    assert content == calendar_bytes(list(reversed(dated)))
    parsed = icalendar.Calendar.from_ical(content)
    events = parsed.walk("VEVENT")
    assert [str(e["uid"]) for e in events] == [i.uid for i in dated]
    assert [e.decoded("dtstart") for e in events] == [i.due for i in dated]
    assert len(parsed.walk("VALARM")) == sum(i.kind == "mandate_end" for i in dated)


def test_an_event_says_what_and_why():
    quote = "until 31 August 2007; see “a, b\\c”\nBEGIN:VEVENT"
    (item,) = items(
        [made("mandate_until", "2007-08-31", quote=quote, subject="UNIFIL")], "S/RES/1701 (2006)", date(2006, 8, 11)
    )
    content = calendar_bytes([item])
    assert content.count(b"BEGIN:VEVENT\r\n") == 1
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert event.decoded("dtstart") == date(2007, 8, 31)
    assert event.decoded("dtend") == date(2007, 9, 1)
    assert event.decoded("dtstamp") == datetime(2006, 8, 11, tzinfo=UTC)
    assert "a, b\\c" in str(event["description"])
    assert "S/RES/1701 (2006)" in str(event["summary"])
    assert "0.90" in str(event["description"])
    (alarm,) = event.walk("VALARM")
    assert alarm.decoded("trigger") == -NOTICE == timedelta(days=-30)


def test_names_stay_when_others_are_added():
    first = made("report_by", "2030-05-01", start=10)
    alone = items([first], "S/RES/9999 (2030)", date(2030, 1, 31))
    more = items([first, made("report_by", "2030-06-01", start=0)], "S/RES/9999 (2030)", date(2030, 1, 31))
    assert alone[0].uid in {i.uid for i in more}
    assert alone[0].uid == "s-res-9999-2030-" + alone[0].uid.split("-")[4] + "-report-2030-05-01-1@forestall"


def test_a_window_has_both_its_ends():
    dated = items([made("report_by", f"2030-0{n}-01", start=n) for n in range(2, 7)], "S", date(2030, 1, 1))
    inside = between(dated, date(2030, 3, 1), date(2030, 5, 1))
    assert [i.due.month for i in inside] == [3, 4, 5]
    assert between(dated, None, None) == dated


# --- overdue


@pytest.fixture(scope="module")
def cyprus():
    """The record around S/RES/625 (1988): its mandate ended on 15 June 1989 and was renewed by S/RES/634 (1989)."""
    rows = [
        ("S/RES/625(1988)", date(1988, 12, 15), "on renewal of the mandate of the UN Force in Cyprus"),
        ("S/RES/634(1989)", date(1989, 6, 9), "on renewal of the mandate of the UN Force in Cyprus"),
        ("S/RES/646(1989)", date(1989, 12, 14), "on renewal of the mandate of the UN Force in Cyprus"),
    ]
    return pl.DataFrame(
        [(s, d, t, "The situation in Cyprus", None, "CYP") for s, d, t in rows],
        schema=["symbol", "date", "title", "agenda_item", "agenda_subject", "countries"],
        orient="row",
    )


def test_what_is_past_its_day(cyprus):
    found = [made("mandate_until", "1989-06-15", subject="UNFICYP"), made("report_by", "1989-05-31", start=9)]
    dated = items(found, "S/RES/625 (1988)", date(1988, 12, 15))
    assert overdue(dated, date(1989, 5, 31), (), cyprus) == ()
    late = overdue(dated, date(1989, 6, 16), (), cyprus)
    assert [(one.item.kind, one.days) for one in late] == [("report", 16), ("mandate_end", 1)]
    assert late[0].candidates is None
    assert [c.symbol for c in late[1].candidates] == ["S/RES/634(1989)"]
    (left,) = overdue(dated, date(1989, 6, 16), [Mark(None, "S/RES/625(1988)", date(1989, 5, 31))], cyprus)
    assert left.item.kind == "mandate_end"
    assert overdue(dated, date(1989, 6, 16), [Mark(i.uid) for i in dated], cyprus) == ()
    assert idle(dated, [Mark("nobody"), Mark(dated[0].uid)]) == (Mark("nobody"),)


def test_what_was_decided_later_is_not_used(cyprus):
    dated = items([made("mandate_until", "1989-06-07")], "S/RES/625 (1988)", date(1988, 12, 15))
    assert overdue(dated, date(1989, 6, 8), (), cyprus)[0].candidates == ()
    assert [c.symbol for c in overdue(dated, date(1989, 6, 9), (), cyprus)[0].candidates] == ["S/RES/634(1989)"]
    assert len(overdue(dated, date(1999, 1, 1), (), cyprus)[0].candidates) == 1, "six months later is no renewal"


def test_a_resolution_that_is_not_in_the_record_has_no_known_candidates(cyprus):
    dated = items([made("mandate_until", "1989-06-08")], "S/RES/9999 (1988)", date(1988, 12, 15))
    assert overdue(dated, date(1990, 1, 1), (), cyprus)[0].candidates is None


def test_the_first_candidate_of_the_embedded_record_is_the_renewal():
    resolutions = Workspace.open().table("council_resolutions")
    known = {  # resolution, mission, end: the resolution that renewed it
        ("S/RES/441 (1978)", "UNDOF", date(1978, 11, 30), date(1979, 5, 31)): "S/RES/449 (1979)",
        ("S/RES/1263 (1999)", "MINURSO", date(1999, 9, 13), date(1999, 12, 14)): "S/RES/1282 (1999)",
        ("S/RES/1701 (2006)", "UNIFIL", date(2006, 8, 11), date(2007, 8, 31)): "S/RES/1773 (2007)",
        ("S/RES/2043 (2012)", "UNSMIS", date(2012, 4, 21), date(2012, 7, 20)): "S/RES/2059 (2012)",
        ("S/RES/2533 (2020)", None, date(2020, 7, 11), date(2021, 7, 10)): "S/RES/2585 (2021)",
    }
    for (symbol, mission, adopted, end), renewal in known.items():
        dated = items([made("mandate_until", str(end), subject=mission)], symbol, adopted)
        (late,) = overdue(dated, date(2024, 1, 1), (), resolutions)
        assert late.candidates[0].symbol == renewal, symbol


def test_marks_of_a_user(tmp_path):
    file = tmp_path / "done.csv"
    file.write_text("uid,symbol,due,who\na@forestall,,,me\n,S/RES/625 (1988),1989-05-31,\n", encoding="utf-8")
    assert read_marks(file) == (Mark("a@forestall", None, None), Mark(None, "S/RES/625 (1988)", date(1989, 5, 31)))
    for content, message in (
        ("name\nx\n", "no column uid"),
        ("uid,symbol,due\n,S,\n", "row 2: give a uid"),
        ("symbol,due\nS,1 June\n", "row 2: '1 June' is no day"),
    ):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(UsageError, match=message):
            read_marks(file)


def test_labelled_excerpts_from_text_to_calendar():
    """What the extractor finds in the excerpts of the development half becomes as many dated items as it should."""
    entries = yaml.safe_load((LABELS / "dev.yml").read_text(encoding="utf-8"))
    excerpts = [entry for entry in entries if "file" in entry]
    assert len(excerpts) >= 50
    for entry in excerpts:
        text = (LABELS / entry["file"]).read_text(encoding="utf-8")
        found = extract(text, entry["adopted"])
        dated, without = dated_items([Text(entry["file"], entry["symbol"], entry["adopted"], text)])
        single = [item for item in dated if item.number is None]
        every = sum(one.type == "report_every" for one in found)
        assert len(single) == len(found) - every - without, entry["symbol"]
        assert all(item.due > entry["adopted"] for item in dated), entry["symbol"]
        assert len(icalendar.Calendar.from_ical(calendar_bytes(dated)).walk("VEVENT")) == len(dated)
