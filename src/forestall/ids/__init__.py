"""Which state was this, on that date? Which month, which cell?

Cells need numpy, so they are not loaded from here: `from forestall.ids import cells`.
"""

from forestall.ids.countries import (
    State,
    by_cow,
    by_gw,
    by_iso3,
    by_m49,
    gw_of_ucdp_country_id,
    lineage,
    nearest,
    of_ucdp,
    predecessors,
    resolve,
    states,
    successors,
    table,
)
from forestall.ids.months import (
    format_month,
    long_month,
    month_end,
    month_id,
    month_of,
    month_start,
    parse_month,
    year_of,
)

__all__ = [
    "State",
    "by_cow",
    "by_gw",
    "by_iso3",
    "by_m49",
    "format_month",
    "gw_of_ucdp_country_id",
    "lineage",
    "long_month",
    "month_end",
    "month_id",
    "month_of",
    "month_start",
    "nearest",
    "of_ucdp",
    "parse_month",
    "predecessors",
    "resolve",
    "states",
    "successors",
    "table",
    "year_of",
]
