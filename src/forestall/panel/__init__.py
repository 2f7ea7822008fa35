"""The panel: what was known, unit by month, as of a date. Import from the modules: country_month, cell_month, frame."""
