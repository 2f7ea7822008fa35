"""A ranking of possible mediators made by hand, for tests of what is said of one."""

from datetime import date

from forestall.instruments.mediation.ranking import Candidate, Fared, Kind, Party, Ranking, Reason, Tandem

ON = date(2026, 2, 28)


def reason(text: str, favours: bool = True, figure: float | None = 3, on: str = "2019-08-17") -> Reason:
    return Reason(text=text, favours=favours, figure=figure, unit="agreements", source="UCDP peace agreements", on=on)


def candidate(mediator: str, kind: Kind, name: str, place: int, score: float, there: bool) -> Candidate:
    reasons = (
        (reason(f"co-signed 3 agreements in this country as {mediator}, the last on 2019-08-17"),) if there else ()
    )
    near = (Reason(f"{name} lies 120 km from the country", True, 120, "km", "CShapes 2.0", "2019"),)
    apart = Reason("votes far from the government, distance 1.9", False, 1.9, "ideal points", "UN votes", "2024")
    return Candidate(
        mediator=mediator, kind=kind, name=name, place=place, score=score, low=score / 2, high=min(1.0, 1.5 * score),
        there=there, reasons=reasons or near, cautions=() if there else (apart,),
    )  # fmt: skip


def ranking(on: date = ON) -> Ranking:
    """Two states, two organisations and an NGO for Sudan."""
    people = (
        candidate("SAU", "state", "Saudi Arabia", 1, 0.4, True),
        candidate("NOR", "state", "Norway", 2, 0.2, False),
        candidate("UN", "organisation", "United Nations", 1, 0.6, True),
        candidate("LAS", "organisation", "League of Arab States", 2, 0.1, False),
        candidate("HD", "ngo", "Centre for Humanitarian Dialogue", 1, 0.004, False),
    )
    return Ranking(
        iso3="SDN",
        name="Sudan",
        on=on,
        parties=(
            Party("Government of Sudan", "SDN", "Sudan: Government", 2024),
            Party("RSF", None, "Sudan: Government", 2024),
        ),
        candidates=people,
        short_list=(people[2], people[0], people[1]),
        tandems=(Tandem(("UN", "SAU"), "The UN and Saudi Arabia were third parties together in 2 events", 2),),
        fared=(
            Fared("forestall: all, events of 2015-2025", 120, 0.83, 0.92, 0.69),
            Fared("same process: all, events of 2015-2025", 120, 0.8, 0.87, 0.72),
        ),
        data_ends=(("UCDP peace agreements", "2021-12-31"), ("register of processes", "2026-02-28")),
        notes=("roles before 1989 are known of crises between states only",),
    )
