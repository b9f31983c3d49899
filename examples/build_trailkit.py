"""Builds `TrailKit.doccarchive.zip`, a small documentation archive of an imagined framework.

    python examples/build_trailkit.py

It is written as DocC writes archives, so that there is something to convert that fits on a screen:
a module, a structure with methods, an enumeration, an article, a tutorial. One page is a call of
`page`; what its identifiers stand for is found among the calls of `topic` above.
"""

import json
import zipfile
from pathlib import Path
from typing import Any

Json = dict[str, Any]

ARCHIVE = Path(__file__).with_name("TrailKit.doccarchive.zip")
_ROOT = "TrailKit.doccarchive/"
_BUNDLE = "doc://com.example.TrailKit/"

_references: dict[str, Json] = {}
_files: dict[str, Json] = {
    "metadata.json": {
        "bundleDisplayName": "TrailKit",
        "bundleIdentifier": "com.example.TrailKit",
        "schemaVersion": {"major": 0, "minor": 1, "patch": 0},
    }
}


def text(words: str) -> Json:
    return {"type": "text", "text": words}


def code(words: str) -> Json:
    return {"type": "codeVoice", "code": words}


def paragraph(*content: str | Json) -> Json:
    inline = [text(part) if isinstance(part, str) else part for part in content]
    return {"type": "paragraph", "inlineContent": inline}


def heading(words: str) -> Json:
    return {"type": "heading", "level": 2, "text": words, "anchor": words.replace(" ", "-")}


def link(path: str, **keys: Any) -> Json:
    identifier = path if path in _references else _BUNDLE + path
    return {"type": "reference", "identifier": identifier, "isActive": True, **keys}


def tokens(*parts: tuple[str, ...]) -> list[Json]:
    """Declaration fragments from (kind, text) or (kind, text, path of the type's page)."""
    fragments = []
    for kind, words, *path in parts:
        identifier = {"identifier": _BUNDLE + path[0]} if path else {}
        fragments.append({"kind": kind, "text": words, **identifier})
    return fragments


def declaration(*parts: tuple[str, ...]) -> Json:
    declared = {"languages": ["swift"], "platforms": ["iOS", "macOS"], "tokens": tokens(*parts)}
    return {"kind": "declarations", "declarations": [declared]}


def symbol(title: str, kind: str, role_heading: str, usr: str) -> Json:
    return {
        "title": title,
        "role": "symbol",
        "roleHeading": role_heading,
        "symbolKind": kind,
        "externalID": usr,
        "modules": [{"name": "TrailKit"}],
        "platforms": [
            {"name": "iOS", "introducedAt": "16.0", "deprecated": False, "unavailable": False},
            {"name": "macOS", "introducedAt": "13.0", "deprecated": False, "unavailable": False},
        ],
    }


def topic(
    path: str, title: str, abstract: str, kind: str = "symbol", role: str = "symbol", **keys: Any
) -> None:
    """Describe a page, for the pages that mention it."""
    _references[_BUNDLE + path] = {
        "type": "topic",
        "identifier": _BUNDLE + path,
        "url": f"/{path.lower()}",
        "title": title,
        "kind": kind,
        "role": role,
        "abstract": [text(abstract)],
        **keys,
    }


def page(path: str, kind: str, metadata: Json, **keys: Any) -> None:
    """Add a page with the references that it needs."""
    reference = _references[_BUNDLE + path]
    content = {"abstract": reference["abstract"], **keys} if kind in {"symbol", "article"} else keys
    _files[f"data/{path.lower()}.json"] = {
        "schemaVersion": {"major": 0, "minor": 3, "patch": 0},
        "kind": kind,
        "identifier": {"url": _BUNDLE + path, "interfaceLanguage": "swift"},
        "metadata": metadata,
        "hierarchy": {"paths": []},
        "sections": [],
        "variants": [{"traits": [{"interfaceLanguage": "swift"}], "paths": [f"/{path.lower()}"]}],
        **content,
        "references": {name: _references[name] for name in sorted(_mentioned(content))},
    }


