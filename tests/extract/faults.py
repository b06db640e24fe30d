"""What `faulty_server` does wrong: a function a path."""

from __future__ import annotations

import gzip
import socket
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from email.utils import formatdate

from tests.extract.faulty_server import PAGE, Visit, head

MEGABYTE = 1_000_000


def endless(piece: bytes) -> Iterator[bytes]:
    while True:
        yield piece


def gzip_of(megabytes: int, fill: bytes = b"a") -> Iterator[bytes]:
    """Yield a gzip of so many megabytes, a member a megabyte, made once."""
    member = gzip.compress(fill * MEGABYTE)
    for _ in range(megabytes):
        yield member


def not_there(visit: Visit) -> None:
    visit.answer(b"not here", "404 Not Found")


def good(visit: Visit) -> None:
    visit.answer()


def too_many(seconds: str, *, ends: bool) -> Callable[[Visit], None]:
    """Ask for a wait: the first time, or each time."""

    def fault(visit: Visit) -> None:
        if ends and visit.times > 1:
            visit.answer()
        else:
            visit.answer(b"", "429 Too Many Requests", Retry_After=seconds)

    return fault


def too_many_until(seconds: float, *, ends: bool) -> Callable[[Visit], None]:
    def fault(visit: Visit) -> None:
        too_many(formatdate(time.time() + seconds, usegmt=True), ends=ends)(visit)

    return fault


def status(text: str, times: int = 1_000_000) -> Callable[[Visit], None]:
    """Answer with a status, so many times."""

    def fault(visit: Visit) -> None:
        if visit.times > times:
            visit.answer()
        else:
            visit.answer(b"<h1>Sorry</h1>", text)

    return fault


def redirect(target: str) -> Callable[[Visit], None]:
    def fault(visit: Visit) -> None:
        visit.answer(b"", "302 Found", Location=target)

    return fault


def longer_and_longer(visit: Visit) -> None:
    visit.answer(b"", "302 Found", Location=f"/for-ever?{len(visit.server.visits)}")


def redirect_with_a_bomb(visit: Visit) -> None:
    visit.send(head("302 Found", Location="/good", **{"Content-Encoding": "gzip"}))
    visit.pour(gzip_of(500))


def silent(visit: Visit) -> None:
    visit.server.closed.wait(60)


def drip_head(visit: Visit) -> None:
    visit.send(b"HTTP/1.1 200 OK\r\n")
    visit.drip(endless(b"X"))


def drip_lines(visit: Visit) -> None:
    visit.send(b"HTTP/1.1 200 OK\r\n")
    visit.drip(f"X-{number}: y\r\n".encode() for number in range(10_000))


def drip_body(visit: Visit) -> None:
    visit.begin(Content_Type="text/html")
    visit.drip(endless(b"x"))


def drip_chunks(visit: Visit) -> None:
    visit.begin(Transfer_Encoding="chunked")
    visit.drip(endless(b"1\r\nx\r\n"))


def continues(visit: Visit) -> None:
    visit.pour(endless(b"HTTP/1.1 100 Continue\r\n\r\n" * 100))


def trailers(visit: Visit) -> None:
    visit.begin(Transfer_Encoding="chunked")
    visit.send(b"3\r\nabc\r\n0\r\n")
    visit.pour(endless(b"X-Trailer: y\r\n" * 100))


def truncated(visit: Visit) -> None:
    visit.send(head("200 OK", **{"Content-Length": "1000"}) + b"x" * 100)


def truncated_once(visit: Visit) -> None:
    (truncated if visit.times == 1 else good)(visit)


def truncated_chunk(visit: Visit) -> None:
    visit.begin(Transfer_Encoding="chunked")
    visit.send(b"400\r\nonly this")


def truncated_gzip(visit: Visit) -> None:
    visit.begin(Content_Encoding="gzip")
    visit.send(gzip.compress(PAGE * 100)[:-20])


def longer(visit: Visit) -> None:
    visit.send(head("200 OK", **{"Content-Length": "10"}) + PAGE)


def two_lengths(visit: Visit) -> None:
    visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde")


def gzip_bomb(visit: Visit) -> None:
    visit.begin(Content_Encoding="gzip", Content_Type="text/html")
    visit.pour(gzip_of(500))


def one_member_bomb(visit: Visit) -> None:
    visit.begin(Content_Encoding="gzip")
    stream = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    block = stream.compress(bytes(MEGABYTE)) + stream.flush(zlib.Z_FULL_FLUSH)
    again = stream.compress(bytes(MEGABYTE)) + stream.flush(zlib.Z_FULL_FLUSH)
    visit.send(block)
    visit.pour(iter([again] * 499))


def double_gzip(visit: Visit) -> None:
    """Compress twice and say so once: the inner layer is the page's own."""
    visit.answer(gzip.compress(gzip.compress(PAGE)), Content_Encoding="gzip")


def double_gzip_bomb(visit: Visit) -> None:
    visit.begin(Content_Encoding="gzip, gzip")
    visit.send(gzip.compress(b"".join(gzip_of(500))))


def brotli_bomb(visit: Visit) -> None:
    import brotli  # type: ignore[import-untyped]

    visit.begin(Content_Encoding="br")
    stream = brotli.Compressor(quality=1)
    visit.pour(stream.process(bytes(MEGABYTE)) + stream.flush() for _ in range(500))


def zstd_bomb(visit: Visit) -> None:
    from backports import zstd

    visit.begin(Content_Encoding="zstd")
    frame = zstd.compress(bytes(MEGABYTE))
    visit.pour(frame for _ in range(500))


