"""What the application serves at a path, for code outside its router."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final, NamedTuple

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, compile_path
from starlette.types import Scope

UNMATCHED: Final = "unmatched"


class _Row(NamedTuple):
    pattern: re.Pattern[str]
    template: str
    methods: set[str]


class RouteTable:
    """The routes by template and methods.

    `scope["route"]` will not do: for a route included under a prefix, it is the one without it. And
    a router that finds a path but not the method names the methods of only one route.
    """

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._rows: list[_Row] = []
        for route in iter_route_contexts(list(routes)):
            if route.path is not None:
                pattern, template, _ = compile_path(route.path)
                self._rows.append(_Row(pattern, template, route.methods or set()))

    def template(self, scope: Scope) -> str:
        """The full template of the route that a request is for, or `unmatched`."""
        return next((row.template for row in self._matching(scope)), UNMATCHED)

    def among(self, templates: Collection[str]) -> Callable[[Scope], str | None]:
        """A function that returns which of these templates a request is for; None for others."""

        def template(scope: Scope) -> str | None:
            found = self.template(scope)
            return found if found in templates else None

        return template

    def endpoints(self) -> list[tuple[str, str]]:
        """Each method with the template of its route."""
        return [(method, row.template) for row in self._rows for method in sorted(row.methods)]

    def methods(self, scope: Scope) -> list[str]:
        """All methods that routes take at a request's path, sorted; HEAD wherever there is GET."""
        methods = set[str]().union(*(row.methods for row in self._matching(scope)))
        return sorted(methods | {"HEAD"} if "GET" in methods else methods)

    def _matching(self, scope: Scope) -> Iterator[_Row]:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        return (row for row in self._rows if row.pattern.match(path))
