"""The field `file` and short others out of a multipart/form-data body, taken as it streams by."""

from collections.abc import Callable, Collection, Mapping
from typing import Final, NoReturn

from python_multipart.exceptions import FormParserError, ParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.core.errors import ErrorCode, ServiceError

MEDIA_TYPE: Final = "multipart/form-data"
FIELD_NAME: Final = "file"

_MAX_OVERHEAD_BYTES: Final = 1024 * 1024
"""Boundaries, part headers and other fields together: browsers need less than 1 KiB."""

_MAX_DELIMITERS: Final = 100
"""One before each part and one at the end. RFC 2046, section 5.1.1, forbids them within a part, and
python_multipart takes a hundred times as long for a part that holds them: with a boundary of one
character, 256 MiB of nothing else would cost 40 s of CPU."""

_MAX_HEADERS: Final = 8
_MAX_HEADER_BYTES: Final = 4096
"""Of a part: browsers send two headers, and file names take 255 bytes."""

_MAIL_ENCODINGS: Final = {b"base64", b"quoted-printable"}
"""Those of RFC 2045 that change the bytes. RFC 7578, section 4.7, deprecates the header, and who
sends it all the same may write anything and mean binary, such as `"binary"` in quotes."""

_MAX_TEXT_BYTES: Final = 64
"""The value of a field that is kept: ten times what any has reason to hold."""

FieldsCheck = Callable[[Mapping[str, str]], object]
"""Raises ServiceError for fields that make the file useless, whatever it holds."""


