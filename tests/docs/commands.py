#!/usr/bin/python3
"""Runs the shell commands of the documents against a hub and a Redis of its
own, so that what a reader types works.

usage: commands.py SOURCE_ROOT GATEWAY [DOCUMENT…]

A block ```sh is run, all of one document in one shell and in order; a block
```sh alone is run by itself, without a hub beside it. ```sh engine (needs a
Docker engine), ```sh host (systemd, a cluster, a public name) and ```sh long
(another test does it: see LONG) are only parsed. A line that looks like a
command and stands in no block is an error. In what is run, port 8001 stands
for the hub's and 6379 for that of Redis.
"""
import asyncio
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "model"))
import servers  # noqa: E402  (the processes of the model test)

MARKS = {"", "alone", "engine", "host", "long"}
# What ```sh long may hold, and who does it.
LONG = {
    "deploy/quickstart": "tests/deploy, in a clean Debian root",
    "deploy/install-packages": "tests/run",
    "meson": "tests/run", "ninja": "tests/run", "tests/run": "itself",
    "tests/load/run": "tests/load", "tests/model/run.py": "tests/model",
    "tests/bench/": "tests/bench", "build/tests/bench/": "tests/bench", "docs/images/make": "tests/js",
}
COMMAND = re.compile(
    r"^(?: {4,}|\t)\$? ?(curl|wscat|docker|redis-cli|deploy/|tests/|meson|ninja|"
    r"systemctl|kubectl|journalctl|ws-gateway|build[a-z-]*/|export [A-Z]|kill )")
FENCE = re.compile(r"^( *)```(.*)$")


class Block:
    def __init__(self, line: int, mark: str):
        self.line, self.mark, self.text = line, mark, ""


def blocks_of(document: pathlib.Path) -> tuple[list, list]:
    """The shell blocks, and what is wrong with the document."""
    blocks, wrong, inside, indent = [], [], None, ""
    for number, line in enumerate(document.read_text("utf-8").splitlines(), 1):
        fence = FENCE.match(line)
        if fence and inside is None:
            words = fence[2].split()
            inside, indent = Block(number, " ".join(words[1:])), fence[1]
            if words[:1] == ["sh"]:
                blocks.append(inside)
                if inside.mark not in MARKS:
                    wrong.append(f"{document}:{number}: unknown mark "
                                 f"{inside.mark!r}")
        elif fence:
            inside = None
        elif inside is not None:
            inside.text += line.removeprefix(indent) + "\n"
        elif COMMAND.match(line):
            wrong.append(f"{document}:{number}: a command in no block: "
                         f"{line.strip()}")
    return blocks, wrong


def check_long(document, block) -> list:
    wrong = []
    for line in block.text.replace("\\\n", " ").splitlines():
        words = [word for word in line.split("#")[0].split()
                 if "=" not in word]
        if words and not line.startswith(" ") and not any(words[0].startswith(name) for name in LONG):
            wrong.append(f"{document}:{block.line}: nobody runs {line!r}")
    return wrong


def parses(document, block) -> list:
    done = subprocess.run(["bash", "-n"], input=block.text, text=True,
                          capture_output=True, check=False)
    return [f"{document}:{block.line}: {done.stderr.strip()}"] \
        if done.returncode else []


