#!/usr/bin/python3
"""deploy/check-architecture accepts the shipped files and names each fault
that is put into a copy of them; the greps of the script that it replaces find
what they look for.

usage: architecture.py
"""
import asyncio
import pathlib
import re
import shutil
import sys
import tempfile

import checks
import stack

COMPOSE = "docker-compose.yml"
NGINX = "nginx/nginx.conf"
PROXY = "nginx/proxy.conf"
NODES = "nginx/local/ws-gateway.conf"
# file, what is replaced, by what, the line that must come of it
FAULTS = (
    (COMPOSE, "  ws-gateway:\n", "  hub:\n", "ERROR compose has a service"),
    (COMPOSE, '"127.0.0.1:8001:8001"', '"8001:8001"',
     "WARN  ws-gateway: its port is open to this machine only"),
    (COMPOSE, "healthcheck:\n    test: [CMD, /usr", "hc:\n    test: [CMD, /usr",
     "ERROR ws-gateway: a health check"),
    (COMPOSE, "redis: {condition: service_healthy}",
     "redis: {condition: service_started}", "ERROR ws-gateway: starts after"),
    (COMPOSE, "SECRET_KEY_FILE: /run/secrets/secret_key", "SECRET_KEY: abc",
     "ERROR ws-gateway: secrets come from files"),
    (COMPOSE, "stop_grace_period: 45s  #", "stop_grace_period: 30s  #",
     "ERROR ws-gateway: may drain (35 s) before it is killed (30 s)"),
    (COMPOSE, "WS_SHUTDOWN_TIMEOUT: 35s", "WS_SHUTDOWN_TIMEOUT: 1m",
     "ERROR ws-gateway: may drain (60 s)"),
    (COMPOSE, "    volumes: [\"redis-data", "    ports: [6379]\n    volumes: [\""
     "redis-data", "ERROR redis: not published"),
    (COMPOSE, "--appendonly yes", "", "WARN  redis: keeps its data"),
    (COMPOSE, "172.28.81.11", "172.28.81.19", "ERROR nginx: upstream 172"),
    (COMPOSE, "  WS_LOG: ", "  WS_PING_INTERVAL_SECONDS: 10m\n    WS_LOG: ",
     "ERROR nginx: location /ws/ waits longer"),
    (NGINX, "upstream ws-gateway {", "upstream hub {",
     "ERROR nginx: upstream ws-gateway"),
    (NGINX, "    least_conn;\n", "    ip_hash;\n", "ERROR nginx: no stick"),
    (NODES, "server", "sticky;\nserver", "ERROR nginx: no stickiness"),
    (NGINX, "location /ws/ {\n      proxy_pass http://ws-gateway",
     "location /ws/ {\n      proxy_pass http://backend",
     "ERROR nginx: location /ws/ goes to ws-gateway"),
    (NGINX, "proxy_set_header Upgrade $http_upgrade;", "",
     "ERROR nginx: location /ws/ passes the upgrade on"),
    (NGINX, "location = /ws {", "location = /w {",
     "ERROR nginx: location = /ws goes to ws-gateway"),
    (PROXY, "proxy_read_timeout 300s", "proxy_read_timeout 65s",
     "ERROR nginx: location /ws/ waits longer than a heartbeat"),
    (PROXY, "proxy_send_timeout 300s;", "",
     "ERROR nginx: location /ws/ waits longer than a heartbeat"),
    (PROXY, "proxy_set_header Connection", "#", "ERROR nginx: location /ws/ s"),
    (NGINX, "proxy_buffering off", "proxy_buffering on",
     "ERROR nginx: location /sse/ is not buffered"),
    (NGINX, "location = /ws-health", "location = /hub-health",
     "ERROR nginx: /ws-health goes to ws-gateway"),
    (NGINX, "location /api/ws/bridge/", "location /api/bridge/",
     "ERROR nginx: /api/ws/bridge/"),
    (NGINX, '$request_path","status', '$request_uri","status',
     "ERROR nginx: no token gets into the access log"),
    ("nginx/local/logs.conf", "stdout masked", "stdout",
     "ERROR nginx: no token gets into the access log"),
    (NGINX, "error_log stderr crit", "error_log stderr",
     "WARN  nginx: no token gets into the error log"),
    ("nginx/local/frontend.conf", "root", "proxy_pass http://ws-gateway;\nroot",
     "ERROR nginx: / does not let"),
)


async def check_fault(check, folder, fault) -> None:
    file, old, new, line = fault
    copy = folder / "copy"
    shutil.copytree(stack.DEPLOY, copy,
                    ignore=shutil.ignore_patterns("secrets"))
    text = (copy / file).read_text(encoding="utf-8")
    check.that(old in text, f"{file} has {old!r}")
    (copy / file).write_text(text.replace(old, new), encoding="utf-8")
    code, said = await stack.output_of(
        stack.DEPLOY / "check-architecture", "--folder", copy)
    check.equal(code, 1 if line.startswith("ERROR") else 0, f"{new!r} gives")
    check.that(f"\n{line}" in f"\n{said}", f"{line!r} in: {said}")
    shutil.rmtree(copy)


def within(text: str, head: str, wanted: str, lines: int) -> bool:
    """grep -A LINES HEAD | grep -q WANTED"""
    rows = text.splitlines()
    return any(re.search(wanted, row) for at, first in enumerate(rows)
               if re.search(head, first) for row in rows[at:at + lines + 1])


def check_old_greps(check) -> None:
    """Those of the script before this one that are about these two files."""
    compose = (stack.DEPLOY / COMPOSE).read_text(encoding="utf-8")
    nginx = (stack.DEPLOY / NGINX).read_text(encoding="utf-8")
    for text, head, wanted, lines in (
            (compose, "ws-gateway:", "8001:8001", 20),
            (compose, "backend:", "UVICORN_WORKERS=4", 20),
            (compose, "nginx:", "ws-gateway", 5),
            (nginx, "upstream ws-gateway", "", 0),
            (nginx, "location /ws/", "proxy_pass http://ws-gateway", 10),
            (nginx, "location /ws/", "Upgrade", 10)):
        check.that(within(text, head, wanted, lines),
                   f"{wanted!r} within {lines} lines of {head!r}")


async def main() -> int:
    check = checks.Checks()
    check_old_greps(check)
    code, said = await stack.output_of(stack.DEPLOY / "check-architecture")
    check.equal(code, 0, "the shipped files")
    check.that(said.endswith("\n0 errors, 0 warnings\n"), said)
    with tempfile.TemporaryDirectory() as name:
        for fault in FAULTS:
            await check_fault(check, pathlib.Path(name), fault)
    return check.verdict()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
