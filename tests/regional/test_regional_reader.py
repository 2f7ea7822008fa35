"""Reading the register of organisations: spellings, lifetimes, powers, and what a damaged file says."""

from datetime import date
from pathlib import Path

import pytest

from forestall.errors import StoreError, UsageError
from forestall.regional import organisations


@pytest.mark.parametrize(
    ("spelling", "acronym"),
    [
        ("AU", "AU"),
        ("au", "AU"),
        ("African Union", "AU"),
        ("the African Union Commission", "AU"),
        ("Organisation of African Unity", "OAU"),
        ("CEDEAO", "ECOWAS"),
        ("Commonwealth of Independent States", "CIS"),
    ],
)
def test_spellings(spelling: str, acronym: str) -> None:
    assert organisations.organisation(spelling).acronym == acronym


def test_a_word_that_nobody_knows() -> None:
    with pytest.raises(UsageError, match="not in our register"):
        organisations.organisation("League of Nations and Others")


def test_lifetimes_touch() -> None:
    oau, au = organisations.register()["OAU"], organisations.register()["AU"]
    last = date(2002, 7, 8)
    assert (oau.exists(last), oau.exists(date(2002, 7, 9)), au.exists(date(2002, 7, 9))) == (True, False, True)
    assert not oau.exists(date(1963, 5, 24))
    assert au.predecessor == "OAU"


def test_powers_have_a_basis_and_are_ones_we_know() -> None:
    held = organisations.register().values()
    assert {power.power for one in held for power in one.powers} <= set(organisations.POWERS)
    assert any("Art" in power.basis for power in organisations.register()["ECOWAS"].may("suspend"))
    assert organisations.register()["SAARC"].may("intervene") == ()


def test_a_damaged_register_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_path: object, _encoding: str) -> str:
        return "- acronym: X\n  name: [unclosed"

    organisations.register.cache_clear()
    monkeypatch.setattr(Path, "read_text", broken)
    try:
        with pytest.raises(StoreError, match="register of organisations"):
            organisations.register()
    finally:
        monkeypatch.undo()
        organisations.register.cache_clear()
