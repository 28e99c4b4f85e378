"""PasswordAttempts: wrong passwords, counted per peer, so that nobody can try many and the log stays short.

A peer may give some wrong passwords at once, then one a second; what comes above that is not looked at. Peers do not
affect each other, but those behind one proxy are one peer.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from time import monotonic

from backend.domain.recent_items import RecentItems

log = logging.getLogger(__name__)
BURST = 20
PER_S = 1.0
MOST_PEERS = 4096
LINE_EVERY_S = 600.0
"""One line in the log per peer and so many seconds."""


@dataclass(slots=True)
class _Peer:
    """`left`: wrong passwords it may give at `refilled_at`; `wrong`: since the line that was logged at `logged`."""

    left: float
    refilled_at: float
    wrong: int = 0
    logged: float | None = None


class PasswordAttempts:
    """Safe to share between threads. `clock`: seconds, never backwards."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._peers = RecentItems[str, _Peer](MOST_PEERS)
        self._lock = threading.Lock()

    def allowed(self, address: str) -> bool:
        """Whether a password from there is looked at now."""
        with self._lock:
            peer = self._peers.get(network(address))
            return peer is None or self._refilled(peer).left >= 1

    def wrong(self, address: str) -> None:
        """A password from there was looked at, or not, and does not count as right."""
        with self._lock:
            peer = self._refilled(self._peer(network(address)))
            peer.left = max(0.0, peer.left - 1)
            peer.wrong += 1
            self._notify(address, peer)

    def _peer(self, name: str) -> _Peer:
        peer = self._peers.get(name) or _Peer(BURST, self._clock())
        self._peers.put(name, peer)
        return peer

    def _refilled(self, peer: _Peer) -> _Peer:
        now = self._clock()
        peer.left = min(float(BURST), peer.left + (now - peer.refilled_at) * PER_S)
        peer.refilled_at = now
        return peer

    def _notify(self, address: str, peer: _Peer) -> None:
        if peer.logged is not None and peer.refilled_at - peer.logged < LINE_EVERY_S:
            return
        log.warning(
            "%d wrong password(s) from %s; the next ones are logged together in %d minutes",
            peer.wrong,
            address or "a Unix socket",
            LINE_EVERY_S / 60,
        )
        peer.logged, peer.wrong = peer.refilled_at, 0


def network(address: str) -> str:
    """Who counts as one peer: an IPv4 address, or the /64 that whoever has one IPv6 address has all of."""
    try:
        peer_address = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(peer_address, IPv6Address):
        return str(peer_address.ipv4_mapped or IPv6Address(int(peer_address) >> 64 << 64))
    return str(peer_address)
