"""Forecasts for PRIO-GRID cells: where inside the country, as draws that sum to the country's."""
