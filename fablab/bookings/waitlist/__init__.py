"""Who waits for a machine, and what they are offered when time frees."""
