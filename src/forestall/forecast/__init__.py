"""What may happen, as draws."""

from forestall.forecast.frame import Forecast
from forestall.forecast.service import run

__all__ = ["Forecast", "run"]
