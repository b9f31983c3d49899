"""`GET /` and `GET /docs`, the pages for people, and `GET /openapi.json`, the same for programs."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api.conditional import revalidated_response
from app.api.static_folder import STATIC

router = APIRouter(include_in_schema=False)

_HTML: Final = "text/html"
_PAGE: Final = (STATIC / "index.html").read_bytes()
_DOCS: Final = (STATIC / "docs.html").read_bytes()


@router.get("/")
async def page(request: Request) -> Response:
    """A form that works without scripts, and that scripts extend."""
    return revalidated_response(request, _PAGE, _HTML)


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The API reference; FastAPI's own page would load its scripts from another host."""
    return revalidated_response(request, _DOCS, _HTML)


@router.get("/openapi.json")
async def description(request: Request) -> Response:
    """The API's description; FastAPI's own route would let caches guess how long it is valid."""
    root_path = request.scope.get("root_path", "").rstrip("/")
    return revalidated_response(
        request, request.app.state.description(root_path), "application/json"
    )
