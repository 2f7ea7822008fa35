"""Two catalogues of nuclear explosions, each read as it stands into one form; they are reconciled, never pooled.

SIPRI/FOA (Bergkvist and Ferm 2000) lists explosions to 1998; the Oklahoma Geological Survey (Lawson) lists devices to
2006, so that several of its lines can belong to one test. docs/sources/nonproliferation-capabilities.md.
"""

import re
from dataclasses import dataclass
from datetime import date

from forestall.errors import SourceError
from tools.embed.inputs import Inputs

SIPRI = "nonproliferation/explosions_sipri_foa.csv"
OKLAHOMA = "nonproliferation/explosions_oklahoma.csv"
STATES = {
    "USA": "USA",
    "USSR": "RUS",
    "FRANCE": "FRA",
    "UK": "GBR",
    "CHINA": "CHN",
    "INDIA": "IND",
    "PAKIST": "PAK",
}
PARTIES = {
    "US": "USA",
    "CP": "RUS",
    "FR": "FRA",
    "GB": "GBR",
    "PC": "CHN",
    "IN": "IND",
    "PK": "PAK",
    "NK": "PRK",
    "IS": None,
}
"""Oklahoma's codes. `IS` stands on one line alone, the event of 1979-09-22, whose nature and author are contested."""
SITES = {
    "ALAMOGORDO": ("Alamogordo", "USA"),
    "HIROSHIMA": ("Hiroshima", "JPN"),
    "NAGASAKI": ("Nagasaki", "JPN"),
    "BIKINI": ("Bikini", "MHL"),
    "ENEWETAK": ("Enewetak", "MHL"),
    "NTS": ("Nevada", "USA"),
    "NELLIS NV": ("Nevada", "USA"),
    "MELLIS NV": ("Nevada", "USA"),
    "FALLON NV": ("Nevada", "USA"),
    "C.NEVADA": ("Nevada", "USA"),
    "CARLSBAD NM": ("New Mexico", "USA"),
    "FARMINGT NM": ("New Mexico", "USA"),
    "GRAND V CO": ("Colorado", "USA"),
    "RIFLE CO": ("Colorado", "USA"),
    "HATTIESE MS": ("Mississippi", "USA"),
    "HATTIESB MS": ("Mississippi", "USA"),
    "AMCHITKA AK": ("Amchitka", "USA"),
    "JOHNSTON IS": ("Johnston Atoll", None),
    "CHRISTMAS IS": ("Kiritimati (Christmas Island)", "KIR"),
    "MALDEN IS": ("Malden Island", "KIR"),
    "PACIFIC": ("Pacific Ocean", None),
    "OFFUSWCOAST": ("Pacific Ocean", None),
    "S. ATLANTIC": ("South Atlantic", None),
    "S.ATLANTIC": ("South Atlantic", None),
    "MONTEB AUSTR": ("Monte Bello Islands", "AUS"),
    "EMU AUSTR": ("Emu", "AUS"),
    "MARALI AUSTR": ("Maralinga", "AUS"),
    "SEMI KAZAKH": ("Semipalatinsk", "KAZ"),
    "NZ RUSS": ("Novaya Zemlya", "RUS"),
    "N2 RUSS": ("Novaya Zemlya", "RUS"),
    "LOP NOR": ("Lop Nur", "CHN"),
    "POKHRAN": ("Pokhran", "IND"),
    "CHAGAI": ("Chagai and Kharan", "PAK"),
    "KHARAN": ("Chagai and Kharan", "PAK"),
    "REGGANE ALG": ("Reggane", "DZA"),
    "IN ECKER ALG": ("In Ecker", "DZA"),
    "FANGATAUFA": ("Fangataufa", None),
}
MORUROA = ("Moruroa", None)
WITHIN = (
    ("MURM", ("elsewhere in Russia", "RUS")),
    ("MUR", MORUROA),
    ("HURUROA", MORUROA),
    ("MUEUEOA", MORUROA),
    ("KAZAKH", ("elsewhere in Kazakhstan", "KAZ")),
    ("AZGIR", ("elsewhere in Kazakhstan", "KAZ")),
    ("KZ", ("elsewhere in Kazakhstan", "KAZ")),
    ("UZBEK", ("Uzbekistan", "UZB")),
    ("UKRA", ("Ukraine", "UKR")),
    ("UKEA", ("Ukraine", "UKR")),
    ("TURKMEN", ("Turkmenistan", "TKM")),
    ("RUS", ("elsewhere in Russia", "RUS")),
)
"""What the other names of regions hold, first match: single places, and misprints (HURUROA, UKEAINE)."""
CODES = {
    "ANM": "ALAMOGORDO",
    "HRJ": "HIROSHIMA",
    "NGJ": "NAGASAKI",
    "BKN": "BIKINI",
    "ENW": "ENEWETAK",
    "NTS": "NTS",
    "NST": "NTS",
    "CNV": "C.NEVADA",
    "FAL": "FALLON NV",
    "CLS": "CARLSBAD NM",
    "FMT": "FARMINGT NM",
    "GRV": "GRAND V CO",
    "RFL": "RIFLE CO",
    "HTB": "HATTIESB MS",
    "AMC": "AMCHITKA AK",
    "JON": "JOHNSTON IS",
    "CHR": "CHRISTMAS IS",
    "PAC": "PACIFIC",
    "SAT": "S.ATLANTIC",
    "MBI": "MONTEB AUSTR",
    "EMU": "EMU AUSTR",
    "MAR": "MARALI AUSTR",
    "KTS": "SEMI KAZAKH",
    "NZ": "NZ RUSS",
    "LNR": "LOP NOR",
    "RAJ": "POKHRAN",
    "CHA": "CHAGAI",
    "REG": "REGGANE ALG",
    "ECK": "IN ECKER ALG",
    "FAN": "FANGATAUFA",
}
SETTINGS = {
    "AIRDROP": "atmosphere",
    "ATMOSPH": "atmosphere",
    "BALLOON": "atmosphere",
    "BARGE": "atmosphere",
    "SURFACE": "atmosphere",
    "TOWER": "atmosphere",
    "SHIP": "atmosphere",
    "WATER SU": "atmosphere",
    "WATERSUR": "atmosphere",
    "ROCKET": "high altitude",
    "SPACE": "high altitude",
    "UW": "underwater",
    "CRATER": "underground",
    "GALLERY": "underground",
    "MINE": "underground",
    "SHAFT": "underground",
    "SHAFT/GR": "underground",
    "SHAFT/LG": "underground",
    "TUNNEL": "underground",
    "UG": "underground",
}
OKLAHOMA_SETTINGS = (
    dict.fromkeys(("HFT", "H?", "UNN", "UN1", "NDG", "INE", "RAT", *(f"S{n}" for n in range(1, 7))), "underground")
    | dict.fromkeys(("TMO", "TM0", "OWR", "ALN", "ARG", "IRD", "IRB", "URF"), "atmosphere")
    | {"NDW": "underwater", "OCH": "high altitude"}
)
"""Oklahoma's `type`, as the tests that both list show what its codes mean."""
LOW_KT = 20.0
"""`LOW` is a yield under 20 kilotons, as the US Department of Energy announced it."""


