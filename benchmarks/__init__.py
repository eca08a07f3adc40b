"""One script per claim; each prints a table of ratios measured side by side, and writes JSON.

`nox -s bench` runs them all; `python -m benchmarks.calls --quick` runs one.
"""
