"""The field `file`, however its form is cut into pieces."""

from collections.abc import Mapping

import pytest

from app.core.errors import ErrorCode, ServiceError
from app.services.multipart import FormDecoder

CONTENT_TYPE = "multipart/form-data; boundary=XyZ"
DATA = b"PK\x03\x04 any \r\n--Xy bytes \r\n--XyZ! and \r\n\r\n--"


def part(name: str, data: bytes, more: bytes = b"") -> bytes:
    head = f'--XyZ\r\nContent-Disposition: form-data; name="{name}"\r\n'.encode()
    return head + more + b"\r\n" + data + b"\r\n"


END = b"--XyZ--\r\n"
FORM = part("note", b"hello") + part("file", DATA) + part("after", b"x" * 100) + END


def taken(*pieces: bytes, content_type: str = CONTENT_TYPE) -> bytes:
    received = bytearray()
    decoder = FormDecoder(content_type, received.extend)
    for piece in pieces:
        decoder.feed(piece)
    decoder.finish()
    return bytes(received)


def refusal(*pieces: bytes, content_type: str = CONTENT_TYPE) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        taken(*pieces, content_type=content_type)
    return caught.value


def test_the_file_is_taken_and_other_fields_are_not() -> None:
    assert taken(FORM) == DATA


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_it_does_not_matter_where_the_network_cuts(size: int) -> None:
    assert taken(*(FORM[at : at + size] for at in range(0, len(FORM), size))) == DATA


def test_a_quoted_boundary_is_read() -> None:
    content_type = 'multipart/form-data; charset=utf-8; boundary="XyZ"'

    assert taken(FORM, content_type=content_type) == DATA


def test_a_file_name_is_of_no_interest() -> None:
    form = (
        b'--XyZ\r\nContent-Type: application/zip\r\ncontent-disposition: form-data; name="file"; '
        b'filename="../../x;name=y.zip"\r\n\r\n' + DATA + b"\r\n" + END
    )

    assert taken(form) == DATA


def test_the_fields_before_the_file_can_make_it_refused_unwritten() -> None:
    received, seen = bytearray(), []

    def refuse(fields: Mapping[str, str]) -> None:
        seen.append(fields)
        raise ServiceError(ErrorCode.INVALID_REQUEST, "Not with these.")

    form = part("assets", b"true") + part("file", DATA) + part("later", b"too late") + END
    decoder = FormDecoder(CONTENT_TYPE, received.extend, ["assets", "later"], refuse)
    with pytest.raises(ServiceError, match="Not with these"):
        decoder.feed(form)

    assert seen == [{"assets": "true"}]
    assert received == b""


def test_a_part_is_named_and_encoded_as_its_own_head_says() -> None:
    nameless = b"--XyZ\r\nContent-Transfer-Encoding: base64\r\n\r\nbm8=\r\n"
    file = part("file", DATA, b'Content-Type: application/zip; name="other"\r\n')

    assert taken(nameless + file + nameless + END) == DATA


@pytest.mark.parametrize("coding", ["base64", "Quoted-Printable "])
def test_a_file_that_is_encoded_as_in_mail_is_refused_as_that(coding: str) -> None:
    received = bytearray()
    head = f"content-transfer-encoding: {coding}\r\n".encode()
    decoder = FormDecoder(CONTENT_TYPE, received.extend)

    with pytest.raises(ServiceError) as caught:
        decoder.feed(part("file", b"UEsDBA==", head) + END)

    assert caught.value.code is ErrorCode.INVALID_REQUEST
    assert caught.value.detail == (
        f"The file's Content-Transfer-Encoding is {coding.strip().lower()}: "
        "send its bytes as they are."
    )
    assert received == b""


@pytest.mark.parametrize("coding", [b"binary", b"8bit", b"7BIT", b"", b'"binary"', b"utf-8"])
def test_a_file_whose_head_names_no_encoding_of_mail_is_taken(coding: bytes) -> None:
    head = b"Content-Transfer-Encoding: " + coding + b"\r\n"
    other = part("note", b"eA==", b"Content-Transfer-Encoding: base64\r\n")

    assert taken(other + part("file", DATA, head) + END) == DATA


def test_a_field_may_have_any_name() -> None:
    latin = b'--XyZ\r\nContent-Disposition: form-data; name="f\xfcr"\r\n\r\nx\r\n'

    assert taken(latin + part("file", DATA) + END) == DATA


