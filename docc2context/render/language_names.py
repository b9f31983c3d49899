"""What the languages of symbols are called."""

import re

_LANGUAGE_NAMES = {
    "occ": "Objective-C",
    "objc": "Objective-C",
    "swift": "Swift",
    "c": "C",
    "c++": "C++",
    "cpp": "C++",
    "data": "Data",
}

_MAX_LANGUAGE_NAME = 40
_NOT_IN_LANGUAGE_NAME = re.compile(r"(?:[^\w+#.-]|_)+")


def language_name(language: str) -> str:
    """DocC's name of a language as people write it.

    An archive may use any text as a name. What is shown is a few plain words that mean the same in
    Markdown, YAML and the middle of a sentence, escaped or not; empty only for no name.

    >>> language_name("occ"), language_name("swift"), language_name("openapi")
    ('Objective-C', 'Swift', 'openapi')
    >>> language_name("a <b>*c*"), language_name("***")
    ('a b c', 'another language')
    """
    return _LANGUAGE_NAMES.get(language) or (language and _plain_language_name(language))


def _plain_language_name(language: str) -> str:
    words = _NOT_IN_LANGUAGE_NAME.sub(" ", language[: _MAX_LANGUAGE_NAME + 1]).strip()
    if len(language) > _MAX_LANGUAGE_NAME:
        words = f"{words[:_MAX_LANGUAGE_NAME].rstrip()}…"
    return words if words.strip("…") else "another language"