@dataclass(frozen=True, slots=True)
class Explosion:
    """One line of a catalogue. iso3: who exploded it, None where contested. site_iso3: whose territory it is today.

    latitude, longitude: degrees, None if not given. low, high: yield in kilotons, None if that side is not known.
    """

    line: int
    day: date
    iso3: str | None
    site: str | None
    site_iso3: str | None
    latitude: float | None
    longitude: float | None
    low: float | None
    high: float | None
    setting: str | None
    purpose: str | None
    magnitude: float | None


def sipri(inputs: Inputs) -> list[Explosion]:
    """The lines of SIPRI/FOA. 0.0 and -0.1 are its codes for not known. Raises SourceError on a code that is new."""
    columns = ("country", "region", "latitude", "longitude", "mb", "yield_1", "yield_u", "purpose", "type", "date_long")
    found = []
    for line, row in enumerate(inputs.csv(SIPRI, columns).rows()):
        country, region, latitude, longitude, mb, low, high, purpose, kind, day = row
        if country not in STATES:
            raise SourceError(f"{SIPRI}: country {country!r} is not known")
        site, whose = _region(region)
        known = bool(float(latitude) or float(longitude))
        least, most = _number(low), _number(high)
        found.append(
            Explosion(
                line,
                date(int(day[:4]), int(day[4:6]), int(day[6:])),
                STATES[country],
                site,
                whose,
                float(latitude) if known else None,
                float(longitude) if known else None,
                least if most is None or least is None or least <= most else most,
                most if most is not None else least,
                SETTINGS.get(kind or ""),
                _purpose(purpose or ""),
                _number(mb),
            )
        )
    return found


