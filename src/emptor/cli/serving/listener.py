"""The port, taken before anything else is done, so that nobody waits in vain."""

from __future__ import annotations

import errno
import socket

from emptor.cli.faults import Refused

BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there already; Refused, saying what to do, when that cannot be. Port 0 takes any."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise Refused(f"There is no address for the host {host!r}; try --host 127.0.0.1 or --host 0.0.0.0") from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as fault:
        listener.close()
        raise Refused(_sentence(fault, host, port)) from None
    return listener


def _sentence(fault: OSError, host: str, port: int) -> str:
    if fault.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is in use; end what uses it, or choose another port with --port"
    if fault.errno == errno.EACCES:
        return f"Port {port} takes rights that you do not have; choose one above 1023 with --port"
    if fault.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine; try --host 127.0.0.1 or --host 0.0.0.0"
    return f"Nothing can listen at port {port} of {host}: {fault.strerror or fault}"


def url_of(listener: socket.socket, *, tls: bool) -> str:
    """The address to send requests to from this machine."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"
    shown = f"[{host}]" if ":" in host else host
    return f"http{'s' if tls else ''}://{shown}:{port}"


def is_private(listener: socket.socket) -> bool:
    """Whether only this machine can connect."""
    host = str(listener.getsockname()[0])
    return host.startswith("127.") or host == "::1"
