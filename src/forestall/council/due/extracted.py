"""From texts to dated items: the extractor of commitments, then the days."""

from collections.abc import Iterable

from forestall.council.due.items import Due, items, undated
from forestall.council.due.texts import Text
from forestall.council.mandates import extract


def dated_items(texts: Iterable[Text]) -> tuple[tuple[Due, ...], int]:
    """The dated items of several resolutions, in order of days, and how many commitments have no day.

    Raises UsageError as `forestall.council.mandates.extract` does for a text it cannot read.
    """
    made: list[Due] = []
    without = 0
    for one in texts:
        found = extract(one.text, one.adopted)
        made += items(found, one.symbol, one.adopted, one.text)
        without += undated(found)
    return tuple(sorted(made, key=lambda item: (item.due, item.uid))), without
