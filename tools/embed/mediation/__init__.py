"""Builders of the mediation tables."""
