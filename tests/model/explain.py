"""Asks the hub why a connection did or did not get an event, at random, while
everything breaks, and judges each answer against the ledger."""
import asyncio
import collections
import json
import random
import time
import urllib.parse

import ledger
import servers

GOT = {"acked", "written"}
ON_ITS_WAY = {"written", "queued", "lagging"}


class Snapshot:
    """What a connection had when it was asked for."""

    def __init__(self, visit):
        self.got = set(visit.got)
        self.traces = set(visit.traces)
        self.is_open = visit.closed is None
        self.stretches = list(visit.stretches)


def since_of(visit, epoch: str):
    """Behind which number of the epoch it read; None: it was in another."""
    return next((since for of, since in visit.stretches if of == epoch), None)


def may_be(visit, before: Snapshot, role: str, at, event) -> set:
    """The verdicts that are true of a durable event for this connection."""
    epoch, seq = at
    if role not in event.audience:
        return {"filtered_by_role"}
    acked = {"acked"} if visit.acked.get(epoch, 0) >= seq else set()
    if at in before.got:
        return {"written"} | acked
    if at in visit.got:  # it came meanwhile
        return ON_ITS_WAY | acked
    since = since_of(visit, epoch)
    if since is None:
        if event.at < visit.opened - 1:
            return {"joined_later", "closed_before", "trimmed"}
        # It may have gone before it read of the reset.
        return {"joined_later", "closed_before", "trimmed"} | ON_ITS_WAY
    if seq <= since:
        return {"joined_later"}
    if visit.stretches[-1][0] != epoch:
        return {"trimmed", "closed_before"} | ON_ITS_WAY
    if before.is_open and visit.closed is None:
        return ON_ITS_WAY
    # It went without reading what was written to it.
    return ON_ITS_WAY | {"closed_before"}


def tease_may_be(visit, before: Snapshot, trace: str, at: float) -> set:
    """The same for an ephemeral event; links that were cut may lose it."""
    if trace in before.traces:
        return {"written"}
    if trace in visit.traces:
        return {"written", "queued"}
    if at < visit.opened - 1:
        return {"joined_later"}
    if visit.closed is not None and at > visit.closed + 3:
        return {"closed_before", "not_published"}
    return {"dropped_ephemeral", "written", "queued", "joined_later",
            "closed_before", "not_published"}


