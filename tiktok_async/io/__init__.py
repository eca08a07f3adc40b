"""The part that does I/O: clock, connections, the one middleware, paginator, quota ledger."""
