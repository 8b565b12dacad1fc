"""By which address phones reach this server, told apart from those by which they cannot."""

import ipaddress
import socket
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

_LONGEST = 200
_USUAL_PORT = 8501
# Never asked anything: to "connect" a datagram socket only looks up by which of its addresses this computer would go.
_ELSEWHERE = ("8.8.8.8", "192.168.255.254", "10.255.255.254", "172.31.255.254")


class How(StrEnum):
    """Where an address comes from, or why there is none."""

    BROWSER = "browser"  # the one in the teacher's browser, which is no loopback: public, or of the local network
    NETWORK = "network"  # the teacher sits at the server, which listens to all: its own address in the network
    CLOSED = "closed"  # the server listens to its own computer alone
    ALONE = "alone"  # the computer is in no network


@dataclass(frozen=True)
class Listening:
    """How the server was started.

    Args:
        address: that it listens on; empty for all.
        base_path: under which the app is, without slashes at its ends.
    """

    address: str
    port: int
    base_path: str = ""
    is_secure: bool = False

    @property
    def command(self) -> str:
        """Starts it so that phones can reach it."""
        port = "" if self.port == _USUAL_PORT else f" --server.port {self.port}"
        return f"streamlit run app.py --server.address 0.0.0.0{port}"


@dataclass(frozen=True)
class Reach:
    """Args: base: "http://192.168.1.20:8501", without a slash at its end; empty where there is none."""

    how: How
    base: str = ""

    def join(self, code: str) -> str:
        """What the QR code says."""
        return f"{self.base}/join?room={code}"

    @property
    def short(self) -> str:
        """What people type."""
        return f"{self.base.removeprefix('http://')}/join"


def reach(browser_url: str | None, listening: Listening, own_ip: str) -> Reach:
    """Args:
    browser_url: of the teacher's page; None if unknown.
    own_ip: of this computer in its network, a loopback address if it is in none.
    """
    base = _base(browser_url or "")
    if base:
        return Reach(How.BROWSER, base)
    if listening.address and not _is_everywhere(listening.address):
        if _is_loopback(listening.address):
            return Reach(How.CLOSED)
        return Reach(How.NETWORK, _url(listening, listening.address))
    if _is_loopback(own_ip):
        return Reach(How.ALONE)
    return Reach(How.NETWORK, _url(listening, own_ip))


def own_ip() -> str:
    """This computer's address in its network; nothing is sent to find out."""
    for other in _ELSEWHERE:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((other, 9))
            except OSError:
                continue
            return str(probe.getsockname()[0])
    return "127.0.0.1"


def _base(browser_url: str) -> str:
    """The address of the app in the browser, if another computer could use it; else empty."""
    try:
        parts = urlsplit(browser_url)
        host = parts.hostname or ""
        netloc = f"[{host}]" if ":" in host else host
        netloc += f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or _is_loopback(host) or _is_everywhere(host):
        return ""
    path = parts.path.rstrip("/").removesuffix("/teach")
    base = f"{parts.scheme}://{netloc}{path}"
    return base if len(base) <= _LONGEST and base.isascii() and base.isprintable() else ""


def _url(listening: Listening, host: str) -> str:
    path = f"/{listening.base_path}" if listening.base_path else ""
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if listening.is_secure else 'http'}://{name}:{listening.port}{path}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost" or host.lower().endswith(".localhost")


def _is_everywhere(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False
