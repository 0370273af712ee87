#!/usr/bin/python3
"""A backend that publishes to ws-gateway with WS_LOG=on (python3-redis).

usage: publish.py REDIS_URL DIALOG_ID MESSAGE_ID TEXT

Prints one JSON object: the cursor and the history a page would be given, and
where the message stands in the log of its dialog.
"""
import json
import sys

import redis


def first_page(store, dialog_id, read_history):
    """What a page needs to go on without a seam.

    The cursor is read *before* the history: an event that comes in between is
    in both, never in none, and the page knows it by its message id. The page
    connects with ?v=1&cursor=<cursor>.
    """
    cursor = store.execute_command("FCALL", "wsgw_cursor", 1,
                                   f"dialog:{dialog_id}")
    return {"cursor": cursor, "history": read_history(dialog_id)}


def publish(store, dialog_id, message):
    """Appends a message once, however often this is tried.

    The idempotency key is remembered for five minutes: after a timeout just
    call it again. Returns (epoch, seq, duplicate).
    """
    event = {"type": "message:new", "dialog_id": dialog_id, "message": message}
    epoch, seq, duplicate = store.execute_command(
        "FCALL", "wsgw_publish", 1, f"dialog:{dialog_id}", json.dumps(event),
        f"message:{message['id']}")
    return epoch, seq, bool(duplicate)


def main():
    url, dialog_id, message_id, text = sys.argv[1:]
    store = redis.Redis.from_url(url, decode_responses=True)
    page = first_page(store, int(dialog_id), lambda dialog_id: [])
    epoch, seq, duplicate = publish(
        store, int(dialog_id),
        {"id": int(message_id), "text": text, "sender": "manager"})
    print(json.dumps({**page, "epoch": epoch, "seq": seq,
                      "duplicate": duplicate}))


if __name__ == "__main__":
    main()
