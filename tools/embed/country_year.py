"""ucdp_country_year and ucdp_dyad_country_year, from UCDP's country-year file of organized violence."""

import html

import polars as pl

from forestall.errors import SourceError
from tools.embed.inputs import Inputs, integer
from tools.embed.keys import Keys

RELEASE = "ucdp-country-year-25.1"
FILE = "ucdp/organizedviolencecy_v25_1.csv.gz"
DYADIC = "ucdp/ucdp-dyadic-251.csv"
EVENT_FILES = (
    *(f"ucdp/samples/ged_{country}.csv.gz" for country in ("ethiopia", "south_sudan", "sri_lanka", "sierra_leone")),
    *(f"ucdp/samples/ged_{country}.csv.gz" for country in ("venezuela", "el_salvador")),
    *(f"ucdp/GEDEvent_v{version}.csv.gz" for version in ("21_01_21_12", "22_0_2", "23_0_10", "26_0_1", "26_0_2")),
)
_KINDS = {
    "total": "cumulative_total_deaths_in_orgvio_{}_cy",
    "state_based": "sb_total_deaths_{}_cy",
    "non_state": "ns_total_deaths_{}_cy",
    "one_sided": "os_total_deaths_{}_cy",
}
_ESTIMATES = {"": "best", "_low": "low", "_high": "high"}


def country_year(inputs: Inputs, keys: Keys) -> pl.DataFrame:
    """Deaths by country, year and type with low and high; every state of every year, zeros included."""
    columns = {
        f"deaths_{kind}{suffix}": pattern.format(estimate)
        for kind, pattern in _KINDS.items()
        for suffix, estimate in _ESTIMATES.items()
    }
    frame = inputs.csv(FILE, ("country_id_cy", "year_cy", *columns.values())).select(
        integer("country_id_cy").alias("ucdp"),
        integer("year_cy").cast(pl.Int32).alias("year"),
        *(integer(source).cast(pl.Int32).alias(name) for name, source in columns.items()),
        pl.lit(RELEASE).alias("release"),
    )
    frame = frame.with_columns(keys.gw_of_year("ucdp")).with_columns(keys.iso3_of())
    if frame.select("gw_id", "year").is_duplicated().any():
        raise SourceError(f"{FILE}: two rows for one state and year")
    return frame.select("gw_id", "iso3", "year", *columns, "release").sort("gw_id", "year")


def _names_at_hand(inputs: Inputs) -> dict[tuple[int, int], str]:
    """Names of dyads by (type of violence, dyad id) from files that put id and name in one row."""
    known = {}
    columns = ("type_of_violence", "dyad_new_id", "dyad_name")
    for file in EVENT_FILES:
        for kind, dyad, name in inputs.csv(file, columns).unique().sort(columns).iter_rows():
            known[int(kind), int(dyad)] = _clean(name)
    dyadic = inputs.csv(DYADIC, ("dyad_id", "side_a", "side_b", "year")).sort("year", "dyad_id")
    for dyad, side_a, side_b, _ in dyadic.iter_rows():
        known[1, int(dyad)] = _clean(f"{side_a} - {side_b}")
    return known


def _clean(name: str) -> str:
    return " ".join(html.unescape(name).split())


def match_names(cells: list[tuple[list[int], list[str]]], known: dict[int, str]) -> dict[int, str]:
    """Which name is which dyad's, where cells list ids and names of the same dyads, each in an order of its own.

    A dyad has one name wherever it stands, and every id of a cell has its name in that cell. known: names already
    settled. Returns those and all that follow; a dyad that always stands beside the same others may stay open.
    """
    settled = dict(known)
    possible: dict[int, set[str]] = {}
    while True:
        size = len(settled), sum(len(names) for names in possible.values())
        for ids, names in cells:
            taken = {settled[dyad] for dyad in ids if dyad in settled}
            # Two dyads may share a name (the DPR before and after 2014), then the cell has fewer names than ids.
            open_ids = [dyad for dyad in ids if dyad not in settled]
            open_names = set(names) - taken if len(names) == len(ids) else set(names)
            for dyad in open_ids:
                possible[dyad] = possible.get(dyad, open_names) & open_names
                if len(possible[dyad]) == 1:
                    settled[dyad] = next(iter(possible.pop(dyad)))
        if size == (len(settled), sum(len(names) for names in possible.values())):
            return settled


def dyad_country_year(inputs: Inputs, keys: Keys) -> tuple[pl.DataFrame, str]:
    """Which dyads were active in which country and year, by type of violence; and how ids and names were matched.

    A cell lists ids and names separately, each sorted in its own way, so they do not pair by position. Where a name
    cannot be matched to its id, the row has the name and no id.
    """
    columns = [f"{kind}_dyad_{what}_cy" for kind in ("sb", "ns", "os") for what in ("ids", "names")]
    cells: list[tuple[int, int, int, list[int], list[str]]] = []
    for ucdp, year, *texts in inputs.csv(FILE, ("country_id_cy", "year_cy", *columns)).iter_rows():
        for number, (ids, names) in enumerate(zip(texts[::2], texts[1::2], strict=True), start=1):
            if ids != "NO_DYAD":
                words = [_clean(name) for name in html.unescape(names).split("; ")]
                cells.append((int(ucdp), int(year), number, [int(text) for text in ids.split("; ")], words))
    at_hand = _names_at_hand(inputs)
    rows: list[tuple[int, int, int, int | None, str]] = []
    unmatched = 0
    for number in (1, 2, 3):
        mine = [(ids, names) for _, _, kind, ids, names in cells if kind == number]
        known = {dyad: name for (kind, dyad), name in at_hand.items() if kind == number}
        # A name at hand counts only if every cell with this dyad has it, spelled alike.
        known = {dyad: name for dyad, name in known.items() if all(name in names for ids, names in mine if dyad in ids)}
        settled = match_names(mine, known)
        for ucdp, year, kind, ids, names in cells:
            if kind != number:
                continue
            left = list(names)
            for dyad in ids:
                if dyad in settled:
                    rows.append((ucdp, year, kind, dyad, settled[dyad]))
                    if settled[dyad] in left:
                        left.remove(settled[dyad])
            if len(left) + sum(dyad in settled for dyad in ids) < len(ids):
                raise SourceError(f"{FILE}: country {ucdp}, {year}, type {kind}: {len(ids)} dyads, names {names}")
            rows.extend((ucdp, year, kind, None, name) for name in left if any(dyad not in settled for dyad in ids))
            unmatched += sum(dyad not in settled for dyad in ids)
    schema = {
        "ucdp": pl.Int64,
        "year": pl.Int32,
        "type_of_violence": pl.Int8,
        "dyad_id": pl.Int32,
        "dyad_name": pl.String,
    }
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        keys.gw_of_year("ucdp"), pl.lit(RELEASE).alias("release")
    )
    frame = frame.with_columns(keys.iso3_of())
    order = ["gw_id", "year", "type_of_violence", "dyad_id", "dyad_name"]
    note = (
        f"the source lists ids and names apart; {unmatched} of {len(rows)} names could not be matched to their id and "
        "have none"
    )
    return frame.select("gw_id", "iso3", *order[1:], "release").sort(order), note
