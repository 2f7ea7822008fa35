"""Builders of the tables on peacekeeping: missions, strength, sites, operations, contributors."""
