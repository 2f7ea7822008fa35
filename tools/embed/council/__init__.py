"""Deriving the embedded figures on the Security Council, one module a table: `python -m tools.embed.council.NAME`."""
