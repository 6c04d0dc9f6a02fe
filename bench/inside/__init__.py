"""What runs in processes that import the system: set-up, counting, sweeps, servers to compare."""