def _mentioned(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value} & _references.keys()
    children = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    )
    return set().union(*map(_mentioned, children))


topic(
    "documentation/TrailKit",
    "TrailKit",
    "Plan walks, follow them, and know how long they take.",
    role="collection",
)
topic(
    "documentation/TrailKit/Trail",
    "Trail",
    "A path through the landscape, from one end to the other.",
)
topic(
    "documentation/TrailKit/Trail/init(name:length:)",
    "init(name:length:)",
    "Creates a trail of a given length.",
)
topic(
    "documentation/TrailKit/Trail/duration(at:)",
    "duration(at:)",
    "Returns how long a walk along the trail takes.",
)
topic(
    "documentation/TrailKit/Trail/walkingTime",
    "walkingTime",
    "The time that a walk along the trail takes.",
    deprecated=True,
)
topic("documentation/TrailKit/Pace", "Pace", "How fast someone walks.")
topic("documentation/TrailKit/Pace/stroll", "Pace.stroll", "Three kilometres an hour.")
topic("documentation/TrailKit/Pace/stride", "Pace.stride", "Five kilometres an hour.")
topic(
    "documentation/TrailKit/Planning-a-walk",
    "Planning a walk",
    "Choose a trail that fits the afternoon.",
    kind="article",
    role="article",
)
topic(
    "tutorials/TrailKit", "Meet TrailKit", "Learn to plan a walk.", kind="overview", role="overview"
)
topic(
    "tutorials/TrailKit/Your-first-trail",
    "Your first trail",
    "Describe a trail and ask how long it takes.",
    kind="project",
    role="project",
    estimatedTime="10min",
)
_references[_BUNDLE + "Sendable"] = {
    "type": "unresolvable",
    "identifier": _BUNDLE + "Sendable",
    "title": "Swift.Sendable",
}
_references["https://www.openstreetmap.org"] = {
    "type": "link",
    "identifier": "https://www.openstreetmap.org",
    "title": "OpenStreetMap",
    "titleInlineContent": [text("OpenStreetMap")],
    "url": "https://www.openstreetmap.org",
}
_references["map.png"] = {
    "type": "image",
    "identifier": "map.png",
    "alt": "A map with a dotted line around a lake",
    "variants": [{"traits": ["1x", "light"], "url": "/images/com.example.TrailKit/map.png"}],
}
_references["Walk-01.swift"] = {
    "type": "file",
    "identifier": "Walk-01.swift",
    "fileName": "Walk.swift",
    "fileType": "swift",
    "syntax": "swift",
    "highlights": [],
    "content": ["import TrailKit"],
}
_references["Walk-02.swift"] = {
    "type": "file",
    "identifier": "Walk-02.swift",
    "fileName": "Walk.swift",
    "fileType": "swift",
    "syntax": "swift",
    "highlights": [{"line": 3}, {"line": 4}],
    "content": [
        "import TrailKit",
        "",
        'let lake = Trail(name: "Around the lake", length: 6.5)',
        "print(lake.duration(at: .stride))",
    ],
}

page(
    "documentation/TrailKit",
    "symbol",
    {
        "title": "TrailKit",
        "role": "collection",
        "roleHeading": "Framework",
        "symbolKind": "module",
        "externalID": "TrailKit",
        "modules": [{"name": "TrailKit"}],
    },
    primaryContentSections=[
        {
            "kind": "content",
            "content": [
                {"type": "heading", "level": 2, "text": "Overview", "anchor": "overview"},
                paragraph(
                    "A ",
                    link("documentation/TrailKit/Trail"),
                    " has a length; a ",
                    link("documentation/TrailKit/Pace"),
                    " turns it into time. Maps come from ",
                    link("https://www.openstreetmap.org"),
                    ".",
                ),
                paragraph({"type": "image", "identifier": "map.png"}),
                {
                    "type": "aside",
                    "style": "tip",
                    "name": "Tip",
                    "content": [
                        paragraph(
                            "New here? Begin with ",
                            link("tutorials/TrailKit/Your-first-trail"),
                            ".",
                        )
                    ],
                },
            ],
        }
    ],
    topicSections=[
        {
            "title": "Essentials",
            "anchor": "Essentials",
            "identifiers": [_BUNDLE + "documentation/TrailKit/Planning-a-walk"],
        },
        {
            "title": "Trails",
            "anchor": "Trails",
            "identifiers": [
                _BUNDLE + "documentation/TrailKit/Trail",
                _BUNDLE + "documentation/TrailKit/Pace",
            ],
        },
    ],
)

