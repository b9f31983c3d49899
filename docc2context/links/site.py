"""What all pages of an archive share: where each lies, and the references that they repeat."""

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote

from docc2context.links.paths import page_entry, path_key
from docc2context.links.references import References

_BUNDLE_URL = re.compile(r"^doc://[^/]*(?=/)")
_SLASHES = re.compile("//+")
_NOT_ON_WINDOWS = re.compile('[:*?"<>|]')
"""What 7-Zip and Windows' own tar replace by `_` in the names of files that they unpack."""

_USUAL_CHARS = 256
"""A longer address, which could have megabytes, is looked for anew each time."""


class Site:
    """Which file of the bundle a DocC URL such as `/documentation/kit/f(_:)` means."""

    def __init__(self, paths: Mapping[str, str]) -> None:
        self.references = References(self.find)
        # Mostly for what is not here: many pages name the protocols of the standard library.
        self._find_usual = lru_cache(maxsize=1024)(self._find_otherwise)
        self._paths = paths
        self._by_folded_entry: dict[str, str] = {}
        for entry, path in paths.items():
            # Most are their own key; copies of 200,000 would take 64 MiB.
            if (key := path_key(entry)) != entry:
                self._by_folded_entry.setdefault(key, path)
        for entry, path in paths.items():
            if "%" in entry:  # as in a copy of a web site
                self._by_folded_entry.setdefault(path_key(unquote(entry)), path)

    def find(self, url: str) -> str | None:
        """The file for a `doc://` address or for the path of a URL, ignoring its fragment.

        None if its page is not here. The exact name is preferred to the percent-decoded one, and
        that to another letter case, because archives hold names with a `%` of their own. Slashes in
        a row are one, as in a path: the address of an operator such as `/(_:_:)` has two. Last
        comes the name of a page in an archive that was unpacked on Windows.
        """
        if (exact := self._paths.get(page_entry(url))) is not None:
            return exact
        return self._find_usual(url) if len(url) < _USUAL_CHARS else self._find_otherwise(url)

    def _find_otherwise(self, url: str) -> str | None:
        path = "/" + _BUNDLE_URL.sub("", url).partition("#")[0].strip("/")
        path = _SLASHES.sub("/", path)
        return (
            self._paths.get(page_entry(path))
            or self._paths.get(decoded := page_entry(unquote(path)))
            or self._paths.get(key := path_key(decoded))
            or self._by_folded_entry.get(key)
            or self._find_renamed(key)
        )

    def _find_renamed(self, key: str) -> str | None:
        renamed = _NOT_ON_WINDOWS.sub("_", key)
        return self._paths.get(renamed) or self._by_folded_entry.get(renamed)
