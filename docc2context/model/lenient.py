"""Decodes strictly and fast first; what that refuses gets a second look."""

from typing import Generic, TypeVar, cast

import msgspec

from docc2context.model.counts import Counts
from docc2context.model.salvage import Salvager, TooManyMisfits
from docc2context.model.surrogates import LONE_SURROGATE, mended

T = TypeVar("T")

_untyped = msgspec.json.Decoder()


class LenientDecoder(Generic[T]):
    """Decodes JSON to `type_` of the model, which is T: a struct or a union of them."""

    def __init__(self, type_: object) -> None:
        self._type = type_
        self._strict: msgspec.json.Decoder[T] = msgspec.json.Decoder(cast("type[T]", type_))

    def decode(self, data: bytes | msgspec.Raw, unknown: Counts) -> T | None:
        """The value as far as it can be read; None if not even its outermost shape fits.

        `unknown` counts what did not fit, including halves of surrogate pairs. Raises
        msgspec.DecodeError for what is not JSON, RecursionError for what is nested too deeply.
        """
        try:
            return self._strict.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self._salvaged(data, unknown)

    def _salvaged(self, data: bytes | msgspec.Raw, unknown: Counts) -> T | None:
        """What strict decoding refused; with its lone surrogates mended if nothing else helps."""
        try:
            return self._fitted(data, unknown)
        except TooManyMisfits:
            raise  # which no mending would change
        except msgspec.DecodeError:
            whole, lone_surrogates = mended(bytes(data))
            if not lone_surrogates:
                raise
            unknown[LONE_SURROGATE] += lone_surrogates
            return self._fitted(whole, unknown)

    def _fitted(self, data: bytes | msgspec.Raw, unknown: Counts) -> T | None:
        """What fits of a value. Raises msgspec.DecodeError for what is not JSON, or not UTF-8."""
        try:
            try:
                return self._strict.decode(data)
            except msgspec.ValidationError:
                found: T | None = Salvager(unknown).salvage(_untyped.decode(data), self._type)
                return found
        except UnicodeDecodeError as error:  # from either: each checks only the strings it decodes
            raise msgspec.DecodeError("not UTF-8") from error