def zstd_window(visit: Visit) -> None:
    """Ask for a window of 1 GB to be set aside."""
    visit.begin(Content_Encoding="zstd")
    visit.send(struct.pack("<IBB", 0xFD2FB528, 0, (30 - 10) << 3) + b"\x02\x00\x00a" * 10)


def empty_members(visit: Visit) -> None:
    """Send what unfolds into nothing, for ever."""
    visit.begin(Content_Encoding="gzip")
    visit.drip(endless(gzip.compress(b"") * 100))


def codings(visit: Visit) -> None:
    visit.answer(PAGE, Content_Encoding=", ".join(["gzip"] * 50))


def not_gzip(visit: Visit) -> None:
    visit.answer(PAGE, Content_Encoding="gzip")


def not_gzip_unless_asked(visit: Visit) -> None:
    visit.answer(PAGE, **({} if "identity" in visit.head else {"Content_Encoding": "gzip"}))


def huge(visit: Visit) -> None:
    visit.begin(Content_Type="text/html")
    visit.pour(iter([b"<p>more</p>" * 10_000] * 10_000))


def huge_declared(visit: Visit) -> None:
    visit.begin(Content_Length="1000000000")
    visit.pour(iter([b"x" * 100_000] * 10_000))


def wrong_charset(visit: Visit) -> None:
    visit.answer(
        "<p>Bücher für ärmere Länder</p>".encode("cp1252"), Content_Type="text/html; charset=utf-8"
    )


def nul_bytes(visit: Visit) -> None:
    visit.answer(b"<p>a\0b</p>\0\0", Content_Type='text/html; charset="\0"')


def many_headers(visit: Visit) -> None:
    visit.send(b"HTTP/1.1 200 OK\r\n")
    visit.pour(f"X-{number}: {'y' * 100}\r\n".encode() for number in range(100_000))


def long_header(visit: Visit) -> None:
    visit.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    visit.pour(endless(b"y" * 10_000))


def many_cookies(visit: Visit) -> None:
    lines = "".join(f"Set-Cookie: c{n}={'v' * 1000}\r\n" for n in range(90))
    visit.send(f"HTTP/1.1 302 Found\r\nLocation: /good\r\n{lines}\r\n".encode())


def raw(data: bytes) -> Callable[[Visit], None]:
    def fault(visit: Visit) -> None:
        visit.send(data)

    return fault


def reset(visit: Visit) -> None:
    visit.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


FAULTS: dict[str, Callable[[Visit], None]] = {
    "/good": good,
    "/429": too_many("", ends=False),
    "/429-small": too_many("1", ends=True),
    "/429-huge": too_many("999999999999999999999", ends=False),
    "/429-soon": too_many_until(2, ends=True),
    "/429-next-week": too_many_until(7 * 86_400, ends=False),
    "/429-nonsense": too_many("when the cows come home", ends=True),
    "/503": status("503 Service Unavailable"),
    "/503-once": status("503 Service Unavailable", times=1),
    "/418": status("418 I'm a teapot"),
    "/599": status("599 Whatever"),
    "/204": status("204 No Content"),
    "/206": status("206 Partial Content"),
    "/304": status("304 Not Modified"),
    "/loop": redirect("/loop-back"),
    "/loop-back": redirect("/loop"),
    "/for-ever": longer_and_longer,
    "/to-file": redirect("file:///etc/passwd"),
    "/to-ftp": redirect("ftp://127.0.0.1/x"),
    "/to-metadata": redirect("http://169.254.169.254/latest/meta-data/"),
    "/to-nowhere": redirect("http://nowhere.invalid/"),
    "/to-nonsense": redirect("http://[::1/"),
    "/to-bomb": redirect("/gzip-bomb"),
    "/to-good": redirect("/good"),
    "/redirect-bomb": redirect_with_a_bomb,
    "/silent": silent,
    "/drip-head": drip_head,
    "/drip-lines": drip_lines,
    "/drip-body": drip_body,
    "/drip-chunks": drip_chunks,
    "/continues": continues,
    "/trailers": trailers,
    "/truncated": truncated,
    "/truncated-once": truncated_once,
    "/truncated-chunk": truncated_chunk,
    "/truncated-gzip": truncated_gzip,
    "/longer": longer,
    "/two-lengths": two_lengths,
    "/gzip-bomb": gzip_bomb,
    "/one-member-bomb": one_member_bomb,
    "/double-gzip": double_gzip,
    "/double-gzip-bomb": double_gzip_bomb,
    "/brotli-bomb": brotli_bomb,
    "/zstd-bomb": zstd_bomb,
    "/zstd-window": zstd_window,
    "/empty-members": empty_members,
    "/codings": codings,
    "/not-gzip": not_gzip,
    "/not-gzip-unless-asked": not_gzip_unless_asked,
    "/huge": huge,
    "/huge-declared": huge_declared,
    "/wrong-charset": wrong_charset,
    "/nul": nul_bytes,
    "/many-headers": many_headers,
    "/long-header": long_header,
    "/many-cookies": many_cookies,
    "/garbage": raw(b"\x16\x03\x01 not the web\r\n\r\n"),
    "/http-0.9": raw(PAGE),
    "/http-7": raw(b"HTTP/7.3 200 OK\r\n\r\n"),
    "/status-999999": raw(b"HTTP/1.1 999999 OK\r\n\r\n"),
    "/nul-head": raw(b"HTTP/1.1 200 O\0K\r\nX\0Y: \0\r\nContent-Length: 2\r\n\r\nok"),
    "/chunk-garbage": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\nabc\r\n"),
    "/chunk-minus": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n"),
    "/early-close": raw(b""),
    "/reset": reset,
}
