"""Builders of the tables on treaties, nuclear capabilities and weapons programmes."""
