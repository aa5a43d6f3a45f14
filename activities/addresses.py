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
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner and not is_public(inner):
            return False
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
