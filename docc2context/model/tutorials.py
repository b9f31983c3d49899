"""The sections of tutorials, tutorial articles and tables of contents, told apart by `kind`."""

from docc2context.model.base import UNKNOWN, KindNode, Node
from docc2context.model.block import Block
from docc2context.model.inline import Inline


class FullWidth(KindNode, tag="fullWidth"):
    """Blocks over the whole width."""

    content: list[Block] = []


class ContentAndMedia(KindNode, tag="contentAndMedia"):
    """Blocks beside an image or video."""

    content: list[Block] = []
    media: str | None = None
    title: str | None = None
    eyebrow: str | None = None


class Columns(KindNode, tag="columns"):
    """Layouts side by side."""

    content: list["Layout"] = []


class UnknownLayout(KindNode, tag=UNKNOWN):
    """A layout of a kind that the format does not know, with any content found in it."""

    name: str = ""
    content: list[Block] = []


Layout = FullWidth | ContentAndMedia | Columns | UnknownLayout


class Hero(KindNode, tag="hero"):
    """The head of a tutorial or of a table of contents."""

    title: str = ""
    chapter: str | None = None
    content: list[Block] = []
    estimated_time_in_minutes: int | None = None
    xcode_requirement: str | None = None
    project_files: str | None = None
    image: str | None = None
    video: str | None = None
    action: Inline | None = None


class Intro(Hero, tag="intro"):
    """The name of the head in the published schema."""


class Task(Node):
    """A section of a tutorial: what it is about, and its steps."""

    title: str = ""
    anchor: str | None = None
    content_section: list[Layout] = []
    steps_section: list[Block] = []


class Tasks(KindNode, tag="tasks"):
    """The sections of a tutorial."""

    tasks: list[Task] = []


class Choice(Node):
    """An answer to choose, whether it is right and why."""

    content: list[Block] = []
    is_correct: bool = False
    justification: list[Block] | None = None
    reaction: str | None = None


class Assessment(Node):
    """A question with answers to choose from."""

    title: list[Block] = []
    content: list[Block] | None = None
    choices: list[Choice] = []


class Assessments(KindNode, tag="assessments"):
    """The questions at the end of a tutorial."""

    assessments: list[Assessment] = []
    anchor: str | None = None


class CallToAction(KindNode, tag="callToAction"):
    """What to read next."""

    title: str = ""
    abstract: list[Inline] | None = None
    action: Inline | None = None
    featured_eyebrow: str | None = None
    media: str | None = None


class Chapter(Node):
    """A chapter of a table of contents: tutorials by identifier."""

    name: str | None = None
    content: list[Block] | None = None
    tutorials: list[str] = []
    image: str | None = None


class Volume(KindNode, tag="volume"):
    """Chapters of a table of contents, mostly without a name of their own."""

    name: str | None = None
    content: list[Block] | None = None
    chapters: list[Chapter] = []
    image: str | None = None


class Tile(Node):
    """A group of further resources."""

    title: str = ""
    content: list[Block] | None = None
    action: Inline | None = None
    media: str | None = None


class Resources(KindNode, tag="resources"):
    """Further resources at the end of a table of contents."""

    tiles: list[Tile] = []
    content: list[Block] | None = None


class ArticleBody(KindNode, tag="articleBody"):
    """The body of a tutorial article: layouts and blocks in any order."""

    content: list[Layout] = []


class ContentAndMediaGroup(KindNode, tag="contentAndMediaGroup"):
    """Several blocks-beside-media in one section (schema 0.1)."""

    sections: list[ContentAndMedia] = []


class UnknownSection(KindNode, tag=UNKNOWN):
    """A section of a kind that the format does not know, with any content found in it."""

    name: str = ""
    content: list[Block] = []


Section = (
    Hero
    | Intro
    | Tasks
    | Assessments
    | CallToAction
    | Volume
    | Resources
    | ArticleBody
    | ContentAndMedia
    | ContentAndMediaGroup
    | UnknownSection
)
