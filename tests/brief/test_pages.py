"""The pages as people meet them: written by the command, opened in Chromium."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def forestall(*args: str, cwd: Path, home: Path) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"FORESTALL_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-m", "forestall", *args],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the outlook and dossiers of a country at war, one at peace and one across the antimeridian."""
    where = tmp_path_factory.mktemp("pages")
    for args in (
        ["brief"],
        ["brief", "Mali"],
        ["brief", "KAZ"],
        ["brief", "Fiji"],
        ["brief", "Russia"],
        ["brief", "Israel"],
    ):
        done = forestall(*args, cwd=where, home=where / "home")
        assert done.returncode == 0, done.stderr
    return where / "out"


def documents(written: Path) -> dict[str, Any]:
    return {p.stem: json.loads(p.read_text("utf-8")) for p in sorted(written.glob("*.json"))}


def test_every_page_has_its_json_beside_it(written: Path) -> None:
    pages = {p.stem for p in written.glob("*.html")}
    assert pages == set(documents(written)) == {"outlook", "MLI", "KAZ", "FJI", "RUS", "ISR"}


def test_pages_fetch_nothing(written: Path) -> None:
    for page in written.glob("*.html"):
        text = page.read_text("utf-8")
        # A link that a reader may follow loads nothing by itself; those to UN records are the only ones.
        text = re.sub(r'<a href="https://(?:digitallibrary|docs|undocs)\.(?:un\.org|org)/[^"<>]*">', "<a>", text)
        loads = re.findall(r"""(?:src|href|xlink:href)\s*=\s*["']([^"'#]+)""", text) + re.findall(
            r"url\(\s*['\"]?([^)'\"#]+)", text
        )
        assert not [x for x in loads if not re.fullmatch(r"[A-Za-z]+\.html", x)], page.name
        assert "<script" not in text
        assert page.stat().st_size < 1_500_000


def test_the_outlook_says_when_and_from_what(written: Path) -> None:
    outlook = documents(written)["outlook"]
    assert outlook["as_of"] == "2026-02"
    assert outlook["window"] == "2026-03..2026-08"
    assert len(outlook["watch_expected"]) == len(outlook["watch_p25"]) == 20
    for figure in outlook["headline"].values():
        assert figure["unit"]
        assert figure["source"]
        assert figure["months"]
        if figure["kind"] == "estimated":
            assert figure["low"] <= figure["high"]
            assert figure["level"] == 0.8
    assert any(r["status"] != "final" for r in outlook["releases"])


def test_shares_of_the_world_agree_with_the_countries(written: Path) -> None:
    outlook = documents(written)["outlook"]
    total = sum(c["recorded_last_month"] or 0 for c in outlook["countries"])
    assert total == outlook["headline"]["recorded_month"]["value"]
    expected = sum(c["expected"] for c in outlook["countries"])
    assert expected == pytest.approx(outlook["headline"]["expected_window"]["value"], rel=1e-6)


def test_dossier_and_outlook_give_the_same_figures(written: Path) -> None:
    docs = documents(written)
    for iso3 in ("MLI", "KAZ", "FJI", "RUS", "ISR"):
        (row,) = [c for c in docs["outlook"]["countries"] if c["iso3"] == iso3]
        assert docs[iso3]["risk"] == row


def test_a_quiet_country_is_told_what_is_not_known(written: Path) -> None:
    summary = " ".join(documents(written)["FJI"]["summary"])
    assert "no death in organised violence is recorded in the last 36 months" in summary
    assert "cases" in summary
    fiji = documents(written)["FJI"]
    assert fiji["quiet"]
    assert 0 < fiji["risk"]["expected"] < 5
    assert 0 < fiji["risk"]["p25_window"] <= fiji["risk"]["p1_window"] < 0.1


def test_events_have_a_chance_where_they_can_begin(written: Path) -> None:
    outlook = documents(written)["outlook"]
    for row in outlook["countries"]:
        assert (row["p_onset_6"] is None) == (row["p_onset_12"] is None)
        # A country has had 25 deaths in twelve months or it has not.
        assert (row["p_onset_6"] is None) != (row["p_escalation"] is None)
        if row["p_onset_6"] is not None:
            assert row["p25_next_month"] <= row["p_onset_6"] <= row["p_onset_12"]
            assert row["p25_window"] == row["p_onset_6"]
        assert row["p1_window"] >= row["p25_window"] >= row["p100_window"] >= row["p1000_window"]
    rows = {row["iso3"]: row for row in outlook["countries"]}
    for name, field in (("watch_onset", "p_onset_6"), ("watch_escalation", "p_escalation")):
        chances = [rows[code][field] for code in outlook[name]]
        assert len(chances) == 10
        assert chances == sorted(chances, reverse=True)


def test_years_ahead_are_the_calendar_years_covered_whole(written: Path) -> None:
    for iso3 in ("MLI", "KAZ"):
        document = documents(written)[iso3]
        assert [y["year"] for y in document["years_ahead"]] == [2027, 2028]
        for year in document["years_ahead"]:
            months = [m for m in document["forecast"] if m["month"].startswith(str(year["year"]))]
            assert year["mean"] == pytest.approx(sum(m["mean"] for m in months), rel=1e-4)
            assert year["q05"] <= year["low80"] <= year["q50"] <= year["high80"] <= year["q95"]
            assert 1 >= year["p1"] >= year["p25"] >= year["p100"] >= year["p1000"] >= 0
            assert year["p25"] >= max(m["p25"] for m in months)