class FormDecoder:
    """Decodes a form fed to it piece by piece, and hands the bytes of its file on to `write`.

    The fields that `kept` names are found in `fields` afterwards, wherever in the form they stand;
    `check` is called with those before the file when that begins. Others are skipped, and so is
    what precedes the first boundary, as RFC 2046, section 5.1.1, has it. Memory is bounded: a part
    may have 8 headers of 4 KiB each, and everything beside the file may be 1 MiB.

    Raises ServiceError: `invalid_request` for a body that is no such form, brings a field twice or
    encodes the file, `missing_file` from `finish` if it is a form and brings no file.
    """

    overhead_limit: int = _MAX_OVERHEAD_BYTES

    def __init__(
        self,
        content_type: str,
        write: Callable[[memoryview], None],
        kept: Collection[str] = (),
        check: FieldsCheck = lambda _: None,
    ) -> None:
        self._write = write
        self._kept = kept
        self._check = check
        self._current_value: bytearray | None = None
        self._field_values: dict[str, bytearray] = {}
        self._part_head = _PartHead()
        self._fed_bytes = self._overhead_bytes = self._delimiter_count = 0
        self._in_file = self._has_file = self._has_ended = False
        self._parser = self._new_parser(content_type)
        self._preamble = _Preamble(self._parser.boundary)

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the body."""
        self._fed_bytes += len(data)
        self._overhead_bytes += len(data)  # those of the file are taken off when they are parsed
        self._count_delimiters(data)
        self._parse(self._preamble.rest_of(data))
        self._bound_overhead()

    def finish(self) -> None:
        """Note that the body has ended, and check that it was a whole form with a file."""
        self._refuse_misplaced()
        if not self._preamble.is_over:
            _refuse("No line of the form is the boundary that the Content-Type header names.")
        if not self._has_ended:
            _refuse("The form ends before its closing boundary.")
        if not self._has_file:
            raise ServiceError(ErrorCode.MISSING_FILE, f"The form has no field `{FIELD_NAME}`.")

    @property
    def fields(self) -> dict[str, str]:
        """The fields beside the file that are kept, by name."""
        return {
            name: value.decode("utf-8", "replace") for name, value in self._field_values.items()
        }

    def _count_delimiters(self, data: bytes) -> None:
        # One that is cut in two by the end of `data` is not counted: it is one in 256 KiB.
        self._delimiter_count += data.count(self._parser.boundary)
        if self._delimiter_count > _MAX_DELIMITERS:
            _refuse(f"The form has more than {_MAX_DELIMITERS} boundaries.", _MAX_DELIMITERS)

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.write(data)
        except ParseError as error:
            _refuse(
                "A boundary or a header of the form is malformed, after "
                f"{self._fed_bytes - len(data) + error.offset} bytes of the body."
            )

    def _bound_overhead(self) -> None:
        if self._overhead_bytes > (limit := self.overhead_limit):
            self._refuse_misplaced()
            place = "besides its file" if self._preamble.is_over else "before its first boundary"
            _refuse(f"The form has more than {limit} bytes {place}.", limit)

    def _new_parser(self, content_type: str) -> MultipartParser:
        boundary = parse_options_header(content_type)[1].get(b"boundary")
        if not boundary:
            _refuse("The Content-Type header names no boundary.")
        try:
            return MultipartParser(
                boundary,
                {
                    "on_header_begin": self._part_head.on_header_begin,
                    "on_header_field": self._part_head.on_header_field,
                    "on_header_value": self._part_head.on_header_value,
                    "on_header_end": self._part_head.on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_part_data,
                    "on_end": self._on_end,
                },
                # Its own bounds would not tell which was hit.
                max_header_count=_MAX_HEADERS + 1,
                max_header_size=_MAX_OVERHEAD_BYTES,
            )
        except FormParserError:
            _refuse("The boundary that the Content-Type header names is too long.")

    def _refuse_misplaced(self) -> None:
        """Refuse a form whose first boundary is in mid-line, where it begins no part."""
        if self._preamble.holds_boundary and not self._has_file:
            _refuse("The form's first boundary is not at the beginning of a line.")

    def _on_headers_finished(self) -> None:
        name, encoding = self._part_head.finish()
        self._in_file, self._current_value = name == FIELD_NAME, None
        if (self._in_file and self._has_file) or name in self._field_values:
            _refuse(f"The form has more than one field `{name}`.")
        self._has_file = self._has_file or self._in_file
        if self._in_file:
            _refuse_encoded(encoding)
            self._check(self.fields)
        elif name in self._kept:
            self._current_value = self._field_values[name] = bytearray()

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._overhead_bytes -= end - start
            self._write(memoryview(data)[start:end])
        elif self._current_value is not None:
            self._current_value += data[start:end]
            if len(self._current_value) > _MAX_TEXT_BYTES:
                _refuse(f"A form field is longer than {_MAX_TEXT_BYTES} bytes.", _MAX_TEXT_BYTES)

    def _on_end(self) -> None:
        self._has_ended = True


class _PartHead:
    """The headers of the part that is parsed; two of them are kept."""

    def __init__(self) -> None:
        self._header_count = 0
        self._name, self._value = bytearray(), bytearray()
        self._disposition = self._encoding = b""

    def on_header_begin(self) -> None:
        self._header_count += 1
        if self._header_count > _MAX_HEADERS:
            _refuse(f"A form part has more than {_MAX_HEADERS} headers.", _MAX_HEADERS)

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]
        self._bound_header()

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._bound_header()

    def on_header_end(self) -> None:
        match bytes(self._name).lower():
            case b"content-disposition":
                self._disposition = bytes(self._value)
            case b"content-transfer-encoding":
                self._encoding = bytes(self._value).strip().lower()
        self._name, self._value = bytearray(), bytearray()

    def finish(self) -> tuple[str, bytes]:
        """The name of the part's field, and how its data is encoded for the transfer.

        What follows is the head of the next part.
        """
        name = parse_options_header(self._disposition)[1].get(b"name", b"")
        encoding = self._encoding
        self._header_count, self._disposition, self._encoding = 0, b"", b""
        return name.decode("utf-8", "replace"), encoding

    def _bound_header(self) -> None:
        if len(self._name) + len(self._value) > _MAX_HEADER_BYTES:
            _refuse(
                f"A header of a form part is longer than {_MAX_HEADER_BYTES} bytes.",
                _MAX_HEADER_BYTES,
            )


class _Preamble:
    """What precedes the first boundary, which python_multipart would take for a fault."""

    def __init__(self, delimiter: bytes) -> None:
        """Take what separates parts: a line break, two hyphens and the boundary."""
        self._line = delimiter.removeprefix(b"\r")
        self._unsearched = bytearray(b"\n")
        self.is_over = False
        self.holds_boundary = False
        """Whether the boundary stands in it, but not at the beginning of a line."""

    def rest_of(self, data: bytes) -> bytes:
        """What of the body's next bytes follows it: from the first boundary on."""
        if self.is_over:
            return data
        self._unsearched += data
        first = self._unsearched.find(self._line)
        self.holds_boundary |= self._unsearched.find(self._line[1:]) not in (-1, first + 1)
        if first < 0:
            del self._unsearched[: -len(self._line)]
            return b""
        self.is_over = True
        return bytes(self._unsearched[first + 1 :])


def _refuse_encoded(encoding: bytes) -> None:
    if encoding in _MAIL_ENCODINGS:
        _refuse(
            f"The file's Content-Transfer-Encoding is {encoding.decode()}: send its bytes as they "
            "are."
        )


def _refuse(detail: str, limit: int | None = None) -> NoReturn:
    raise ServiceError(ErrorCode.INVALID_REQUEST, detail, limit=limit)
