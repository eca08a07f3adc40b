"""Who runs the shards of a stage: this process, or a cluster. The bytes are the same."""