page(
    "documentation/TrailKit/Trail",
    "symbol",
    symbol("Trail", "struct", "Structure", "s:8TrailKit0A0V"),
    primaryContentSections=[
        {"kind": "mentions", "mentions": [_BUNDLE + "documentation/TrailKit/Planning-a-walk"]},
        declaration(("keyword", "struct"), ("text", " "), ("identifier", "Trail")),
        {
            "kind": "content",
            "content": [
                {"type": "heading", "level": 2, "text": "Overview", "anchor": "overview"},
                paragraph("Lengths are in kilometres:"),
                {
                    "type": "codeListing",
                    "syntax": "swift",
                    "code": ['let lake = Trail(name: "Around the lake", length: 6.5)'],
                },
                {
                    "type": "table",
                    "header": "row",
                    "alignments": ["left", "right"],
                    "rows": [
                        [[paragraph("Trail")], [paragraph("Length")]],
                        [[paragraph("Around the lake")], [paragraph("6.5")]],
                        [[paragraph("Ridge | north side")], [paragraph("18")]],
                    ],
                },
            ],
        },
    ],
    relationshipsSections=[
        {
            "kind": "relationships",
            "type": "conformsTo",
            "title": "Conforms To",
            "identifiers": [_BUNDLE + "Sendable"],
        }
    ],
    topicSections=[
        {
            "title": "Creating a trail",
            "anchor": "Creating-a-trail",
            "identifiers": [_BUNDLE + "documentation/TrailKit/Trail/init(name:length:)"],
        },
        {
            "title": "Knowing the time",
            "anchor": "Knowing-the-time",
            "identifiers": [
                _BUNDLE + "documentation/TrailKit/Trail/duration(at:)",
                _BUNDLE + "documentation/TrailKit/Trail/walkingTime",
            ],
        },
    ],
    seeAlsoSections=[
        {"title": "Related", "identifiers": [_BUNDLE + "documentation/TrailKit/Pace"]}
    ],
)

page(
    "documentation/TrailKit/Trail/init(name:length:)",
    "symbol",
    symbol("init(name:length:)", "init", "Initializer", "s:8TrailKit0A0V4name6lengthACSS_SdtcfC"),
    primaryContentSections=[
        declaration(
            ("keyword", "init"),
            ("text", "("),
            ("externalParam", "name"),
            ("text", ": "),
            ("typeIdentifier", "String"),
            ("text", ", "),
            ("externalParam", "length"),
            ("text", ": "),
            ("typeIdentifier", "Double"),
            ("text", ")"),
        ),
        {
            "kind": "parameters",
            "parameters": [
                {"name": "name", "content": [paragraph("What walkers call it.")]},
                {
                    "name": "length",
                    "content": [paragraph("Its length in kilometres, more than 0.")],
                },
            ],
        },
    ],
)

