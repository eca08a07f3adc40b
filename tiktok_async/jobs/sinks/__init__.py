"""Where a dataset goes: one file of rows in each of the formats."""
