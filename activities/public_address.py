"""Only public addresses: what a name leads to is looked at, and then that is where one goes."""

import asyncio
import ipaddress
import socket

import httpx

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotPublic(Exception):
    """The name leads into a private network, or nowhere."""


async def pinned(request: httpx.Request) -> None:
    """Make a request go to the address that was checked; NotPublic, OSError.

    Looking the name up again when connecting could lead elsewhere (DNS rebinding). The certificate
    is still that of the name.
    """
    url = request.url
    found = await asyncio.get_running_loop().getaddrinfo(
        url.host, url.port or 443, type=socket.SOCK_STREAM
    )
    addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise NotPublic(f"{url.host} is no public address")
    request.extensions = {**request.extensions, "sni_hostname": url.host}
    request.url = url.copy_with(host=str(addresses[0]))


def is_public(address: Address) -> bool:
    """Whether an address, and the one that may be wrapped in it, is of the open internet."""
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in network for network in _INSIDE):
            return False
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64 or _is_isatap(address):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def _is_isatap(address: ipaddress.IPv6Address) -> bool:
    """Whether the last 32 bits are an IPv4 address by RFC 5214."""
    return address.packed[8:12] in {b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe"}


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_INSIDE = tuple(
    map(ipaddress.IPv6Network, ("::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "fec0::/10"))
)
"""IPv4-compatible and IPv4-translated addresses, a network's own NAT64, and site-local ones."""
