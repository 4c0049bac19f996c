"""A mail server's certificate is checked before anything is said to it."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from sop_engine.engine.notices.channels import is_of_channel
from sop_engine.engine.notices.mailing import MailServer
from tests.needs import needs

pytestmark = needs("" if shutil.which("openssl") else "there is no program `openssl` to make a certificate with")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of `localhost` that nobody but itself vouches for; its key stands in the same file."""
    made = tmp_path_factory.mktemp("certificate") / "localhost.pem"
    asked = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    asked += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(made), "-out", str(made) + ".crt"]
    subprocess.run(["openssl", "req", *asked], check=True, capture_output=True)
    made.write_text(made.read_text() + Path(str(made) + ".crt").read_text())
    return made


@pytest.fixture
def port(certificate: Path) -> Iterator[int]:
    """A server that offers STARTTLS and takes no more than a greeting after it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with socket.create_server(("localhost", 0)) as listening:
        thread = threading.Thread(target=_serve, args=(listening, context), daemon=True)
        thread.start()
        yield listening.getsockname()[1]


def _serve(listening: socket.socket, context: ssl.SSLContext) -> None:
    with suppress(OSError):
        plain, _address = listening.accept()
        with plain:
            plain.sendall(b"220 localhost\r\n")
            _answer(plain, b"250-localhost\r\n250 STARTTLS\r\n")
            _answer(plain, b"220 go on\r\n")
            with context.wrap_socket(plain, server_side=True) as secret:
                _answer(secret, b"250 localhost\r\n")
                _answer(secret, b"221 bye\r\n")


def _answer(connection: socket.socket, words: bytes) -> None:
    connection.recv(1000)
    connection.sendall(words)


def test_a_certificate_that_is_trusted_lets_mail_be_sent(
    certificate: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with closing(MailServer("localhost", timeout=10)) as server:
        server.connect("localhost", port)
        server.encrypt()
        assert server.ehlo()[0] == 250


def test_a_certificate_that_nobody_vouches_for_ends_it(port: int) -> None:
    with closing(MailServer("localhost", timeout=10)) as server:
        server.connect("localhost", port)
        with pytest.raises(ssl.SSLError) as caught:
            server.encrypt()
    assert is_of_channel(caught.value)


def test_a_certificate_of_another_name_ends_it(certificate: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with closing(MailServer("mail.example.org", timeout=10)) as server:
        server.connect("localhost", port)
        with pytest.raises(ssl.SSLError, match=r"mail\.example\.org"):
            server.encrypt()
