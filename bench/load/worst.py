"""The worst that one key can send: as many values, marks and names as are read."""

from codat.exact_json import MAX_VALUES

_FEWER = MAX_VALUES - 10


def _list(item: str, many: int = _FEWER) -> str:
    return f'{{"supplierName":"Worst","status":"Active","a":[{",".join([item] * many)}]}}'


RECORDS = {
    "whole numbers": _list("10"),
    "numbers": _list("1.25"),
    "lists": _list("[]", _FEWER // 2),
    "objects": _list('{"a":1}', _FEWER // 2),
    "texts": _list('"a"'),
    "escapes": _list('"' + "\\u0041" * 300_000 + '"', 1),
}
"""By what they are made of; each is taken."""

TOO_MUCH = {
    "values": _list("1", 900_000),
    "levels": "[" * 1_000_000,
    "members": "{" + ",".join(f'"{number}":1' for number in range(90_000)) + ',"1":1}',
    "marks": _list('"' + '\\"' * 900_000 + '"', 1),
}
"""Each is refused."""
