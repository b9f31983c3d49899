"""What a conversion did, for people, for the manifest and for the service's metrics."""

import msgspec


class SkippedPage(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page of the archive that could not be read or decoded, and why, in a sentence of ours.

    `path` is the file of the bundle that says so in its place, if pages of the bundle link there.
    """

    source: str
    reason: str
    path: str = ""


class MissingReference(msgspec.Struct, frozen=True):
    """An identifier that a page uses without describing it; `page` is its file in the bundle."""

    page: str
    identifier: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one conversion.

    `unknown_nodes` counts, by kind (such as `block:poll`), content that the format description
    does not know; it is rendered as far as its text can be found and marked in the page.
    `missing_references` counts identifiers that a page uses without describing them; `missing` has
    the first 100. `assets_copied` counts the files beside the pages that were copied.
    """

    pages_converted: int = 0
    pages_skipped: list[SkippedPage] = []
    unknown_nodes: dict[str, int] = {}
    missing_references: int = 0
    missing: list[MissingReference] = []
    assets_copied: int = 0
    output_bytes: int = 0
