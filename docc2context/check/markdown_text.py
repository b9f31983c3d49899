"""What a reader of a page's Markdown sees, as plain text.

No Markdown parser: it undoes what CommonMark calls markup, line by line, whoever wrote it. It knows
fences, code spans, backslash escapes, entities, links, tags, emphasis, tables and block markers.
"""

import re
from collections.abc import Iterator
from html import unescape
from itertools import chain, pairwise

import msgspec

_SPACE = re.compile(r"\s+")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_HIDDEN_FIELD = re.compile(r"(?:title|path|usr): ")
"""Front matter that says again what the page says, or says it to machines."""

_CONTAINERS = r"(?:[ \t>]|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$))*"
FENCE = re.compile(rf"(?P<prefix>{_CONTAINERS})(?P<fence>`{{3,}}|~{{3,}})[^`]*$")
"""The line that opens a fenced code block, in whatever containers."""

_MARKERS = re.compile(rf"{_CONTAINERS}(?:(?<=[ \t])\[[ xX]\](?=[ \t]|$)|#{{1,6}}(?=[ \t]|$))?")
_NEW_BLOCK = re.compile(r"[ \t>]*(?:[-+*\d#])")
_RULES = frozenset({"***", "---", "___"})
_DELIMITER_CELL = re.compile(r":-+:?|-{2,}:|-{3,}")
_BAR = re.compile(r"(?<!\\)\|")

_MARKUP = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<ticks>`++)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)"
    r"|(?P<entity>&(?:\#\w{1,8}|\w{2,32});)"
    r"|(?P<autolink><(?=[A-Za-z][A-Za-z0-9+.-]{1,31}:)(?P<address>[^<>\s]*)>)"
    r"|(?P<tag><!--.*?-->|</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>)"
    r"|(?P<bracket>\](?:\([^()\s]*\))?|!?\[)"
    r"|(?P<emphasis>(?<!\w)_++|(?<!_)_++(?![^\W_])|(?<!\s)[*~]++|[*~]++(?!\s))"
)


class Text:
    """Plain text, its white space folded, that remembers where markup stood in it.

    `seams` are the positions where it did: `foo` ends in `foo<sub>1</sub>`, but not in `foobar`.
    Front matter comes first and ends at `body`; each block is a line.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._last = "\n"
        self.seams: set[int] = set()
        self.body = 0
        self.plain = ""

    def add(self, text: str) -> None:
        """Append text of the current line."""
        text = folded(text)
        if self._last in " \n" and text.startswith(" "):
            text = text[1:]
        if text:
            self._parts.append(text)
            self._length += len(text)
            self._last = text[-1]

    def seam(self) -> None:
        """Markup stands here."""
        self.seams.add(self._length)

    def end_line(self) -> None:
        """The next text is another block, or another line of code."""
        if self._last != "\n":
            if self._last == " ":
                self._parts[-1] = self._parts[-1][:-1]
                self._length -= 1
            self._parts.append("\n")
            self._length += 1
            self._last = "\n"

    def begin_body(self) -> None:
        """Front matter ends here, at the beginning of a line."""
        self.body = self._length

    def close(self) -> "Text":
        """The whole text, between line breaks."""
        self.end_line()
        self.plain = "".join(self._parts)
        return self


def displayed(markdown: str) -> Text:
    r"""The text of a page.

    >>> displayed("# A `b|c`\n\n- **d** \\* e\n").plain
    'A b|c\nd * e\n'
    """
    text = Text()
    front, body = _split(markdown)
    for line in front:
        for quoted in _QUOTED.findall(line):
            text.add(_unquoted(quoted))
            text.end_line()
    text.begin_body()
    _blocks(body, text)
    return text.close()


def _unquoted(quoted: str) -> str:
    """A quoted scalar of front matter; as it stands if its escapes are damaged."""
    try:
        return msgspec.json.decode(quoted, type=str)
    except msgspec.DecodeError:
        return quoted[1:-1]


def folded(text: str) -> str:
    """White space as single spaces, NUL as what Markdown shows for it."""
    return _SPACE.sub(" ", text).replace("\0", "\ufffd")


def _split(markdown: str) -> tuple[list[str], list[str]]:
    """The lines of the front matter that are not hidden, and those of the body."""
    lines = markdown.split("\n")
    if lines[0] != "---" or "---" not in lines[1:]:
        return [], lines
    end = lines.index("---", 1)
    return [line for line in lines[1:end] if not _HIDDEN_FIELD.match(line)], lines[end + 1 :]


def _blocks(lines: list[str], text: Text) -> None:
    waiting = pairwise(chain(lines, [""]))
    in_table = False
    for line, following in waiting:
        if fence := FENCE.match(line):
            in_table = False
            text.end_line()
            for code in fenced((line for line, _ in waiting), fence):
                text.add(code)
                text.end_line()
        elif in_table and _is_row(line):
            _row(line, text)
        elif in_table := _opens_table(line, following):
            text.end_line()
            _row(_unmarked(line), text)
            next(waiting)  # the rule
        else:
            _line(line, text)


def fenced(lines: Iterator[str], opening: re.Match[str]) -> Iterator[str]:
    """The lines up to the end of a fence and past it, without the marks of its quotations."""
    quotes = opening["prefix"].count(">")
    mark = re.compile(rf"(?:[ \t]*>){{0,{quotes}}}")
    closing = re.compile(rf"[ \t]*{re.escape(opening['fence'])}{opening['fence'][0]}*[ \t]*$")
    for line in lines:
        code = mark.sub("", line, count=1)
        if closing.match(code):
            return
        yield code


def _line(line: str, text: Text) -> None:
    """A line outside of fences; one without a marker of its own continues the paragraph."""
    stripped = line.strip(" \t>")
    if not stripped or _NEW_BLOCK.match(line):
        text.end_line()
    else:
        text.add(" ")
    if stripped.replace(" ", "")[:3] in _RULES and len(set(stripped) - {" "}) == 1:
        return
    _inline(_unmarked(line).rstrip(), text)


def _unmarked(line: str) -> str:
    return _MARKERS.sub("", line, count=1)


def _is_row(line: str) -> bool:
    return line.lstrip(" \t>").startswith("|")


def _opens_table(line: str, following: str) -> bool:
    """Whether a line is the header of a table, which the rule below makes of it (GFM 4.10).

    Without the rule it is a paragraph, whatever bars it has.
    """
    if not (_is_row(following) and _is_row(header := _unmarked(line))):
        return False
    rule = _cells(following)
    return len(rule) == len(_cells(header)) and all(map(_DELIMITER_CELL.fullmatch, rule))


def _row(line: str, text: Text) -> None:
    """A row of a table, each cell a line."""
    for cell in _cells(line):
        _inline(cell.replace("\\|", "|"), text)
        text.end_line()


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in _BAR.split(row.strip(" \t>").strip("|"))]


def _inline(line: str, text: Text) -> None:
    """Inline content without its markup."""
    position = 0
    for match in _MARKUP.finditer(line):
        text.add(line[position : match.start()])
        position = match.end()
        if match["escaped"]:
            text.add(match["escaped"])
        elif match["entity"]:
            text.add(unescape(match["entity"]))
        else:
            text.seam()
            text.add(match["code"] or match["address"] or _break(match["tag"]))
            text.seam()
    text.add(line[position:])


def _break(tag: str | None) -> str:
    return " " if tag and tag.startswith("<br") else ""
