"""Markdown out: one function per type of node, `(node, ctx) -> str`, one `match` per union.

What a function returns ends in no line break; its caller joins. Text is escaped by `markdown/`.
"""
