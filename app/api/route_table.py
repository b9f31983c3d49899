"""What the application serves at a path, for code outside its router."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, compile_path
from starlette.types import Scope

UNMATCHED: Final = "unmatched"


class RouteTable:
    """The routes by template and methods.

    `scope["route"]` will not do: for a route included under a prefix, it is the one without it. And
    a router that finds a path but not the method names the methods of only one route.
    """

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._rows: list[tuple[re.Pattern[str], str, set[str]]] = []
        for route in iter_route_contexts(list(routes)):
            if route.path is not None:
                pattern, template, _ = compile_path(route.path)
                self._rows.append((pattern, template, route.methods or set()))

    def template(self, scope: Scope) -> str:
        """The full template of the route that a request is for, or `unmatched`."""
        return next((template for template, _ in self._matching(scope)), UNMATCHED)

    def among(self, templates: Collection[str]) -> Callable[[Scope], str | None]:
        """A function that returns which of these templates a request is for; None for others."""

        def template(scope: Scope) -> str | None:
            found = self.template(scope)
            return found if found in templates else None

        return template

    def expected(self) -> list[tuple[str, str]]:
        """All methods and templates of the routes."""
        return [(method, row[1]) for row in self._rows for method in sorted(row[2])]

    def methods(self, scope: Scope) -> list[str]:
        """All methods that routes take at a request's path, sorted; HEAD wherever there is GET."""
        methods = set().union(*(methods for _, methods in self._matching(scope)))
        return sorted(methods | {"HEAD"} if "GET" in methods else methods)

    def _matching(self, scope: Scope) -> Iterator[tuple[str, set[str]]]:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        return ((row[1], row[2]) for row in self._rows if row[0].match(path))