def oklahoma(inputs: Inputs) -> list[Explosion]:
    """The lines of the Oklahoma catalogue, one a device. Dates are YYMMDD. Raises SourceError on a code that is new."""
    columns = ("date", "testing_party", "site", "type", "body_wave_magnitude", "explosive_yield")
    rows = inputs.csv(OKLAHOMA, (*columns, "latitude", "longitude", "purpose"), ragged=True).rows()
    found = []
    for line, (day, party, site, kind, mb, size, latitude, longitude, purpose) in enumerate(rows):
        if party not in PARTIES:
            raise SourceError(f"{OKLAHOMA}: testing party {party!r} is not known")
        year = int(day[:2])
        name, whose = MORUROA if site == "MUR" else SITES.get(CODES.get(site or "", ""), (None, None))
        low, high = yields(size)
        found.append(
            Explosion(
                line,
                date(year + (2000 if year < 45 else 1900), int(day[2:4]), int(day[4:])),
                PARTIES[party],
                name,
                whose,
                degrees(latitude),
                degrees(longitude),
                low,
                high,
                OKLAHOMA_SETTINGS.get(kind or ""),
                {"WR": "weapons", "WE": "weapons effects", "SF": "safety"}.get(purpose or "")
                or ("peaceful" if (purpose or "").startswith("P") else None),
                _number(mb),
            )
        )
    return found


def yields(text: str | None) -> tuple[float | None, float | None]:
    """Least and most kilotons that an entry states: `10-20`, `l20` (less), `g100` (more), `LOW` (under 20), `~200`.

    (None, None) for what states none. `-1000` is an upper bound, `300+` a lower one.
    """
    said = (text or "").strip().rstrip("?").lstrip("~")
    if said.upper() in ("LOW", "LIGHT"):
        return (None, LOW_KT) if said.upper() == "LOW" else (None, None)
    if found := re.fullmatch(r"([lg])(\d*\.?\d+)", said):
        value = float(found[2])
        return (None, value) if found[1] == "l" else (value, None)
    if found := re.fullmatch(r"(\d*\.?\d+)\+", said):
        return float(found[1]), None
    if found := re.fullmatch(r"(\d*\.?\d*)-(\d*\.?\d+)", said):
        return (float(found[1]) if found[1] else None), float(found[2])
    if re.fullmatch(r"\d*\.?\d+", said):
        return float(said), float(said)
    return None, None


def degrees(text: str | None) -> float | None:
    """Degrees, south and west negative, of `41.294N` or `071.80 E`; None if the entry is none or has no direction."""
    found = re.fullmatch(r"(\d+\.?\d*) ?([NSEW])", (text or "").strip())
    return None if found is None else float(found[1]) * (-1 if found[2] in "SW" else 1)


def _number(text: str | None) -> float | None:
    found = re.fullmatch(r"\d+\.?\d*", (text or "").strip())
    return None if found is None or float(found[0]) == 0 else float(found[0])


def _region(region: str) -> tuple[str | None, str | None]:
    """The site that a SIPRI/FOA region means, misprints included, or the state it lies in."""
    if region in SITES:
        return SITES[region]
    return next((found for mark, found in WITHIN if mark in region), (None, None))


def _purpose(code: str) -> str | None:
    """What an explosion was for, by the first of the catalogue's codes."""
    first = code.replace(":", "/").partition("/")[0]
    return {
        "COMBAT": "combat",
        "PNE": "peaceful",
        "WR": "weapons",
        "SAM": "weapons",
        "FMS": "weapons",
        "ME": "weapons",
        "WE": "weapons effects",
        "SE": "safety",
        "SB": "safety",
        "TRANSP": "safety",
    }.get(first)
