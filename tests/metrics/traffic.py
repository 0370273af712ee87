"""Something of everything that metrics count, on one hub with Redis."""
import asyncio
import datetime
import json
import socket
import subprocess
import urllib.error
import urllib.request

import redis
import websockets
import websockets.exceptions

DIALOG = 918273  # in no metric may be one of these
USER = 817263
MESSAGE = 716253
DUEL = 615243


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(
        timespec="milliseconds")


def message(number, **more):
    return {"type": "message:new", "ts": now(), "dialog_id": DIALOG,
            "message": {"id": MESSAGE + number, "text": "hello"}} | more


class Traffic:
    def __init__(self, hub, store, mint, publish_token):
        self.hub = hub
        self.publish_token = publish_token
        self.store = redis.Redis(port=store.port)
        self.access = mint("token", "access", "--sub", str(USER))
        self.site = mint("token", "site", "--user-id", str(USER),
                         "--domains", "client.example")
        self.number = 0
        self.slow = None

    # -- publishers -----------------------------------------------------------

    def post(self, body, token=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.hub.port}/api/publish",
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {token or self.publish_token}"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    async def publish(self, count):
        for _ in range(count):
            self.number += 1
            await asyncio.to_thread(
                self.post, {"dialog_id": DIALOG,
                            "event": message(self.number),
                            "idempotency_key": f"m-{self.number // 2}"})

    async def publish_plain(self):
        """Around the log: ephemeral, of tomorrow, and no event at all."""
        tomorrow = "2999-01-01T00:00:00Z"
        for payload in (json.dumps(message(0)),
                        json.dumps({"type": "typing_start", "ts": now()}),
                        json.dumps({"type": "typing_start", "ts": tomorrow}),
                        "no JSON", "[]"):
            await asyncio.to_thread(self.store.publish,
                                    f"ws:dialog:{DIALOG}", payload)

    # -- clients --------------------------------------------------------------

    def connect(self, target, **options):
        return websockets.connect(f"ws://127.0.0.1:{self.hub.port}{target}",
                                  ping_interval=None, open_timeout=10,
                                  close_timeout=2, **options)

    def admin(self, extra=""):
        return self.connect(
            f"/ws/dialogs/{DIALOG}?token={self.access}&v=1{extra}")

    async def read(self, link, kind):
        """The next message of this type."""
        while True:
            frame = json.loads(await asyncio.wait_for(link.recv(), 10))
            if frame["type"] == kind:
                return frame

    async def come_back(self):
        """Resumes with a good cursor, and with two that cannot be."""
        async with self.admin() as link:
            cursor = (await self.read(link, "hello"))["cursor"]
        await self.publish(4)
        for extra in (f"&cursor={cursor}", "&cursor=!", "&cursor=0:1"):
            async with self.admin(extra) as link:
                await self.read(link, "hello")
        async with self.admin() as link:
            hello = await self.read(link, "hello")
            await link.send(json.dumps({"type": "pull", "after": 0}))
            await link.send(json.dumps({"type": "typing", "state": "start"}))
            await link.send("nonsense")
            await link.send(json.dumps(
                {"type": "pong", "seq": int(hello["cursor"].split(":")[1])}))
            await self.publish_plain()
            await asyncio.sleep(0.3)

    async def knock_in_vain(self):
        targets = (f"/ws/dialogs/{DIALOG}?token=bad", "/ws/nowhere",
                   f"/ws/duels?v=1&ticket=bad{DUEL}")
        for target in targets:
            await self.refused(target)
        await self.refused(f"/ws/site/dialogs/{DIALOG}?site_token={self.site}",
                           origin="https://evil.example")
        await asyncio.to_thread(self.post, {}, "wrong")
        await asyncio.to_thread(self.post, {"dialog_id": DIALOG, "event": 1})

    async def refused(self, target, **options):
        try:
            async with self.connect(target, **options) as link:
                await asyncio.wait_for(link.recv(), 5)
        except (websockets.exceptions.InvalidHandshake,
                websockets.exceptions.ConnectionClosed):
            pass

    async def listen(self, target, **options):
        """Stays, as the widget or the site does; reads all there is."""
        async with self.connect(target, **options) as link:
            async for text in link:
                if text == "__ping__":
                    await link.send("__pong__")

    async def stream(self):
        reader, writer = await asyncio.open_connection("127.0.0.1",
                                                       self.hub.port)
        writer.write(f"GET /sse/dialogs/{DIALOG}?token={self.access} HTTP/1.1"
                     "\r\nHost: hub\r\nAccept: text/event-stream\r\n\r\n"
                     .encode())
        try:
            while await reader.read(4096):
                pass
        finally:
            writer.close()

    async def dawdle(self):
        """A v1 client that never reads: it soon lags."""
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(raw, ("127.0.0.1", self.hub.port))
        await loop.sock_sendall(raw, (
            f"GET /ws/dialogs/{DIALOG}?token={self.access}&v=1 HTTP/1.1\r\n"
            "Host: hub\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
        await asyncio.sleep(0.3)
        for _ in range(20):
            self.number += 1
            event = message(self.number)
            event["message"]["text"] = "x" * 20_000
            await asyncio.to_thread(self.post, {"dialog_id": DIALOG,
                                                "event": event})
        return raw

    async def run(self, rounds):
        stays = [asyncio.ensure_future(each) for each in (
            self.listen(f"/ws/dialogs/{DIALOG}?token={self.access}"),
            self.listen(f"/ws/site/dialogs/{DIALOG}?site_token={self.site}",
                        origin="https://client.example"),
            self.listen(f"/ws/dialogs?token={self.access}"),
            self.stream())]
        await asyncio.sleep(0.5)
        self.slow = await self.dawdle()
        for _ in range(rounds):
            await self.publish(10)
            await self.come_back()
            await self.knock_in_vain()
        for each in stays:
            if each.done():
                each.result()
        return stays


def output_of(command):
    return subprocess.run(command, capture_output=True, text=True, check=False)
