"""Images and videos: which file of one is shown, and the words where there is none to show."""

import re
from urllib.parse import unquote

from docc2context.markdown.escape import escape
from docc2context.markdown.inline import image, link, safe_url
from docc2context.model.reference import ImageReference, MediaVariant, Reference, VideoReference
from docc2context.render.context import Context
from docc2context.render.remarks import note

_SCALE = re.compile(r"[1-9]x")

_VIDEO_FILES = (".mov", ".mp4", ".m4v", ".webm")
"""How the names of videos end, to recognise one that the page does not describe."""


def shown_or_described(identifier: str, ctx: Context) -> str:
    """An image or video: shown if it is in the bundle or on the web, otherwise described."""
    reference = ctx.reference(identifier)
    return _shown(reference, ctx) or _described(reference, identifier)


def _shown(reference: Reference | None, ctx: Context) -> str | None:
    """The picture, or a link to the video around its poster; None if there is no file to show."""
    if not isinstance(reference, ImageReference | VideoReference):
        return None
    file = _file(reference, ctx)
    if file is None:
        return None
    words = escape(reference.alt or "")
    if isinstance(reference, ImageReference):
        return image(words, file)
    poster = _poster(reference.poster, ctx) if reference.poster else None
    if isinstance(poster, ImageReference) and (picture := _copied_file(poster, ctx)) is not None:
        return _linked(image(words or "Video", picture), file, ctx)
    return _linked(words or "Video", file, ctx)


def _poster(identifier: str, ctx: Context) -> Reference | None:
    """What the poster of a video is; a missing poster is not reported."""
    described = ctx.describe_if_known(identifier)
    return described.reference if described else None


def _linked(text: str, destination: str, ctx: Context) -> str:
    """A link to a safe destination; the text alone inside another link."""
    return text if ctx.is_link_text else link(text, destination)


def _described(reference: Reference | None, identifier: str) -> str:
    """Its alternative text and its file name, because a link to nothing helps nobody."""
    variants = reference.variants if isinstance(reference, ImageReference | VideoReference) else []
    words = escape(getattr(reference, "alt", None) or "")
    plainest = min(variants, key=lambda variant: "dark" in variant.traits, default=None)
    name = escape(_file_name(plainest.url if plainest else identifier))
    description = f"{words} ({name})" if words else name
    looks_like_video = reference is None and identifier.lower().endswith(_VIDEO_FILES)
    kind = "Video" if looks_like_video or isinstance(reference, VideoReference) else "Image"
    return note(f"{kind}: {description}")


def _file(reference: ImageReference | VideoReference, ctx: Context) -> str | None:
    """The destination of the file to show: one of the bundle, else one on the web."""
    if (copied := _copied_file(reference, ctx)) is not None:
        return copied
    light_first = sorted(reference.variants, key=lambda variant: "dark" in variant.traits)
    return next(filter(None, (safe_url(variant.url) for variant in light_first)), None)


def _copied_file(reference: ImageReference | VideoReference, ctx: Context) -> str | None:
    """The link to the light variant of the highest scale that the bundle holds.

    None where only words are wanted.
    """
    if ctx.is_for_other_file:
        return None
    finest = sorted(reference.variants, key=lambda one: ("dark" in one.traits, -_scale(one)))
    return next(filter(None, (ctx.links.asset(variant.url) for variant in finest)), None)


def _scale(variant: MediaVariant) -> int:
    """Pixels per point, from a trait such as `2x`; 1 without one."""
    return max((int(trait[:-1]) for trait in variant.traits if _SCALE.fullmatch(trait)), default=1)


def _file_name(url: str) -> str:
    return unquote(url.rstrip("/").rpartition("/")[2])
