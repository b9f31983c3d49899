import pytest

from docc2context.check.surrogates import without_lone_surrogates


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (rb'{"a": "\ud83d\ude42 \ud83d."}', '{"a": "🙂 \ufffd."}'.encode()),
        (rb'{"a": "\ud83d', rb'{"a": "\ud83d'),
        (b'{"a" :1}', b'{"a" :1}'),
    ],
)
def test_only_halves_of_pairs_in_json_are_replaced(data: bytes, whole: bytes) -> None:
    assert without_lone_surrogates(data) == whole
