"""Decoding strictly and fast first; what that refuses is looked at once more."""

from collections import Counter
from typing import Generic, TypeVar, cast

import msgspec

from docc2context.model.salvage import salvage

T = TypeVar("T")

_untyped = msgspec.json.Decoder()


class LenientDecoder(Generic[T]):
    """Decodes JSON to `type_` of the model, which is T: a struct or a union of them."""

    def __init__(self, type_: object) -> None:
        self._type = type_
        self._strict: msgspec.json.Decoder[T] = msgspec.json.Decoder(cast("type[T]", type_))

    def decode(self, data: bytes | msgspec.Raw, unknown: Counter[str]) -> T | None:
        """The value as far as it can be read; None if not even its outermost shape fits.

        `unknown` counts what did not fit. Raises msgspec.DecodeError for what is no JSON and
        RecursionError for what is nested too deeply.
        """
        try:
            return self._strict.decode(data)
        except msgspec.ValidationError:
            found: T | None = salvage(_untyped.decode(data), self._type, unknown)
            return found
        except UnicodeDecodeError as error:
            raise msgspec.DecodeError("JSON is not UTF-8") from error
