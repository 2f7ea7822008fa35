"""What the reader makes of observer status, signature and entry into force."""

from forestall.regional.organisations import ObserverStatus, register


def test_observer_status_of_the_general_assembly() -> None:
    held = register()
    assert held["OIC"].un_observer == ObserverStatus("1975-10-10", "A/RES/3369 (XXX)", True)
    assert held["AU"].un_observer is not None
    assert held["AU"].un_observer.since == "1965-10-11"  # granted to the OAU
    assert held["NATO"].un_observer is None


def test_signature_and_entry_into_force_are_told_apart() -> None:
    african_union = register()["AU"]
    assert (african_union.signed, african_union.in_force) == ("2000-07-11", "2001-05-26")
    assert register()["OSCE"].signed is None
