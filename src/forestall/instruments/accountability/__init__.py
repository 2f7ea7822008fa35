"""Accountability: what was promised and by whom, and names screened against the sanctions list."""
