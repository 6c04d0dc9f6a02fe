"""How many statements each request costs, once whatever is kept in memory is there."""

from typing import Any

import httpx

from bench.inside import restlessness
from bench.inside.answering import answer
from fablab.app import create_app
from fablab.core import db

Request = dict[str, Any]
REFUSED = 400


async def count(cases: dict[str, list[Request]], restless: bool) -> dict[str, int | None]:
    """The statements of each case's last request; those before it only warm up."""
    if restless:
        restlessness.begin()
    app: Any = create_app(jobs=False)
    found: dict[str, int | None] = {}
    transport = httpx.ASGITransport(app=app)
    async with app.lifespan(), httpx.AsyncClient(transport=transport) as client:
        for name, requests in cases.items():
            for each in requests:
                found[name] = await cost(client, each)
    return found


async def cost(client: httpx.AsyncClient, request: Request) -> int | None:
    """None for what is refused: the load tells how many were."""
    with db.counting() as counted:
        answered = await client.request(
            request["method"],
            f"http://127.0.0.1{request['path']}",
            headers=request["headers"],
            content=request["body"].encode(),
        )
    return counted.count if answered.status_code < REFUSED else None


if __name__ == "__main__":
    answer(count)
