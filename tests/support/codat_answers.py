"""Answers of Codat's, made of a status and headers."""

from codat.responses import CodatResponse


def answer(status: int = 200, **headers: str) -> CodatResponse:
    return CodatResponse(
        status, {name.replace("_", "-"): text for name, text in headers.items()}, b""
    )
