"""`GET /` and `GET /docs`: the pages for people."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_FOLDER: Final = Path(__file__).parents[2] / "static"
_PAGE: Final = (_FOLDER / "index.html").read_text(encoding="utf-8")
_DOCS: Final = (_FOLDER / "docs.html").read_text(encoding="utf-8")


@router.get("/", response_class=HTMLResponse)
async def page() -> str:
    """A form, which scripts make into more and which works without them."""
    return _PAGE


@router.get("/docs", response_class=HTMLResponse)
async def docs() -> str:
    """The API reference; FastAPI's own page would load its scripts from another host."""
    return _DOCS
