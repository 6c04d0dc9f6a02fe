"""What must not be overlooked, in red where somebody or a CI's page shows colours."""

import os
import sys


def red(line: str) -> None:
    coloured = sys.stdout.isatty() or bool({"FORCE_COLOR", "CI"} & os.environ.keys())
    print(f"\033[31m{line}\033[0m" if coloured else line, flush=True)
