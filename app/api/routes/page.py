"""`GET /`: the page for people."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_PAGE: Final = (Path(__file__).parents[2] / "static" / "index.html").read_text(encoding="utf-8")


@router.get("/", response_class=HTMLResponse)
async def page() -> str:
    """A form that needs no script."""
    return _PAGE
