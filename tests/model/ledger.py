"""What was really published: the truth that every client is judged by."""
import asyncio
import json
import random
import time

import redis.asyncio
import redis.exceptions

ROLES = ("admin", "widget", "site")
RETRY = (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError,
         redis.exceptions.BusyLoadingError, OSError)


class Event:
    """One durable event as the publisher sent it."""

    def __init__(self, number: int, audience):
        self.number = number
        self.audience = audience
        self.at = None  # when it was acknowledged


class Room:
    def __init__(self, dialog: int):
        self.dialog = dialog
        self.name = f"dialog:{dialog}"
        # (epoch, seq) -> [Event]; several only where Redis came back with an
        # older state and gave a number once more.
        self.events = {}
        self.order = []     # (epoch, seq) as Redis numbered them
        self.epochs = set()
        self.teases = []    # (trace id, time) of ephemeral events


class Ledger:
    """Publishes with idempotency keys, repeats what got no answer, and writes
    down the number that Redis gave to each event."""

    def __init__(self, port: int, rooms: int, seed: int):
        self.rooms = [Room(dialog) for dialog in range(1, rooms + 1)]
        self.random = random.Random(seed)
        self.published = 0
        self.retries = 0
        self.duplicates = 0  # answers that said: seen before
        self.problems = []
        self.link = redis.asyncio.Redis(port=port, socket_timeout=5,
                                        retry_on_timeout=False)

    def make(self, size: int):
        number = self.published = self.published + 1
        audience = (ROLES if self.random.random() < 0.7 else
                    tuple(self.random.sample(ROLES, self.random.randint(1, 2))))
        event = {"type": "message:new",
                 "message": {"id": number, "sender": "user", "text": "x" * size}}
        if audience != ROLES:
            event["_to"] = list(audience)
        return Event(number, audience), json.dumps(event)

    async def publish(self, room: Room, size: int) -> None:
        event, text = self.make(size)
        first = True
        while True:
            try:
                epoch, seq, seen = await self.link.execute_command(
                    "FCALL", "wsgw_publish", 1, room.name, text,
                    f"model-{event.number}")
                break
            except RETRY:
                self.retries += 1
            except redis.exceptions.ResponseError as error:
                # A Redis that lost everything has no library until a gateway
                # is back on it.
                if "not found" not in str(error):
                    raise
                self.retries += 1
            first = False
            await asyncio.sleep(0.05)
        self.note(room, (epoch.decode(), int(seq)), event, bool(seen), first)

    def note(self, room, at, event, seen, first) -> None:
        if seen and first:
            self.problems.append(f"{room.name} {at}: duplicate at first try")
        self.duplicates += seen
        event.at = time.time()
        if at in room.events:
            self.problems.append(f"{room.name} {at}: numbered twice")
        room.events.setdefault(at, []).append(event)
        room.order.append(at)
        room.epochs.add(at[0])

    async def tease(self, room: Room) -> None:
        """An ephemeral event: may be lost, must never be replayed."""
        trace = f"tease-{room.dialog}-{len(room.teases)}"
        event = {"type": "message_received", "trace_id": trace}
        try:
            await self.link.publish(f"ws:{room.name}", json.dumps(event))
            room.teases.append((trace, time.time()))
        except RETRY:
            pass

    async def head(self, room: Room):
        answer = await self.link.execute_command("FCALL", "wsgw_cursor", 1,
                                                 room.name)
        epoch, seq = answer.decode().split(":")
        return epoch, int(seq)

    async def check_streams(self) -> None:
        """Each event stands in the log once, under the number it was given."""
        for room in self.rooms:
            epoch, _ = await self.head(room)
            entries = await self.link.xrange(f"ws:log:{{{room.name}}}")
            stored = {int(name.split(b"-")[0]):
                      json.loads(fields[b"e"])["message"]["id"]
                      for name, fields in entries}
            for at, events in room.events.items():
                if at[0] == epoch and stored.get(at[1]) != events[-1].number:
                    self.problems.append(f"{room.name} {at}: not in the log")
            extra = set(stored) - {at[1] for at in room.events
                                   if at[0] == epoch}
            if extra:
                self.problems.append(f"{room.name}: {len(extra)} entries that "
                                     "nobody published")
