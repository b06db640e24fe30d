"""Redirects, hop by hop: where they may lead, and what goes along."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.extract import limits, public_address
from pipeline.extract.fetch import HttpError
from pipeline.extract.public_address import (
    NoSuchHostError,
    endpoints,
    is_local,
    is_local_host,
    is_public,
)
from tests.extract.web import Answer, Request, Web, fetcher_for, live_source, no_such_names

NOWHERE = "0.0.0.0"  # noqa: S104 - nothing is bound to it


def to(address: str, status: int = 302, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(b"", status, {"Location": address, **named})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_each_kind_of_redirect_is_followed(tmp_path: Path, status: int) -> None:
    with Web({"/x/a": to("../b?c=d#e", status), "/b": "page"}) as web:
        payload = fetcher_for(live_source(web.url()), tmp_path).get(web.url("/x/a"))
    assert (payload.name, payload.url) == (web.url("/x/a"), web.url("/b?c=d"))
    assert payload.data == b"page"


@pytest.mark.parametrize(("status", "method"), [(301, "GET"), (303, "GET"), (307, "POST")])
def test_a_form_goes_along_where_it_should(tmp_path: Path, status: int, method: str) -> None:
    def answer(request: Request) -> str:
        return f"{request.method} {request.form.get('q')} {request.headers.get('content-type')}"

    with Web({"/a": to("/b", status), "/b": answer}) as web:
        payload = fetcher_for(live_source(web.url()), tmp_path).get(web.url("/a"), form={"q": "1"})
    expected = "POST 1 application/x-www-form-urlencoded" if method == "POST" else "GET None None"
    assert payload.data.decode() == expected


def test_an_address_in_letters_of_its_own_is_followed(tmp_path: Path) -> None:
    raw = "/b\u00fccher list".encode().decode("latin-1")  # UTF-8, as header bytes come
    with Web({"/a": to(raw), "/b%C3%BCcher%20list": "page"}) as web:
        assert fetcher_for(live_source(web.url()), tmp_path).get(web.url("/a")).data == b"page"


def test_a_redirect_without_an_address_is_no_page(tmp_path: Path) -> None:
    with Web({"/a": Answer(b"", 302)}) as web, pytest.raises(HttpError, match="HTTP 302 Found"):
        fetcher_for(live_source(web.url()), tmp_path).get(web.url("/a"))


def test_an_error_behind_a_redirect_names_both(tmp_path: Path) -> None:
    with Web({"/a": to("/b")}) as web:
        with pytest.raises(HttpError) as caught:
            fetcher_for(live_source(web.url()), tmp_path).get(web.url("/a"))
        assert str(caught.value).startswith(
            f"{web.url('/a')}: {web.url('/b')}, to which it redirects: there is no such page"
        )


def test_headers_of_the_request_stay_with_its_host(tmp_path: Path) -> None:
    with Web({"/b": "page"}) as other, Web({}) as web:
        web.answers["/a"] = to(other.url("/b"))
        web.answers["/c"] = to("/d")
        web.answers["/d"] = "page"
        fetcher = fetcher_for(live_source(web.url()), tmp_path)
        for path in ("/a", "/c"):
            fetcher.get(web.url(path), accept="text/html", headers={"X-Token": "mine"})
        there, here = other.requests[0].headers, web.requests[-1].headers
    assert (there["accept"], there.get("x-token")) == ("text/html", None)
    assert (here["accept"], here.get("x-token")) == ("text/html", "mine")


class TestCookies:
    """Kept for a harvest, each with the origin that set it."""

    def test_one_that_a_redirect_sets_is_sent_back(self, tmp_path: Path) -> None:
        def answer(request: Request) -> Answer:
            if request.headers.get("cookie") == "seen=1":
                return Answer("page")
            return to("/a", Set_Cookie="seen=1; Path=/")

        with Web({"/a": answer}) as web:
            assert fetcher_for(live_source(web.url()), tmp_path).get(web.url("/a")).data == b"page"

    def test_none_leaves_its_host(self, tmp_path: Path) -> None:
        with Web({"/b": "page", "/c": "page"}) as other, Web({}) as web:
            web.answers["/a"] = to(other.url("/b"), Set_Cookie="a=1; Path=/; Domain=127.0.0.1")
            fetcher = fetcher_for(live_source(web.url()), tmp_path)
            fetcher.get(web.url("/a"))
            fetcher.get(other.url("/c"))
            assert [request.headers.get("cookie") for request in other.requests] == [None, None]

    def test_too_many_are_not_sent_back(self, tmp_path: Path) -> None:
        with Web({"/a": Answer("x", headers={"Set-Cookie": "a=" + "v" * 9000}), "/b": "y"}) as web:
            fetcher = fetcher_for(live_source(web.url()), tmp_path)
            fetcher.get(web.url("/a"))
            fetcher.get(web.url("/b"))
            assert web.requests[1].headers.get("cookie") is None

    def test_those_of_many_hosts_are_forgotten(self, tmp_path: Path) -> None:
        from pipeline.extract.transport import MOST_JARS, Question, Transport

        with Web({"/": Answer("x", headers={"Set-Cookie": "a=1"})}) as web:
            transport = Transport(web.url(), 9, 1)
            for number in range(MOST_JARS + 5):
                port = web.host.rpartition(":")[2]
                transport.send(Question(f"http://127.0.0.1:{port}/?{number}", {}), left=9)
                transport._jars[f"http://h{number}.example:80"] = transport._jars[
                    f"http://127.0.0.1:{port}"
                ]
            assert len(transport._jars) <= MOST_JARS + 2
            transport.close()
        assert not any(tmp_path.iterdir())


class TestAddresses:
    """Only the internet, unless the source itself is in a private network."""

    @pytest.mark.parametrize(
        "address",
        [
            NOWHERE, "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.9.9",
            "192.0.0.8", "192.0.2.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
            "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1",
            "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1",
            "2001:db8::1", "100::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
            "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "not an address",
            "2001:0:4136:e378:8000:63bf:f5ff:fffe",
        ],
    )  # fmt: skip
    def test_what_is_not_public(self, address: str) -> None:
        assert not is_public(address)

    @pytest.mark.parametrize(
        "address",
        ["1.1.1.1", "8.8.8.8", "151.101.1.69", "2606:4700::1111", "::ffff:1.1.1.1",
         "64:ff9b::808:808", "2002:808:808::"],
    )  # fmt: skip
    def test_what_is_public(self, address: str) -> None:
        assert is_public(address)
        assert not is_local(address)

    @pytest.mark.parametrize("address", ["127.9.9.9", "10.0.0.1", "::1", "fd00::1", "100.100.1.1"])
    def test_what_is_local(self, address: str) -> None:
        assert is_local(address)

    @pytest.mark.parametrize("address", ["169.254.169.254", NOWHERE, "224.0.0.1", "fe80::1", "?"])
    def test_what_is_neither(self, address: str) -> None:
        assert not is_local(address)

    @given(st.ip_addresses())
    def test_an_address_is_not_both(self, address: object) -> None:
        assert not (is_public(str(address)) and is_local(str(address)))

    def test_a_redirect_from_the_internet_into_a_private_network(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """127.0.0.1 stands for a host of the internet here."""
        public(monkeypatch, "127.0.0.1")
        with Web({"/b": "page"}) as web:
            port = web.host.rpartition(":")[2]
            web.answers["/a"] = to(f"http://127.0.0.2:{port}/b")
            web.answers["/c"] = to("/b")
            fetcher = fetcher_for(live_source(web.url()), tmp_path)
            with pytest.raises(SourceError) as caught:
                fetcher.get(web.url("/a"))
            assert str(caught.value).startswith(
                f"{web.url('/a')}: http://127.0.0.2:{port}/b, to which it redirects: "
            )
            assert "leads to 127.0.0.2, an address of a private network" in str(caught.value)
            assert fetcher.get(web.url("/c")).data == b"page"

    def test_a_name_that_comes_to_mean_another_address(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The address that is connected to is the one that is checked (DNS rebinding)."""
        public(monkeypatch, "127.0.0.1")
        answers = iter(["127.0.0.1", "127.0.0.1", "127.0.0.2"])

        def look_up(_: str, port: int, **__: object) -> list[object]:
            return [(2, 1, 6, "", (next(answers), port))]

        with Web({"/a": "page"}) as web:
            port = web.host.rpartition(":")[2]
            monkeypatch.setattr("socket.getaddrinfo", look_up)
            fetcher = fetcher_for(live_source(f"http://listing.example:{port}/"), tmp_path)
            assert fetcher.get(f"http://listing.example:{port}/a").data == b"page"
            fetcher.finish()
            with pytest.raises(SourceError, match=r"listing\.example, which is 127\.0\.0\.2, an"):
                fetcher.get(f"http://listing.example:{port}/a")
            assert len(web.requests) == 1

    def test_of_many_addresses_only_the_allowed_are_tried(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        public(monkeypatch, "127.0.0.1")

        def look_up(_: str, port: int, **__: object) -> list[object]:
            return [(2, 1, 6, "", (one, port)) for one in ("10.0.0.1", "127.0.0.1", "127.0.0.1")]

        with Web({"/a": "page"}) as web:
            port = web.host.rpartition(":")[2]
            monkeypatch.setattr("socket.getaddrinfo", look_up)
            assert [one for _, one, _ in endpoints("x", 1, 9)] == ["10.0.0.1", "127.0.0.1"]
            fetcher = fetcher_for(live_source(f"http://listing.example:{port}/"), tmp_path)
            assert fetcher.get(f"http://listing.example:{port}/a").data == b"page"

    def test_a_source_in_a_private_network_may_lead_to_others_there(self, tmp_path: Path) -> None:
        with Web({"/b": "page"}) as other, Web({"/a": to(other.url("/b"))}) as web:
            assert fetcher_for(live_source(web.url()), tmp_path).get(web.url("/a")).data == b"page"

    def test_the_location_itself_may_not_be_link_local(self, tmp_path: Path) -> None:
        source = live_source("http://169.254.169.254/latest/")
        with pytest.raises(SourceError, match=r"leads to 169\.254\.169\.254, an address"):
            fetcher_for(source, tmp_path).get(source.location)

    def test_a_host_without_an_address_is_not_local(self, monkeypatch: pytest.MonkeyPatch) -> None:
        no_such_names(monkeypatch)
        assert not is_local_host("nowhere.invalid", 5)
        assert is_local_host("localhost", 5)

    def test_a_look_up_is_given_up_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        waiting = threading.Event()

        def look_up(*_: object, **__: object) -> list[object]:
            waiting.wait(20)
            return []

        monkeypatch.setattr("socket.getaddrinfo", look_up)
        with pytest.raises(TimeoutError, match="was not found in time"):
            endpoints("slow.example", 80, 0.05)
        with pytest.raises(TimeoutError):
            is_local_host("slow.example", 0.05)
        waiting.set()

    def test_a_name_that_cannot_be_encoded_is_no_host(self) -> None:
        with pytest.raises(NoSuchHostError) as caught:
            endpoints("x" * 80 + ".example", 80, 5)
        assert not caught.value.passing


def public(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Let one address pass for one of the internet, and for no local one."""

    def only(real: Callable[[str], bool], answer: bool) -> Callable[[str], bool]:
        return lambda text: answer if text == address else real(text)

    for module in (limits, public_address):
        monkeypatch.setattr(module, "is_public", only(is_public, answer=True))
        monkeypatch.setattr(module, "is_local", only(is_local, answer=False))
