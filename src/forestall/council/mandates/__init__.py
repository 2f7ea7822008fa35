"""Mandates and commitments read out of the text of a Security Council resolution.

`extract(text, adopted)` is the whole of it; see docs/methods/council-mandates.md.
"""

from forestall.council.mandates.extraction import extract
from forestall.council.mandates.model import Commitment
from forestall.council.mandates.opening import doubts, load, stated_adoption

__all__ = ["Commitment", "doubts", "extract", "load", "stated_adoption"]
