"""Model clients: minimal v1 and legacy readers that keep a cursor, misbehave
at random, and complain about everything that is not exactly once, in order."""
import asyncio
import json
import random
import socket
import time

import websockets
import websockets.exceptions

from follower import Follower

MAY_CLOSE = {1001, 1006, 1012, 1013, 4010}
GONE = (OSError, websockets.exceptions.InvalidHandshake,
        websockets.exceptions.InvalidMessage, asyncio.TimeoutError, EOFError)


class Client:
    """What all kinds of client share: where they connect, what they count."""

    def __init__(self, world, room, role: str, seed: int):
        self.world = world
        self.room = room
        self.role = role
        self.random = random.Random(seed)
        self.is_calm = False   # no more mischief: catch up and stay
        self.problems = []
        self.connects = 0
        self.delivered = 0

    @property
    def name(self) -> str:
        return f"{type(self).__name__} {self.room.name} {self.role}"

    def complain(self, kind: str, what: str) -> None:
        self.problems.append((kind, f"{self.name}: {what}"))

    def mood(self) -> str:
        if self.is_calm:
            return "stay"
        return self.random.choices(("stay", "drop", "slow"), (6, 2, 2))[0]

    def leave(self) -> None:
        """The connection is over."""

    async def run(self) -> None:
        while True:
            try:
                await self.connect_once()
            except GONE:
                pass
            self.leave()
            await asyncio.sleep(self.random.uniform(0.01, 0.2))


class WebSocketClient(Client):
    subprotocols = None
    version = ""

    async def connect_once(self) -> None:
        port = self.port = self.world.any_port(self.random)
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.setblocking(False)
        await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", port))
        uri = self.world.target(self.room, self.role) + self.query()
        async with websockets.connect(
                f"ws://127.0.0.1:{port}{uri}", sock=raw, max_queue=2,
                read_limit=2048, ping_interval=None, close_timeout=1,
                open_timeout=10, max_size=None,
                subprotocols=self.subprotocols) as link:
            self.connects += 1
            await self.live(link)

    def query(self) -> str:
        return ""

    async def live(self, link) -> None:
        mood = self.mood()
        ends_at = time.monotonic() + self.random.uniform(0.5, 6)
        self.begin()
        try:
            while True:
                if not self.is_calm and time.monotonic() > ends_at:
                    if mood == "drop":
                        link.transport.abort()
                        return
                    if mood == "slow":
                        await asyncio.sleep(self.random.uniform(1, 4))
                    mood = self.mood()
                    ends_at = time.monotonic() + self.random.uniform(0.5, 6)
                try:
                    text = await asyncio.wait_for(link.recv(), 1)
                except asyncio.TimeoutError:
                    continue
                await self.take(link, text)
        except websockets.exceptions.ConnectionClosed as end:
            code = end.rcvd.code if end.rcvd else 1006
            self.world.closes[code] += 1
            if code not in MAY_CLOSE:
                self.complain("close", f"closed {code}")

    def begin(self) -> None:
        """A new connection begins."""


