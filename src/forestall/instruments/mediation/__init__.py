"""Mediation: who has talked to the parties of a conflict, who might, and what was agreed before."""
