"""Peacekeeping: which missions exist, where they stand, how strong they are, who contributes, what followed changes."""
