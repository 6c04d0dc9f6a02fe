"""`python -m fablab` does the same as `fablab`."""

from fablab.cli import main

main(prog_name="fablab")
