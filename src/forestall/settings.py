"""Settings, from the environment only: where the workspace is and which keys the user holds."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run needs to know about the machine it is on.

    home: the workspace folder. ucdp_token: the user's own access token for the UCDP API, or None. ucdp_url: the address
    of a mirror of UCDP that is asked instead, or None.
    """

    home: Path
    ucdp_token: str | None
    ucdp_url: str | None = None


def load() -> Settings:
    """Read FORESTALL_HOME (default: the platform's data folder), FORESTALL_UCDP_TOKEN and FORESTALL_UCDP_URL."""
    home = os.environ.get("FORESTALL_HOME")
    return Settings(
        home=Path(home).expanduser() if home else Path(platformdirs.user_data_dir("forestall", appauthor=False)),
        ucdp_token=os.environ.get("FORESTALL_UCDP_TOKEN") or None,
        ucdp_url=os.environ.get("FORESTALL_UCDP_URL") or None,
    )
