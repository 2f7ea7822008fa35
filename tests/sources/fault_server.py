"""A real HTTP server on this machine that misbehaves as told."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """What it answers (the last answer of a path repeats) and what it was asked."""

    port: int = 0
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def on(self, path: str, *answers: Answer) -> str:
        self.answers[path] = list(answers)
        return self.url(path)

    def headers(self, path: str) -> list[dict[str, str]]:
        return [headers for asked, headers in self.asked if asked == path]


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            answers = server.answers.get(self.path) or [status(404)]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            self.close_connection = True
            with suppress(BrokenPipeError, ConnectionResetError):
                answer(self)

        def log_message(self, *args: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

    http = Quiet(("127.0.0.1", 0), Handler)
    server.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


def send(handler: BaseHTTPRequestHandler, code: int, headers: dict[str, str], body: bytes) -> None:
    handler.send_response(code)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
    handler.wfile.flush()


def status(code: int, body: bytes = b"", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: send(handler, code, {"Content-Length": str(len(body)), **named}, body)


def whole(body: bytes, kind: str = "text/csv", **headers: str) -> Answer:
    return status(200, body, Content_Type=kind, **headers)


def cut(body: bytes, after: int, **headers: str) -> Answer:
    """Promise the whole body and break off."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, {"Content-Length": str(len(body)), **named}, body[:after])

    return answer


def ranged(body: bytes, etag: str, cut_at: int | None = None) -> Answer:
    """Honour Range when If-Range names this version, as RFC 9110 asks; perhaps break off before `cut_at`."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = handler.headers.get("Range", "")
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        code, headers = 200, {"ETag": etag}
        if start and handler.headers.get("If-Range") == etag:
            code, headers["Content-Range"] = 206, f"bytes {start}-{len(body) - 1}/{len(body)}"
        else:
            start = 0
        headers["Content-Length"] = str(len(body) - start)
        send(handler, code, headers, body[start:cut_at])

    return answer


def stall(body: bytes, after: int, seconds: float, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, {"Content-Length": str(len(body)), **named}, body[:after])
        time.sleep(seconds)

    return answer


def drip(seconds: float) -> Answer:
    """Keep sending a byte now and then, for ever as far as the client can tell."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, {"Content-Length": "1000000"}, b"")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.02)

    return answer


def endless() -> Answer:
    """Chunks without an end and without a promised length."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, {"Transfer-Encoding": "chunked"}, b"")
        chunk = b"x" * 65536
        while True:
            handler.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")

    return answer
