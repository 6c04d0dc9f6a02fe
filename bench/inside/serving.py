"""`fablab serve` with the same choices, but another worker: one of `bench.inside.worker`."""

import sys
from typing import Any

from granian import server

from fablab.commands.serve import serve


def main() -> None:
    how, port = sys.argv[1], int(sys.argv[2])
    usual = server.Server

    def instead(_: str, **choices: Any) -> Any:
        return usual(f"bench.inside.worker:{how}", **choices)

    server.Server = instead  # type: ignore[assignment]
    serve("127.0.0.1", port)


if __name__ == "__main__":
    main()