def texts(form: bytes, size: int = 1000) -> dict[str, str]:
    decoder = FormDecoder(CONTENT_TYPE, bytearray().extend, ["assets"])
    for at in range(0, len(form), size):
        decoder.feed(form[at : at + size])
    decoder.finish()
    return decoder.fields


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_field_that_is_kept_may_stand_before_the_file_or_after_it(size: int) -> None:
    flag, file, other = part("assets", b"true"), part("file", DATA), part("note", b"x" * 200)

    assert texts(flag + other + file + END, size) == {"assets": "true"}
    assert texts(file + other + flag + END, size) == {"assets": "true"}
    assert texts(file + other + END, size) == {}
    assert texts(part("assets", b"\xff") + file + END, size) == {"assets": "\ufffd"}
    assert texts(part("assets", b"") + file + END, size) == {"assets": ""}
    assert texts(part("assets", b"x" * 64) + file + END, size) == {"assets": "x" * 64}


@pytest.mark.parametrize(
    ("fields", "detail", "limit"),
    [
        (part("assets", b"true") * 2, "The form has more than one field `assets`.", None),
        (part("assets", b"x" * 65), "A form field is longer than 64 bytes.", 64),
    ],
)
def test_a_field_that_is_kept_is_short_and_there_once(
    fields: bytes, detail: str, limit: int | None
) -> None:
    with pytest.raises(ServiceError) as caught:
        texts(fields + part("file", DATA) + END)

    error = caught.value
    assert (error.code, error.detail, error.limit) == (ErrorCode.INVALID_REQUEST, detail, limit)


def test_an_empty_file_is_a_file() -> None:
    assert taken(part("file", b"") + END) == b""


@pytest.mark.parametrize("preamble", [b"", b"\r\n", b"Read by no one.\r\n"])
@pytest.mark.parametrize("parts", [b"", part("archive", DATA)])
def test_a_form_without_the_field_misses_it(preamble: bytes, parts: bytes) -> None:
    error = refusal(preamble + parts + END)

    assert (error.code, error.detail) == (ErrorCode.MISSING_FILE, "The form has no field `file`.")


NO_BOUNDARY = "No line of the form is the boundary that the Content-Type header names."
WITHIN_A_LINE = "The form's first boundary is not at the beginning of a line."


@pytest.mark.parametrize(
    ("form", "detail"),
    [
        (part("file", b"1") + part("file", b"2") + END, "The form has more than one field `file`."),
        (FORM[:-4], "The form ends before its closing boundary."),
        (b"", NO_BOUNDARY),
        (b"nonsense", NO_BOUNDARY),
        (FORM.replace(b"XyZ", b"ZyX"), NO_BOUNDARY),
        (b"x" + FORM[: FORM.index(b"\r\n--")], WITHIN_A_LINE),
        (bytes(1_000_000), NO_BOUNDARY),
        (
            b"--XyZ?" + FORM,
            "A boundary or a header of the form is malformed, after 5 bytes of the body.",
        ),
        (
            b"before\r\n" + part("file", b"", b"no header\r\n"),
            "A boundary or a header of the form is malformed, after 62 bytes of the body.",
        ),
        (b"before" + part("file", b"PK") + END, WITHIN_A_LINE),
        (b"before" + part("file", b"PK") + part("note", b"hello") + END, WITHIN_A_LINE),
        (b"\r\nbefore " * 9 + part("file", b"PK") + END, WITHIN_A_LINE),
        (b"before" + part("file", bytes(1_100_000)) + END, WITHIN_A_LINE),
    ],
    ids=[
        *("two files", "cut off", "empty", "nonsense", "another boundary", "within a line"),
        *("long and without", "boundary goes on", "no header"),
        *("first within a line", "and before another", "and behind many"),
        "and a large file",
    ],
)
@pytest.mark.parametrize("size", [3, 50, 10_000_000])
def test_a_body_that_is_not_the_form_it_claims_to_be_is_refused(
    form: bytes, detail: str, size: int
) -> None:
    error = refusal(*(form[at : at + size] for at in range(0, len(form), size)))

    assert (error.code, error.detail) == (ErrorCode.INVALID_REQUEST, detail)


@pytest.mark.parametrize(
    ("form", "detail", "limit"),
    [
        (
            part("file", b"", b"X: " + b"y" * 4096 + b"\r\n"),
            "A header of a form part is longer than 4096 bytes.",
            4096,
        ),
        (
            part("file", b"", b"x" * 100_000 + b": y\r\n"),
            "A header of a form part is longer than 4096 bytes.",
            4096,
        ),
        (part("file", b"", b"X: y\r\n" * 8), "A form part has more than 8 headers.", 8),
        (
            part("note", bytes(1_100_000)) + END,
            "The form has more than 1048576 bytes besides its file.",
            1048576,
        ),
        (
            bytes(1_100_000),
            "The form has more than 1048576 bytes before its first boundary.",
            1048576,
        ),
    ],
    ids=["long header", "long name of a header", "many headers", "long field", "long preamble"],
)
@pytest.mark.parametrize("size", [1000, 10_000_000])
def test_a_form_that_is_over_a_bound_is_told_which(
    form: bytes, detail: str, limit: int, size: int
) -> None:
    error = refusal(*(form[at : at + size] for at in range(0, len(form), size)))

    assert (error.code, error.detail, error.limit) == (ErrorCode.INVALID_REQUEST, detail, limit)


