"""Where the REST API of a WordPress site is, and the addresses of its collections.

The API's root is what a page's `Link` header or `<link>` of relation `https://api.w.org/` names;
else `/wp-json/` below the site's address.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.access import Access
from pipeline.extract.decoding import decode
from pipeline.extract.fetch import HttpError
from pipeline.extract.json_text import parse_json
from pipeline.extract.payloads import Payload, shown
from pipeline.settings import Source

RELATION = "https://api.w.org/"
NAMESPACE = "wp/v2"
ROUTE = "rest_route"
JSON = "application/json"
OURS = frozenset(
    {"context", "offset", "page", "per_page", "_embed", "_envelope", "_fields", "_jsonp"}
)
"""Parameters of a location that would change what pages are, or how they are written."""

LINK = re.compile(r"<([^<>]{1,2000})>([^<>]{0,2000})")
ELEMENT = re.compile(r"<link\b[^<>]{0,2000}>", re.IGNORECASE)
HREF = re.compile(r"""\bhref\s*=\s*["']?([^"'\s<>]{1,2000})""", re.IGNORECASE)
IN_PATH = re.compile(r"(?P<root>.*/wp-json)(?:/(?P<route>.*))?")
WITHOUT_ROOT = re.compile(  # as WordPress.com has them
    r"(?P<root>.*/wp/v2(?:/sites/[^/]+)?)/(?P<route>[\w.-]*)/?"
)
HEAD = 200_000  # characters in which a page names its API


class Api(msgspec.Struct, frozen=True):
    """The API of a site.

    `root` is the address below which its routes are, or of which the parameter `rest_route` takes
    them; `namespace` stands before the name of a type. `route` is the collection that the source's
    location names (empty: none), `query` are the parameters it gives.
    """

    root: str
    namespace: str = NAMESPACE
    route: str = ""
    query: tuple[tuple[str, str], ...] = ()

    def address(self, route: str, query: Mapping[str, str] = {}) -> str:
        """Return the address of `route`, such as `wp/v2/posts`, with the parameters of `query`."""
        parts = urlsplit(self.root)
        pairs = [*parse_qsl(parts.query, keep_blank_values=True)]
        path = parts.path
        if any(name == ROUTE for name, _ in pairs):
            pairs = [(name, f"/{route}" if name == ROUTE else value) for name, value in pairs]
        else:
            path = f"{path.rstrip('/')}/{route}"
        given = [(name, value) for name, value in self.query if name not in query]
        return urlunsplit(
            parts._replace(path=path, query=urlencode([*pairs, *given, *query.items()]))
        )

    def type_route(self, name: str) -> str:
        """Return the route of the collection of a post type, by its base in the API."""
        return f"{self.namespace}/{name}" if self.namespace else name


def find_api(source: Source, access: Access) -> Api:
    """Return the API that `source.location` means, asking the site only where it does not say it.

    Raises `SourceError` where the site cannot be asked.
    """
    location = source.location.strip()
    named = api_of(location)
    if named is not None:
        return named
    try:
        page = access.web.get(location, accept="text/html")
    except HttpError:
        return Api(f"{location.rstrip('/')}/wp-json/")
    root = linked_root(page, source) or urljoin(_folder(page.url or location), "wp-json/")
    return api_of(root) or Api(root)


def api_of(address: str) -> Api | None:
    """Return the API that `address` names: its root, a collection, or `?rest_route=`; else None.

    >>> api_of("https://example.org/wp-json/wp/v2/reports?lang=es").route
    'wp/v2/reports'
    """
    parts = urlsplit(address)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = tuple((n, v) for n, v in pairs if n not in OURS and n != ROUTE)
    route = next((value for name, value in pairs if name == ROUTE), None)
    bare = parts._replace(query="", fragment="")
    if route is not None:
        root = urlunsplit(bare._replace(query=f"{ROUTE}=%2F"))
        return Api(root, route=_collection(route), query=query)
    if found := IN_PATH.fullmatch(parts.path):
        root = urlunsplit(bare._replace(path=f"{found['root']}/"))
        return Api(root, route=_collection(found["route"] or ""), query=query)
    if found := WITHOUT_ROOT.fullmatch(parts.path.rstrip("/") + "/"):
        root = urlunsplit(bare._replace(path=f"{found['root']}/"))
        return Api(root, namespace="", route=found["route"], query=query)
    return None


def linked_root(page: Payload, source: Source) -> str:
    """Return the API's root that a page of the site names, or an empty text."""
    for target, parameters in LINK.findall(page.headers.get("link", "")):
        if RELATION in parameters:
            return str(urljoin(page.url, target.strip()))
    try:
        text = decode(page.data, source, page.name, markup=True, charset=page.charset).text[:HEAD]
    except SourceError:
        return ""
    for element in ELEMENT.findall(text):
        href = HREF.search(element)
        if RELATION in element and href:
            return str(urljoin(page.url, html.unescape(href.group(1))))
    return ""


def read_items(payload: Payload, source: Source) -> list[object]:
    """Return the items of an answer of the API, or of a saved one.

    Raises `SourceError` for what is none: a web page, an error, JSON of another kind.
    """
    decoded = decode(payload.data, source, payload.name, markup=False, charset=payload.charset)
    text = decoded.text.lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        raise closed("answers with a web page, not with JSON", payload.name, source)
    found = parse_json(text, payload.name)
    if isinstance(found, list):
        return list(found)
    if isinstance(found, dict) and "code" in found and "message" in found:
        raise closed(f"refuses: {shown(str(found['message']))!r}", payload.name, source)
    if isinstance(found, dict) and "id" in found and ("title" in found or "guid" in found):
        return [found]
    raise SourceError(
        f"holds no items; it begins {shown(text)!r}", where=payload.name,
        expected="a list of items, as the REST API of WordPress gives them under /wp/v2/posts",
        next_step="check 'location'; for another API set kind = \"json\"",
    )  # fmt: skip


def closed(what: str, where: str, source: Source) -> SourceError:
    """Return the error for an API that cannot be read, with what to try instead."""
    parts = urlsplit(source.location.strip())
    home = f"{parts.scheme}://{parts.netloc}/" if source.is_live else "the site's address, then "
    return SourceError(
        f"the REST API of WordPress {what}", where=where,
        expected="the items as JSON",
        next_step=f'try kind = "feed" with location = "{home}feed/", or kind = "html-listing" with '
        "the page that lists them; where the site gave you a key, name it in [credentials]",
    )  # fmt: skip


def types_of(api: Api, source: Source, access: Access) -> dict[str, str]:
    """Return the public post types by the names people may know them by, with their bases.

    Raises `SourceError` where the API does not tell them.
    """
    payload = access.web.get(api.address(api.type_route("types")), accept=JSON)
    text = decode(payload.data, source, payload.name, markup=False, charset=payload.charset).text
    found = parse_json(text, payload.name)
    bases: dict[str, str] = {}
    for slug, one in found.items() if isinstance(found, dict) else ():
        base = one.get("rest_base") if isinstance(one, dict) else None
        if isinstance(base, str) and not slug.startswith(("wp_", "nav_menu_")):
            bases[base] = base
            bases.setdefault(slug, base)
    return bases


def _collection(route: str) -> str:
    """Return the route of a collection, or an empty text for one above the collections."""
    route = route.strip("/")
    return "" if route in {"", "wp", NAMESPACE} else route


def _folder(address: str) -> str:
    """Return the address of a site from that of its front page."""
    parts = urlsplit(address)
    path = parts.path if parts.path.endswith("/") else f"{parts.path}/"
    if path.endswith((".php/", ".html/", ".htm/")):
        path = path.rstrip("/").rpartition("/")[0] + "/"
    return urlunsplit(parts._replace(path=path, query="", fragment=""))
