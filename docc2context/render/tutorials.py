"""Tutorials, tutorial articles, tables of contents: one function per section, in one table."""

from collections.abc import Sequence
from typing import assert_never

from docc2context.markdown import blocks as md
from docc2context.markdown.escape import escape
from docc2context.model.block import Block, Step
from docc2context.model.tutorials import (
    ArticleBody,
    Assessment,
    Assessments,
    CallToAction,
    Chapter,
    Choice,
    Columns,
    ContentAndMedia,
    ContentAndMediaGroup,
    FullWidth,
    Hero,
    Intro,
    Layout,
    Resources,
    Section,
    Task,
    Tasks,
    Tile,
    UnknownLayout,
    UnknownSection,
    Volume,
)
from docc2context.render.block import (
    blocks,
    blocks_below,
    headings_below,
    run_in,
    unknown,
)
from docc2context.render.context import TOO_DEEP, Context
from docc2context.render.inline import inlines, media, page_link
from docc2context.render.page_lists import page_links
from docc2context.render.remarks import bold_label, note, unknown_kind


def section(node: Section, ctx: Context) -> str:
    """One section of a tutorial page."""
    match node:
        case Hero() | Intro():
            return _hero(node, ctx)
        case Tasks():
            return md.join(_task(task, ctx) for task in node.tasks)
        case Assessments():
            return _assessments(node, ctx)
        case CallToAction():
            return _call_to_action(node, ctx)
        case Volume():
            return _volume(node, ctx)
        case Resources():
            return _resources(node, ctx)
        case ArticleBody():
            return _layouts(node.content, 1, ctx)
        case ContentAndMedia():
            return _content_and_media(node, 1, ctx)
        case ContentAndMediaGroup():
            return _layouts(node.sections, 1, ctx)
        case UnknownSection():
            return unknown(node.name, node.content, ctx)
        case _:
            assert_never(node)


def _hero(node: Hero, ctx: Context) -> str:
    """The head of a tutorial; its title is the page's."""
    minutes = node.estimated_time_in_minutes
    facts = [
        f"Chapter: {escape(node.chapter)}" if node.chapter else "",
        f"Estimated time: {minutes} minute{'s' if minutes != 1 else ''}" if minutes else "",
        f"Requires: {page_link(node.xcode_requirement, ctx)}" if node.xcode_requirement else "",
        f"Project files: {page_link(node.project_files, ctx)}" if node.project_files else "",
    ]
    image, video, action = _picture(node.image, ctx), _picture(node.video, ctx), _action(node, ctx)
    title = ctx.heading(2, node.title) if node.title != ctx.title else ""
    return md.join([title, md.bullets(facts), blocks(node.content, ctx), image, video, action])


def _picture(identifier: str | None, ctx: Context) -> str:
    """An image or video; empty for none."""
    return media(identifier, None, ctx) if identifier else ""


def _action(node: Hero | CallToAction | Tile, ctx: Context) -> str:
    """The link that a node asks readers to follow; empty if it has none."""
    return md.paragraph(inlines([node.action], ctx)) if node.action else ""


def _eyebrow(words: str | None) -> str:
    """What stands above a title, in small letters on the web page; empty for nothing."""
    return md.paragraph(note(escape(words))) if words else ""


def _task(node: Task, ctx: Context) -> str:
    head = ctx.heading(2, node.title, node.anchor)
    content = _layouts(node.content_section, 2, ctx)
    return md.join([head, content, _steps(node.steps_section, ctx)])


def _steps(nodes: Sequence[Block], ctx: Context) -> str:
    rendered = []
    number = 0
    for node in nodes:
        if isinstance(node, Step):
            number += 1
            rendered.append(ctx.heading(3, f"Step {number}"))
        content = [*node.content, *node.caption] if isinstance(node, Step) else [node]
        with headings_below(3, content, ctx):
            rendered.append(blocks([node], ctx))
    return md.join(rendered)


def _layouts(nodes: Sequence[Layout], level: int, ctx: Context) -> str:
    """Layouts below a heading of this level."""
    if not nodes:
        return ""
    if not ctx.enter():
        return TOO_DEEP
    try:
        return md.join([_layout(node, level, ctx) for node in nodes])
    finally:
        ctx.leave()


def _layout(node: Layout, level: int, ctx: Context) -> str:
    match node:
        case FullWidth():
            return blocks_below(level, node.content, ctx)
        case ContentAndMedia():
            return _content_and_media(node, level, ctx)
        case Columns():
            return _layouts(node.content, level, ctx)
        case UnknownLayout():
            return md.join([unknown_kind(node.name), blocks_below(level, node.content, ctx)])
        case _:
            assert_never(node)


def _content_and_media(node: ContentAndMedia, level: int, ctx: Context) -> str:
    title = ctx.heading(3, node.title or "")
    content = blocks_below(3 if title else level, node.content, ctx)
    return md.join([_eyebrow(node.eyebrow), title, content, _picture(node.media, ctx)])


def _assessments(node: Assessments, ctx: Context) -> str:
    if not node.assessments:
        return ""
    head = ctx.heading(2, "Check Your Understanding", node.anchor)
    questions = [_question(i, question, ctx) for i, question in enumerate(node.assessments, 1)]
    return md.join([head, *questions])


def _question(number: int, node: Assessment, ctx: Context) -> str:
    head = ctx.heading(3, f"Question {number}")
    question = [blocks_below(3, said, ctx) for said in (node.title, node.content)]
    with headings_below(3, (), ctx):
        choices = md.loose_or_tight([_choice(choice, ctx) for choice in node.choices])
    return md.join([head, *question, choices])


def _choice(node: Choice, ctx: Context) -> str:
    """An answer, ticked if it is right, and why."""
    verdict = bold_label("Correct." if node.is_correct else "Incorrect.")
    why = run_in(verdict, node.justification, ctx)
    reaction = md.paragraph(escape(node.reaction or ""))
    answer = run_in(md.CHECK_BOXES[node.is_correct], node.content, ctx)
    return md.list_item("-", md.join([answer, why, reaction]))


def _call_to_action(node: CallToAction, ctx: Context) -> str:
    picture, action = _picture(node.media, ctx), _action(node, ctx)
    abstract = md.paragraph(inlines(node.abstract, ctx))
    eyebrow = _eyebrow(node.featured_eyebrow)
    return md.join([ctx.heading(2, node.title), eyebrow, abstract, picture, action])


def _volume(node: Volume, ctx: Context) -> str:
    head = ctx.heading(2, node.name or "")
    picture = _picture(node.image, ctx)
    level = 3 if head else 2
    content = blocks_below(level - 1, node.content, ctx)
    chapters = [_chapter(chapter, level, ctx) for chapter in node.chapters]
    return md.join([head, content, picture, *chapters])


def _chapter(node: Chapter, level: int, ctx: Context) -> str:
    head = ctx.heading(level, node.name or "")
    picture = _picture(node.image, ctx)
    content = blocks_below(level, node.content, ctx)
    with ctx.relating("topic"):
        links = page_links(node.tutorials, ctx)
    return md.join([head, content, picture, links])


def _resources(node: Resources, ctx: Context) -> str:
    head = ctx.heading(2, "Resources")
    content = blocks_below(2, node.content, ctx)
    return md.join([head, content, *(_tile(tile, ctx) for tile in node.tiles)])


def _tile(node: Tile, ctx: Context) -> str:
    picture, action = _picture(node.media, ctx), _action(node, ctx)
    head = ctx.heading(3, node.title)
    return md.join([head, blocks_below(3, node.content, ctx), picture, action])
