"""Backends that tell the hub of a duel's moves: one publishes to the log in
Redis, one without a log, and one drops signal files as the old API does."""
import asyncio
import http.server
import json
import pathlib
import threading

import redis

TOKEN = "state-token-0000000001"
INITIATOR, OPPONENT = 31, 32


def state_of(duel: int, move: int, status: str) -> dict:
    """The state after `move`, which the payload tells."""
    payload = {"duel_id": duel, "status": status,
               "updated_at": "2026-11-21 18:00:00", "last_round_number": 10,
               "last_round_closed_at": "", "move": move}
    return {"duel_id": duel, "initiator_user_id": INITIATOR,
            "opponent_user_id": OPPONENT, "status": status,
            "payload": payload}


class Publisher:
    """Writes the state, then publishes; tries again until Redis has it."""

    settings = {"WS_LOG": "on"}

    def __init__(self, port: int):
        self.redis = redis.Redis(port=port, socket_timeout=2)
        self.retries = 0

    def prepare(self, _folder: pathlib.Path) -> None:
        pass

    async def move(self, duel: int, move: int, status: str) -> None:
        state = state_of(duel, move, status)
        state["payload"]["event_version"] = f"1771234567.{move:06}"
        while True:
            try:
                await asyncio.to_thread(self.tell, duel, move, state)
                return
            except redis.RedisError:
                self.retries += 1
                await asyncio.sleep(0.02)

    def tell(self, duel: int, move: int, state: dict) -> None:
        event = json.dumps({"type": "duel_update",
                            "payload": state["payload"]})
        self.redis.set(f"ws:duel:{duel}:state", json.dumps(state))
        self.publish(duel, move, event)

    def publish(self, duel: int, move: int, event: str) -> None:
        self.redis.fcall("wsgw_publish", 1, f"duel:{duel}", event,
                         f"move-{move}")

    async def close(self) -> None:
        self.redis.close()


class PlainPublisher(Publisher):
    """PUBLISH: whom it does not reach is shown the state later."""

    settings = {"WS_LOG": "off"}

    def publish(self, duel: int, move: int, event: str) -> None:
        self.redis.publish(f"ws:duel:{duel}", event)


class SignalWriter:
    """The old API: keeps the states itself, and drops signal files."""

    def __init__(self, _port: int):
        self.states = {}
        self.asked = 0
        self.written = 0
        self.retries = 0
        backend = self

        class Door(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                backend.asked += 1
                key = self.path.partition("?duel_id=")[2]
                state = backend.states.get(key)
                granted = self.headers["Authorization"] == f"Bearer {TOKEN}"
                body = json.dumps(state if granted else None).encode()
                self.send_response(200 if state and granted else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()
        self.settings = {
            "WS_LOG": "on", "WEBSOCKET_STATE_TOKEN": TOKEN,
            "WEBSOCKET_STATE_URL":
                f"http://127.0.0.1:{self.server.server_port}/state"}

    def prepare(self, folder: pathlib.Path) -> None:
        self.folder = folder / "events"
        self.folder.mkdir()
        # The stray folder of the old API's path bug is watched as well.
        self.settings["WEBSOCKET_EVENTS_PATH"] = (
            f"{folder / 'not-there'}, {self.folder}")

    async def start(self) -> None:
        self.php = await asyncio.create_subprocess_exec(
            "php", str(pathlib.Path(__file__).parent / "notify.php"),
            str(self.folder), stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE)

    async def move(self, duel: int, move: int, status: str) -> None:
        self.states[str(duel)] = state_of(duel, move, status)
        self.php.stdin.write(f"{duel}\n".encode())
        self.written += await self.php.stdout.readline() == b"written\n"

    async def close(self) -> None:
        self.php.stdin.close()
        await self.php.wait()
        self.server.shutdown()
