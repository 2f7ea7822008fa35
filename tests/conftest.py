"""What tests share: where the raw releases are, when they are there."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of raw releases beside the checkout; the test skips where there is none."""
    if not SHARED.is_dir():
        pytest.skip("needs the raw releases in ../shared/data, which are not part of the repository")
    return SHARED
