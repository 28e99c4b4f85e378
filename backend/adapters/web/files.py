"""Files of the web, at addresses that stand in tasks. Anybody may have written these addresses. So no address of a
private network is asked, neither by another name nor after a redirect, and no credential is ever sent.

Deadline: ends an exchange with a server if the exchange as a whole takes too long.

The client's own time-outs are for the gap between two bytes, so a server that sends a byte now and then, even of its
headers, would hold a thread for ever.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import SplitResult, urlsplit

from backend.adapters.web.file_answer import NOT_COMPRESSED, SLOWEST_S, Answer, Moved, answer_of, too_slow
from backend.domain.characters import escaped
from backend.domain.outcome import Failure

_CONNECTED = "connect_tcp.complete"


class Deadline:
    """A context for one request.

    trace: what httpx has to be given as the request's extension `trace`
    passed: whether the connection was cut
    """

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(max(0.0, seconds), self._cut)
        self._timer.daemon = True
        self._lock = threading.Lock()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Takes note of the connection. A duplicate, because TLS takes the socket itself away."""
        if not event.endswith(_CONNECTED):
            return
        with self._lock:
            self._close()
            self._socket = info["return_value"].get_extra_info("socket").dup()
        if self.passed:
            self._cut()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._close()

    def _cut(self) -> None:
        with self._lock:
            self.passed = True
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None


if TYPE_CHECKING:
    import httpx

TIMEOUT_S = 20.0
MOST_MOVES = 5
Resolve = Callable[[str, int], Sequence[str]]
"""Host and port -> its IP addresses. Raises OSError."""
_LONGEST_HOST = 60
_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_IPV6_OF_THE_INTERNET = ipaddress.IPv6Network("2000::/3")
"""All that IANA has given out; Python takes addresses for global that only translators and old sites have."""


class PrivateAddressError(Exception):
    """Its text is the host."""


def short(host: str) -> str:
    """For people: whoever made the task may have made it long, or hard to see."""
    return escaped(host if len(host) <= _LONGEST_HOST else f"{host[:_LONGEST_HOST]}…")


def addresses_of(host: str, port: int) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet. An IPv6 address that carries one of IPv4 is what it carries."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        low = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None
        carried = ip.ipv4_mapped or ip.sixtofour or low
        if carried is not None:
            return is_public(str(carried))
        return ip in _IPV6_OF_THE_INTERNET and ip.is_global
    return ip.is_global and not ip.is_multicast


class WebFiles:
    """Safe to call from several threads.

    allows: whether an IP address may be asked
    within_s: seconds for all that is asked about one file
    """

    def __init__(
        self, resolve: Resolve = addresses_of, allows: Callable[[str], bool] = is_public, within_s: float = SLOWEST_S
    ) -> None:
        self._resolve = resolve
        self._allows = allows
        self._within_s = within_s

    def read(self, url: str, most: int) -> bytes | Failure:
        """The bytes of a file, or why there are none. Raises PrivateAddressError."""
        until = time.monotonic() + self._within_s
        for _ in range(MOST_MOVES + 1):
            with Deadline(until - time.monotonic()) as deadline:
                answer = self._answer(url, most, deadline)
            if deadline.passed:
                return too_slow()
            if not isinstance(answer, Moved):
                return answer
            url = answer.url
        return Failure("bad_task", "cannot be read: its address leads from one to another without an end.")

    def _answer(self, url: str, most: int, deadline: Deadline) -> Answer:
        import httpx

        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
        except ValueError:
            host, port = "", None
        if not host or port is None:
            return Failure("bad_task", "has an address that cannot be asked: it begins with http:// or https://.")
        try:
            return self._response(url, parts, self._checked(host, port), most, deadline)
        except (OSError, UnicodeError):
            return Failure("bad_task", f"is on a host that nobody knows ({short(host)}): correct its address.")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            kind = type(error).__name__
            return Failure("connection", f"cannot be read from {short(host)} ({kind}): try again later.")

    def _checked(self, host: str, port: int) -> str:
        """An IP address of the host; it is the one that is asked, whatever the name means a moment later."""
        addresses = self._resolve(host, port)
        if not all(map(self._allows, addresses)):
            raise PrivateAddressError(short(host))
        return addresses[0]

    def _response(self, url: str, parts: SplitResult, ip: str, most: int, deadline: Deadline) -> Answer:
        import httpx

        pinned = httpx.URL(url).copy_with(host=ip, username=None, password=None, fragment=None)
        name = httpx.URL(url).raw_host.decode()
        extensions = {"sni_hostname": name, "trace": deadline.trace}
        headers = {"Host": httpx.URL(url).netloc.decode(), **NOT_COMPRESSED}
        with self._client.stream("GET", pinned, headers=headers, extensions=extensions) as response:
            return answer_of(response, url, most)

    @cached_property
    def _client(self) -> "httpx.Client":
        """Without proxies of the environment, which would resolve names themselves, and with a connection for each
        request, because one to an IP address is of one name."""
        import httpx

        cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        limits = httpx.Limits(max_keepalive_connections=0)
        return httpx.Client(cookies=cookies, timeout=TIMEOUT_S, limits=limits, trust_env=False, follow_redirects=False)
