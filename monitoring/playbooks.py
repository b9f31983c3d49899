"""Renders DOCS/PLAYBOOKS as pages that Prometheus serves: they open while the service is down.

`make playbooks` writes them to monitoring/user-assets/playbooks. A page loads nothing else from the
network and quotes its alert's rule from alert_rules.yml, so that the two cannot differ.
"""

import re
from functools import cache
from html import escape
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from monitoring import configs
from monitoring.configs import ROOT, USER_ASSETS
from monitoring.rules import Rule, alerts, playbook_of

SOURCES: Final = ROOT / "DOCS" / "PLAYBOOKS"
PAGES: Final = USER_ASSETS / "playbooks"

_INDEX: Final = "README"
_IMPACT: Final = "\n## Impact\n"

_CSS: Final = """
:root { color-scheme: light dark; --line: #8886; --code: #8882; --link: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --link: #8ab8ff; } }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 48rem; }
body { overflow-wrap: break-word; }
h1, h2, h3 { line-height: 1.25; margin: 1.5em 0 .5em; }
h1 { margin-top: .5em; }
h2 { border-bottom: 1px solid var(--line); }
a { color: var(--link); }
li { margin: .4em 0; }
code { background: var(--code); border-radius: 3px; font: .875em/1.45 ui-monospace, monospace; }
code { padding: .1em .25em; }
pre { background: var(--code); border-radius: 6px; padding: .75rem; white-space: pre-wrap; }
pre code { background: none; padding: 0; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid var(--line); padding: .4em .6em .4em 0; text-align: left; }
td, th { vertical-align: top; }
@media (max-width: 40rem) {
  thead { display: none; }
  tr { border-bottom: 1px solid var(--line); display: block; padding: .5em 0; }
  td { border: 0; display: block; padding: 0; }
}
"""


@cache
def rules_by_playbook() -> dict[str, Rule]:
    """The alerting rules by the names of their playbooks."""
    return {playbook_of(rule): rule for rule in alerts(configs.load(configs.RULES))}


def rendered() -> dict[str, str]:
    """The text of each page by its file name."""
    rules = rules_by_playbook()
    return {
        _page_name(source.stem): _page(source.read_text(encoding="utf-8"), rules.get(source.stem))
        for source in sorted(SOURCES.glob("*.md"))
    }


def _page_name(stem: str) -> str:
    return "index.html" if stem == _INDEX else f"{stem}.html"


def _page(text: str, rule: Rule | None) -> str:
    """A Markdown text as a page; that of an alert has its rule before the section on its impact."""
    title = text.partition("\n")[0].removeprefix("# ")
    head, impact, rest = text.partition(_IMPACT)
    body = _html(head) + (_quoted(rule) if rule else "") + _html(impact + rest)
    to_index = '<p><a href="index.html">All playbooks</a></p>\n' if rule else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_CSS}</style>\n</head>\n"
        f"<body>\n{to_index}{body}</body>\n</html>\n"
    )


def _quoted(rule: Rule) -> str:
    times = [f"{key}: {rule[key]}" for key in ("for", "keep_firing_for") if key in rule]
    severity = f"severity: {rule['labels']['severity']}\n"
    text = "\n".join([rule["expr"].strip(), "", *times, severity])
    return f"<h3>The rule</h3>\n<pre><code>{escape(text)}</code></pre>\n"


def _html(text: str) -> str:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    for token in tokens:
        if token.children:
            token.children = _with_links_that_work(token.children)
    return str(parser.renderer.render(tokens, parser.options, {}))


def _with_links_that_work(tokens: list[Token]) -> list[Token]:
    """Point links to playbooks at their pages; turn those to files of the repository into text."""
    kept: list[Token] = []
    keeps_link = False  # links do not nest: an end is that of the link which began last
    for token in tokens:
        if token.type == "link_open":
            playbook = re.fullmatch(r"(\w+)\.md", str(token.attrs["href"]))
            keeps_link = playbook is not None
            if playbook is not None:
                token.attrs["href"] = _page_name(playbook[1])
        if keeps_link or token.type not in {"link_open", "link_close"}:
            kept.append(token)
    return kept


def main() -> None:
    """Write all pages, and remove those that no longer have a source."""
    PAGES.mkdir(parents=True, exist_ok=True)
    pages = rendered()
    for stale in set(PAGES.glob("*.html")) - {PAGES / name for name in pages}:
        stale.unlink()
    for name, text in pages.items():
        (PAGES / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
