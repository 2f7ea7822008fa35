"""forestall: conflict prevention on open data, from warning to response."""

__version__ = "0.1.0"
