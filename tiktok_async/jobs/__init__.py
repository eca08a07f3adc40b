"""Collection jobs: plan, run, crash, resume."""