class V1Client(Follower, WebSocketClient):
    subprotocols = ["wsgw.v1"]

    def __init__(self, *words):
        super().__init__(*words)
        self.reset_journal()
        self.is_pulling = False

    def query(self) -> str:
        return f"&cursor={self.epoch}:{self.have}" if self.epoch else ""

    def begin(self) -> None:
        self.is_pulling = False

    async def take(self, link, text: str) -> None:
        frame = json.loads(text)
        kind = frame["type"]
        if kind == "hello":
            self.take_hello(frame, self.epoch is not None)
        elif kind == "event":
            self.take_event(frame)
        elif kind == "skip":
            self.take_skip(frame)
        elif kind == "reset":
            self.take_reset(frame)
            self.is_pulling = False
        elif kind == "ping":
            self.visits[-1].acks(self.epoch, self.have)
            await link.send(json.dumps({"type": "pong", "seq": self.have}))
            if frame["seq"] > self.have and not self.is_pulling:
                self.complain("lost", f"ping {frame['seq']} at {self.have}")
        elif kind == "lagging":
            self.lags += 1
            self.is_pulling = True
            await self.pull(link)
        elif kind == "page" and self.is_pulling and frame["more"]:
            await self.pull(link)
        elif kind == "live":
            self.is_pulling = False
            if frame["cursor"] != f"{self.epoch}:{self.have}":
                self.complain("lost", f"live at {frame['cursor']}, "
                              f"here {self.have}")
        elif kind == "error" and frame["code"] == "rate_limited":
            await asyncio.sleep(1)  # as the server asks
            if self.is_pulling:
                await self.pull(link)
        elif kind == "error":
            self.complain("protocol", text)

    async def pull(self, link) -> None:
        await link.send(json.dumps({
            "type": "pull", "cursor": f"{self.epoch}:{self.have}",
            "limit": self.random.choice((20, 500))}))


class SseClient(Follower, Client):
    """Server-sent events over a bare socket."""

    def __init__(self, *words):
        super().__init__(*words)
        self.reset_journal()

    async def connect_once(self) -> None:
        port = self.port = self.world.any_port(self.random)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        last = f"Last-Event-ID: {self.epoch}:{self.have}\r\n" if self.epoch else ""
        path = self.world.target(self.room, self.role).replace("/ws/", "/sse/")
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                     f"Accept: text/event-stream\r\n{last}\r\n".encode())
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
            status = int(head.split()[1])
            if status == 200:
                self.connects += 1
                is_chunked = b"chunked" in head  # as proxies make it
                await self.live(lambda: self.block_of(reader, is_chunked))
            elif status not in (502, 503, 504):
                self.complain("close", f"status {status}")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.transport.abort()

    async def block_of(self, reader, is_chunked: bool) -> str:
        """The next event, or comment, of the stream."""
        while is_chunked and "\n\n" not in self.unread:
            size = int(await reader.readuntil(b"\r\n"), 16)
            if size == 0:
                raise EOFError
            self.unread += (await reader.readexactly(size)).decode()
            await reader.readexactly(2)
        if is_chunked:
            block, _, self.unread = self.unread.partition("\n\n")
            return block
        return (await reader.readuntil(b"\n\n")).decode()

    async def live(self, next_block) -> None:
        mood = self.mood()
        ends_at = time.monotonic() + self.random.uniform(0.5, 6)
        self.unread = ""
        while True:
            if mood != "stay" and not self.is_calm and time.monotonic() > ends_at:
                if mood == "drop":
                    return
                await asyncio.sleep(self.random.uniform(1, 4))
                mood = "stay"
            block = await next_block()
            lines = dict(line.split(": ", 1) for line in block.splitlines()
                         if line and not line.startswith(":"))
            if "data" in lines:
                self.take(json.loads(lines["data"]), lines.get("id"))

    def take(self, frame, given) -> None:
        kind = frame["type"]
        if kind == "hello":
            self.take_hello(frame, self.epoch is not None)
        elif kind == "event":
            self.take_event(frame)
            if "seq" in frame and given != frame["cursor"]:
                self.complain("protocol", f"id {given}")
        elif kind == "skip":
            self.take_skip(frame)
        elif kind == "reset":
            self.take_reset(frame)


class LegacyClient(WebSocketClient):
    """Knows no numbers: within one connection nothing may be missing, doubled
    or out of order."""

    def __init__(self, *words):
        super().__init__(*words)
        self.runs = []

    def begin(self) -> None:
        self.runs.append([])

    async def take(self, link, text: str) -> None:
        if text == "__ping__":
            await link.send("__pong__")
            return
        frame = json.loads(text)
        if "id" in frame:
            self.runs[-1].append(frame["id"])
            self.delivered += 1
