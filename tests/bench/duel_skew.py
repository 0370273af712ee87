#!/usr/bin/python3
"""How far apart both players of a duel hear one update.

    tests/bench/duel_skew.py <ws-gateway> [duels] [updates a duel]

Starts the hub and Redis on free loopback ports, connects two players to each
duel, publishes updates at random, and prints the skew: the time between the
two arrivals of one frame, as one process reads them. Ends with 1 when the
99th percentile is over 20 ms or anything is lost or doubled."""
import base64
import collections
import hashlib
import hmac
import json
import os
import random
import selectors
import signal
import socket
import subprocess
import sys
import time

SECRET = "duel-secret-of-the-bench"
LIMIT_MS = 20


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ticket(duel, user):
    now = int(time.time())
    text = json.dumps({"duel_id": duel, "user_id": user, "iat": now,
                       "exp": now + 300, "jti": os.urandom(8).hex()},
                      separators=(",", ":")).encode()
    seal = hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode() + "." + seal


def wait_for(port, request, answer):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as peer:
                peer.sendall(request)
                if answer in peer.recv(4096):
                    return
        except OSError:
            pass
        time.sleep(0.05)
    sys.exit(f"nothing answers on port {port}")


class Redis:
    def __init__(self, port):
        self.peer = socket.create_connection(("127.0.0.1", port))

    def call(self, *words):
        words = [word.encode() for word in words]
        self.peer.sendall(b"*%d\r\n" % len(words) + b"".join(
            b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
        self.peer.recv(4096)


class Player:
    def __init__(self, port, duel, user):
        self.duel = duel
        self.buffer = b""
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.sendall(
            f"GET /?ticket={ticket(duel, user)} HTTP/1.1\r\nHost: a\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode())
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.socket.recv(4096)
        self.buffer = self.buffer.split(b"\r\n\r\n", 1)[1]
        while b"duel_update" not in self.buffer:  # the snapshot
            self.buffer += self.socket.recv(4096)
        self.socket.setblocking(False)
        list(self.frames())

    def frames(self):
        """The payloads of the frames that have arrived."""
        try:
            self.buffer += self.socket.recv(65536)
        except BlockingIOError:
            pass
        while len(self.buffer) >= 2:
            size, head = self.buffer[1], 2
            if size == 126:
                size, head = int.from_bytes(self.buffer[2:4], "big"), 4
            if len(self.buffer) < head + size:
                return
            payload = self.buffer[head:head + size]
            self.buffer = self.buffer[head + size:]
            yield json.loads(payload)


def payload(duel, number):
    return {"duel_id": duel, "status": "in_progress",
            "updated_at": "2026-04-17 10:00:00", "last_round_number": 10,
            "last_round_closed_at": "", "event_version": f"{number}.000000"}


def listen(selector, heard, seconds, frames=None):
    """Until so many frames have come, at most so long."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        if frames and sum(map(len, heard.values())) >= frames:
            return
        for key, _ in selector.select(left):
            now = time.monotonic()
            for frame in key.data.frames():
                if frame["type"] == "duel_update":
                    version = frame["payload"]["event_version"]
                    heard[key.data.duel, version].append(now)


def play(redis, port, duels, updates):
    selector = selectors.DefaultSelector()
    for duel in range(1, duels + 1):
        redis.call("SET", f"ws:duel:{duel}:state", json.dumps({
            "duel_id": duel, "initiator_user_id": 1, "opponent_user_id": 2,
            "status": "in_progress", "payload": payload(duel, 0)}))
        for user in (1, 2):
            player = Player(port, duel, user)
            selector.register(player.socket, selectors.EVENT_READ, player)
    heard = collections.defaultdict(list)
    for number in range(1, updates + 1):
        for duel in random.sample(range(1, duels + 1), duels):
            redis.call("PUBLISH", f"ws:duel:{duel}", json.dumps(
                {"type": "duel_update", "payload": payload(duel, number)}))
            listen(selector, heard, 0.001)
    listen(selector, heard, 10, 2 * duels * updates)
    listen(selector, heard, 1)  # nothing more may come
    return heard


def main():
    binary = sys.argv[1]
    duels, updates = (int(text) for text in (sys.argv[2:] + ["50", "40"])[:2])
    port, duel_port, redis_port = free_port(), free_port(), free_port()
    children = [subprocess.Popen(
        ["redis-server", "--port", str(redis_port), "--bind", "127.0.0.1",
         "--save", "", "--loglevel", "warning"])]
    try:
        wait_for(redis_port, b"PING\r\n", b"PONG")
        children.append(subprocess.Popen([binary], env={
            "WS_HOST": "127.0.0.1", "WS_PORT": str(port), "WS_SHARDS": "2",
            "WEBSOCKET_HOST": "127.0.0.1", "WEBSOCKET_PORT": str(duel_port),
            "WEBSOCKET_TICKET_SECRET": SECRET, "WS_RATE_LIMIT_PER_IP": "0",
            "SECRET_KEY": "secret-of-the-bench-000",
            "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0"},
            stdout=subprocess.DEVNULL))
        wait_for(port, b"GET /ready HTTP/1.1\r\nHost: a\r\n\r\n", b" 200 ")
        heard = play(Redis(redis_port), duel_port, duels, updates)
    finally:
        for child in reversed(children):
            child.send_signal(signal.SIGTERM)
        for child in reversed(children):
            child.wait()
    wrong = sum(len(times) != 2 for times in heard.values())
    skews = sorted((max(times) - min(times)) * 1000
                   for times in heard.values())
    p50, p99 = (skews[int(len(skews) * q)] for q in (0.5, 0.99))
    print(f"{len(heard)} of {duels * updates} updates heard, {wrong} not by "
          f"both once; skew p50 {p50:.3f} ms, p99 {p99:.3f} ms, "
          f"most {skews[-1]:.3f} ms")
    sys.exit(wrong != 0 or len(heard) != duels * updates or p99 > LIMIT_MS)


main()
