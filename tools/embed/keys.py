"""Country keys of the raw releases: UCDP numbers and names, ISO codes, and the states they stand for on a date.

UCDP numbers are Gleditsch-Ward numbers but for one: Serbia stays 345 after June 2006, when the state 340 begins.
"""

import polars as pl

from forestall.errors import SourceError
from tools.embed.inputs import Inputs, integer

SERBIA_FROM_MONTH = (2006 - 1980) * 12 + 6

# The thread that ties a state to those before it; and states that the key of VIEWS does not hold.
_NAMES = {"Macedonia, FYR": 343}  # the spelling of GED 21.1; the country-year file of 25.1 says North Macedonia
_THREAD = {345: "SRB", 340: "SRB", 365: "RUS", 260: "DEU", 678: "YEM", 816: "VNM", 817: "RVN", 327: "VAT"}


class Keys:
    """ISO codes by Gleditsch-Ward number, and Gleditsch-Ward numbers by UCDP name and ISO code."""

    def __init__(self, inputs: Inputs) -> None:
        key = inputs.csv("challenge/views_country_key.csv", ("gwcode", "iso3", "in_challenge"))
        key = key.with_columns(integer("gwcode"), integer("in_challenge")).sort("in_challenge", "gwcode")
        self.iso3 = dict(key.select("gwcode", "iso3").iter_rows()) | _THREAD
        self._gw = {iso3: gw for gw, iso3 in self.iso3.items() if gw != 345}
        names = inputs.csv("ucdp/organizedviolencecy_v25_1.csv.gz", ("country_cy", "country_id_cy"))
        self.name_to_ucdp = (
            dict(names.unique().with_columns(integer("country_id_cy")).sort("country_cy").iter_rows()) | _NAMES
        )

    def gw_of_month(self, ucdp: str, month: str = "month_id") -> pl.Expr:
        """The state in that month, from a UCDP country number."""
        serbia = (pl.col(ucdp) == 345) & (pl.col(month) >= SERBIA_FROM_MONTH)
        return pl.when(serbia).then(340).otherwise(pl.col(ucdp)).cast(pl.Int32).alias("gw_id")

    def gw_of_year(self, ucdp: str, year: str = "year") -> pl.Expr:
        """The state at the end of that year, from a UCDP country number."""
        serbia = (pl.col(ucdp) == 345) & (pl.col(year) >= 2006)
        return pl.when(serbia).then(340).otherwise(pl.col(ucdp)).cast(pl.Int32).alias("gw_id")

    def iso3_of(self, gw: str = "gw_id") -> pl.Expr:
        """ISO code of a Gleditsch-Ward number; null for a state that has none."""
        return pl.col(gw).replace_strict(self.iso3, default=None, return_dtype=pl.String).alias("iso3")

    def ucdp_of_iso3(self, iso3: str) -> pl.Expr:
        """UCDP country number of an ISO code; a code that is not known stops the build."""
        numbers = {code: 345 if gw == 340 else gw for code, gw in self._gw.items()}
        return pl.col(iso3).replace_strict(numbers, return_dtype=pl.Int64).alias("ucdp")

    def ucdp_of_name(self, frame: pl.DataFrame, column: str) -> pl.DataFrame:
        """The frame with a column `ucdp`, from UCDP's own names. Raises SourceError on a name that is not known."""
        unknown = sorted(set(frame[column].unique()) - set(self.name_to_ucdp))
        if unknown:
            raise SourceError(f"country names that UCDP's country-year file does not have: {', '.join(unknown)}")
        return frame.with_columns(pl.col(column).replace_strict(self.name_to_ucdp, return_dtype=pl.Int64).alias("ucdp"))
