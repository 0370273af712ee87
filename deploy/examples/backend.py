#!/usr/bin/python3
"""A small product backend beside ws-gateway (python3-redis).

usage: backend.py [healthcheck]

POST /api/site/dialogs/ID/messages?site_token=T     {"text":…, "sender":…}
POST /api/widget/dialogs/ID/messages?assistant_id=N
POST /api/dialogs/ID/messages                       Authorization: Bearer T
GET  the same paths: the history and the cursor to connect with
POST /internal/ws-auth                              what WS_AUTH_URL asks
GET  /health

Environment: PORT (8000), UVICORN_WORKERS (1), and REDIS_URL, SECRET_KEY,
SITE_SECRET or files named by NAME_FILE. Workers are processes: they share
nothing but Redis, so there may be any number of them.
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import sys
import time
import urllib.parse
import urllib.request

import redis

import publish

OWNERS = {3: 6}  # the user of each assistant
PATH = re.compile(r"/api/(?:(site|widget)/)?dialogs/([0-9]{1,15})/messages")
SENDERS = {"user", "assistant", "manager", "system"}


def setting(name, default=None):
    file = os.environ.get(name + "_FILE")
    if file:
        return pathlib.Path(file).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def claims_of(token, key):
    """The claims of an HS256 token that is signed with the key and is not
    over, else None."""
    try:
        signed, _, signature = token.rpartition(".")
        head, body = [json.loads(base64.urlsafe_b64decode(part + "=="))
                      for part in signed.split(".")]
        mine = hmac.digest(key.encode(), signed.encode(), hashlib.sha256)
        theirs = base64.urlsafe_b64decode(signature + "==")
        if (head["alg"] == "HS256" and hmac.compare_digest(mine, theirs)
                and body.get("exp", time.time() + 1) > time.time()):
            return body
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    return None


class Shop:
    """What the product knows; each worker has its own link to Redis."""

    def __init__(self):
        self.store = redis.Redis.from_url(
            setting("REDIS_URL", "redis://127.0.0.1:6379/0"),
            decode_responses=True)
        self.secret_key = setting("SECRET_KEY", "")
        self.site_secret = setting("SITE_SECRET", "")

    def may_post(self, role, query, bearer):
        if role == "widget":
            return query.get("assistant_id", "") in map(str, OWNERS)
        if role == "site":
            claims = claims_of(query.get("site_token", bearer),
                               self.site_secret)
            return claims is not None and claims.get("type") == "site"
        return claims_of(bearer, self.secret_key) is not None

    def history(self, dialog_id):
        return [json.loads(text) for text in
                self.store.lrange(f"example:history:{dialog_id}", -50, -1)]

    def post(self, role, dialog_id, body):
        """Stores a message and publishes it; a repeated call would publish
        it once, see publish.py."""
        sender = body.get("sender", "user" if role else "manager")
        if sender not in SENDERS or not isinstance(body.get("text"), str):
            return 422, {"detail": "text and sender are needed"}
        message = {"id": self.store.incr("example:messages"),
                   "sender": sender, "text": body["text"],
                   "timestamp": time.strftime("%FT%TZ", time.gmtime())}
        self.store.rpush(f"example:history:{dialog_id}", json.dumps(message))
        publish.publish(self.store, dialog_id, message)
        return 200, message

    @staticmethod
    def authorise(question):
        """The answer to the gateway: who may join."""
        if question.get("role") != "widget":
            return {"allow": True, "ttl_ms": 10000}
        owner = OWNERS.get(question.get("assistant_id"))
        if owner is None:
            return {"allow": False, "code": 4004,
                    "reason": "Assistant not found"}
        return {"allow": True, "user_id": owner, "ttl_ms": 10000}


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30  # of a silent connection
    shop: Shop

    def answer(self, status, body):
        text = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        self.serve(None)

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        try:
            body = json.loads(self.rfile.read(min(length, 1 << 20)) or "{}")
        except ValueError:
            body = None
        if isinstance(body, dict):
            self.serve(body)
        else:
            self.answer(400, {"detail": "a JSON object is needed"})

    def serve(self, body):
        url = urllib.parse.urlsplit(self.path)
        found = PATH.fullmatch(url.path)
        try:
            if found:
                self.messages(found[1], int(found[2]),
                              dict(urllib.parse.parse_qsl(url.query)), body)
            elif url.path == "/internal/ws-auth" and body is not None:
                self.answer(200, self.shop.authorise(body))
            elif url.path == "/health":
                self.shop.store.ping()
                self.answer(200, {"status": "healthy"})
            else:
                self.answer(404, {"detail": "Not Found"})
        except redis.RedisError as error:
            self.answer(503, {"detail": str(error)})

    def messages(self, role, dialog_id, query, body):
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not self.shop.may_post(role, query, bearer):
            self.answer(401, {"detail": "no valid token"})
        elif body is None:
            self.answer(200, publish.first_page(self.shop.store, dialog_id,
                                                self.shop.history))
        else:
            self.answer(*self.shop.post(role, dialog_id, body))

    def log_message(self, format, *args):
        """Only errors, since request lines hold tokens."""

    def log_error(self, format, *args):
        print(format % args, file=sys.stderr, flush=True)


def work(listener):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Page.shop = Shop()
    server = http.server.ThreadingHTTPServer(("", 0), Page, False)
    server.daemon_threads = True
    server.socket = listener
    server.serve_forever()


def main():
    port = int(os.environ.get("PORT", "8000"))
    if sys.argv[1:] == ["healthcheck"]:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2)
        return
    listener = socket.create_server((os.environ.get("HOST", "0.0.0.0"), port),
                                    backlog=512)
    listener.setblocking(False)  # another worker may have been faster
    workers = []
    for _ in range(int(os.environ.get("UVICORN_WORKERS", "1"))):
        workers.append(os.fork())
        if workers[-1] == 0:
            work(listener)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        ended, status = os.wait()  # none should: then all do, for a restart
        workers.remove(ended)
        sys.exit(f"a worker ended with {status}")
    finally:
        for worker in workers:
            os.kill(worker, signal.SIGTERM)


if __name__ == "__main__":
    main()
