#!/usr/bin/python3
"""Runs the shipped nginx.conf, without rights, before two hubs, a Redis and
the example backend of docker-compose.yml, with real clients before it.

usage: front.py --gateway BINARY [--tls] [--keep]
"""
import argparse
import asyncio
import json
import pathlib
import shutil
import signal
import ssl
import sys
import tempfile
import time

import websockets

import checks
import stack

PATIENCE = 10  # seconds
SSE_PATH = "/sse/dialogs/10"


class Front:
    def __init__(self, options, world: stack.Stack,
                 check: checks.Checks):
        self.tls = options.tls
        self.world = world
        self.check = check
        self.port = world.front.port
        self.access = world.mint("token", "access", "--sub", "1")
        self.site = world.mint("token", "site", "--user-id", "6")
        self.paths = {
            "admin": f"/ws/dialogs/10?token={self.access}",
            "site": f"/ws/site/dialogs/10?site_token={self.site}",
            "widget": "/ws/widget/dialogs/10?assistant_id=3",
        }

    # -- clients --------------------------------------------------------------

    def connect(self, path: str, host: str = "localhost", **more):
        if self.tls:
            more["server_hostname"] = "localhost"
            more["ssl"] = ssl.create_default_context(
                cafile=self.world.secrets / "tls_certificate")
        return websockets.connect(
            f"{'wss' if self.tls else 'ws'}://{host}:{self.port}{path}",
            origin="https://localhost", host="127.0.0.1", open_timeout=PATIENCE, ping_interval=None, **more)

    async def hear(self, socket, wanted) -> dict:
        """The next frame that `wanted` likes."""
        async with asyncio.timeout(PATIENCE):
            while True:
                text = await socket.recv()
                if text == "__ping__":
                    await socket.send("__pong__")
                    continue
                frame = json.loads(text)
                if wanted(frame):
                    return frame

    async def curl(self, path: str, *words: str, scheme: str = "") -> tuple:
        """Status, headers and body of a request."""
        scheme = scheme or ("https" if self.tls else "http")
        port = self.port if scheme == "https" else self.world.plain_port
        child = await asyncio.create_subprocess_exec(
            "curl", "-s", "-i", "--max-time", str(PATIENCE), "--cacert",
            str(self.world.secrets / "tls_certificate"), "--resolve",
            f"localhost:{port}:127.0.0.1", *words,
            f"{scheme}://localhost:{port}{path}",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
        output = (await child.communicate())[0].decode()
        head, _, body = output.replace("\r\n", "\n").partition("\n\n")
        lines = head.splitlines() or ["none 0"]
        headers = dict(line.lower().split(": ", 1) for line in lines[1:]
                       if ": " in line)
        return int(lines[0].split()[1]), headers, body

    async def post(self, text: str) -> int:
        status, _, _ = await self.curl(
            f"/api/site/dialogs/10/messages?site_token={self.site}", "-H",
            "Content-Type: application/json", "-d", json.dumps({"text": text}))
        return status

    # -- stories --------------------------------------------------------------

    async def everybody_hears(self) -> None:
        sockets = {role: await self.connect(path)
                   for role, path in self.paths.items()}
        inbox = await self.connect(f"/ws/dialogs?token={self.access}")
        sse = asyncio.create_task(self.curl(
            f"{SSE_PATH}?token={self.access}", "-N", "--max-time", "2"))
        await asyncio.sleep(0.5)  # curl says nothing when it has connected
        self.check.equal(await self.post("to all"), 200, "POST a message")
        for role, socket in sockets.items():
            heard = await self.hear(socket, lambda f: f.get("text"))
            self.check.equal(heard["text"], "to all", f"{role} hears")
            await socket.close()
        await inbox.close()
        status, headers, body = await sse
        self.check.equal(status, 200, "SSE")
        self.check.that("event-stream" in headers.get("content-type", ""),
                        "SSE has its content type")
        self.check.that('"to all"' in body, f"SSE is not held back: {body}")

    async def pages(self) -> None:
        for path, wanted in {
                "/health": 200, "/ws-health": 200, "/api/ws/bridge/health": 200,
                "/js/wsgw.js": 200, "/": 200, "/metrics": 404,
                "/debug/connections": 404, "/admin/v1/drain": 404,
                "/internal/ws-auth": 404, "/nothing": 404,
                "/api/dialogs/10/messages": 401}.items():
            status, _, _ = await self.curl(path)
            self.check.equal(status, wanted, f"GET {path}")
        status, _, _ = await self.curl("/api/publish", "-d", "{}")
        self.check.equal(status, 404, "POST /api/publish from outside")
        status, _, _ = await self.curl("/ws")
        self.check.that(status not in (301, 302, 307, 308, 502),
                        f"/ws is not redirected: {status}")
        _, headers, _ = await self.curl("/ws-health", "-H",
                                        "X-Request-ID: trace-00042")
        self.check.equal(headers.get("x-request-id"), "trace-00042",
                         "the request's id goes through")

    async def follow(self, cursor: str = ""):
        """A v1 client and the cursor of its hello."""
        path = self.paths["admin"] + (f"&cursor={cursor}" if cursor else "")
        socket = await self.connect(path, subprotocols=["wsgw.v1"])
        hello = await self.hear(socket, lambda f: f["type"] == "hello")
        return socket, hello

    async def catch_up(self, socket, cursor: str, wanted: str) -> None:
        """Until `wanted` has been heard; comes back when it is cut off."""
        seen = []
        deadline = time.monotonic() + PATIENCE
        while not seen or seen[-1] != wanted:
            self.check.that(time.monotonic() < deadline, "a client comes back")
            if time.monotonic() > deadline:
                return
            try:
                event = await self.hear(socket, lambda f: f["type"] == "event")
                cursor = event["cursor"]
                seen.append(event["data"]["text"])
            except websockets.ConnectionClosed:
                socket, hello = await self.follow(cursor)
                self.check.equal(hello["resume"], "replayed", "resumed")
        self.check.equal(seen, ["before", "while", wanted], "heard")
        await socket.close()

    async def node_goes(self, leave) -> None:
        """Clients of a node that goes go on at the other."""
        followers = [await self.follow() for _ in range(6)]
        await self.post("before")
        following = [asyncio.create_task(
            self.catch_up(socket, hello["cursor"], "after"))
            for socket, hello in followers]
        await asyncio.sleep(0.2)
        await leave()
        self.check.equal(await self.post("while"), 200, "the backend goes on")
        status, _, _ = await self.curl("/ws-health")
        self.check.equal(status, 200, "the other node answers")
        await self.post("after")
        await asyncio.gather(*following)
        await self.world.nodes[0].start()

    async def reload(self) -> None:
        """A reload of nginx leaves the sockets of its old workers alone."""
        old, _ = await self.follow()
        self.world.front.child.send_signal(signal.SIGHUP)
        new, _ = await self.follow()
        self.check.equal(await self.post("reloaded"), 200, "after a reload")
        for socket in (old, new):
            event = await self.hear(socket, lambda f: f["type"] == "event")
            self.check.equal(event["data"]["text"], "reloaded", "heard")
            await socket.close()

    async def duels(self) -> None:
        for path in ("/ws", "/ws/"):
            try:
                socket = await self.connect(f"{path}?ticket=e30.secretticket",
                                            "duels.example.org")
                frame = await self.hear(socket, lambda _: True)
                self.check.equal(frame.get("message"), "invalid_ticket",
                                 f"duels at {path}")
            except websockets.InvalidStatusCode as error:
                self.check.that(False, f"duels at {path}: {error}")

    async def architecture(self) -> None:
        """deploy/check-architecture agrees, and sees a node that is gone."""
        words = [stack.DEPLOY / "check-architecture", "--running",
                 f"http://localhost:{self.port}", "--secrets",
                 self.world.secrets]
        for node in self.world.nodes:
            words += ["--node", f"http://127.0.0.1:{node.port}"]
        for more, wanted in (([], 0), (["--redis", self.world.secret(
                "redis_url")], 0)):
            code, said = await stack.output_of(*words, *more)
            self.check.equal(code, wanted, f"check-architecture says {said}")
            self.check.equal(said.count("hears it ("), 3, "clients heard it")
        await self.world.nodes[1].terminate()
        code, said = await stack.output_of(*words)
        self.check.equal(code, 1, "check-architecture without a node")
        self.check.that(f"ERROR http://127.0.0.1:{self.world.nodes[1].port}"
                        in said, f"it says which node is gone: {said}")
        await self.world.nodes[1].start()

    async def health(self) -> None:
        """The health checks of docker-compose.yml tell the two states."""
        services = {"redis": self.world.redis, "backend": self.world.backend,
                    "ws-gateway": self.world.nodes[0],
                    "nginx": self.world.front}
        for name in services:
            self.check.equal(await self.world.health(name), 0, name)
        for name, process in services.items():
            await process.terminate()
            self.check.that(await self.world.health(name) != 0,
                            f"{name} is gone and not healthy")

    async def redirects(self) -> None:
        """Without TLS there is nothing but the way to it."""
        for path in ("/", "/ws/dialogs/10", "/api/dialogs/10/messages"):
            status, headers, _ = await self.curl(path, scheme="http")
            self.check.equal((status, headers.get("location")),
                             (301, f"https://localhost{path}"), path)

    async def logs(self) -> None:
        log = self.world.front.log.read_text(encoding="utf-8")
        lines = [json.loads(line) for line in log.splitlines()
                 if line.startswith("{")]
        self.check.that(len(lines) >= 15, "requests are logged")
        for path in ("/ws/dialogs/10", SSE_PATH):
            self.check.that(any(line["path"] == path for line in lines),
                            f"{path} is in the access log")
        for secret in (self.access, self.site, "token=", "secretticket"):
            self.check.that(secret not in log, f"{secret} is in nginx's logs")

    async def run(self) -> None:
        await self.everybody_hears()
        await self.pages()
        if self.tls:
            await self.redirects()
        else:
            await self.architecture()
            await self.reload()
            await self.duels()
            await self.node_goes(self.world.nodes[0].kill)
            await self.node_goes(self.world.nodes[0].terminate)
        await self.logs()
        await self.health()


async def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gateway", required=True)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="wsgw-deploy-"))
    world = stack.Stack(options.gateway, folder, options.tls)
    check = checks.Checks()
    try:
        await world.start()
        await Front(options, world, check).run()
    finally:
        await world.stop()
        if options.keep or not check.are_clean():
            print(f"servers' logs: {folder}")
        else:
            shutil.rmtree(folder)
    return check.verdict()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
