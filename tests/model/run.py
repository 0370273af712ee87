#!/usr/bin/python3
"""A model test of the whole hub: random publishing, joins, drops, resumes and
slow readers on several gateways, while gateways are killed and drained and
Redis is killed, against a ledger of what was published.

usage: run.py --gateway BINARY [--seconds 20] [--seed N] [--nodes 3]
              [--redis durable|forgetful] [--front none|nginx] [--explain N]
              [--keep]

Prints a report and `N passed, N failed`; the exit code is 1 if anything was
lost, doubled, reordered, invented, or a reset has no reason in the ledger.
`forgetful` is a Redis without persistence: then resets are what is promised.
"""
import argparse
import asyncio
import collections
import json
import pathlib
import random
import shutil
import sys
import tempfile
import time

import clients
import explain
import judge
import ledger
import servers

KINDS = (clients.V1Client, clients.V1Client, clients.SseClient,
         clients.LegacyClient)


class World:
    def __init__(self, options, folder: pathlib.Path):
        self.options = options
        self.random = random.Random(options.seed)
        self.closes = collections.Counter()
        self.faults = collections.Counter()
        self.redis = servers.redis_server(folder,
                                          options.redis == "durable")
        self.nodes = [servers.gateway(options.gateway, folder, i, self.redis,
                                      {}) for i in range(options.nodes)]
        self.front = (servers.nginx(folder, self.nodes)
                      if options.front == "nginx" else None)
        self.ledger = ledger.Ledger(self.redis.port, options.rooms,
                                    options.seed)
        binary = options.gateway
        self.access = servers.mint(binary, "token", "access", "--sub", "1",
                                   "--ttl", "2h")
        self.site = servers.mint(binary, "token", "site", "--user-id", "6")
        self.tickets = {
            room.dialog: servers.mint(
                binary, "ticket", "--dialog-id", str(room.dialog), "--role",
                "widget", "--user-id", "6", "--ttl", "2h")
            for room in self.ledger.rooms}
        self.clients = []
        self.questions = explain.Questioner(self)
        self.is_over = False
        self.fault = None
        self.began = time.monotonic()

    def any_port(self, dice: random.Random) -> int:
        return (self.front or dice.choice(self.nodes)).port

    def home_of(self, port: int):
        """Which life of which node listens there; unknown behind a proxy."""
        return next(((port, node.life) for node in self.nodes
                     if node.port == port), None)

    def target(self, room, role: str) -> str:
        if role == "admin":
            return f"/ws/dialogs/{room.dialog}?token={self.access}"
        if role == "site":
            return f"/ws/site/dialogs/{room.dialog}?site_token={self.site}"
        return (f"/ws/widget/dialogs/{room.dialog}?assistant_id=3"
                f"&ticket={self.tickets[room.dialog]}")

    async def publish_all_along(self, room) -> None:
        while not self.is_over:
            burst = 200 if self.random.random() < 0.01 else 1
            size = 3000 if burst > 1 else self.random.randint(10, 400)
            for _ in range(burst):
                await self.ledger.publish(room, size)
            if self.random.random() < 0.1:
                await self.ledger.tease(room)
            await asyncio.sleep(self.random.expovariate(
                self.options.rate / self.options.rooms))

    def tell(self, what: str) -> None:
        if self.options.verbose:
            print(f"{time.monotonic() - self.began:7.2f} {what}",
                  file=sys.stderr, flush=True)

    # -- faults ---------------------------------------------------------------

    async def kill_gateway(self) -> None:
        node = self.random.choice(self.nodes)
        await node.kill()
        await asyncio.sleep(self.random.uniform(0.1, 1))
        await node.start()

    async def drain_gateway(self) -> None:
        node = self.random.choice(self.nodes)
        await node.terminate()
        await node.start()

    async def kill_redis(self) -> None:
        await self.redis.kill()
        await asyncio.sleep(self.random.uniform(0.1, 2))
        await self.redis.start()

    async def cut_links(self) -> None:
        kind = self.random.choice(("pubsub", "normal"))
        await self.ask_redis("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")

    async def reload_redis(self) -> None:
        await self.ask_redis("DEBUG", "RELOAD")

    async def empty_redis(self) -> None:
        await self.ask_redis("FLUSHALL")

    async def ask_redis(self, *words) -> None:
        try:
            await self.ledger.link.execute_command(*words)
        except ledger.RETRY:
            pass

    async def make_trouble(self) -> None:
        kinds = [self.kill_gateway, self.drain_gateway, self.kill_redis,
                 self.cut_links, self.reload_redis]
        if self.options.redis == "forgetful":
            kinds.append(self.empty_redis)
        bag = []
        while True:
            await asyncio.sleep(self.random.uniform(0.5, 2))
            if not bag:  # each kind once before any comes again
                bag = self.random.sample(kinds, len(kinds))
            fault = bag.pop()
            self.faults[fault.__name__] += 1
            self.tell(f"{fault.__name__} …")
            # One that has begun is brought to its end: a node that drains
            # would end later, and nobody would start it again.
            self.fault = asyncio.ensure_future(fault())
            await asyncio.shield(self.fault)
            self.tell(f"{fault.__name__} done")

    # -- the run --------------------------------------------------------------

    def invite(self) -> list:
        for room in self.ledger.rooms:
            for role in ledger.ROLES:
                for kind in KINDS:
                    self.clients.append(kind(self, room, role,
                                             self.random.getrandbits(32)))
        return [asyncio.create_task(client.run()) for client in self.clients]

    async def run(self) -> list:
        await self.redis.start()
        await asyncio.gather(*(node.start() for node in self.nodes))
        if self.front:
            await self.front.start()
        readers = self.invite()
        await asyncio.sleep(1)
        writers = [asyncio.create_task(self.publish_all_along(room))
                   for room in self.ledger.rooms]
        trouble = asyncio.create_task(self.make_trouble())
        # A half is left for the end, when all that is known is old.
        asking = asyncio.create_task(self.questions.run(
            self.options.explain // 2, self.options.seconds))
        await self.wait(self.options.seconds, [trouble, *readers, *writers])
        trouble.cancel()
        await asyncio.gather(trouble, return_exceptions=True)
        if self.fault:
            await self.fault
        for server in (self.redis, *self.nodes):
            if not server.is_running():
                await server.start()
        self.tell("calm")
        for client in self.clients:
            client.is_calm = True
        await asyncio.sleep(1)
        self.is_over = True  # what is under way is still acknowledged
        await asyncio.wait_for(asyncio.gather(*writers), 60)
        self.tell("settling")
        problems = await self.settle(readers)
        self.tell("settled")
        await asking
        while self.questions.asked < self.options.explain:
            await self.questions.run(1, 0)
        for task in readers:
            task.cancel()
        await asyncio.wait(readers, timeout=5)
        return problems

    async def wait(self, seconds: float, tasks) -> None:
        """Waits, unless one of the tasks fails, which none may."""
        done, _ = await asyncio.wait(tasks, timeout=seconds,
                                     return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def settle(self, readers) -> list:
        """All v1 clients must reach the heads."""
        deadline = time.monotonic() + 60
        followers = [c for c in self.clients
                     if isinstance(c, clients.Follower)]
        while True:
            heads = {room.name: await self.ledger.head(room)
                     for room in self.ledger.rooms}
            behind = [c for c in followers
                      if (c.epoch, c.have) != heads[c.room.name]]
            if not behind:
                return []
            if time.monotonic() > deadline:
                return [("stuck", f"{c.name}: {c.epoch}:{c.have} instead of "
                         f"{heads[c.room.name]}") for c in behind]
            await self.wait(0.2, readers)

    async def stop(self) -> None:
        if self.front:
            await self.front.terminate()
        for server in (*self.nodes, self.redis):
            await server.terminate()
        await self.ledger.link.close()


def report(world: World, problems: list) -> dict:
    kinds = collections.Counter(kind for kind, _ in problems)
    followers = [c for c in world.clients if isinstance(c, clients.Follower)]
    return {
        "seed": world.options.seed, "redis": world.options.redis,
        "sent": world.ledger.published, "retries": world.ledger.retries,
        "duplicate_answers": world.ledger.duplicates,
        "delivered": sum(c.delivered for c in world.clients),
        "connects": sum(c.connects for c in world.clients),
        "lost": kinds["lost"], "doubled": kinds["doubled"],
        "reordered": kinds["order"],
        "resets": dict(collections.Counter(
            reason for c in followers for reason, _ in c.resets)),
        "lags": sum(getattr(c, "lags", 0) for c in followers),
        "closes": dict(world.closes), "faults": dict(world.faults),
        "explain": world.questions.report(), "problems": dict(kinds),
    }


async def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gateway", required=True)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--rooms", type=int, default=8)
    parser.add_argument("--rate", type=float, default=200,
                        help="events a second, all rooms together")
    parser.add_argument("--redis", choices=("durable", "forgetful"),
                        default="durable")
    parser.add_argument("--front", choices=("none", "nginx"), default="none",
                        help="what clients connect to: the nodes, or nginx")
    parser.add_argument("--explain", type=int, default=0, metavar="N",
                        help="ask N random questions of /debug/v1/explain")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--keep", action="store_true",
                        help="keep the folder with the servers' logs")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="wsgw-model-"))
    world = World(options, folder)
    try:
        problems = await world.run()
        await world.ledger.check_streams()
    finally:
        await world.stop()
    judge.judge_world(world, problems)
    problems += world.questions.problems
    print(json.dumps(report(world, problems), indent=1))
    for kind, what in problems[:40]:
        print(f"{kind}: {what:.300}")
    if options.keep or problems:
        print(f"servers' logs: {folder}")
    else:
        shutil.rmtree(folder)
    print("0 passed, 1 failed" if problems else "1 passed, 0 failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
