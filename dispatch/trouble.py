"""What a failed connection to Temporal means, and what to do about it, in one sentence."""

import re

from temporalio.service import RPCError, RPCStatusCode

_MEANINGS = {
    "ConnectionRefused": "nothing listens there. Start it, or set TEMPORAL_ADDRESS.",
    "dns error": "there is no such host. Set TEMPORAL_ADDRESS.",
    "UnknownIssuer": "its certificate is signed by an authority that is not trusted. "
    "Set TEMPORAL_TLS_SERVER_CA_CERT_PATH to that authority's certificate.",
    "NotValidForName": "its certificate is for another name. "
    "Set TEMPORAL_TLS_SERVER_NAME to the name in it.",
    "ExpiredContext": "its certificate has expired. Renew it on the server.",
    "KeyMismatch": "the client key does not belong to the client certificate. "
    "Set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH to one pair.",
    "PrivateKeyParseError": "the client key is no key in PEM. "
    "Set TEMPORAL_TLS_CLIENT_KEY_PATH to one.",
    "InvalidContentType": "it speaks no TLS. Set TEMPORAL_TLS=false, or another TEMPORAL_ADDRESS.",
    "BrokenPipe|connection closed|ConnectionReset|UnexpectedEof": "it hung up. It may want TLS "
    "(TEMPORAL_TLS=true) or another client certificate (TEMPORAL_TLS_CLIENT_CERT_PATH).",
}
"""By what the SDK's error contains; tried with version 1.35."""

_STATUS = re.compile(r'code: (?P<code>\w+), message: "(?P<message>(?:[^"\\]|\\.)*)"')
_KEY = ("Unauthenticated", "PermissionDenied")


NOT_LET_IN = frozenset({RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED})


def meaning_of_refusal(error: RPCError) -> str:
    """Say what it means that a call failed after others went well."""
    if error.status in NOT_LET_IN:
        return f"Temporal {_not_let_in(error.message.rstrip('.') or error.status.name)}"
    return f"Temporal does not answer ({error.status.name})."


def meaning_of(error: Exception) -> str:
    """Say what the SDK's error means; its own text where that is not known."""
    text = str(error)
    for sign, meaning in _MEANINGS.items():
        if re.search(sign, text):
            return meaning
    status = _STATUS.search(text)
    if status and status["code"] in _KEY:
        said = status["message"].rstrip(".") or status["code"]
        return f"it {_not_let_in(said)}"
    return f"{status['message'] if status else text.partition(': ')[2] or text}".rstrip(".") + "."


def _not_let_in(said: str) -> str:
    return (
        f"does not let us in ({said}). "
        "Set TEMPORAL_API_KEY to a key that is valid and may use the namespace."
    )
