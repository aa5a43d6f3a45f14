"""What a failed connection to Temporal means, and what to do about it, in one sentence."""

import re

from temporalio.service import RPCError, RPCStatusCode

from workflows import attributes

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

NO_WORKER_YET = (
    "No worker has run in this namespace yet, so it does not know the search attributes of a push. "
    "Start one (`python worker.py`), which adds them; `python worker.py --check` says what is "
    "missing. TEMPORAL_NAMESPACE names the namespace."
)
_OURS = frozenset(key.name for key in attributes.ALL)
_ATTRIBUTE = re.compile(r"search attribute:? (\w+)")
_NO_NAMESPACE = re.compile(r"Namespace (\S+) is not found")
_STATUS = re.compile(r'code: (?P<code>\w+), message: "(?P<message>(?:[^"\\]|\\.)*)"')
_KEY = ("Unauthenticated", "PermissionDenied")


AWAY = frozenset(
    {
        RPCStatusCode.ABORTED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.UNKNOWN,
    }
)
"""The server gave no answer of its own: what was asked may or may not have been done."""

NOT_LET_IN = frozenset({RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED})


def meaning_of_refusal(error: RPCError) -> str:
    """Say what it means that a call failed after others went well."""
    if error.status in NOT_LET_IN:
        return f"Temporal {_not_let_in(error.message.rstrip('.') or error.status.name)}"
    return f"Temporal does not answer ({error.status.name})."


def meaning_of_first_use(error: RPCError) -> str | None:
    """Say what to run where the namespace is not there or not prepared; None: it is something else.

    Tried with server 1.32.
    """
    attribute = _ATTRIBUTE.search(error.message)
    if error.status is RPCStatusCode.INVALID_ARGUMENT and attribute:
        return NO_WORKER_YET if attribute[1] in _OURS else None
    namespace = _NO_NAMESPACE.search(error.message)
    is_missing = error.status is RPCStatusCode.NOT_FOUND and namespace
    return no_namespace(namespace[1]) if is_missing and namespace else None


def no_namespace(namespace: str) -> str:
    """Say that it is not there."""
    return (
        f"There is no namespace {namespace}: set TEMPORAL_NAMESPACE, or create it with "
        f"`temporal operator namespace create --retention 90d --namespace {namespace}`."
    )


def meaning_of(error: Exception) -> str:
    """Say what the SDK's error means; its own text where that is not known."""
    text = str(error)
    for sign, meaning in _MEANINGS.items():
        if re.search(sign, text):
            return meaning
    status = _STATUS.search(text)
    if status and status["code"] in _KEY:
        reason = status["message"].rstrip(".") or status["code"]
        return f"it {_not_let_in(reason)}"
    return f"{status['message'] if status else text.partition(': ')[2] or text}".rstrip(".") + "."


def _not_let_in(reason: str) -> str:
    return (
        f"does not let us in ({reason}). "
        "Set TEMPORAL_API_KEY to a key that is valid and may use the namespace."
    )
