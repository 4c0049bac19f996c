"""The language server that editors use for YAML, driven as an editor drives it: over its standard input and output.

`make check` installs it into `.venv/editor` where there is npm; `package-lock.json` pins it with all that it needs.
"""

import json
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

ROOT: Final = Path(__file__).parents[2]
SERVER: Final = ROOT / ".venv" / "editor" / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
MOST_MESSAGES: Final = 200


def missing() -> str:
    """Why the server cannot be asked here; nothing where it can."""
    if shutil.which("node") is None:
        return "there is no node here, which the language server runs on"
    return "" if SERVER.is_file() else "the language server is not installed; `make check` does it where there is npm"


class Editor:
    """A session with the server, in which files named `*.sop.yaml` follow a schema."""

    def __init__(self, schema: Path) -> None:
        self._settings = {
            "validate": True, "completion": True, "hover": True, "schemaStore": {"enable": False},
            "schemas": {schema.as_uri(): "*.sop.yaml"},
        }  # fmt: skip
        self._process = subprocess.Popen(
            ["node", str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._last = 0
        self.found: dict[str, list[dict[str, Any]]] = {}
        """uri -> the diagnostics that were last said of it"""
        abilities = {"textDocument": {"completion": {"completionItem": {"documentationFormat": ["markdown"]}}}}
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": abilities})
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": {"yaml": self._settings}})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def open(self, uri: str, text: str) -> list[str]:
        """Open a file; gives what the server finds wrong with it: `line: message`."""
        self.found.pop(uri, None)
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        for _each in range(MOST_MESSAGES):
            if uri in self.found:
                return [f"{each['range']['start']['line'] + 1}: {each['message']}" for each in self.found[uri]]
            self._take()
        raise AssertionError(f"the server said nothing of {uri}")

    def ask(self, method: str, params: Any) -> Any:
        """The server's answer to a request."""
        self._last += 1
        number = self._last
        self._send({"id": number, "method": method, "params": params})
        for _each in range(MOST_MESSAGES):
            message = self._take()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message["result"]
        raise AssertionError(f"the server did not answer {method}")

    def offered(self, uri: str, line: int, column: int) -> dict[str, str]:
        """What completion offers at a place (from 0): word -> description."""
        place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": column}}
        found = self.ask("textDocument/completion", place)["items"]
        return {each["label"]: _text(each.get("documentation", "")) for each in found}

    def explained(self, uri: str, line: int, column: int) -> str:
        """What is shown where the pointer rests (from 0)."""
        place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": column}}
        found = self.ask("textDocument/hover", place)
        return _text(found["contents"]) if found else ""

    def _take(self) -> dict[str, Any]:
        """One message of the server; what it asks is answered."""
        message: dict[str, Any] = self._read()
        match message.get("method"):
            case "textDocument/publishDiagnostics":
                self.found[message["params"]["uri"]] = message["params"]["diagnostics"]
            case "workspace/configuration":
                wanted = message["params"]["items"]
                answer = [self._settings if each.get("section") == "yaml" else {} for each in wanted]
                self._send({"id": message["id"], "result": answer})
            case str() if "id" in message:
                self._send({"id": message["id"], "result": None})
        return message

    def _read(self) -> dict[str, Any]:
        stream = self._process.stdout
        assert stream is not None
        length = 0
        while line := stream.readline().strip():
            name, _colon, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the server ended"
        found: dict[str, Any] = json.loads(stream.read(length))
        return found

    def _tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        stream = self._process.stdin
        assert stream is not None
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream.write(b"Content-Length: %d\r\n\r\n%b" % (len(data), data))
        stream.flush()


def _text(documentation: Any) -> str:
    return str(documentation["value"] if isinstance(documentation, dict) else documentation)
