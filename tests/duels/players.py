"""Players of a duel: they come back with a fresh ticket and keep what they
were told, connection by connection."""
import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import time

import websockets
import websockets.exceptions

SECRET = "duel-test-secret-0123456789"
GONE = (OSError, EOFError, asyncio.TimeoutError,
        websockets.exceptions.WebSocketException)


def ticket(duel: int, user: int) -> str:
    now = int(time.time())
    payload = json.dumps(
        {"duel_id": duel, "user_id": user, "iat": now, "exp": now + 300,
         "jti": secrets.token_hex(8)}, separators=(",", ":")).encode()
    digest = hmac.new(SECRET.encode(), payload, hashlib.sha256).hexdigest()
    text = base64.urlsafe_b64encode(payload).decode().rstrip("=")
    return f"{text}.{digest}"


class Player:
    def __init__(self, duel: int, user: int, port: int, path: str):
        self.duel, self.user = duel, user
        self.address = f"ws://127.0.0.1:{port}{path}"
        self.heard = []        # (connection, move, version, when, seq)
        self.connects = 0
        self.is_live = False
        self.is_over = False   # told so by the hub
        self.problems = []
        self.closes = []

    @property
    def name(self) -> str:
        return f"{type(self).__name__} of user {self.user}"

    @property
    def last_move(self) -> int:
        return self.heard[-1][1] if self.heard else -1

    def complain(self, what: str) -> None:
        self.problems.append(f"{self.name}: {what}")

    async def run(self) -> None:
        while not self.is_over:
            try:
                await self.connect_once()
            except GONE:
                pass
            self.is_live = False
            await asyncio.sleep(0.05)

    async def connect_once(self) -> None:
        link = await websockets.connect(
            f"{self.address}?ticket={ticket(self.duel, self.user)}"
            f"{self.query()}", ping_interval=None, open_timeout=2,
            close_timeout=1, max_queue=None)
        try:
            async for text in link:
                self.receive(json.loads(text))
        finally:
            await link.close()
            self.closes.append(link.close_code)

    def query(self) -> str:
        return ""

    def began(self) -> None:
        self.connects += 1
        self.is_live = True

    def update(self, payload: dict, seq=None) -> None:
        self.heard.append((self.connects, payload["move"],
                           payload.get("event_version"), time.monotonic(),
                           seq))

    def judge(self, last_move: int) -> None:
        """Complains about what holds for every player."""
        if not self.is_over:
            self.complain("never heard that the duel is over")
        if self.last_move != last_move:
            self.complain(f"stands at move {self.last_move}")
        seen = set()
        for connection, move, version, _, _ in self.heard:
            if (connection, move, version) in seen:
                self.complain(f"move {move} ({version}) was told twice")
            seen.add((connection, move, version))
        moves = [entry[1] for entry in self.heard]
        if moves != sorted(moves):
            self.complain(f"went back: {moves}")


class LegacyPlayer(Player):
    def receive(self, frame: dict) -> None:
        kind = frame["type"]
        if kind == "connected":
            self.began()
        elif kind == "duel_update":
            self.update(frame["payload"])
        elif kind == "duel_closed":
            self.is_over = True
        elif kind == "error" and frame["message"] == "duel_closed":
            self.is_over = True  # it was away when the duel ended


class V1Player(Player):
    def __init__(self, *where):
        super().__init__(*where)
        self.cursor = None
        self.seqs = []

    def query(self) -> str:
        return "&v=1" + (f"&cursor={self.cursor}" if self.cursor else "")

    def receive(self, frame: dict) -> None:
        kind = frame["type"]
        if kind == "hello":
            self.began()
            expected = "replayed" if self.cursor else "fresh"
            if frame["resume"] != expected:
                self.complain(f"resumed as {frame['resume']}")
            if not self.cursor:
                self.cursor = frame["cursor"]
                self.seqs.append(int(frame["cursor"].partition(":")[2]))
        elif kind == "event":
            if "seq" in frame:
                self.cursor = frame["cursor"]
                self.seqs.append(frame["seq"])
            payload = frame["data"]["payload"]
            self.update(payload, frame.get("seq"))
            self.is_over |= payload["status"] == "finished"
        elif kind == "skip":
            self.cursor = frame["cursor"]
            self.seqs.append(frame["seq"])
        elif kind == "reset":
            self.complain(f"was reset: {frame}")
        elif kind == "error" and frame["code"] == "duel_closed":
            self.is_over = True

    def judge(self, last_move: int) -> None:
        super().judge(last_move)
        if self.seqs != list(range(self.seqs[0],
                                   self.seqs[0] + len(self.seqs))):
            self.complain(f"numbers have holes: {self.seqs}")
        numbered = [entry for entry in self.heard if entry[4]]
        versions = [entry[2] for entry in numbered]
        if len(set(versions)) != len(versions):
            self.complain(f"a numbered update came twice: {versions}")
