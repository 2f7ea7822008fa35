"""What a page says of the places that the risk of cells rests on, month by month of the embedded figures."""

import pytest

from forestall.forecast.cells import outlook
from forestall.forecast.cells.windows import windows
from forestall.ids.months import parse_month
from forestall.store import Workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.open(tmp_path_factory.mktemp("home"))


@pytest.mark.parametrize(
    ("as_of", "says"),
    [
        # Located are 1989 to 2021 by year, and 2021, 2022-02, 2023-10 and 2026-01 to 2026-02 by month.
        ("2015-12", ()),
        (
            "2012-06",
            (
                "No month after 2011-12 is located: the places known for the calendar year 2011 stand for the last "
                "twelve months.",
            ),
        ),
        (
            "2012-09",
            ("No place of violence is known after 2011-12: where violence is likely rests on those known up to then.",),
        ),
        ("2021-12", ()),
        ("2022-06", ("Only 7 of the twelve months up to 2022-06 are located; they stand for all twelve.",)),
        (
            "2026-02",
            (
                "Only 2 of the twelve months up to 2026-02 are located; they stand for all twelve.",
                "In 3 of the years before, no events are located; places of violence in those years are not known.",
            ),
        ),
    ],
)
def test_caveats_fit_what_is_located(workspace: Workspace, as_of: str, says: tuple[str, ...]) -> None:
    month = parse_month(as_of)
    assert outlook._caveats(windows(workspace, as_of=month), month) == says
