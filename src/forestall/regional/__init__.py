"""Regional and subregional organisations, and who belongs to them from when to when."""
