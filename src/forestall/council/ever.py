"""States by any name or code, of today or of the past."""

import contextlib
from datetime import date

from forestall.errors import UnknownCountryError
from forestall.ids import countries

PAST = tuple(date(year, 6, 1) for year in (1990, 1980, 1970, 1960, 1950))
"""Days on which states of the past are looked for, the latest first."""


def resolve_ever(query: str) -> countries.State:
    """The state that a person means, today's if there is one, else the last of the past that bore the name or code.

    Raises UnknownCountryError if nobody knows it, today or then; the message speaks of today.
    """
    try:
        return countries.resolve(query)
    except UnknownCountryError as error:
        for day in PAST:
            with contextlib.suppress(UnknownCountryError):
                return countries.resolve(query, on=day)
        raise error