def test_a_form_at_its_bounds_is_read() -> None:
    headers = b"X: y\r\n" * 6 + b"X: " + b"y" * 4095 + b"\r\n"

    assert taken(part("note", b"x", headers) + part("file", DATA, headers) + END) == DATA


@pytest.mark.parametrize(
    "preamble",
    [b"\r\n", b"\n", b"Read by no one.\r\n", b"--XyA --XyZ\r\n\r\n", b"x" * 9999 + b"\r\n"],
)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_what_precedes_the_first_boundary_is_read_over(preamble: bytes, size: int) -> None:
    form = preamble + FORM

    assert taken(*(form[at : at + size] for at in range(0, len(form), size))) == DATA


@pytest.mark.parametrize("size", [1000, 262_144])
def test_a_preamble_is_no_longer_than_all_beside_the_file_may_be(size: int) -> None:
    form = bytes(1_500_000) + b"\r\n" + FORM

    error = refusal(*(form[at : at + size] for at in range(0, len(form), size)))

    assert error.detail == "The form has more than 1048576 bytes before its first boundary."
    assert (error.code, error.limit) == (ErrorCode.INVALID_REQUEST, 1048576)


@pytest.mark.parametrize(
    ("parameter", "detail"),
    [
        ("", "The Content-Type header names no boundary."),
        ("; boundary=", "The Content-Type header names no boundary."),
        ('; boundary=""', "The Content-Type header names no boundary."),
        ("; boundary=" + "b" * 300, "The boundary that the Content-Type header names is too long."),
    ],
    ids=["none", "empty", "empty and quoted", "too long"],
)
def test_an_unusable_boundary_is_refused(parameter: str, detail: str) -> None:
    error = refusal(FORM, content_type=f"multipart/form-data{parameter}")

    assert (error.code, error.detail) == (ErrorCode.INVALID_REQUEST, detail)


def test_a_large_file_is_no_overhead() -> None:
    assert len(taken(part("file", bytes(3_000_000)) + END)) == 3_000_000


def test_a_form_of_a_hundred_parts_is_no_form_to_upload_a_file() -> None:
    fields = part("n", b"1") * 98

    assert taken(fields + part("file", DATA) + END) == DATA
    error = refusal(fields + part("n", b"1") * 2 + part("file", DATA) + END)
    assert (error.detail, error.limit) == ("The form has more than 100 boundaries.", 100)


def test_boundaries_are_counted_over_all_pieces() -> None:
    pieces = [part("n", b"1") * 2 for _ in range(101)]  # each with a whole one between two parts

    assert refusal(*pieces).detail == "The form has more than 100 boundaries."


def test_what_stands_beside_the_file_is_counted_to_the_byte_over_all_pieces() -> None:
    most = 1024 * 1024 - len(part("note", b"") + part("file", b"") + END)

    def pieces(size: int) -> list[bytes]:
        form = part("note", bytes(size)) + part("file", DATA) + END
        return [form[at : at + 1000] for at in range(0, len(form), 1000)]

    assert taken(*pieces(most)) == DATA
    assert (
        refusal(*pieces(most + 1)).detail
        == "The form has more than 1048576 bytes besides its file."
    )


@pytest.mark.parametrize("boundary", ["b", "b" * 70])
@pytest.mark.parametrize("after", [b"", b"x", b"-x", b"\rx"])
def test_a_file_of_boundaries_is_refused_before_it_costs_a_step_for_each(
    boundary: str, after: bytes
) -> None:
    """The parser calls back for each boundary that turns out to be none; so many are its work."""
    delimiter = f"--{boundary}".encode()
    head = delimiter + b"\r\nContent-Disposition: form-data; name=file\r\n\r\n"
    piece = (b"\r\n" + delimiter + after) * 10_000
    written: list[memoryview] = []
    decoder = FormDecoder(f"multipart/form-data; boundary={boundary}", written.append)

    with pytest.raises(ServiceError) as caught:
        decoder.feed(head + piece)

    assert caught.value.code is ErrorCode.INVALID_REQUEST
    assert len(written) == 0


@pytest.mark.parametrize("piece", [b"\r", b"\r\n", b"\r\n-", b"\r\n--", b"\r\n--Xy", b"\r\n--XyA"])
def test_what_only_begins_like_a_boundary_costs_no_step(piece: bytes) -> None:
    written: list[memoryview] = []
    decoder = FormDecoder(CONTENT_TYPE, written.append)

    decoder.feed(part("file", piece * 10_000))

    assert len(written) <= 3
