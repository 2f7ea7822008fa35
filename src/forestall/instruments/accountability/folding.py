"""Folds names in several scripts and spellings to forms that can be compared."""

import re
import unicodedata


def _split(text: str) -> list[str]:
    """Words by single blanks; two blanks hold an empty one between them."""
    return text.split(" ")


_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґқғңөұүһәў",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "e",
            "zh",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "",
            "y",
            "",
            "e",
            "yu",
            "ya",
            "i",
            "i",
            "e",
            "g",
            "k",
            "g",
            "n",
            "o",
            "u",
            "u",
            "h",
            "a",
            "u",
        ],
        strict=True,
    )
)
_ARABIC = dict(
    zip(
        "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءئؤپچژگکیےۀټډړښځڅ",
        [
            "a",
            "b",
            "t",
            "th",
            "j",
            "h",
            "kh",
            "d",
            "dh",
            "r",
            "z",
            "s",
            "sh",
            "s",
            "d",
            "t",
            "z",
            "a",
            "gh",
            "f",
            "q",
            "k",
            "l",
            "m",
            "n",
            "h",
            "u",
            "i",
            "a",
            "a",
            "",
            "i",
            "u",
            "p",
            "ch",
            "zh",
            "g",
            "k",
            "i",
            "e",
            "a",
            "t",
            "d",
            "r",
            "sh",
            "dz",
            "ts",
        ],
        strict=True,
    )
)
_OTHER = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}
_MAP = str.maketrans({**_CYRILLIC, **_ARABIC, **_OTHER})
_LEAD = _split("g kk n d tt r m b pp s ss  j jj ch k t p h")
_VOWEL = [
    "a",
    "ae",
    "ya",
    "yae",
    "eo",
    "e",
    "yeo",
    "ye",
    "o",
    "wa",
    "wae",
    "oe",
    "yo",
    "u",
    "wo",
    "we",
    "wi",
    "yu",
    "eu",
    "ui",
    "i",
]
_TAIL = [
    "",
    "k",
    "k",
    "k",
    "n",
    "n",
    "n",
    "t",
    "l",
    "k",
    "m",
    "l",
    "l",
    "l",
    "p",
    "l",
    "m",
    "p",
    "p",
    "t",
    "t",
    "ng",
    "t",
    "t",
    "k",
    "t",
    "p",
    "t",
]
PARTICLES = frozenset(
    [
        "al",
        "el",
        "ul",
        "ad",
        "ar",
        "as",
        "az",
        "an",
        "bin",
        "ibn",
        "ben",
        "bint",
        "de",
        "da",
        "di",
        "la",
        "le",
        "the",
        "of",
        "and",
        "for",
        "von",
        "van",
    ]
)
_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "dr",
        "haji",
        "hajji",
        "hadji",
        "mullah",
        "mulla",
        "mawlawi",
        "maulavi",
        "maulawi",
        "sheikh",
        "shaykh",
        "general",
    ]
)
_SOUNDS = [
    (re.compile(pattern), to)
    for pattern, to in (
        ("^(rhee|lee|li|yi)$", "ri"), ("^(park|bak)$", "pak"), ("^(choi|choy)$", "choe"), ("^jo$", "cho"),
        ("tch|tsch|ch|dzh|dj|zh", "j"), ("sch|sh", "s"), ("kh|gh|q|ck", "k"), ("ph", "f"), ("th", "t"), ("dh", "d"),
        ("eo", "o"), ("ou|oo", "u"), ("ee|ie|ei|ey|iy|yi", "i"), ("au|aw", "o"), ("ya|ia", "a"), ("yu|iu", "u"),
        ("c", "k"), ("w", "v"), ("x", "ks"), ("y", "i"), ("o", "u"), ("e", "i"), (r"(.)\1+", r"\1"), ("(?<=.)h$", ""),
    )
]  # fmt: skip


def _hangul(text: str) -> str:
    out = []
    for char in text:
        code = ord(char) - 0xAC00
        if 0 <= code < 11172:
            out.append(_LEAD[code // 588] + _VOWEL[code % 588 // 28] + _TAIL[code % 28])
        else:
            out.append(char)
    return "".join(out)


def fold(text: str) -> str:
    """Lower-case Latin letters and digits with single blanks; marks, apostrophes and punctuation gone."""
    plain = unicodedata.normalize("NFKC", text[:1000]).lower().translate(_MAP)
    plain = "".join(one for one in unicodedata.normalize("NFKD", _hangul(plain)) if not unicodedata.combining(one))
    plain = re.sub(r"['’‘`ʼʿʾ?\ufffd]", "", plain.translate(_MAP))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())


def tokens(text: str) -> tuple[str, ...]:
    """The folded words of a name, without particles and titles unless nothing else is left."""
    words = fold(text).split()[:24]
    return tuple(one for one in words if one not in PARTICLES and one not in _TITLES) or tuple(words)


def sound(token: str) -> str:
    """A form in which usual transliterations of one name agree: Mohammed, Muhammad; Yusuf, Youssef."""
    token = token[2:] if len(token) > 5 and token.startswith(("al", "el")) else token
    for pattern, to in _SOUNDS:
        token = pattern.sub(to, token)
    return token


def skeleton(token: str) -> str:
    """The consonants of the sound, with the first letter: equal when only vowels differ or are missing."""
    form = sound(token)
    return form[:1] + re.sub("[aiu]", "", form[1:])
