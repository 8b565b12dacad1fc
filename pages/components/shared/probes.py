"""What an operator's programs ask: /readyz, and /metrics from this machine."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

_HERE = ("127.0.0.1", "::1")
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


async def readyz(request: Request) -> Response:
    """200 while there are workers and the store can be written, else 503."""
    from camu_core.engine import service

    now = await run_in_threadpool(service.health)
    told = {"ready": now.is_ready, "workers": now.has_workers, "store_writable": now.is_writable,
            "disk_nearly_full": now.is_nearly_full}  # fmt: skip
    return JSONResponse(told, 200 if now.is_ready else 503)


async def metrics(request: Request) -> Response:
    """Prometheus' text form; 404 where it is not switched on, and for everybody who comes from elsewhere."""
    from camu_core.config import has_metrics
    from camu_core.engine import service

    is_here = request.client is not None and request.client.host in _HERE
    if not (has_metrics() and is_here) or any(name in request.headers for name in _FORWARDED):
        return PlainTextResponse("Not found", 404)
    return PlainTextResponse(await run_in_threadpool(service.metrics))


ROUTES = [Route("/readyz", readyz), Route("/metrics", metrics)]
