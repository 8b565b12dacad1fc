"""The app in a process of its own, on a free port of loopback, for browser tests and load."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
START_TIMEOUT_SECONDS = 300


class AppServer:
    """A context manager; its folder, with an empty CAMU_HOME, is gone with it.

    Attributes:
        address: "http://127.0.0.1:PORT".
        home: its CAMU_HOME. ready_seconds: from start to the first healthy answer.
    """

    def __init__(self, **environment: str) -> None:
        """Args: environment: variables besides those of this process; CAMU_HOME is set."""
        self._folder = tempfile.TemporaryDirectory()
        self.home = Path(self._folder.name) / "home"
        self._environment = {**os.environ, "CAMU_HOME": str(self.home), **environment}

    def __enter__(self) -> "AppServer":
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        command += ["--server.port", str(self.port), "--server.address", "127.0.0.1"]
        self._log = (Path(self._folder.name) / "server.log").open("w+b")
        started = time.monotonic()
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self._environment, stdout=self._log, stderr=subprocess.STDOUT
        )
        while not self._is_healthy():
            if self._process.poll() is not None or time.monotonic() - started > START_TIMEOUT_SECONDS:
                self._log.seek(0)
                said = self._log.read().decode(errors="replace")[-2000:]
                self.__exit__()
                raise AssertionError(f"the server did not start: {said}")
            time.sleep(0.05)
        self.ready_seconds = time.monotonic() - started
        return self

    def _is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=10) as answer:
                return answer.read() == b"ok"
        except OSError:
            return False

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        """What the server has said so far."""
        return (Path(self._folder.name) / "server.log").read_text(errors="replace")

    def workers(self) -> list[psutil.Process]:
        """Of all clusters that it runs, without the process that only starts them."""
        return [
            child
            for child in psutil.Process(self.pid).children(recursive=True)
            if "spawn_main" in (said := " ".join(child.cmdline()))
            or ("multiprocessing.forkserver" in said and child.ppid() != self.pid)
        ]
