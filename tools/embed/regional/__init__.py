"""Builders of the tables on regional and subregional organisations."""