class Questioner:
    """Asks `--explain N` questions, some of them during the run."""

    def __init__(self, world):
        self.world = world
        self.random = random.Random(world.options.seed + 1)
        self.problems = []
        self.asked = 0
        self.unanswered = 0   # the node that was asked died meanwhile
        self.doubted = 0
        self.verdicts = collections.Counter()

    # -- asking ---------------------------------------------------------------

    async def fetch(self, query: dict):
        node = self.random.choice(self.world.nodes)
        token = servers.SECRETS["WS_DEBUG_TOKEN"]
        reader, writer = await asyncio.open_connection("127.0.0.1", node.port)
        try:
            writer.write(
                f"GET /debug/v1/explain?{urllib.parse.urlencode(query)} "
                "HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                f"Authorization: Bearer {token}\r\n\r\n".encode())
            answer = await asyncio.wait_for(reader.read(), 10)
        finally:
            writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        if not head:
            raise EOFError
        if b" 200 " not in head.splitlines()[0]:
            raise ValueError(f"{query}: {answer[:200]}")
        return json.loads(body)

    async def run(self, most: int, seconds: float) -> None:
        """Asks so many questions, spread over the time."""
        for _ in range(most):
            try:
                await self.ask_something()
            except (OSError, EOFError, asyncio.TimeoutError,
                    json.JSONDecodeError):
                self.unanswered += 1
                await asyncio.sleep(0.05)
            await asyncio.sleep(seconds / most)

    def someone(self, room):
        """A random connection to the room, of a client that knows its name."""
        known = [(client, visit) for client in self.world.clients
                 if client.room is room
                 for visit in getattr(client, "visits", ())]
        return self.random.choice(known) if known else (None, None)

    async def ask_something(self) -> None:
        room = self.random.choice(self.world.ledger.rooms)
        kind = self.random.choices(
            ("event", "tease", "ahead", "unknown", "stranger"),
            (12, 3, 1, 1, 1))[0]
        client, visit = self.someone(room)
        if client is None or not room.order:
            await asyncio.sleep(0.1)
            return
        query = {"dialog_id": room.dialog}
        if self.random.random() < 0.7 or kind == "stranger":
            query["conn"] = "fffff" if kind == "stranger" else visit.conn
        elif self.random.random() < 0.5:
            query["role"] = self.random.choice(ledger.ROLES)
        await getattr(self, "ask_" + kind)(room, query)

    def snapshots(self, room) -> dict:
        return {visit.conn: (client, visit, Snapshot(visit))
                for client in self.world.clients if client.room is room
                for visit in getattr(client, "visits", ())}

    # -- judging --------------------------------------------------------------

    def wrong(self, query, line, expected) -> None:
        self.problems.append(
            ("explain", f"{query}: {line.get('verdict')}, may be "
             f"{sorted(expected)}: {json.dumps(line)}"))

    async def ask(self, query, known, allowed) -> None:
        answer = await self.fetch(query)
        self.asked += 1
        self.doubted += not answer["complete"]
        seen = set()
        for line in answer["verdicts"]:
            self.verdicts[line["verdict"]] += 1
            seen.add(line.get("conn"))
            if "conn" not in line or line["conn"] in known:
                await self.until_closed(line, known)
                expected = allowed(line) | self.excused(query, answer, line)
                if line["verdict"] not in expected:
                    self.wrong(query, line, expected)
        if answer["complete"] and not answer["silent"]:
            self.check_nobody_is_missing(query, known, seen)

    async def until_closed(self, line, known) -> None:
        """The hub knows of an end before a slow client has read so far."""
        if line["verdict"] != "closed_before" or "conn" not in line:
            return
        visit = known[line["conn"]][1]
        for _ in range(100):
            if visit.closed is not None:
                return
            await asyncio.sleep(0.1)

    def excused(self, query, answer, line) -> set:
        """What an answer may say as well that admits to be incomplete."""
        if answer["complete"]:
            return set()
        is_kept = (self.world.options.redis == "durable"
                   and "trace_id" not in query)
        is_log_away = any(why.startswith("The log could not")
                          for why in answer["doubts"])
        excuses = set() if "conn" in line else {"not_connected_then"}
        if is_log_away or not is_kept:
            excuses |= {"not_published", "trimmed"}
            if not answer["events"]:  # nor does it know for whom it was
                excuses.add("joined_later")
        return excuses

    def check_nobody_is_missing(self, query, known, seen) -> None:
        """Who was there all along, and is, must be in a complete answer."""
        for conn, (client, visit, before) in known.items():
            is_meant = (query.get("conn", conn) == conn
                        and query.get("role", client.role) == client.role)
            if (is_meant and visit.home and before.is_open
                    and visit.closed is None and conn not in seen
                    and visit.home == self.world.home_of(visit.home[0])):
                self.wrong(query, {"conn": conn}, {"listed"})

    async def ask_event(self, room, query) -> None:
        at = self.random.choice(room.order[-400:])
        if len(room.events[at]) != 1:
            return
        event = room.events[at][0]
        if self.random.random() < 0.3:
            query["message_id"] = event.number
        else:
            query |= {"seq": at[1], "epoch": at[0]}
        known = self.snapshots(room)

        def allowed(line):
            if "conn" in line:
                client, visit, before = known[line["conn"]]
                return may_be(visit, before, client.role, at, event)
            if query.get("role", event.audience[0]) not in event.audience:
                return {"filtered_by_role"}
            return self.absent(query, known)
        await self.ask(query, known, allowed)

    def absent(self, query, known) -> set:
        """Nobody is listed: right for strangers, and for who ended with its
        node. Where that node began again behind the event, the answer has to
        say so; else the connection was no more when it was published."""
        if "conn" not in query or query["conn"] not in known:
            return {"not_connected_then"}
        home = known[query["conn"]][1].home
        if home is None or home != self.world.home_of(home[0]):
            return {"not_connected_then"}
        return set()

    async def ask_tease(self, room, query) -> None:
        if not room.teases:
            return
        trace, when = self.random.choice(room.teases[-50:])
        query["trace_id"] = trace
        known = self.snapshots(room)

        def allowed(line):
            if "conn" not in line:
                return {"not_connected_then", "not_published"}
            _, visit, before = known[line["conn"]]
            return tease_may_be(visit, before, trace, when)
        await self.ask(query, known, allowed)

    async def ask_ahead(self, room, query) -> None:
        query["seq"] = max(seq for _, seq in room.order) + 100_000
        await self.ask(query, self.snapshots(room),
                       lambda line: {"not_published"})

    async def ask_unknown(self, room, query) -> None:
        query["message_id"] = -7
        await self.ask(query, self.snapshots(room),
                       lambda line: {"not_published"})

    async def ask_stranger(self, room, query) -> None:
        await self.ask_event(room, query)

    def report(self) -> dict:
        return {"asked": self.asked, "wrong": len(self.problems),
                "doubted": self.doubted, "unanswered": self.unanswered,
                "verdicts": dict(self.verdicts)}
