"""What is the same in every run of a process, computed once.

Nothing here changes what is computed.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import temporalio.api.enums.v1 as enums
import temporalio.converter
import temporalio.converter._search_attributes as sdk
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from httpx import _urls
from httpx._urlparse import urlparse
from temporalio.api.common.v1 import Payload, SearchAttributes
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from codat.validation import cache
from codat.validation.cache import CachedOptions


def install() -> None:
    """Keep what is read and written again and again, and read protobuf's enums without a search."""
    if cache._compile is _compile_once:  # noqa: SLF001
        return
    cache._compile = _compile_once  # noqa: SLF001
    for enum in vars(enums).values():
        if isinstance(enum, EnumTypeWrapper):
            for name, number in enum.items():
                setattr(enum, name, number)
    _urls.urlparse = lru_cache(8192)(urlparse)  # pyright: ignore[reportPrivateImportUsage]
    encode = _encode_once(sdk.encode_typed_search_attribute_value)
    sdk.encode_typed_search_attribute_value = encode
    temporalio.converter.encode_typed_search_attribute_value = encode
    temporalio.converter.decode_search_attributes = _lists_once(sdk.decode_search_attributes)
    temporalio.converter.decode_typed_search_attributes = _read_once(
        sdk.decode_typed_search_attributes
    )


_compile = cache._compile  # noqa: SLF001
_compiled: dict[str, CachedOptions] = {}


def _compile_once(raw: dict[str, object], asked: float) -> CachedOptions:
    text = json.dumps(raw, default=str)
    known: Any = _compiled.get(text)
    if known is None:
        known = _compiled[text] = _compile(raw, asked)
    return replace(known, asked=asked)


def _read_once(
    read: Callable[[SearchAttributes], TypedSearchAttributes],
) -> Callable[[SearchAttributes], TypedSearchAttributes]:
    """Keep what was read by its bytes; each caller gets a list of its own, which it may change."""

    @lru_cache(16384)
    def pairs(written: bytes) -> tuple[SearchAttributePair[Any], ...]:
        return tuple(read(SearchAttributes.FromString(written)).search_attributes)

    return lambda attributes: TypedSearchAttributes(list(pairs(attributes.SerializeToString())))


def _lists_once(
    read: Callable[[SearchAttributes], Mapping[str, Any]],
) -> Callable[[SearchAttributes], Mapping[str, Any]]:
    """Do the same with the older form."""

    @lru_cache(16384)
    def lists(written: bytes) -> Mapping[str, list[Any]]:
        return read(SearchAttributes.FromString(written))

    return lambda attributes: {
        name: list(values) for name, values in lists(attributes.SerializeToString()).items()
    }


def _encode_once(
    encode: Callable[[SearchAttributeKey[Any], Any], Payload],
) -> Callable[[SearchAttributeKey[Any], Any], Payload]:
    """Keep what was written; all callers copy it."""
    texts = lru_cache(16384)(lambda _name, _kind, key, value: encode(key, value))

    def write(key: SearchAttributeKey[Any], value: Any) -> Payload:
        if isinstance(value, str):
            return texts(key.name, key.indexed_value_type, key, value)
        return encode(key, value)

    return write
