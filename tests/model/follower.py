"""What a v1 reader must be told, and what each of its connections was told."""
import time


class Visit:
    """One connection, from its hello on: the truth for `explain`."""

    def __init__(self, conn: str, home, epoch: str, since: int):
        self.conn = conn
        self.home = home        # (node, life), None behind a proxy
        self.stretches = [(epoch, since)]  # it reads behind since; resets
        self.got = set()        # (epoch, seq) of events
        self.acked = {}         # epoch -> highest number it acknowledged
        self.traces = set()     # of events without a number
        self.opened = time.time()
        self.closed = None

    def acks(self, epoch: str, seq: int) -> None:
        self.acked[epoch] = max(seq, self.acked.get(epoch, 0))


class Follower:
    """The judgement of a v1 reader: every number once, in order, or a reset."""

    def reset_journal(self) -> None:
        self.epoch = None
        self.have = 0
        self.segments = []  # [epoch, first number not yet had, journal]
        self.resets = []    # (reason, wall time)
        self.lags = 0
        self.visits = []    # one for each connection that was greeted

    def restart(self, text: str) -> None:
        epoch, seq = text.split(":")
        self.epoch, self.have = epoch, int(seq)
        self.segments.append((epoch, self.have, {}))

    def take_hello(self, frame, had_cursor: bool) -> None:
        outcome = frame["resume"]
        if outcome == "reset":
            self.resets.append((frame["reason"], time.time()))
            self.restart(frame["cursor"])
        elif outcome == "fresh":
            if had_cursor:
                self.complain("protocol", "fresh though a cursor was given")
            self.restart(frame["cursor"])
        elif frame["cursor"].split(":")[0] != self.epoch:
            self.complain("protocol", "replayed in another epoch")
        self.visits.append(Visit(frame["conn"], self.world.home_of(self.port),
                                 self.epoch, self.have))

    def take_reset(self, frame) -> None:
        self.resets.append((frame["reason"], time.time()))
        self.restart(frame["cursor"])
        self.visits[-1].stretches.append((self.epoch, self.have))

    def leave(self) -> None:
        if self.visits and self.visits[-1].closed is None:
            self.visits[-1].closed = time.time()

    def take_event(self, frame) -> None:
        if "seq" not in frame:
            self.visits[-1].traces.add(frame.get("trace_id"))
            return
        seq = frame["seq"]
        if frame["cursor"] != f"{self.epoch}:{seq}":
            self.complain("order", f"cursor {frame['cursor']} in {self.epoch}")
        elif seq <= self.have:
            self.complain("doubled", f"{seq} though {self.have} was here")
        elif seq > self.have + 1:
            self.complain("lost", f"{seq} behind {self.have}")
        self.segments[-1][2][seq] = frame["data"]["id"]
        self.visits[-1].got.add((self.epoch, seq))
        self.have = max(self.have, seq)
        self.delivered += 1

    def take_skip(self, frame) -> None:
        if frame["after"] != self.have:
            self.complain("lost", f"skip after {frame['after']} at {self.have}")
        if frame["seq"] <= self.have:
            self.complain("doubled", f"skip {frame['seq']} at {self.have}")
        for seq in range(self.have + 1, frame["seq"] + 1):
            self.segments[-1][2][seq] = None
        self.have = max(self.have, frame["seq"])
