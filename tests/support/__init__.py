"""What the tests stand on: a throw-away PostgreSQL, databases to copy, a browser, the run."""
