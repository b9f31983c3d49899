"""YAML front matter whose strings are always quoted, so that none is read as something else."""

import json
import re
from collections.abc import Mapping, Sequence

Value = str | bool | int | Sequence[str]

_NOT_PRINTABLE_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def front_matter(fields: Mapping[str, Value | None]) -> str:
    """A YAML block between `---` lines; fields without a value are left out.

    >>> print(front_matter({"title": "Yes", "platforms": ["iOS 14.0+"], "deprecated": True}))
    ---
    title: "Yes"
    platforms: ["iOS 14.0+"]
    deprecated: true
    ---
    """
    strings = "".join([value for value in fields.values() if isinstance(value, str)])
    if _is_plain(strings):  # as nearly always: one check for all of them
        lines = [
            f'{key}: "{value}"' if isinstance(value, str) else f"{key}: {_value(value)}"
            for key, value in fields.items()
            if value
        ]
    else:
        lines = [f"{key}: {_value(value)}" for key, value in fields.items() if value]
    return "\n".join(["---", *lines, "---"])


def _value(value: Value) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return f"[{', '.join(map(_quoted, value))}]"


def _quoted(text: str) -> str:
    """A double-quoted YAML scalar: JSON's, with what YAML 1.1 and 1.2 call unprintable escaped."""
    if _is_plain(text):
        return f'"{text}"'
    quoted = json.dumps(text, ensure_ascii=False)
    return _NOT_PRINTABLE_IN_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


def _is_plain(text: str) -> bool:
    """Whether a text can stand between quotes unescaped."""
    return text.isprintable() and '"' not in text and "\\" not in text