page(
    "documentation/TrailKit/Trail/duration(at:)",
    "symbol",
    symbol(
        "duration(at:)", "method", "Instance Method", "s:8TrailKit0A0V8duration2atSdAA4PaceO_tF"
    ),
    primaryContentSections=[
        declaration(
            ("keyword", "func"),
            ("text", " "),
            ("identifier", "duration"),
            ("text", "("),
            ("externalParam", "at"),
            ("text", " "),
            ("internalParam", "pace"),
            ("text", ": "),
            ("typeIdentifier", "Pace", "documentation/TrailKit/Pace"),
            ("text", ") -> "),
            ("typeIdentifier", "Double"),
        ),
        {
            "kind": "parameters",
            "parameters": [{"name": "pace", "content": [paragraph("How fast the walkers are.")]}],
        },
        {
            "kind": "content",
            "content": [
                {"type": "heading", "level": 2, "text": "Return Value", "anchor": "return-value"},
                paragraph("The time in hours."),
            ],
        },
        {
            "kind": "content",
            "content": [
                {"type": "heading", "level": 2, "text": "Discussion", "anchor": "discussion"},
                paragraph(
                    "Breaks are not counted. With ",
                    link("documentation/TrailKit/Pace/stroll"),
                    ", 6 km take 2 hours.",
                ),
                {
                    "type": "aside",
                    "style": "note",
                    "name": "Throws",
                    "content": [paragraph("Nothing: an hour spent outside is never an error.")],
                },
            ],
        },
    ],
    seeAlsoSections=[
        {
            "title": "Knowing the time",
            "identifiers": [_BUNDLE + "documentation/TrailKit/Trail/walkingTime"],
        }
    ],
)

page(
    "documentation/TrailKit/Trail/walkingTime",
    "symbol",
    symbol("walkingTime", "property", "Instance Property", "s:8TrailKit0A0V11walkingTimeSdvp"),
    deprecationSummary=[
        paragraph(
            "Use ",
            link("documentation/TrailKit/Trail/duration(at:)"),
            ", which knows how fast you are.",
        )
    ],
    primaryContentSections=[
        declaration(
            ("keyword", "var"),
            ("text", " "),
            ("identifier", "walkingTime"),
            ("text", ": "),
            ("typeIdentifier", "Double"),
            ("text", " { "),
            ("keyword", "get"),
            ("text", " }"),
        )
    ],
)

page(
    "documentation/TrailKit/Pace",
    "symbol",
    symbol("Pace", "enum", "Enumeration", "s:8TrailKit4PaceO"),
    primaryContentSections=[
        declaration(("keyword", "enum"), ("text", " "), ("identifier", "Pace"))
    ],
    topicSections=[
        {
            "title": "Enumeration Cases",
            "anchor": "Enumeration-Cases",
            "generated": True,
            "identifiers": [
                _BUNDLE + "documentation/TrailKit/Pace/stroll",
                _BUNDLE + "documentation/TrailKit/Pace/stride",
            ],
        }
    ],
)
for case in ("stroll", "stride"):
    page(
        f"documentation/TrailKit/Pace/{case}",
        "symbol",
        symbol(f"Pace.{case}", "case", "Case", f"s:8TrailKit4PaceO6{case}yA2CmF"),
        primaryContentSections=[
            declaration(("keyword", "case"), ("text", " "), ("identifier", case))
        ],
    )


page(
    "documentation/TrailKit/Planning-a-walk",
    "article",
    {
        "title": "Planning a walk",
        "role": "article",
        "roleHeading": "Article",
        "modules": [{"name": "TrailKit"}],
    },
    primaryContentSections=[
        {
            "kind": "content",
            "content": [
                heading("Before you go"),
                {
                    "type": "orderedList",
                    "items": [
                        {
                            "content": [
                                paragraph("Pick a ", link("documentation/TrailKit/Trail"), ".")
                            ]
                        },
                        {
                            "content": [
                                paragraph(
                                    "Ask for its ",
                                    link("documentation/TrailKit/Trail/duration(at:)"),
                                    ".",
                                )
                            ]
                        },
                        {
                            "content": [
                                paragraph(
                                    "Add an hour. You ",
                                    {"type": "emphasis", "inlineContent": [text("will")]},
                                    " stop for cake.",
                                )
                            ]
                        },
                    ],
                },
                heading("Words"),
                {
                    "type": "termList",
                    "items": [
                        {
                            "term": {"inlineContent": [text("Trail")]},
                            "definition": {"content": [paragraph("A path through the landscape.")]},
                        },
                        {
                            "term": {"inlineContent": [text("Pace")]},
                            "definition": {
                                "content": [
                                    paragraph("How fast someone walks, in ", code("km/h"), ".")
                                ]
                            },
                        },
                    ],
                },
            ],
        }
    ],
)