def test_a_dossier_says_where_violence_is_likely_or_that_it_is_not_known(written: Path) -> None:
    for iso3 in ("MLI", "KAZ", "FJI", "RUS", "ISR"):
        document = documents(written)[iso3]
        risk = document["risk_map"]
        assert (risk is None) == bool(document["risk_note"])
        if risk is None:
            continue
        assert risk["months"] == "2026-03..2027-02"
        chances = [c["chance"] for c in risk["cells"]]
        assert chances == sorted(chances, reverse=True)
        assert all(0.01 <= chance <= 1 for chance in chances)
        # Draw by draw, the cells sum to the country; those below 1 % are not in the list.
        assert sum(c["expected"] for c in risk["cells"]) <= 1.001 * risk["expected"] + 0.01
        for c in risk["cells"]:
            assert c["chance_25"] <= c["chance"]
            assert c["low80"] <= c["high80"]


def test_pages_do_not_say_what_the_old_model_could_not(written: Path) -> None:
    for page in written.glob("*.html"):
        text = page.read_text("utf-8")
        for untrue in ("nothing to say", "No forecast is shown", "same distribution", "only a country's own recent"):
            assert untrue not in text, page.name


def test_a_page_with_old_figures_says_so_first(tmp_path: Path) -> None:
    # The embedded figures end in February 2026: whoever reads the page more than two months later must be told.
    done = forestall("brief", "Mali", "--json", cwd=tmp_path, home=tmp_path / "home")
    document = json.loads(done.stdout)
    late = (date.fromisoformat(document["written_on"]) - date(2026, 2, 28)).days
    assert ("days before this page was written" in document["caveats"][0]) == (late > 75)


def test_a_territory_leads_to_the_page_that_counts_it_and_says_so(tmp_path: Path) -> None:
    done = forestall("brief", "Western Sahara", cwd=tmp_path, home=tmp_path / "home")
    assert done.returncode == 0
    assert "UCDP counts events in Western Sahara under Morocco" in done.stderr
    assert (tmp_path / "out" / "MAR.html").is_file()


def test_months_run_on_from_the_data(written: Path) -> None:
    mali = documents(written)["MLI"]
    assert [m["month"] for m in mali["forecast"]][:2] == ["2026-03", "2026-04"]
    assert len(mali["forecast"]) == 36
    for m in mali["forecast"]:
        assert m["q05"] <= m["q10"] <= m["q25"] <= m["q50"] <= m["q75"] <= m["q90"] <= m["q95"]
        assert m["p1"] >= m["p25"] >= m["p100"] >= m["p1000"]


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An edition of a past month and its workspace: home, and the folder of the dossier. It costs fits: the fewer the
    years before it, the less."""
    where = tmp_path_factory.mktemp("past")
    done = forestall("brief", "Sudan", "--as-of", "1998-03", "--out", "first", cwd=where, home=where / "home")
    assert done.returncode == 0, done.stderr
    return where / "home", where / "first"


def test_the_same_figures_make_the_same_dossier(written: Path, past: tuple[Path, Path], tmp_path: Path) -> None:
    # Sudan and Mali have pairs of actors with the same years: their order must not be left to chance.
    home, first = past
    again = forestall("brief", "Sudan", "--as-of", "1998-03", "--out", "second", cwd=tmp_path, home=home)
    assert again.returncode == 0, again.stderr
    assert (first / "SDN.json").read_bytes() == (tmp_path / "second" / "SDN.json").read_bytes()
    other = forestall("brief", "Mali", cwd=tmp_path, home=tmp_path / "home")
    assert other.returncode == 0, other.stderr
    assert (tmp_path / "out" / "MLI.json").read_bytes() == (written / "MLI.json").read_bytes()


def test_an_edition_of_a_past_month_knows_nothing_later(past: tuple[Path, Path]) -> None:
    document = json.loads((past[1] / "SDN.json").read_text("utf-8"))
    assert document["history"][-1]["month"] == "1998-03"
    assert max(y["year"] for y in document["years"]) == 1997
    assert not [c for c in document["conflicts"] if c["last_active"] > "1998-03"]
    assert any("revised since" in c for c in document["caveats"])


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["brief", "Absurdistan"], "is not known"),
        (["brief", "--as-of", "2031-13"], "is not a month: write YYYY-MM"),
        (["brief", "--as-of", "2031-01"], "2026-02"),
        (["brief", "Czechoslovakia"], "1992"),
        (["brief", "--out", "/dev/null/x"], "/dev/null"),
        (["brief", "--horizon", "3"], "No such option"),
        (["brieff"], "No such command"),
    ],
)
def test_bad_input_is_one_line(args: list[str], says: str, tmp_path: Path) -> None:
    done = forestall(*args, cwd=tmp_path, home=tmp_path / "home")
    assert done.returncode in (1, 2)
    assert says in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert not list(tmp_path.glob("out/*"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, driven by Playwright."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium: on Debian or Ubuntu, apt install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["outlook", "MLI", "KAZ"])
def test_wcag_aa(browser: Any, written: Path, name: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto((written / f"{name}.html").as_uri())
    results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    context.close()
    assert not results.response["violations"], results.generate_report()


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1100])
@pytest.mark.parametrize("name", ["outlook", "MLI", "FJI", "RUS"])
def test_pages_fit_phone_and_desk_and_ask_for_nothing(browser: Any, written: Path, name: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto((written / f"{name}.html").as_uri())
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    context.close()
    assert [url for url in asked if not url.startswith("file:")] == []
    assert len(asked) == 1
    assert errors == []
    assert overflow <= 0
