"""Peacekeeping: which missions exist, where they stand, how strong they are, who contributes, and what followed when they changed."""
