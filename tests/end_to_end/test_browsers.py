"""In a real browser, pages of other sites cannot call the server; its own pages can.

core/tests/test_http_browser_policy.cpp tests all cases of the rule.
"""

from __future__ import annotations

import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from tests.support.live_server import LiveServer, live_server

from .conftest import Wire

PATIENCE = 60.0  # seconds; a browser needs a few to start

REGISTRY = """
class Board:
    runs = 0
    def run(self, *args):
        self.runs += 1
        return "run"
registry = {"board": Board()}
"""

# The page tries each way to call and reports the results. The text of the form is JSON: the name
# and the value of its only field are joined by "=".
PAGE = """<!doctype html><title>page</title><body><script>
const target = "TARGET/tuber";
const call = JSON.stringify({object: "board", method: "run"});
const within = (promise) => Promise.race([
  promise, new Promise((done) => setTimeout(() => done("nothing within 2 s"), 2000))]);
const post = async (options) => {
  const reply = await fetch(target, {method: "POST", body: call, ...options});
  return reply.type === "opaque" ? "opaque" : await reply.text();
};
const form = (enctype) => new Promise((done) => {
  const frame = document.createElement("iframe");
  frame.name = enctype;
  document.body.append(frame);
  const made = document.createElement("form");
  Object.assign(made, {action: target, method: "POST", enctype, target: enctype});
  const field = document.createElement("input");
  field.name = '{"object": "board", "method": "run", "args": ["';
  field.value = '"]}';
  made.append(field);
  document.body.append(made);
  frame.onload = () => { if (made.sent) done("sent"); };
  made.sent = true;
  made.submit();
});
const element = (tag) => new Promise((done) => {
  const made = document.createElement(tag);
  made.onload = () => done("loaded");
  made.onerror = () => done("not loaded");
  made.src = target + "/health";
  document.body.append(made);
});
const read = async (path) => (await fetch(target + path)).text();
const json = {"Content-Type": "application/json"};
const ways = {
  "fetch no-cors": () => post({mode: "no-cors"}),
  "fetch cors, plain text": () => post({}),
  "fetch cors, JSON": () => post({headers: json}),
  "fetch cors, JSON, credentials": () => post({headers: json, credentials: "include"}),
  "XMLHttpRequest": () => new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", target);
    request.onloadend = () => done(request.responseText || "no answer");
    request.send(call);
  }),
  "beacon": () => String(navigator.sendBeacon(target, new Blob([call], {type: "text/plain"}))),
  "form, plain text": () => form("text/plain"),
  "form, multipart": () => form("multipart/form-data"),
  "read health": () => read("/health"),
  "read calls": () => read("/calls"),
  "script": () => element("script"),
  "image": () => element("img"),
};
(async () => {
  const report = {};
  for (const [name, way] of Object.entries(ways)) {
    try { report[name] = await within(way()); } catch (error) { report[name] = String(error); }
  }
  await fetch("REPORT/report", {method: "POST", mode: "no-cors", body: JSON.stringify(report)});
})();
</script>"""


class Stranger(http.server.ThreadingHTTPServer):
    """A foreign web site. It stores the reports of its pages in `reports`."""

    daemon_threads = True

    def __init__(self, page: str) -> None:
        super().__init__(("127.0.0.1", 0), _StrangersHandler)
        self.reports: Queue[dict[str, str]] = Queue()
        self.origin = f"http://127.0.0.1:{self.server_port}"
        self.page = page.replace("REPORT", self.origin)


class _StrangersHandler(http.server.BaseHTTPRequestHandler):
    server: Stranger

    def do_GET(self) -> None:
        is_page = self.path == "/page.html"
        body = self.server.page.encode() if is_page else b""
        self.send_response(200 if is_page else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        report = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()
        self.server.reports.put(json.loads(report))

    def log_message(self, *message: object) -> None:
        """Nothing."""


@contextmanager
def stranger(page: str) -> Iterator[Stranger]:
    with Stranger(page) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        try:
            yield site
        finally:
            site.shutdown()
            thread.join()


@contextmanager
def browser_on(url: str, profile: Path) -> Iterator[None]:
    """Headless Chromium with one page open; every host name resolves to this machine."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "Chromium is not installed (on Debian: apt-get install chromium)"
    command = [
        *(chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
        *("--disable-dev-shm-usage", "--disable-background-networking", "--no-proxy-server"),
        f"--user-data-dir={profile}",
        "--host-resolver-rules=MAP * 127.0.0.1",
        url,
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as browser:
        try:
            yield
        finally:
            browser.terminate()


def report_of_page(site: Stranger, url: str, tmp_path: Path) -> dict[str, str]:
    with browser_on(url, tmp_path / "profile"):
        return site.reports.get(timeout=PATIENCE)


def runs(server: LiveServer) -> Any:
    with Wire(server.port) as wire:
        return wire.call({"object": "board", "property": "runs"})["result"]


@contextmanager
def board(tmp_path: Path, *options: str) -> Iterator[LiveServer]:
    registry = tmp_path / "registry.py"
    registry.write_text(REGISTRY)
    with live_server(registry, *options) as server:
        yield server


@pytest.mark.parametrize("host", ["127.0.0.1", "stranger.example"], ids=["same site", "cross-site"])
def test_a_page_of_another_origin_cannot_call(tmp_path: Path, host: str) -> None:
    with board(tmp_path) as server, stranger(PAGE.replace("TARGET", server_url(server))) as site:
        report = report_of_page(site, f"http://{host}:{site.server_port}/page.html", tmp_path)
        assert runs(server) == 0, report
    assert len(report) == 12
    leaks = ("result", "status", '"call"')
    assert not [each for each in report.values() if any(leak in each for leak in leaks)], report
    assert report["script"] == report["image"] == "not loaded"


def test_dns_rebinding_cannot_call(tmp_path: Path) -> None:
    webroot = tmp_path / "web"
    webroot.mkdir()
    with board(tmp_path, "--webroot", str(webroot)) as server, stranger("") as site:
        page = PAGE.replace("TARGET", "").replace("REPORT", site.origin)
        (webroot / "page.html").write_text(page)
        url = f"http://rebound.example:{server.port}/page.html"
        report = report_of_page(site, url, tmp_path)
        assert runs(server) == 0, report
    for way in ("fetch cors, JSON", "read health", "read calls"):
        assert "Host is 'rebound.example" in report[way]


def test_the_servers_own_page_can_call(tmp_path: Path) -> None:
    webroot = tmp_path / "web"
    webroot.mkdir()
    with board(tmp_path, "--webroot", str(webroot)) as server, stranger("") as site:
        page = PAGE.replace("TARGET", "").replace("REPORT", site.origin)
        (webroot / "page.html").write_text(page)
        report = report_of_page(site, f"{server_url(server)}/page.html", tmp_path)
        assert json.loads(report["fetch cors, JSON"]) == {"result": "run"}
        assert json.loads(report["fetch cors, JSON, credentials"]) == {"result": "run"}
        assert json.loads(report["read health"])["status"] == "serving"
        assert runs(server) == 2, report


def test_a_page_of_an_allowed_origin_can_call(tmp_path: Path) -> None:
    with stranger(PAGE) as site, board(tmp_path, "--allow-origin", site.origin) as server:
        site.page = site.page.replace("TARGET", server_url(server))
        report = report_of_page(site, f"{site.origin}/page.html", tmp_path)
        assert json.loads(report["fetch cors, JSON"]) == {"result": "run"}
        assert runs(server) == 1, report


def server_url(server: LiveServer) -> str:
    return f"http://{server.hostname}"
