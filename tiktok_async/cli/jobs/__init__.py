"""`collect` and `jobs`: collection jobs from a spec to a dataset."""
