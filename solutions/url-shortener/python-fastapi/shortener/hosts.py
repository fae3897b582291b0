"""Hosts as browsers read them (WHATWG URL Standard, section 3.5): many spellings, one machine."""

import ipaddress
import re

import idna

NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


def canonical(host: str) -> str:
    """Return the one spelling of a host, in ASCII and without a dot at the end; raises ValueError for what is none."""
    if host.startswith("["):
        return _ipv6(host)
    name = _ascii(host).removesuffix(".")
    if not NAME.fullmatch(name):
        raise ValueError("is not the name of a host")
    return _ipv4(name) if NUMBER.fullmatch(name.rpartition(".")[2]) else name


def is_local(host: str) -> bool:
    """Say whether a canonical host is this machine: `localhost`, or an address of the loopback network, or none."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _ascii(host: str) -> str:
    """Fold case, width and other spellings (UTS 46), and write international labels in punycode (RFC 3492)."""
    if host.isascii():
        return host.lower()
    try:
        labels = idna.uts46_remap(host, std3_rules=False, transitional=False).split(".")
    except idna.IDNAError as error:
        raise ValueError("is not the name of a host") from error
    return ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels)


def _ipv6(host: str) -> str:
    address = ipaddress.IPv6Address(host[1:-1] if host.endswith("]") and "%" not in host else "")
    return str(address.ipv4_mapped or f"[{address}]")


def _ipv4(name: str) -> str:
    """Read an address of one to four numbers, decimal, octal or hexadecimal: `127.1` is `127.0.0.1`."""
    *bytes_, rest = [_number(part) for part in name.split(".")]
    if len(bytes_) > 3 or any(byte > 255 for byte in bytes_) or rest >= 256 ** (4 - len(bytes_)):
        raise ValueError("is not an address")
    value = sum(byte << 8 * (3 - place) for place, byte in enumerate(bytes_)) + rest
    return str(ipaddress.IPv4Address(value))


def _number(text: str) -> int:
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if text.startswith("0") else 10)
