"""What all pages of an archive share: where each lies, and the references that they repeat."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from docc2context.links.paths import doc_path, path_key
from docc2context.links.references import References

_BUNDLE_URL = re.compile(r"doc://[^/]*(?=/)")


class Site:
    """Which file of the bundle a DocC URL such as `/documentation/kit/f(_:)` means."""

    def __init__(self, paths: Mapping[str, str]) -> None:
        self.references = References(self.find)
        self._by_url = {doc_path(entry): path for entry, path in paths.items()}
        self._by_folded_url: dict[str, str] = {}
        for url, path in self._by_url.items():
            self._by_folded_url.setdefault(path_key(url), path)

    def find(self, url: str) -> str | None:
        """The file for a `doc://` address or for the path of a URL, its fragment left aside.

        None if its page is not here. The exact name goes before the percent-decoded one and that
        before another letter case, because archives hold names with a `%` of their own.
        """
        if (exact := self._by_url.get(url)) is not None:
            return exact
        if url.startswith("doc://"):
            url = _BUNDLE_URL.sub("", url)
        path = "/" + url.partition("#")[0].strip("/")
        return (
            self._by_url.get(path)
            or self._by_url.get(decoded := unquote(path))
            or self._by_folded_url.get(path_key(decoded))
        )
