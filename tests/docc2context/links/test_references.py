import json
from typing import Any

import msgspec
import pytest

from docc2context.links.references import References
from docc2context.model.inline import Text, UnknownInline
from docc2context.model.page import PatchOperation
from docc2context.model.patch import PatchedText
from docc2context.model.reference import TopicReference, UnknownReference


def text(value: Any) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())


TOPIC = text({"type": "topic", "title": "A", "url": "/documentation/a"})


def test_the_same_text_is_decoded_once() -> None:
    references = References(lambda _: None)
    described = references.read(TOPIC)
    assert described.reference == TopicReference(title="A", url="/documentation/a")
    assert (described.url, described.external) == ("/documentation/a", None)
    assert references.read(msgspec.Raw(bytes(TOPIC))) is described


def test_an_address_on_the_web_is_safe_to_link() -> None:
    described = References(lambda _: None).read(
        text({"type": "link", "url": "https://example.com/(a)"})
    )
    assert described.external == "https://example.com/%28a%29"


@pytest.mark.parametrize(
    ("value", "reference", "unknown"),
    [
        (
            {"type": "podcast", "title": "Talk", "url": "https://example.com"},
            UnknownReference(name="podcast", title="Talk", url="https://example.com"),
            {"reference:podcast": 1},
        ),
        (
            {"type": "podcast", "title": 5, "about": [{"type": "text", "text": "Sloths."}]},
            UnknownReference(name="podcast", abstract=[Text(text="Sloths.")]),
            {"reference:podcast": 1},
        ),
        (
            {"type": "topic", "title": "A", "abstract": "not a list"},
            TopicReference(title="A", abstract=[UnknownInline(name="string", text="not a list")]),
            {"malformed:TopicReference.abstract": 1, "inline:string": 1},
        ),
        (7, None, {"malformed:Reference": 1}),
    ],
)
def test_what_does_not_fit_is_counted_and_the_rest_kept(
    value: Any, reference: Any, unknown: dict[str, int]
) -> None:
    described = References(lambda _: None).read(text(value))
    assert (described.reference, described.unknown_nodes or {}) == (reference, unknown)


@pytest.mark.parametrize("broken", [b'{"type":"topic","title":"\xff"}', b"[" * 100_000])
def test_a_text_that_is_no_json_describes_nothing(broken: bytes) -> None:
    references = References(lambda _: None)
    described = references.read(msgspec.Raw(broken))
    assert (described.reference, described.unknown_nodes) == (None, {"malformed:Reference": 1})
    assert references.declaration(msgspec.Raw(broken)) == ""
    title = PatchOperation(op="replace", path="/title", value=msgspec.Raw(b'"B"'))
    patched = references.read(PatchedText(msgspec.Raw(broken), [("/title", title)]))
    assert (patched.reference, patched.unknown_nodes) == (None, {"malformed:Reference": 1})


def test_a_patched_text_says_what_the_patch_makes_of_it() -> None:
    title = PatchOperation(op="replace", path="/title", value=msgspec.Raw(b'"B"'))
    impossible = PatchOperation(op="replace", path="/url/0", value=msgspec.Raw(b'"x"'))
    described = References(lambda _: None).read(
        PatchedText(TOPIC, [("/title", title), ("/url/0", impossible)])
    )
    assert described.reference == TopicReference(title="B", url="/documentation/a")
    assert described.unknown_nodes == {"malformed:variantOverrides": 1}


def test_texts_beyond_the_bound_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docc2context.links.references._MAX_KEPT", len(bytes(TOPIC)) + 1)
    references = References(lambda _: None)
    described = references.read(TOPIC)
    references.read(text({"type": "topic", "title": "B"}))
    assert references.read(TOPIC) is not described
