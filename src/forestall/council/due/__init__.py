"""What falls due: from the commitments of resolutions to a table, a calendar (`ics`) and what is past its day."""

from forestall.council.due.items import Due, between, items, table, undated
from forestall.council.due.overdue import NOT_SEEN, Mark, Overdue, idle, overdue, read_marks
from forestall.council.due.texts import Text, folder, one_text

__all__ = [
    "NOT_SEEN",
    "Due",
    "Mark",
    "Overdue",
    "Text",
    "between",
    "folder",
    "idle",
    "items",
    "one_text",
    "overdue",
    "read_marks",
    "table",
    "undated",
]
