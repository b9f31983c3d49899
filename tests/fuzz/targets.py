"""What must hold of any input, however it is damaged: each target raises where it does not.

Only errors that the library raises on purpose pass, with a code of the closed set, within CPU time
in proportion to the input.
"""

import io
import re
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from posixpath import dirname, join, normpath
from urllib.parse import unquote

import yaml

import docc2context
from docc2context import Code, Docc2contextError, Limits
from docc2context.archive.reader import open_archive
from docc2context.links.paths import MAX_SEGMENT_BYTES, output_paths
from docc2context.links.resolver import PageResolver
from docc2context.links.site import Site
from docc2context.model.decode import PageUndecodable, decode_page
from docc2context.render.budget import Budget, PageTooLarge
from docc2context.render.contents import summary
from docc2context.render.context import Context
from docc2context.render.page import render_page
from docc2context.render.titles import page_name
from tests.docc2context import oracle

LIMITS = Limits(
    max_entries=200,
    max_directory_bytes=1 << 16,
    max_page_bytes=1 << 18,
    max_archive_bytes=1 << 20,
    max_page_output_bytes=1 << 20,
    max_output_bytes=1 << 22,
)
"""Small, so that many inputs meet them."""

CPU_SECONDS = 10.0
"""What an input within these limits may take at most: ten times the slowest seen, which is slowed
down tenfold by what counts its branches. Whatever grows faster than its input takes far more."""

NOT_THE_INPUTS = {
    Code.DESTINATION_UNUSABLE,
    Code.DESTINATION_EXISTS,
    Code.DESTINATION_IS_STREAM,
    Code.BUNDLE_UNUSABLE,
}

PATH = "documentation/kit.md"
SITE = Site(output_paths(["data/documentation/kit.json", "data/documentation/kit/sloth.json"]))

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]|[. ]$')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
_OUTSIDE = re.compile(r"https?://|mailto:", re.IGNORECASE)


class Hang(AssertionError):
    """An input takes longer than anything of its size should."""


def read(data: bytes) -> None:
    """The reader: a zip is read to its last asset or refused."""
    with _refusals_pass(), open_archive(data, LIMITS, assets=True) as archive:
        assert list(archive.pages) == sorted(set(archive.pages))
        archive.metadata()
        for page in archive.pages:
            assert len(archive.read(page)) <= LIMITS.max_page_bytes
        for asset in archive.assets:
            if archive.asset_size(asset) <= LIMITS.max_archive_bytes:
                size = sum(map(len, archive.read_asset(asset)))
                assert size == archive.asset_size(asset)


def render(data: bytes) -> None:
    """Decoding and rendering: a page is rendered in all its languages, or is no page."""
    with _in_time():
        try:
            decoded = decode_page(data)
        except PageUndecodable:
            return
        links = PageResolver(SITE, PATH, decoded.node.references)
        budget = Budget(LIMITS.max_page_output_bytes, decoded.size)
        ctx = Context(links, budget, decoded.unknown_nodes)
        try:
            markdown = render_page(decoded.node, decoded.others, "/documentation/kit", ctx)
            summary(decoded.node, ctx)
        except PageTooLarge:
            return
        page_name(decoded.node)
    _check_page(PATH, markdown.encode().decode(), {PATH, "documentation/kit/sloth.md"})


def convert(data: bytes) -> None:
    """All of it: the same bundle each time, its files fit for every system, its links lead on."""
    with _refusals_pass():
        first, second = (_converted(data, assets=True) for _ in range(2))
        assert first == second
        _check_bundle(first, _paths_of_all_pages(data))
        document = _converted(data, single=True).decode()
        assert "\0" not in document


TARGETS: dict[str, Callable[[bytes], None]] = {"read": read, "render": render, "convert": convert}


@contextmanager
def _refusals_pass() -> Iterator[None]:
    with _in_time():
        try:
            yield
        except Docc2contextError as error:
            _check_refusal(error)


def _check_refusal(error: Docc2contextError) -> None:
    assert error.code not in NOT_THE_INPUTS
    assert str(error).isprintable()


@contextmanager
def _in_time() -> Iterator[None]:
    start = time.process_time()
    yield
    spent = time.process_time() - start
    if spent > CPU_SECONDS:
        raise Hang(f"{spent:.1f} s of CPU time")


def _converted(data: bytes, *, assets: bool = False, single: bool = False) -> bytes:
    out = io.BytesIO()
    docc2context.convert(data, out, limits=LIMITS, assets=assets, single=single)
    return out.getvalue()


def _paths_of_all_pages(data: bytes) -> set[str]:
    """Where a link may lead: to pages that turn out to be none, too, which only later ones tell."""
    with open_archive(data, LIMITS) as archive:
        return set(output_paths(archive.pages).values())


def _check_bundle(bundle: bytes, paths: set[str]) -> None:
    with zipfile.ZipFile(io.BytesIO(bundle)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
        assert len(files) == len(opened.namelist())
    _check_names(files)
    for path, data in files.items():
        if path.endswith(".md"):
            _check_page(path, data.decode(), paths | set(files))
    _check_links("llms.txt", files["llms.txt"].decode(), set(files))


def _check_names(files: Iterable[str]) -> None:
    keys = {_key(path) for path in files}
    assert len(keys) == len(list(files))
    for path in files:
        assert not any(_key(folder) in keys for folder in _folders(path)), path
        for segment in path.split("/"):
            assert segment not in ("", ".", ".."), path
            assert not _FORBIDDEN.search(segment), path
            assert not _DEVICE.match(segment), path
            assert len(segment.encode()) <= MAX_SEGMENT_BYTES, path


def _key(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _folders(path: str) -> Iterator[str]:
    while path := dirname(path):
        yield path


def _check_page(path: str, markdown: str, files: set[str]) -> None:
    assert "\0" not in markdown
    assert isinstance(yaml.load(markdown.split("\n---\n", maxsplit=1)[0], yaml.CSafeLoader), dict)
    _check_links(path, oracle.body(markdown), files)


def _check_links(path: str, markdown: str, files: set[str]) -> None:
    for link in oracle.shown_or_linked(markdown):
        if _OUTSIDE.match(link):
            continue
        file = unquote(link.partition("#")[0])
        assert not file or normpath(join(dirname(path), file)) in files, (path, link)
