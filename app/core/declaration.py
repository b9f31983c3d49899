"""How a metric is declared: once, with everything that DOCS/METRICS.md says about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar, overload

M = TypeVar("M")


@dataclass(frozen=True)
class Label:
    """A label, what its values mean, and all of them if they are a closed set."""

    name: str
    meaning: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Buckets:
    """The finite upper bounds of a histogram, ascending and at most 14, and the reason for them."""

    bounds: tuple[float, ...]
    reason: str


class Declaration(Generic[M]):
    """A metric as an attribute of a class; each instance makes it in its own registry.

    `kind` makes it: it is called with name, help, label names and registry, and with the buckets
    of a histogram. `unit` is what a value counts; where the name ends with it, as Prometheus asks
    for base units, OpenMetrics scrapes include it too.
    """

    def __init__(
        self,
        kind: Callable[..., M],
        name: str,
        help: str,  # noqa: A002  # the exposition format's name for it
        *,
        unit: str,
        labels: Sequence[Label] = (),
        buckets: Buckets | None = None,
    ) -> None:
        self.kind = kind
        self.name = name
        self.help = help
        self.unit = unit
        self.labels = tuple(labels)
        self.buckets = buckets
        self.attribute = ""

    def __set_name__(self, owner: type, attribute: str) -> None:
        self.attribute = attribute

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> M: ...

    def __get__(self, instance: object, owner: type) -> Self | M:
        """The declaration; an instance's own attribute, once made, takes precedence."""
        return self

    def make(self, instance: object, registry: object) -> None:
        """Make the metric and set the instance's attribute to it."""
        more: dict[str, Any] = {"buckets": self.buckets.bounds} if self.buckets else {}
        if self.name.removesuffix("_total").endswith(f"_{self.unit}"):
            more["unit"] = self.unit
        names = [label.name for label in self.labels]
        made = self.kind(self.name, self.help, names, registry=registry, **more)
        setattr(instance, self.attribute, made)
