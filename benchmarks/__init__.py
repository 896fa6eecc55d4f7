"""Measurements: percentiles over many runs, printed as a table and kept as JSON. Run by `make bench`."""
