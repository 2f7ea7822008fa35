"""Niger and Nigeria, which the country-month aggregate of GED 25.1 adds together under Nigeria.

The aggregate has no row for Niger in any month, and its rows for Nigeria are, year by year, the sum of what UCDP's
country-year file gives for both. They are taken apart with two other openly licensed files of the same release: the
country-year file (each country's deaths in a year) and the PaCE series of August 2025 (each country's deaths in events
that stay inside one month). What the two leave over in a month are the deaths in events that cross a month's end.
"""

from dataclasses import dataclass
from itertools import combinations

import polars as pl

NIGER, NIGERIA = 436, 475


@dataclass(frozen=True)
class Split:
    """Deaths of both countries by month, and how each month's remainder was shared.

    niger: month_id -> deaths of Niger. proven: months whose share follows from the figures. single: months where one
    assignment of whole months alone fits the year. shared: months where the remainder was shared in proportion;
    `shared_deaths` is what Niger received there.
    """

    niger: dict[int, int]
    proven: list[int]
    single: list[int]
    shared: list[int]
    shared_deaths: int


def share_remainders(remainders: dict[int, int], due: int) -> tuple[dict[int, int], str]:
    """Share a year's monthly remainders so that the first country receives `due` in all; says how it was found.

    remainders: month -> deaths of both countries together. Returns month -> deaths of the first, and "proven" (nothing
    else is possible), "single" (one set of whole months alone fits) or "shared" (in proportion, largest remainders
    first).
    """
    months = [month for month, rest in remainders.items() if rest > 0]
    total = sum(remainders[month] for month in months)
    if not 0 <= due <= total:
        raise ValueError(f"a remainder of {total} deaths cannot give {due}")
    if due in (0, total) or len(months) == 1:
        return {
            month: remainders[month] if due == total else due if len(months) == 1 else 0 for month in months
        }, "proven"
    fits = [
        chosen
        for size in range(1, len(months))
        for chosen in combinations(months, size)
        if sum(remainders[month] for month in chosen) == due
    ]
    if len(fits) == 1:
        return {month: remainders[month] if month in fits[0] else 0 for month in months}, "single"
    floor = {month: remainders[month] * due // total for month in months}
    rest = due - sum(floor.values())
    by_fraction = sorted(months, key=lambda month: (-(remainders[month] * due % total), month))
    for month in by_fraction[:rest]:
        floor[month] += 1
    return floor, "shared"


def split(merged: pl.DataFrame, inside: pl.DataFrame, yearly: pl.DataFrame) -> Split:
    """Take the merged rows apart.

    merged: month_id, best, not_niger, not_nigeria (true where the types of the month's events rule one of them out).
    inside: month_id, niger, nigeria (deaths in events inside one month). yearly: year, niger, nigeria.
    Raises ValueError where the three do not agree, which would mean they are not of one release.
    """
    frame = merged.join(inside, on="month_id", how="left").with_columns(
        rest=pl.col("best") - pl.col("niger") - pl.col("nigeria"), year=(pl.col("month_id") - 1) // 12 + 1980
    )
    if frame["rest"].null_count() or frame.filter(pl.col("rest") < 0).height:
        raise ValueError("Niger and Nigeria: the PaCE series exceeds the merged row, so they are not of one release")
    result = Split({}, [], [], [], 0)
    shared_deaths = 0
    for (year,), months in sorted(frame.group_by("year"), key=lambda pair: pair[0]):
        figures = yearly.filter(pl.col("year") == year).row(0, named=True)
        due = figures["niger"] - int(months["niger"].sum())
        remainders = dict(months.sort("month_id").select("month_id", "rest").iter_rows())
        if figures["nigeria"] - int(months["nigeria"].sum()) != sum(remainders.values()) - due:
            raise ValueError(f"Niger and Nigeria: the deaths of {year} do not add up to the country-year file")
        certain = dict.fromkeys(months.filter("not_niger")["month_id"], 0)
        certain |= {month: remainders[month] for month in months.filter("not_nigeria")["month_id"]}
        share, how = share_remainders(
            {month: rest for month, rest in remainders.items() if month not in certain}, due - sum(certain.values())
        )
        for month, inside_niger in months.select("month_id", "niger").iter_rows():
            result.niger[month] = inside_niger + share.get(month, certain.get(month, 0))
            getattr(result, how if month in share else "proven").append(month)
        if how == "shared":
            shared_deaths += due
    return Split(result.niger, sorted(result.proven), sorted(result.single), sorted(result.shared), shared_deaths)
