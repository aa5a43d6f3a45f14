"""Certificates, a TLS proxy and a gRPC server that refuses every call."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)
Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path

    def write(self, certificate: x509.Certificate, key: Key) -> None:
        self.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        self.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )


class Authority:
    """Signs certificates for a name."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        self.path = folder / f"{name}.pem"
        signed = self._sign(self._name, self._key, DAY, is_authority=True)
        self.path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def certificate(self, name: str, *, left: timedelta = DAY) -> Certificate:
        """Issue one that is good for this time from now on."""
        key = ec.generate_private_key(ec.SECP256R1())
        files = Certificate(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        files.write(self._sign(_name(name), key, left, dns=name), key)
        return files

    def _sign(
        self, subject: x509.Name, key: Key, left: timedelta, *, dns: str = "", is_authority=False
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 2 * DAY)
            .not_valid_after(now + left)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if dns:
            alternative = x509.SubjectAlternativeName([x509.DNSName(dns)])
            built = built.add_extension(alternative, critical=False)
        return built.sign(self._key, hashes.SHA256())


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@asynccontextmanager
async def tls_door(
    target: str, certificate: Certificate, *, clients_of: Path | None = None
) -> AsyncIterator[str]:
    """Put TLS before a server; with `clients_of` only for certificates of that authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    context.set_alpn_protocols(["h2"])
    if clients_of:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients_of)
    host, port = target.split(":")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(host, int(port))
        try:
            await asyncio.gather(_copy(reader, inner_writer), _copy(inner_reader, writer))
        finally:
            inner_writer.close()
            writer.close()

    async with _listening(serve, ssl=context) as address:
        yield address


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    writer.close()


@asynccontextmanager
async def refusing_server(grpc_status: int, message: str) -> AsyncIterator[str]:
    """Answer every gRPC call with this status."""
    block = b"\x88" + _field(b"content-type", b"application/grpc")  # 0x88: status 200
    block += _field(b"grpc-status", str(grpc_status).encode())
    block += _field(b"grpc-message", message.encode())

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readexactly(24)  # the preface of HTTP/2
            writer.write(_frame(4, 0, 0, b""))
            while True:
                head = await reader.readexactly(9)
                await reader.readexactly(int.from_bytes(head[:3]))
                kind, flags, stream = head[3], head[4], head[5:]
                if kind == 4 and not flags:  # settings, to be acknowledged
                    writer.write(_frame(4, 1, 0, b""))
                if kind == 1:  # headers: a call
                    writer.write(_frame(1, 0x5, int.from_bytes(stream), block))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async with _listening(serve) as address:
        yield address


def _field(name: bytes, value: bytes) -> bytes:
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    head = len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4)
    return head + payload


@asynccontextmanager
async def _listening(serve, **more) -> AsyncIterator[str]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0, **more)
    try:
        port = server.sockets[0].getsockname()[1]
        yield f"127.0.0.1:{port}"
    finally:
        server.close()
