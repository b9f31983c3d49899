"""The files of an archive that its pages show or link, and links to them in the bundle."""

from collections.abc import Collection, Iterable, Mapping
from urllib.parse import unquote

from docc2context.links.paths import asset_paths, path_key
from docc2context.links.references import Described
from docc2context.links.relative import link_from
from docc2context.links.resolver import PageResolver
from docc2context.links.site import Site
from docc2context.model.patch import ReferenceText
from docc2context.model.reference import DownloadReference


class Assets:
    """Which file of the archive a reference's URL means, and where it goes in the bundle."""

    def __init__(self, names: Iterable[str], pages: Collection[str]) -> None:
        self.paths = asset_paths(names, pages)
        self._by_key: dict[str, str] = {}
        for name in self.paths:
            if (key := path_key(name)) != name:
                self._by_key.setdefault(key, name)

    def find(self, url: str) -> str | None:
        """The name of the file; None if there is none.

        A URL is relative to the root and is only compared with names that exist. The exact name is
        preferred to the percent-decoded one, and that to another letter case or another form of
        Unicode, such as the one in which macOS packs the names that DocC writes.
        """
        name = url.removeprefix("/")
        if name in self.paths:
            return name
        decoded = unquote(name)
        if decoded in self.paths:
            return decoded
        key = path_key(decoded)
        return self._by_key.get(key, key if key in self.paths else None)


class AssetResolver(PageResolver):
    """Resolves the identifiers of a page in a bundle that holds assets."""

    def __init__(
        self, site: Site, path: str, references: Mapping[str, ReferenceText], assets: Assets
    ) -> None:
        super().__init__(site, path, references)
        self._assets = assets

    def asset(self, url: str) -> str | None:
        name = self._assets.find(url)
        return None if name is None else self._link_to(name)

    def destination(self, identifier: str, described: Described | None) -> str | None:
        name = self._download(described)
        return super().destination(identifier, described) if name is None else self._link_to(name)

    def file(self, identifier: str) -> str | None:
        name = self._download(self.describe(identifier))
        return super().file(identifier) if name is None else self._assets.paths[name]

    def with_references(self, references: Mapping[str, ReferenceText]) -> "AssetResolver":
        other = AssetResolver(self._site, self._path, references, self._assets)
        other.linked = self.linked
        return other

    def _download(self, described: Described | None) -> str | None:
        """The name of the file that is offered for download."""
        if described is None or not isinstance(described.reference, DownloadReference):
            return None
        return self._assets.find(described.url)

    def _link_to(self, name: str) -> str:
        path = self._assets.paths[name]
        self.linked[name] = path
        return link_from(self._folder, path)
