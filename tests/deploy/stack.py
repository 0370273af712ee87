"""What docker-compose.yml describes, as processes on free loopback ports: the
same commands, environments and nginx files, for machines without an engine.

Only addresses, ports and folders are replaced, where the containers have
theirs from networks and mounts.
"""
import asyncio
import os
import pathlib
import re
import shutil
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/model"))
import servers  # noqa: E402  (processes that can be killed and started again)

DEPLOY = ROOT / "deploy"
NOBODY = 65534


def environment_of(service: dict) -> dict:
    given = service.get("environment", {})
    if isinstance(given, list):
        given = dict(entry.split("=", 1) for entry in given)
    return {name: str(value) for name, value in given.items()}


async def output_of(*words) -> tuple:
    """Exit code and standard output of a command."""
    child = await asyncio.create_subprocess_exec(
        *map(str, words), stdout=asyncio.subprocess.PIPE)
    output, _ = await child.communicate()
    return child.returncode, output.decode()


class Stack:
    def __init__(self, binary: str, folder: pathlib.Path, tls: bool = False):
        self.folder = folder
        folder.chmod(0o711)  # nginx runs as nobody in a folder of it
        (folder / "tmp").mkdir()
        self.compose = yaml.safe_load((DEPLOY / "docker-compose.yml")
                                      .read_text(encoding="utf-8"))
        self.services = self.compose["services"]
        self.binary = binary
        self.secrets = folder / "secrets"
        subprocess.run([DEPLOY / "make-secrets", self.secrets], check=True,
                       stdout=subprocess.DEVNULL)
        self.redis = self.redis_service()
        self.point_to_redis()
        self.backend = self.backend_service()
        names = [name for name in self.services if "ws-gateway" in name]
        self.nodes = [self.gateway(binary, name) for name in names]
        self.front = self.nginx(tls)

    def secret(self, name: str) -> str:
        return (self.secrets / name).read_text(encoding="utf-8").strip()

    def moved(self, text: str) -> str:
        """A text of a container with its folders in ours."""
        ours = {"$$": "$", "/run/secrets": str(self.secrets),
                "/tmp/": f"{self.folder}/tmp/",
                "/usr/share/nginx": f"{self.folder}/nginx"}
        return re.sub("|".join(map(re.escape, ours)),
                      lambda found: ours[found[0]], text)

    def redis_service(self) -> servers.Process:
        words = [self.moved(word) for word in self.services["redis"]["command"]]
        data = self.folder / "data"
        data.mkdir()
        words[-1] = words[-1].replace(
            "--dir /data", f"--dir {data} --bind 127.0.0.1 --port {{port}}")
        server = servers.Process(words, {}, self.folder / "redis.log")
        server.greeting = f"AUTH {self.secret('redis_password')}\r\n".encode()
        return server

    def point_to_redis(self) -> None:
        """The container's network calls it redis:6379."""
        url = self.secrets / "redis_url"
        text = url.read_text(encoding="utf-8")
        url.chmod(0o600)
        url.write_text(text.replace("redis:6379",
                                    f"127.0.0.1:{self.redis.port}"),
                       encoding="utf-8")

    def service_environment(self, name: str) -> dict:
        return {key: self.moved(value) for key, value in
                environment_of(self.services[name]).items()}

    def backend_service(self) -> servers.Process:
        environment = self.service_environment("backend") | {
            "PORT": "{port}", "HOST": "127.0.0.1",
            "PYTHONDONTWRITEBYTECODE": "1"}
        return servers.Process(
            ["/usr/bin/python3", DEPLOY / "examples/backend.py"], environment,
            self.folder / "backend.log")

    def gateway(self, binary: str, name: str) -> servers.Process:
        environment = self.service_environment(name)
        environment |= {
            "WS_HOST": "127.0.0.1", "WS_PORT": "{port}",
            "WEBSOCKET_HOST": "127.0.0.1",
            "WEBSOCKET_PORT": str(servers.free_port()),
            "WS_DRAIN_SPREAD": "200ms",
            "WS_TRUSTED_PROXIES": "127.0.0.1/32",
            "WS_AUTH_URL": environment["WS_AUTH_URL"].replace(
                "backend:8000", f"127.0.0.1:{self.backend.port}")}
        return servers.Process([binary], environment,
                               self.folder / f"{name}.log")

    # -- nginx ----------------------------------------------------------------

    def nginx(self, tls: bool) -> servers.Process:
        prefix = self.folder / "nginx"
        shutil.copytree(DEPLOY / "nginx", prefix)
        for path in (prefix, *prefix.rglob("*")):  # whatever the umask was
            path.chmod(0o755 if path.is_dir() else 0o644)
        log = self.folder / "nginx.log"
        log.touch()
        drop = []
        if os.geteuid() == 0:  # as in the container, nginx has no rights
            for path in (log, self.folder / "tmp"):
                os.chown(path, NOBODY, NOBODY)
            drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}",
                    "--clear-groups", "--no-new-privs"]
        front = servers.Process(
            [*drop, "nginx", "-p", prefix, "-c", prefix / "nginx.conf", "-e",
             "stderr", "-g", f"daemon off; pid {self.folder}/tmp/nginx.pid;"], {}, log)
        if tls:
            self.certify(prefix)
        self.plain_port = servers.free_port() if tls else front.port
        for folder in ("local", "tls"):
            self.settle(prefix / folder, front.port)
        return front

    def certify(self, prefix: pathlib.Path) -> None:
        key, certificate = (self.secrets / name for name in
                            ("tls_key", "tls_certificate"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-keyout", key, "-out", certificate],
            check=True, capture_output=True)
        self.secrets.chmod(0o711)
        key.chmod(0o444)
        for name in ("listen.conf", "listen-duels.conf"):
            shutil.copy(prefix / "tls" / name, prefix / "local")

    def settle(self, folder: pathlib.Path, port: int) -> None:
        """Replaces what local/ is for: addresses, ports and folders."""
        ports = {"ws-gateway.conf": [node.port for node in self.nodes],
                 "ws-gateway-duels.conf": [node.environment["WEBSOCKET_PORT"]
                                           for node in self.nodes],
                 "backend.conf": [self.backend.port]}
        for path in folder.iterdir():
            text = self.moved(path.read_text(encoding="utf-8"))
            there = iter(ports.get(path.name, []))
            text = re.sub(r"(?<=server )172[0-9.]+:[0-9]+",
                          lambda _: f"127.0.0.1:{next(there)}", text)
            text = text.replace("listen 8443", f"listen 127.0.0.1:{port}")
            text = text.replace("listen 8080",
                                f"listen 127.0.0.1:{self.plain_port}")
            path.write_text(text, encoding="utf-8")

    # -- life -----------------------------------------------------------------

    async def start(self) -> None:
        await self.redis.start()
        await self.backend.start()
        await asyncio.gather(*(node.start() for node in self.nodes))
        await self.front.start()

    async def stop(self) -> None:
        for process in (self.front, *self.nodes, self.backend, self.redis):
            if process.child is not None:
                await process.terminate()

    async def health(self, name: str) -> int:
        """The exit code of the health check of a service, as it is here."""
        kind, *words = self.services[name]["healthcheck"]["test"]
        if kind == "CMD-SHELL":
            words = ["sh", "-c", *words]
        process = {"redis": self.redis, "backend": self.backend,
                   "nginx": self.front, "ws-gateway": self.nodes[0],
                   "ws-gateway-2": self.nodes[1]}[name]
        here = {"python3": "/usr/bin/python3",
                "redis-cli": f"redis-cli -p {process.port}",
                "/srv/backend.py": str(DEPLOY / "examples/backend.py"),
                "/usr/local/bin/ws-gateway": self.binary,
                ":8080": f":{self.plain_port}"}
        words = [self.moved(word) for word in words]
        for container, ours in here.items():
            words = [word.replace(container, ours) for word in words]
        child = await asyncio.create_subprocess_exec(
            *words, env=os.environ | process.environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL)
        return await child.wait()

    def mint(self, *words: str) -> str:
        environment = os.environ | self.service_environment("ws-gateway")
        return subprocess.run([self.binary, *words], env=environment,
                              check=True, capture_output=True,
                              text=True).stdout.strip()
