#!/usr/bin/python3
"""Two players play ten rounds over real Redis while the hub and Redis are
killed in the middle; each player by v1 with a cursor and by legacy.

usage: game.py --gateway BINARY [--backend log|plain|signals] [--step 0.15]

Prints figures and `N passed, N failed`; the exit code is 1 if an update was
lost or doubled, or a room was not live again within two seconds.
"""
import argparse
import asyncio
import pathlib
import sys
import tempfile
import time

import backends
import players

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "model"))
import servers  # noqa: E402

DUEL = 7
BACKENDS = {"log": backends.Publisher, "plain": backends.PlainPublisher,
            "signals": backends.SignalWriter}
LIVE_AGAIN = 2.0  # seconds


class Game:
    def __init__(self, options, folder: pathlib.Path):
        self.options = options
        self.redis = servers.redis_server(folder, True)
        self.backend = BACKENDS[options.backend](self.redis.port)
        self.backend.prepare(folder)
        self.hub, self.duels_port = self.make_hub(0, folder)
        # Takes the signals while the hub is dead, and not beside it.
        self.spare, _ = self.make_hub(1, folder)
        self.players = []
        self.move = 0
        self.back = {}  # fault: seconds until all were live again
        self.problems = []

    def make_hub(self, number: int, folder: pathlib.Path):
        port = servers.free_port()
        return servers.gateway(
            self.options.gateway, folder, number, self.redis,
            self.backend.settings | {
                "WEBSOCKET_HOST": "127.0.0.1",
                "WEBSOCKET_PORT": str(port),
                "WEBSOCKET_TICKET_SECRET": players.SECRET}), port

    async def play(self) -> None:
        await self.redis.start()
        await self.hub.start()
        await self.spare.start()
        if hasattr(self.backend, "start"):
            await self.backend.start()
        await self.tell("matched")
        for user in (backends.INITIATOR, backends.OPPONENT):
            kinds = [(players.LegacyPlayer, self.duels_port, "/")]
            if self.options.backend != "plain":
                kinds.append((players.V1Player, self.hub.port, "/ws/duels"))
            self.players += [kind(DUEL, user, port, path)
                             for kind, port, path in kinds]
        tasks = [asyncio.create_task(each.run()) for each in self.players]
        await self.until("all are live", self.all_live)
        faults = {12: self.kill_hub, 22: self.kill_redis, 32: self.kill_both}
        for number in range(1, 41):  # four moves a round
            if number in faults:
                await faults[number]()
            await asyncio.gather(self.tell("in_progress"),
                                 asyncio.sleep(self.options.step))
        await self.until("all have heard the last round",
                         lambda: self.all_heard(self.move))
        await self.tell("finished")
        await self.until("the end", lambda: all(t.done() for t in tasks))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def tell(self, status: str) -> None:
        self.move += 1
        await self.backend.move(DUEL, self.move, status)

    def all_live(self) -> bool:
        return all(each.is_live for each in self.players)

    def all_heard(self, move: int) -> bool:
        return all(each.last_move >= move for each in self.players)

    async def until(self, what: str, condition, patience=15.0) -> float:
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > patience:
                self.problems.append(f"gave up waiting until {what}")
                break
            await asyncio.sleep(0.005)
        return time.monotonic() - began

    # -- faults ----------------------------------------------------------------

    async def kill_hub(self) -> None:
        await self.hub.kill()
        await self.tell("in_progress")  # nobody hears it now
        await asyncio.sleep(0.3)
        await self.hub.start()
        await self.measure("hub killed")

    async def kill_redis(self) -> None:
        await self.redis.kill()
        told = asyncio.create_task(self.tell("in_progress"))
        await asyncio.sleep(0.3)
        await self.redis.start()
        await told
        await self.measure("Redis killed")

    async def kill_both(self) -> None:
        await asyncio.gather(self.hub.kill(), self.redis.kill())
        told = asyncio.create_task(self.tell("in_progress"))
        await asyncio.sleep(0.3)
        await asyncio.gather(self.hub.start(), self.redis.start())
        await told
        await self.measure("both killed")

    async def measure(self, fault: str) -> None:
        """From the return on, until all know the move made meanwhile."""
        move = self.move
        took = await self.until(
            f"all were back ({fault})",
            lambda: self.all_live() and self.all_heard(move))
        self.back[fault] = took
        if took > LIVE_AGAIN:
            self.problems.append(f"{fault}: live again after {took:.2f} s")

    # -- judgement -------------------------------------------------------------

    def judge(self) -> None:
        for each in self.players:
            each.judge(self.move)
            if self.options.backend == "log":
                self.expect_every_move(each)
            if self.options.backend == "signals":
                self.expect_every_signal(each)
            self.problems += each.problems

    def expect_every_move(self, player) -> None:
        """v1 hears every move; legacy all but those while it was away."""
        moves = {entry[1] for entry in player.heard}
        missed = set(range(1, self.move + 1)) - moves
        if isinstance(player, players.V1Player):
            if missed:
                player.complain(f"lost moves {sorted(missed)}")
        elif len(missed) > 2:  # the two that the hub's death hid
            player.complain(f"lost moves {sorted(missed)}")

    def expect_every_signal(self, player) -> None:
        """v1 hears of every file but the one from before it came."""
        versions = {entry[2] for entry in player.heard if entry[4]}
        if (isinstance(player, players.V1Player)
                and len(versions) < self.backend.written - 1):
            player.complain(f"heard {len(versions)} of "
                            f"{self.backend.written} signals")

    def apart(self) -> list:
        """Milliseconds between the players of one kind, update by update."""
        result = []
        kinds = {type(each) for each in self.players}
        for kind in kinds:
            one, two = [{(move, version): when
                         for _, move, version, when, _ in each.heard}
                        for each in self.players if type(each) is kind]
            result += [abs(one[key] - two[key]) * 1000
                       for key in one.keys() & two.keys()]
        return sorted(result)

    def report(self) -> None:
        apart = self.apart()
        print(f"backend {self.options.backend}: {self.move} moves, "
              f"{self.backend.retries} retries, "
              f"{sum(len(each.heard) for each in self.players)} updates heard "
              f"by {len(self.players)} sockets, "
              f"{sum(each.connects for each in self.players)} connects")
        print("live again: " + ", ".join(f"{fault} {took:.2f} s" for
                                         fault, took in self.back.items()))
        print(f"players apart: median {apart[len(apart) // 2]:.1f} ms, "
              f"p90 {apart[len(apart) * 9 // 10]:.1f} ms")
        for problem in self.problems:
            print(problem)


async def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gateway", required=True)
    parser.add_argument("--backend", choices=BACKENDS, default="log")
    parser.add_argument("--step", type=float, default=0.15)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wsgw-game-") as name:
        folder = pathlib.Path(name)
        game = Game(options, folder)
        try:
            await game.play()
        finally:
            await game.backend.close()
            await game.hub.terminate()
            await game.spare.terminate()
            await game.redis.kill()
        game.judge()
        game.report()
        if game.problems and options.keep:
            print((folder / "gateway-0.log").read_text()[-4000:])
    print(f"{int(not game.problems)} passed, {int(bool(game.problems))} failed")
    return int(bool(game.problems))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
