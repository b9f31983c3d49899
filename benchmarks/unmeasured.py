"""The service without what measures it: no measuring middleware, sampler or timer in the loop."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from app import main
from app.middleware.observe import ObserveMiddleware


class _NoSampler:
    @contextmanager
    def running(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _no_lag(_observe: object) -> AsyncIterator[None]:
    yield


main.measuring_lag = _no_lag  # type: ignore[attr-defined, assignment]  # on purpose
app = main.create_app()
app.user_middleware = [
    one
    for one in app.user_middleware
    if one.cls is not ObserveMiddleware  # type: ignore[comparison-overlap]  # typed as factories
]
app.state.sampler = _NoSampler()
