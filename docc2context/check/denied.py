"""What a page's JSON holds and DocC's web page never displays, each key with its reason.

Everything else counts as displayable: a key or node type that this list does not know is looked
for in the Markdown and reported as missing if it is not there. `DOCS/LOSS_CHECK.md` lists the same.
"""

NEVER = {
    "schemaVersion": "version of the format",
    "documentVersion": "version of the format",
    "legacy_identifier": "a number for machines",
    "type": "tells node types apart",
    "kind": "tells node types apart",
    "role": "tells page types apart",
    "style": "how to show; an aside without a name shows it, which the walk knows",
    "titleStyle": "how to show",
    "topicSectionsStyle": "how to show",
    "layout": "how to show",
    "mediaPosition": "how to show",
    "color": "how to show",
    "deviceFrame": "how to show: the device around a picture",
    "iconBase64": "a picture",
    "svgID": "a part of a picture's address",
    "syntax": "how to colour code",
    "fileType": "how to colour code",
    "languages": "which declaration a reader's language selects",
    "interfaceLanguage": "which variant a reader's language selects",
    "supportedLanguages": "which variant a reader's language selects",
    "availableLocales": "which translation a reader's language selects",
    "availableLanguages": "which translation a reader's language selects",
    "url": "a destination",
    "destination": "a destination",
    "sourceFileURI": "a path of the machine that built the archive",
    "anchor": "a destination",
    "preciseIdentifier": "an identifier of the compiler",
    "externalID": "an identifier of the compiler",
    "symbolKind": "for machines; `roleHeading` says it in words",
    "symbolAccessLevel": "for machines; public symbols are what archives are made of",
    "categoryPathComponent": "a part of an address",
    "checksum": "for machines",
    "traits": "tells variants apart",
    "variants": "other addresses of a page, other files of a picture",
    "variantOverrides": "patches; applied, and what they change is looked for as variants",
    "references": "walked where the page uses them",
    "hierarchy": "navigation around the page",
    "generated": "whether the compiler or an author made a group",
    "navigatorTitle": "navigation around the page",
    "fragments": "a shorter form of the declaration, which stands in full on the symbol's page",
    "legalNotices": "of Apple's own site, below its pages; DocC writes none",
    "backgroundImage": "decoration, shown without its alternative text",
    "poster": "shown until a video plays, without its alternative text",
    "images": "icon and card of a page: decoration, shown without alternative text",
    "defaultImplementations": "a number of which the page shows only whether it is 0",
}

NEVER_IN = {
    "codeListing": {
        "copyToClipboard": "how to show",
        "lineAnnotations": "how to show: marked lines, by number",
        "showLineNumbers": "how to show",
        "wrap": "how to show",
    },
    "columns": {
        "alignment": "how to show",
        "size": "how to show: a column's width",
    },
    "file": {"highlights": "how to show: marked lines, by number"},
    "heading": {"level": "how to show"},
    "image": {"title": "on Apple's pages: the caption, which the place of the picture has, too"},
    "metadata": {"version": "the version of a documentation set; no page shows it"},
    "otherDeclarations": {"displayIndex": "how to show: the place among its overloads"},
    "orderedList": {"start": "how to show: the first number"},
    "platforms": {"current": "a platform's newest version, which decides about a beta badge"},
    "restParameters": {"source": "how a parameter is sent; the section's title says it in words"},
    "row": {"numberOfColumns": "how to show"},
    "table": {
        "alignments": "how to show",
        "extendedData": "how to show: the spans of cells",
        "header": "how to show",
    },
    "tokens": {"highlight": "how to show: what differs from other overloads"},
}
"""Keys of objects of one type, kind, or place (the key that they stand under)."""

BESIDE_A_MENTION = frozenset(
    {"abstract", "conformance", "content", "estimatedTime", "ideTitle", "name", "tags"}
)
"""What a reference tells in a list of pages or as a step's file, but not where text mentions it."""
