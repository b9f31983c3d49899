"""The catalogue agrees with the contract that clients and alerts were given."""

import pytest

from app.core.errors import ErrorCode
from docc2context import Code

STATUSES = {
    "invalid_request": 400,
    "missing_file": 400,
    "empty_upload": 400,
    "invalid_zip": 400,
    "duplicate_entry": 400,
    "ambiguous_zip": 400,
    "impossible_ratio": 400,
    "unauthorized": 401,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "upload_stalled": 408,
    "upload_too_large": 413,
    "too_many_entries": 413,
    "archive_too_large": 413,
    "output_too_large": 413,
    "unsupported_content_encoding": 415,
    "not_a_zip": 415,
    "unsupported_compression": 415,
    "multi_disk": 415,
    "encrypted": 415,
    "unsafe_entry_name": 422,
    "unsafe_entry_type": 422,
    "name_collision": 422,
    "no_docc_data": 422,
    "several_archives": 422,
    "no_convertible_pages": 422,
    "conversion_limit_exceeded": 422,
    "rate_limited": 429,
    "internal_error": 500,
    "conversion_failed": 500,
    "busy": 503,
    "draining": 503,
    "converter_unavailable": 503,
    "insufficient_storage": 503,
    "conversion_timeout": 504,
}


VERDICTS = {
    None: "missing_file upload_too_large",
    "failed_validation": "empty_upload invalid_zip duplicate_entry ambiguous_zip impossible_ratio "
    "too_many_entries archive_too_large not_a_zip unsupported_compression multi_disk encrypted "
    "unsafe_entry_name unsafe_entry_type name_collision no_docc_data several_archives",
    "failed_extraction": "no_convertible_pages",
    "success": "output_too_large conversion_limit_exceeded",
}

HOSTILE = (
    "ambiguous_zip impossible_ratio too_many_entries archive_too_large output_too_large encrypted "
    "unsafe_entry_name unsafe_entry_type name_collision conversion_limit_exceeded"
)


def test_each_code_has_its_status() -> None:
    assert {code.value: code.status for code in ErrorCode} == STATUSES


def test_each_refusal_of_an_upload_has_its_verdict() -> None:
    verdicts = {code.value: code.verdict for code in ErrorCode if code.verdict is not None}

    assert {code: verdict.extraction for code, verdict in verdicts.items()} == {
        code: extraction for extraction, codes in VERDICTS.items() for code in codes.split()
    }
    assert {code for code, verdict in verdicts.items() if verdict.is_hostile} == set(
        HOSTILE.split()
    )


NOT_OF_THE_SERVICE = {
    Code.DESTINATION_UNUSABLE,
    Code.DESTINATION_EXISTS,
    Code.DESTINATION_IS_STREAM,
    Code.BUNDLE_UNUSABLE,
}


@pytest.mark.parametrize("code", sorted(set(Code) - NOT_OF_THE_SERVICE))
def test_each_refusal_of_the_library_is_in_the_catalogue(code: Code) -> None:
    assert ErrorCode.named(code.value).status in {400, 413, 415, 422}


@pytest.mark.parametrize("code", sorted(set(Code) - NOT_OF_THE_SERVICE))
def test_library_and_catalogue_advise_the_same(code: Code) -> None:
    assert ErrorCode.named(code.value).remedy == f"{code.remedy[0].upper()}{code.remedy[1:]}."


def test_an_unusable_destination_is_no_answer_to_a_client() -> None:
    with pytest.raises(KeyError):
        ErrorCode.named(Code.DESTINATION_UNUSABLE.value)


@pytest.mark.parametrize("code", ErrorCode)
def test_each_code_says_what_it_is_and_what_to_do(code: ErrorCode) -> None:
    assert code.title
    assert not code.title.endswith(".")
    assert code.remedy.endswith(".")