class Stand:
    """A place where a document's commands find what they name."""

    def __init__(self, root, binary, folder):
        self.root, self.folder = root, folder
        self.binary = pathlib.Path(binary).resolve()
        self.redis = servers.redis_server(folder, is_durable=False)
        self.hub = servers.gateway(str(self.binary), folder, 1, self.redis, {
            "WS_DEMO": "true", "WS_HOST": "127.0.0.1",
            "WS_PING_INTERVAL_SECONDS": "25", "WS_PONG_TIMEOUT_SECONDS": "40"})
        self.work = folder / "work"
        self.work.mkdir()
        for entry in ("deploy", "docs", "tests", "protocol"):
            (self.work / entry).symlink_to(root / entry)
        self.make_programs()

    def make_programs(self) -> None:
        programs = self.folder / "bin"
        programs.mkdir()
        (programs / "ws-gateway").symlink_to(self.binary)
        (programs / "wscat").symlink_to(HERE / "wscat")
        redis_cli = programs / "redis-cli"
        redis_cli.write_text("#!/bin/sh\nexec /usr/bin/redis-cli -p "
                             f"{self.redis.port} \"$@\"\n")
        redis_cli.chmod(0o755)
        (self.work / "build-release").mkdir()
        (self.work / "build-release" / "actors").symlink_to(
            self.binary.parent)

    def environment(self) -> dict:
        return {"PATH": f"{self.folder / 'bin'}:/usr/bin:/bin:/usr/sbin:/sbin",
                "HOME": str(self.folder), "LANG": "C.UTF-8",
                "WS_PORT": str(self.hub.port), "WS_HOST": "127.0.0.1",
                "ENVIRONMENT": "development",
                "REDIS_URL": f"redis://127.0.0.1:{self.redis.port}/0",
                } | servers.SECRETS

    def adapted(self, text: str) -> str:
        return (re.sub(r"\b(127\.0\.0\.1|localhost):8001\b",
                       rf"\1:{self.hub.port}", text)
                .replace(":6379", f":{self.redis.port}"))

    async def run(self, document, blocks) -> list:
        script = "set -euo pipefail\n" + "".join(
            f"here={block.line}\ntrap 'echo \"failed in the block of line "
            f"'$here'\" >&2' ERR\n" + self.adapted(block.text)
            for block in blocks)
        output = self.folder / "output"
        with output.open("wb") as out:
            child = await asyncio.create_subprocess_exec(
                "bash", "-c", script, cwd=self.work, env=self.environment(),
                stdin=asyncio.subprocess.DEVNULL, start_new_session=True,
                stdout=out, stderr=out)
        try:
            await asyncio.wait_for(child.wait(), 90)
        except asyncio.TimeoutError:
            pass
        finally:  # with what the commands have left in the background
            try:
                os.killpg(child.pid, 9)
            except ProcessLookupError:
                pass
        if child.returncode == 0:
            return []
        return [f"{document}: exit status {child.returncode or 'late'}:\n"
                + output.read_text(errors="replace")[-3000:]]


async def run_document(stand, document, blocks) -> list:
    wrong = []
    beside = [block for block in blocks if block.mark == ""]
    if beside:
        await stand.hub.start()
        wrong += await stand.run(document, beside)
        await stand.hub.kill()
    for block in blocks:
        if block.mark == "alone":
            wrong += await stand.run(document, [block])
    return wrong


async def check(root, binary, documents) -> list:
    wrong, run, parsed = [], 0, 0
    with tempfile.TemporaryDirectory(prefix="wsgw-docs-") as folder:
        stand = Stand(root, binary, pathlib.Path(folder))
        await stand.redis.start()
        try:
            for document in documents:
                name = document.relative_to(root)
                blocks, found = blocks_of(document)
                wrong += found
                for block in blocks:
                    wrong += parses(name, block)
                    if block.mark == "long":
                        wrong += check_long(name, block)
                wrong += await run_document(stand, name, blocks)
                run += sum(b.mark in ("", "alone") for b in blocks)
                parsed += len(blocks)
        finally:
            for process in (stand.hub, stand.redis):
                if process.is_running():
                    await process.kill()
    print(f"{len(documents)} documents, {parsed} shell blocks, {run} run")
    return wrong if parsed else [*wrong, "no document has a shell block"]


def main() -> int:
    root = pathlib.Path(sys.argv[1]).resolve()
    named = [pathlib.Path(name).resolve() for name in sys.argv[3:]]
    documents = named or [root / "README.md", *sorted(root.glob("docs/*.md")),
                          *sorted(root.glob("docs/ru/*.md")),
                          root / "tests/load/README.md"]
    wrong = asyncio.run(check(root, sys.argv[2], documents))
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
