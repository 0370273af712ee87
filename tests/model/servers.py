"""The processes under test: one Redis and several gateways, on free loopback
ports, killed and started again at will."""
import asyncio
import os
import pathlib
import signal
import socket
import subprocess

SECRETS = {
    "SECRET_KEY": "model-secret-key-of-users-1",
    "SITE_SECRET": "model-secret-key-of-sites-2",
    "WS_TICKET_SECRET": "model-secret-of-tickets-03",
    "WS_DEBUG_TOKEN": "model-debug-token-00000004",
    "WS_PUBLISH_TOKEN": "model-publish-token-000005",
}
GATEWAY = SECRETS | {
    "WS_HOST": "127.0.0.1",
    "WS_SHARDS": "2",
    "WS_RATE_LIMIT_PER_IP": "0",
    "WS_LOG": "on",
    "WS_LOG_MAXLEN": "1000000",
    "WS_HISTORY_SIZE": "200",
    "WS_OUTBOX_BYTES": "16KiB",
    "WS_PING_INTERVAL_SECONDS": "1",
    "WS_PONG_TIMEOUT_SECONDS": "8",
    "WS_DRAIN_SPREAD": "500ms",
    "WS_AUDIT_INTERVAL": "1s",
    "WS_LOG_LEVEL": "warning",
    "WS_LOG_FORMAT": "json",
    "ENVIRONMENT": "development",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """One server that can be killed and started again on its port."""

    def __init__(self, command, environment, log: pathlib.Path):
        self.port = free_port()
        self.command = [str(word).replace("{port}", str(self.port))
                        for word in command]
        self.environment = {k: v.replace("{port}", str(self.port))
                            for k, v in environment.items()}
        self.log = log
        self.child = None
        self.life = 0  # counts its starts
        self.greeting = b""  # what a server that is ready answers with +
        self.exit_codes = []  # of ends that were asked for by SIGTERM

    async def start(self) -> None:
        self.life += 1
        with self.log.open("ab") as out:
            self.child = subprocess.Popen(
                self.command, env=os.environ | self.environment, stdout=out,
                stderr=out, start_new_session=True)
        for _ in range(600):
            if self.child.poll() is not None:
                raise RuntimeError(f"{self.command[0]} ended at its start, "
                                   f"see {self.log}")
            if await self.answers():
                return
            await asyncio.sleep(0.05)
        raise RuntimeError(f"{self.command[0]} does not answer")

    async def answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1",
                                                           self.port)
            try:
                if not self.greeting:
                    return True
                # A Redis that still loads its data answers -LOADING.
                writer.write(self.greeting)
                answer = await asyncio.wait_for(reader.readline(), 5)
                return answer.startswith(b"+")
            finally:
                writer.close()
        except OSError:
            return False

    def is_running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    async def kill(self) -> None:
        if self.is_running():
            self.child.kill()
        await asyncio.to_thread(self.child.wait)

    async def terminate(self) -> None:
        """Ends it by SIGTERM and remembers its exit code."""
        if not self.is_running():
            return
        self.child.send_signal(signal.SIGTERM)
        try:
            code = await asyncio.to_thread(self.child.wait, 60)
        except subprocess.TimeoutExpired:
            self.child.kill()
            code = await asyncio.to_thread(self.child.wait)
        self.exit_codes.append(code)


def redis_server(folder: pathlib.Path, is_durable: bool) -> Process:
    saving = (["--appendonly", "yes", "--appendfsync", "always"]
              if is_durable else ["--appendonly", "no"])
    server = Process(["redis-server", "--port", "{port}", "--bind",
                      "127.0.0.1", "--dir", folder, "--save", "",
                      "--enable-debug-command", "local", *saving], {},
                     folder / "redis.log")
    server.greeting = b"PING\r\n"
    return server


def gateway(binary: str, folder: pathlib.Path, number: int, redis: Process,
            changes: dict) -> Process:
    environment = GATEWAY | {
        "WS_PORT": "{port}",
        "REDIS_URL": f"redis://127.0.0.1:{redis.port}/0",
    } | changes
    return Process([binary], environment, folder / f"gateway-{number}.log")


NGINX = """
worker_processes 1;
pid nginx.pid;
error_log nginx-error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  {temporary}
  upstream hub {{
    {nodes}
  }}
  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://hub;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_buffering off;
      proxy_next_upstream error timeout http_503;
    }}
  }}
}}
"""


def nginx(folder: pathlib.Path, nodes: list) -> Process:
    """Balances the nodes in turn, without any stickiness."""
    front = Process(["nginx", "-p", folder, "-c", folder / "nginx.conf",
                     "-e", folder / "nginx-error.log",
                     "-g", "daemon off;"], {}, folder / "nginx.log")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    (folder / "nginx.conf").write_text(NGINX.format(
        port=front.port,
        temporary=" ".join(f"{kind}_temp_path {folder}/{kind};"
                           for kind in kinds),
        nodes=" ".join(f"server 127.0.0.1:{node.port} max_fails=0;"
                       for node in nodes)))
    return front


def mint(binary: str, *words: str) -> str:
    return subprocess.run([binary, *words], env=os.environ | SECRETS,
                          check=True, capture_output=True,
                          text=True).stdout.strip()
