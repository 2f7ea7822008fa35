"""Third parties of peace agreements and crises: whom a name means, and whom a free text names."""

from forestall.instruments.mediation.third_parties.lexicon import Actor
from forestall.instruments.mediation.third_parties.names import resolve
from forestall.instruments.mediation.third_parties.parse import Found, Parsed, Part, parse

__all__ = ["Actor", "Found", "Parsed", "Part", "parse", "resolve"]
