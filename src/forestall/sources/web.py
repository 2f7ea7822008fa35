"""What an address may be, and what an answer means, before a byte of it is kept. HTTP: RFC 9110."""

import email.utils
import ipaddress
import time
from contextlib import suppress

import httpx

from forestall.errors import NetworkError

BY_HAND = "download the file in a browser and bring it in with `forestall data add FILE`"

_PASSING = {429, 500, 502, 503, 504}
_HTML = (b"<!doctype html", b"<html", b"<head", b'<?xml version="1.0" encoding="utf-8"?><!doctype html')


class NotThereError(NetworkError):
    """The server says that it has no such file (404 or 410)."""


class WebPageError(NetworkError):
    """The server sent a web page where a data file was expected: a sign-in page, a notice, a start page."""


class PassingError(Exception):
    """Something that may be different next time. pause: seconds the server asked for."""

    def __init__(self, what: str, pause: float | None = None) -> None:
        super().__init__(what)
        self.pause = pause


def check_address(url: str) -> None:
    """Raise NetworkError unless `url` is https, or http on this machine, without a user name in it."""
    try:
        parts = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise NetworkError(f"{url!r} is not a web address: expected https://host/path") from None
    if parts.userinfo:
        raise NetworkError("the web address holds a user name or password; give the address without it")
    if not parts.host or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.host))):
        raise NetworkError(f"{url!r} is not used: expected an https:// address (http:// only on this machine)")


def is_loopback(host: str) -> bool:
    """Whether this host name or address is the machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port: what must stay the same for the caller's headers to be sent on."""
    return url.scheme, url.host, url.port


def range_start(response: httpx.Response) -> int | None:
    """The first byte of the range that was sent, or None if the answer does not say."""
    unit, _, rest = response.headers.get("content-range", "").partition(" ")
    first = rest.partition("-")[0]
    return int(first) if unit == "bytes" and first.isdigit() else None


def check_status(response: httpx.Response, url: str) -> None:
    """Raise PassingError for what may pass, NotThereError on 404 and 410, NetworkError on every other refusal."""
    code = response.status_code
    if code in _PASSING:
        raise PassingError(f"the server answered {code} {response.reason_phrase}", retry_after(response))
    if code in {404, 410}:
        raise NotThereError(f"{url} is not there (the server answered {code}); see what can be had, or {BY_HAND}")
    if code in {401, 403}:
        raise NetworkError(
            f"{url} is refused (the server answered {code}): check the access token in FORESTALL_UCDP_TOKEN, "
            f"or {BY_HAND}"
        )
    if code not in {200, 206}:
        raise NetworkError(f"could not download {url}: the server answered {code}; {BY_HAND}")


def check_type(response: httpx.Response, url: str) -> None:
    """Raise WebPageError if the server says that it sends a web page."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in {"text/html", "application/xhtml+xml"}:
        raise web_page(url)


def looks_like_html(start: bytes) -> bool:
    """Whether a file that begins with these bytes is a web page, whatever its name says."""
    return start.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower().startswith(_HTML)


def web_page(url: str) -> WebPageError:
    """The error for an address that answered with a web page."""
    return WebPageError(f"{url} answered with a web page instead of a data file; {BY_HAND}")


def retry_after(response: httpx.Response) -> float | None:
    """The seconds that the server asks us to wait, given as a number or as a date; None if it does not say."""
    value = response.headers.get("retry-after", "")
    if value.isdigit():
        return float(value)
    with suppress(ValueError, TypeError):
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    return None


def words(error: Exception) -> str:
    """What happened to a connection, for the person who waits for it."""
    if isinstance(error, httpx.TimeoutException):
        return "the server did not answer in time"
    if isinstance(error, httpx.RemoteProtocolError):
        return "the connection broke off"
    if isinstance(error, httpx.TransportError):
        return f"no connection ({error})" if str(error) else "no connection"
    return str(error)
