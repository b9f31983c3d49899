"""What a step of a tutorial shows beside its words, in blocks as well as in a cell of a table."""

from collections.abc import Callable

from docc2context.model.block import Step
from docc2context.model.reference import FileReference
from docc2context.render.context import Context
from docc2context.render.inline import media
from docc2context.render.remarks import changed_lines, missing_file


def pictures(step: Step, ctx: Context) -> list[str]:
    """What the step looks like, and then what running it looks like; empty for neither."""
    return [
        media(identifier, None, ctx)
        for identifier in (step.media, step.runtime_preview)
        if identifier
    ]


def code_file(step: Step, ctx: Context, whole: Callable[[FileReference, str], str]) -> str:
    """The file that the step leads to, rendered by `whole` from it and its changed lines.

    Empty for a step without code. What is not a file is shown as a picture, and what the page does
    not describe is named.
    """
    if not step.code:
        return ""
    reference = ctx.reference(step.code)
    if reference is None:
        return missing_file(step.code)
    if not isinstance(reference, FileReference):
        return media(step.code, None, ctx)
    changed = changed_lines(reference)
    return ctx.budget.spend(whole(reference, f" (changed: {changed})" if changed else ""))
