"""How a vote may go: Assembly roll calls, ideal points, positions of members, and the arithmetic of a vote."""

from forestall.council.voting.arithmetic import Needed, needed
from forestall.council.voting.positions import Positions, positions, series
from forestall.council.voting.seats import seats
from forestall.council.voting.veto_record import VetoRecord, veto_record

__all__ = ["Needed", "Positions", "VetoRecord", "needed", "positions", "seats", "series", "veto_record"]
