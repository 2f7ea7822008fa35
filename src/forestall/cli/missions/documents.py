"""The JSON documents of `forestall missions`."""

from datetime import date
from typing import TYPE_CHECKING, Any

from forestall.cli.terminal import month_text

if TYPE_CHECKING:
    from forestall.instruments.peacekeeping.fatalities import Deaths, Rate
    from forestall.instruments.peacekeeping.overview import Line, Overview, Series
    from forestall.instruments.peacekeeping.register import Mandate, Mission
    from forestall.instruments.peacekeeping.strength import Strength, Year


def line(one: "Line") -> dict[str, Any]:
    """A mission in short."""
    return {
        **mission(one.mission),
        "mandate": mandate(one.mandate),
        "strength": strength(one.strength),
        "deaths": deaths(one.deaths),
    }


def overview(one: "Overview") -> dict[str, Any]:
    """A mission with all its figures."""
    gap = one.shortfall
    return {
        **mission(one.mission),
        "mandate": mandate(one.mandate),
        "strength": strength(one.strength),
        "authorised_and_deployed": None
        if gap is None
        else {
            "month": month_text(gap.month_id),
            "authorised": gap.authorised,
            "deployed": gap.deployed,
            "unit": "uniformed persons",
        },
        "years": [year(each) for each in one.years],
        "deaths": deaths(one.deaths),
        "death_rate": rate(one.rate),
        "death_rate_malicious": rate(one.rate_malicious),
        "budgets": [
            {
                "from": each.period_start.isoformat(),
                "to": each.period_end.isoformat(),
                "amount": each.amount,
                "unit": "US dollars",
                "source": each.symbol,
            }
            for each in one.budgets
        ],
    }


def mission(one: "Mission") -> dict[str, Any]:
    """What the register says of a mission."""
    return {
        "mission": one.mission,
        "name": one.name,
        "kind": one.kind,
        "in_un_count": one.counted,
        "department": one.department,
        "start": _day(one.start),
        "start_precision": one.start_precision,
        "end": _day(one.end),
        "end_precision": one.end_precision,
        "headquarters": one.headquarters,
        "founding": one.founding,
        "hosts": [
            {"gw_id": host.gw_id, "iso3": host.iso3, "first": _day(host.first), "last": _day(host.last)}
            for host in one.hosts
        ],
        "note": one.note,
        "source": one.source,
    }


def mandate(one: "Mandate | None") -> dict[str, Any] | None:
    """Until when a mandate runs."""
    if one is None:
        return None
    return {
        "until": one.until.isoformat(),
        "final": one.final,
        "note": one.note,
        "decided_on": one.decided_on.isoformat(),
        "source": one.symbol,
    }


def strength(one: "Strength | None") -> dict[str, Any] | None:
    """A strength; null where none is known."""
    if one is None:
        return None
    return {
        "month": month_text(one.month_id),
        "troops": one.troops,
        "police": one.police,
        "observers": one.observers,
        "total": one.total,
        "unit": "persons at the end of the month",
    }


def year(one: "Year") -> dict[str, Any]:
    """A year of a mission, means of months."""
    return {
        "year": one.year,
        "troops": _round(one.troops),
        "police": _round(one.police),
        "observers": _round(one.observers),
        "total": _round(one.total),
        "months": one.months,
        "authorised": _round(one.authorised),
        "deployed": _round(one.deployed),
        "months_with_both": one.shortfall_months,
        "unit": "persons, mean of months",
    }


def deaths(one: "Deaths") -> dict[str, Any]:
    """Deaths in a mission."""
    return {
        "all": one.all,
        "uniformed": one.uniformed,
        "civilians": one.civilians,
        "others": one.others,
        "malicious": one.malicious,
        "malicious_uniformed": one.malicious_uniformed,
        "by_cause": dict(one.by_cause),
        "first_year": one.first_year,
        "last_year": one.last_year,
        "unit": "persons",
        "data_end": one.data_end.isoformat(),
    }


def rate(one: "Rate | None") -> dict[str, Any] | None:
    """A rate with its interval; null where no strength is known."""
    if one is None:
        return None
    return {
        "per_1000": round(one.per_1000, 3),
        "low": round(one.low, 3),
        "high": round(one.high, 3),
        "level": 0.95,
        "deaths": one.deaths,
        "person_years": round(one.person_years, 1),
        "first_month": month_text(one.first_month),
        "last_month": month_text(one.last_month),
        "months": one.months,
        "unit": "uniformed deaths per 1,000 uniformed person-years",
    }


def series(found: "tuple[Series, ...]") -> list[dict[str, str]]:
    """Where each series ends."""
    return [{"series": one.name, "source": one.source, "data_end": one.data_end.isoformat()} for one in found]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
