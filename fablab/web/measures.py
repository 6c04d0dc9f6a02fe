"""How often each route was asked for, how it went and how long it took, in this process.

Counted at the door, so that what is refused before any handler counts with its real status.
"""

from collections import defaultdict
from collections.abc import Mapping

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

Route = tuple[str, str]


class Measures:
    """Counters and a histogram a route, written out as Prometheus reads them."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str, int], int] = defaultdict(int)
        self.buckets: dict[Route, list[int]] = defaultdict(lambda: [0] * (len(BOUNDS) + 1))
        self.seconds: dict[Route, float] = defaultdict(float)

    def note(self, method: str, template: str, status: int, seconds: float) -> None:
        """`template` is the route's, never the address: a counter a route, not a visitor."""
        verb = method if method in METHODS else "OTHER"
        self.answers[verb, template, status] += 1
        place = next((i for i, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))
        self.buckets[verb, template][place] += 1
        self.seconds[verb, template] += seconds

    def told(self, streams: Mapping[str, int] | None = None) -> str:
        """Everything in the Prometheus text format. `streams` are open now, by their kind."""
        lines = [
            "# HELP fablab_requests_total Answers by route and status.",
            "# TYPE fablab_requests_total counter",
        ]
        for (method, path, status), count in sorted(self.answers.items()):
            lines.append(
                f'fablab_requests_total{{{labels(method, path)},status="{status}"}} {count}'
            )
        lines += [
            "# HELP fablab_request_seconds How long answers took.",
            "# TYPE fablab_request_seconds histogram",
        ]
        for method, path in sorted(self.buckets):
            lines += self.histogram(method, path)
        lines += [
            "# HELP fablab_streams Pages that are told of changes at this moment.",
            "# TYPE fablab_streams gauge",
        ]
        lines += [f'fablab_streams{{kind="{kind}"}} {n}' for kind, n in (streams or {}).items()]
        return "\n".join(lines) + "\n"

    def histogram(self, method: str, path: str) -> list[str]:
        named, total, lines = labels(method, path), 0, []
        for bound, count in zip((*BOUNDS, "+Inf"), self.buckets[method, path], strict=True):
            total += count
            lines.append(f'fablab_request_seconds_bucket{{{named},le="{bound}"}} {total}')
        lines.append(f"fablab_request_seconds_sum{{{named}}} {self.seconds[method, path]:.6f}")
        return [*lines, f"fablab_request_seconds_count{{{named}}} {total}"]


def labels(method: str, path: str) -> str:
    plain = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'method="{method}",route="{plain}"'


measures = Measures()
