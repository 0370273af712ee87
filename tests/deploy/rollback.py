#!/usr/bin/python3
"""deploy/rollback: of containers with a docker that only writes down what it
is asked, of a program with real gateways.

usage: rollback.py --gateway BINARY
"""
import argparse
import asyncio
import os
import pathlib
import shutil
import signal
import sys
import tempfile

import checks
import stack
from stack import servers

# Says the health of $SICK's container is not what one would like.
DOCKER = """#!/bin/sh
echo "$TAG: $*" >>"$CALLS"
case "$*" in
  "image inspect"*missing) exit 1 ;;
  inspect*"$SICK") echo starting ;;
  inspect*) echo healthy ;;
esac
"""
# What `systemctl restart` is elsewhere: SIGTERM, wait, start.
RESTART = """#!/bin/sh
if [ -s "$FOLDER/pid" ]; then
  kill "$(cat "$FOLDER/pid")" 2>/dev/null
  while kill -0 "$(cat "$FOLDER/pid")" 2>/dev/null; do sleep 0.05; done
fi
"$FOLDER/ws-gateway" >>"$FOLDER/log" 2>&1 &
echo $! >"$FOLDER/pid"
"""
# A version that says its configuration is fine and then does not start.
BROKEN = """#!/bin/sh
case "$1" in
  --version | check-config) exit 0 ;;
  *) exit 1 ;;
esac
"""


def script(path: pathlib.Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


async def rollback(environment: dict, *words) -> tuple:
    """Exit code and all that was said."""
    child = await asyncio.create_subprocess_exec(
        *map(str, words), env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    output, _ = await child.communicate()
    return child.returncode, output.decode()


async def check_containers(check, folder) -> None:
    home = folder / "deploy"
    home.mkdir()
    for name in ("rollback", "docker-compose.yml"):
        shutil.copy(stack.DEPLOY / name, home)
    script(folder / "docker", DOCKER)
    calls = folder / "calls"
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "PATIENCE": "2",
                   "CALLS": str(calls), "SICK": "nobody", "TAG": ""}

    async def asked(wanted_code, *words, **changes):
        calls.write_text("")
        code, said = await rollback(environment | changes, home / "rollback",
                                    *words)
        check.equal(code, wanted_code, f"{words} {changes}: {said}")
        return [line for line in calls.read_text().splitlines()
                if " up " in line]

    check.equal(await asked(0, "--dry-run", "compose", "1.2"), [], "a dry run")
    check.that(not (home / ".env").exists(), "a dry run changes nothing")
    ups = await asked(0, "compose", "1.2")
    check.equal([up.rsplit(" ", 1)[1] for up in ups],
                ["ws-gateway-2", "ws-gateway"], "one node after the other")
    check.that(all(up.startswith("1.2: ") for up in ups), "with the tag")
    check.equal((home / ".env").read_text(), "TAG=1.2\n", "the tag is kept")
    (home / ".env").write_text("HTTP_PORT=81\nTAG=1.2\n")
    check.equal(len(await asked(0, "compose", PREV_TAG="1.1")), 2, "PREV_TAG")
    check.equal((home / ".env").read_text(), "HTTP_PORT=81\nTAG=1.1\n", ".env")
    check.equal(len(await asked(1, "compose", "1.3", SICK="ws-gateway-2")), 1,
                "the second node is not touched when the first is sick")
    check.equal(await asked(1, "compose", "missing"), [], "no such image")
    check.equal((home / ".env").read_text(), "HTTP_PORT=81\nTAG=1.1\n",
                "a tag that did not work is not kept")
    check.equal(await asked(2, "compose"), [], "no tag")
    check.equal(await asked(2), [], "no words")


async def check_program(check, binary: str, folder: pathlib.Path) -> None:
    program, previous = folder / "ws-gateway", folder / "ws-gateway.previous"
    shutil.copy(binary, program)
    shutil.copy(binary, previous)
    script(folder / "restart", RESTART)
    environment = {"PROGRAM": str(program), "RESTART": str(folder / "restart"),
                   "FOLDER": str(folder), "PATIENCE": "10",
                   "WS_HOST": "127.0.0.1",
                   "WS_PORT": str(servers.free_port())}
    nodes = program.stat().st_ino, previous.stat().st_ino

    async def asked(wanted_code, wanted_nodes, *words):
        code, said = await rollback(environment, stack.DEPLOY / "rollback",
                                    *words)
        check.equal(code, wanted_code, f"{words}: {said}")
        check.equal((program.stat().st_ino, previous.stat().st_ino),
                    wanted_nodes, f"{words}: files")
        if "--dry-run" not in words and wanted_code != 2:
            code, said = await rollback(environment, program, "healthcheck")
            check.equal(code, 0, f"after {words} it runs: {said}")

    try:
        await asked(0, nodes, "--dry-run", "binary")
        await asked(0, nodes[::-1], "binary")
        await asked(0, nodes, "binary")
        await asked(1, nodes, "binary", folder / "missing")
        os.unlink(previous)
        script(previous, BROKEN)
        broken = nodes[0], previous.stat().st_ino
        environment["PATIENCE"] = "2"
        await asked(1, broken, "binary")
    finally:
        os.kill(int((folder / "pid").read_text()), signal.SIGTERM)


async def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gateway", required=True)
    options = parser.parse_args()
    check = checks.Checks()
    with tempfile.TemporaryDirectory() as name:
        await check_containers(check, pathlib.Path(name))
        await check_program(check, options.gateway, pathlib.Path(name))
    return check.verdict()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