page(
    "tutorials/TrailKit",
    "overview",
    {
        "title": "Meet TrailKit",
        "role": "overview",
        "category": "TrailKit",
        "categoryPathComponent": "TrailKit",
        "estimatedTime": "10min",
    },
    sections=[
        {
            "kind": "hero",
            "title": "Meet TrailKit",
            "content": [paragraph("Learn to plan a walk.")],
            "action": link(
                "tutorials/TrailKit/Your-first-trail",
                overridingTitle="Get started",
                overridingTitleInlineContent=[text("Get started")],
            ),
        },
        {
            "kind": "volume",
            "name": None,
            "image": None,
            "content": [],
            "chapters": [
                {
                    "name": "First steps",
                    "image": "map.png",
                    "content": [paragraph("From nothing to a walk.")],
                    "tutorials": [_BUNDLE + "tutorials/TrailKit/Your-first-trail"],
                }
            ],
        },
    ],
)

page(
    "tutorials/TrailKit/Your-first-trail",
    "project",
    {
        "title": "Your first trail",
        "role": "project",
        "category": "TrailKit",
        "categoryPathComponent": "TrailKit",
    },
    sections=[
        {
            "kind": "hero",
            "title": "Your first trail",
            "chapter": "First steps",
            "estimatedTimeInMinutes": 10,
            "content": [paragraph("Describe a trail and ask how long it takes.")],
        },
        {
            "kind": "tasks",
            "tasks": [
                {
                    "title": "Describe a trail",
                    "anchor": "Describe-a-trail",
                    "contentSection": [
                        {
                            "kind": "contentAndMedia",
                            "content": [
                                paragraph(
                                    "A ",
                                    link("documentation/TrailKit/Trail"),
                                    " has a name and a length.",
                                )
                            ],
                            "media": "map.png",
                            "mediaPosition": "trailing",
                        }
                    ],
                    "stepsSection": [
                        {
                            "type": "step",
                            "content": [paragraph("Import the framework.")],
                            "caption": [],
                            "media": None,
                            "code": "Walk-01.swift",
                            "runtimePreview": None,
                        },
                        {
                            "type": "step",
                            "content": [paragraph("Create a trail and print how long it takes.")],
                            "caption": [paragraph("It prints ", code("1.3"), ".")],
                            "media": None,
                            "code": "Walk-02.swift",
                            "runtimePreview": None,
                        },
                    ],
                }
            ],
        },
        {
            "kind": "assessments",
            "anchor": "Check-Your-Understanding",
            "assessments": [
                {
                    "type": "multiple-choice",
                    "title": [paragraph("In which unit are lengths?")],
                    "choices": [
                        {
                            "content": [paragraph("Kilometres")],
                            "isCorrect": True,
                            "justification": [paragraph("As on European signposts.")],
                        },
                        {
                            "content": [paragraph("Miles")],
                            "isCorrect": False,
                            "justification": [paragraph("Multiply by 1.6 first.")],
                        },
                    ],
                }
            ],
        },
    ],
)


def build() -> bytes:
    """Write the archive, the same bytes each time, and return them."""
    with zipfile.ZipFile(ARCHIVE, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(_files.items()):
            info = zipfile.ZipInfo(_ROOT + name)
            info.external_attr = 0o100644 << 16
            encoded = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
            archive.writestr(info, encoded, zipfile.ZIP_DEFLATED)
    return ARCHIVE.read_bytes()


if __name__ == "__main__":
    build()
