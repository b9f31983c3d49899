"""What a page's front matter would say in another language, where it says something else."""

from collections.abc import Iterator

from docc2context.markdown.escape import escape
from docc2context.markdown.inline import link, safe_url
from docc2context.model.page import Metadata, RenderNode
from docc2context.render.availability import platforms
from docc2context.render.other_language import beyond
from docc2context.render.titles import page_name, page_title

_REQUIRED = {True: "required", False: "not required"}


def variant_facts(node: RenderNode, other: RenderNode) -> str:
    """The facts as one phrase; empty if they are the page's own."""
    ours, theirs = node.metadata, other.metadata
    facts = [
        page_name(other) if page_title(other) != page_title(node) else "",
        escape(_changed(ours.role_heading, theirs.role_heading)),
        *(_platform_facts(ours, theirs) if ours.platforms != theirs.platforms else ()),
        *(_module_facts(ours, theirs) if ours.modules != theirs.modules else ()),
        _named("extends", _changed(ours.extended_module, theirs.extended_module)),
        "" if ours.required == theirs.required else _REQUIRED[theirs.required],
        _source_fact(ours, theirs) if ours.remote_source != theirs.remote_source else "",
    ]
    return ", ".join(filter(None, facts))


def _platform_facts(ours: Metadata, theirs: Metadata) -> Iterator[str]:
    yield from map(escape, beyond(platforms(theirs.platforms), platforms(ours.platforms)))
    yield _named("not on", " or ".join(_platforms_without(ours, theirs)))


def _changed(own: str | None, other: str | None) -> str:
    return other if other and other != own else ""


def _platforms_without(ours: Metadata, theirs: Metadata) -> list[str]:
    """Our platforms that another language, which names some, does not name."""
    names, others = (
        [item.name for item in metadata.platforms or () if item.name] for metadata in (ours, theirs)
    )
    return beyond(names, others) if others else []


def _module_facts(ours: Metadata, theirs: Metadata) -> list[str]:
    return [f"module {escape(name)}" for name in beyond(_modules(theirs), _modules(ours))]


def _modules(metadata: Metadata) -> Iterator[str]:
    for module in metadata.modules or ():
        yield from (module.name, *(module.related_modules or ()))


def _named(label: str, name: str) -> str:
    return f"{label} {escape(name)}" if name else ""


def _source_fact(ours: Metadata, theirs: Metadata) -> str:
    return _changed(_source(ours), _source(theirs))


def _source(metadata: Metadata) -> str:
    """The name of the file that declares the symbol, linked if it lies on the web."""
    source = metadata.remote_source
    if source is None:
        return ""
    name, address = escape(source.file_name or source.url), safe_url(source.url)
    return link(name, address) if address else name
