"""Which address phones are told, and where the truth is that they cannot come in."""

import pytest

from pages.components.teach.address import How, Listening, Reach, own_ip, reach

LAN, LOOPBACK = "192.168.1.20", "127.0.0.1"
EVERYWHERE, ITSELF = Listening("", 8501), Listening("127.0.0.1", 8501)


@pytest.mark.parametrize(
    ("url", "listening", "ip", "expected"),
    [
        ("http://localhost:8501/teach", EVERYWHERE, LAN, Reach(How.NETWORK, f"http://{LAN}:8501")),
        ("http://127.0.0.1:9000/teach", Listening("0.0.0.0", 8501), LAN, Reach(How.NETWORK, f"http://{LAN}:8501")),
        ("http://0.0.0.0:8501/teach", EVERYWHERE, LAN, Reach(How.NETWORK, f"http://{LAN}:8501")),
        ("http://localhost:8501/teach", Listening("10.0.0.7", 80), LAN, Reach(How.NETWORK, "http://10.0.0.7:80")),
        ("http://localhost:8501/x/teach", Listening("::", 8501, "x"), LAN, Reach(How.NETWORK, f"http://{LAN}:8501/x")),
        ("http://localhost:8501/teach", ITSELF, LAN, Reach(How.CLOSED)),
        ("http://[::1]:8501/teach", Listening("::1", 8501), LAN, Reach(How.CLOSED)),
        ("http://localhost:8501/teach", EVERYWHERE, LOOPBACK, Reach(How.ALONE)),
        ("https://camu.example.org/teach", ITSELF, LAN, Reach(How.BROWSER, "https://camu.example.org")),
        ("https://example.org/camu/teach", ITSELF, LAN, Reach(How.BROWSER, "https://example.org/camu")),
        (f"http://{LAN}:8501/teach", EVERYWHERE, LAN, Reach(How.BROWSER, f"http://{LAN}:8501")),
        ("http://[fd00::7]:8501/teach", EVERYWHERE, LAN, Reach(How.BROWSER, "http://[fd00::7]:8501")),
        ("https://user:secret@example.org/teach", ITSELF, LAN, Reach(How.BROWSER, "https://example.org")),
        (None, ITSELF, LAN, Reach(How.CLOSED)),
        (None, EVERYWHERE, LAN, Reach(How.NETWORK, f"http://{LAN}:8501")),
        ("javascript:alert(1)", ITSELF, LAN, Reach(How.CLOSED)),
        ("http://[broken", ITSELF, LAN, Reach(How.CLOSED)),
        (f"http://{'a' * 500}.org/teach", ITSELF, LAN, Reach(How.CLOSED)),
    ],
)
def test_phones_get_an_address_that_reaches_the_server_or_none(url, listening, ip, expected) -> None:
    assert reach(url, listening, ip) == expected


def test_what_phones_open_and_what_people_type() -> None:
    plain, secure = Reach(How.NETWORK, f"http://{LAN}:8501"), Reach(How.BROWSER, "https://example.org/camu")
    assert plain.join("BCDFG") == f"http://{LAN}:8501/join?room=BCDFG"
    assert (plain.short, secure.short) == (f"{LAN}:8501/join", "https://example.org/camu/join")


def test_the_command_that_lets_phones_in_keeps_the_port() -> None:
    assert ITSELF.command == "streamlit run app.py --server.address 0.0.0.0"
    assert Listening("127.0.0.1", 9000).command.endswith("--server.port 9000")


def test_a_computer_knows_its_own_address() -> None:
    assert [0 <= int(part) <= 255 for part in own_ip().split(".")] == [True] * 4
