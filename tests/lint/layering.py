"""Proves the direction of includes: protocol <- transport <- actors <- tests.

usage: layering.py SOURCE_ROOT; prints every violation, exits 1 if any.
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
STANDARD_HEADER = re.compile(r"^[a-z0-9_]+$")

# What transport may know of protocol: the seams' vocabulary, no JSON.
PROTOCOL_FOR_TRANSPORT = {"frame", "close_code", "route", "errc"}
# The abstract seams; transport's concrete classes are for the composition.
TRANSPORT_FOR_ACTORS = {"connection", "handler", "event_loop", "http_client",
                        "loop_figures"}
COMPOSITION = {"main", "serve", "gateway", "socket_gateway", "event_sources",
               "redis_source", "redis_fleet", "redis_library", "redis_log",
               "redis_log_reply", "redis_node_bus", "redis_node_link",
               "redis_presence", "redis_duels", "duel_sources"}
# Protocol decides; it does not wait, lock, read clocks or log.
NOT_FOR_PROTOCOL = {"thread", "mutex", "shared_mutex", "condition_variable",
                    "future", "semaphore", "barrier", "latch", "iostream"}
# Sources only; of POSIX what turns texts into values.
LIBRARIES_OF_PROTOCOL = ("rapidjson/", "openssl/", "jwt.h", "arpa/inet.h",
                         "strings.h")


def stem(name):
    return name.split("/", 1)[1].rsplit(".", 1)[0]


def check_protocol(path, kind, name):
    if kind == '"':
        return name.startswith("protocol/") or name == pathlib.Path(path).name
    if name in NOT_FOR_PROTOCOL:
        return False
    if STANDARD_HEADER.match(name):
        return True
    return path.endswith(".cpp") and name.startswith(LIBRARIES_OF_PROTOCOL)


def check_transport(path, kind, name):
    if name.startswith("protocol/"):
        return stem(name) in PROTOCOL_FOR_TRANSPORT
    if kind == '"':
        return name.startswith("transport/")
    return not name.startswith(("caf/", "rapidjson/", "jwt", "prometheus/"))


def check_actors(path, kind, name):
    if name.startswith("tests/"):
        return False
    if name.startswith("transport/"):
        return (stem(name) in TRANSPORT_FOR_ACTORS
                or stem(path) in COMPOSITION)
    return not name.startswith(("boost/", "hiredis/"))


CHECKS = {"protocol": check_protocol, "transport": check_transport,
          "actors": check_actors}


def users_of(sources, prefix):
    return sorted(path for path, text in sources.items()
                  if any(name.startswith(prefix)
                         for _, name in INCLUDE.findall(text)))


def check_scarce(sources):
    """Libraries that only a given number of source files may touch."""
    product = {path: text for path, text in sources.items()
               if not path.startswith("tests/")}
    for prefix, limit in (("hiredis/", 2), ("boost/beast/websocket", 1)):
        users = users_of(product, prefix)
        if len([p for p in users if p.endswith(".cpp")]) > limit:
            yield f"<{prefix}…> in more than {limit} .cpp: {', '.join(users)}"
        for path in (p for p in users if p.endswith(".hpp")):
            yield f"{path}: <{prefix}…> in a header"
    for path in users_of(product, "caf/"):
        if not path.startswith("actors/"):
            yield f"{path}: CAF outside actors/"


def read_clock(path, text):
    return path.startswith("protocol/") and "_clock::now()" in text


def violations(root):
    sources = {str(p.relative_to(root)): p.read_text(encoding="utf-8")
               for folder in (*CHECKS, "tests")
               for p in sorted((root / folder).rglob("*.[ch]pp"))}
    if len(sources) < 40:
        yield f"only {len(sources)} sources under {root}: wrong folder?"
    for path, text in sources.items():
        check = CHECKS.get(path.split("/", 1)[0])
        for kind, name in INCLUDE.findall(text) if check else ():
            if not check(path, kind, name):
                yield f"{path}: may not include {name}"
        if read_clock(path, text):
            yield f"{path}: protocol may not read a clock"
    yield from check_scarce(sources)


def main():
    found = list(violations(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "the arrows point left")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
