#!/usr/bin/python3
"""Reads docker-compose.yml, the Dockerfile and the Kubernetes manifests, and
holds them to each other, to the files they name and to the program.

usage: manifests.py --gateway BINARY
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

import checks
import stack

SECRET_NAMES = ("redis_url", "secret_key", "site_secret", "ws_ticket_secret",
                "websocket_ticket_secret", "ws_debug_token", "ws_publish_token")


def seconds(text) -> int:
    number, unit = re.fullmatch(r"(\d+)([smh]?)", str(text)).groups()
    return int(number) * {"": 1, "s": 1, "m": 60, "h": 3600}[unit]


def read(name: str):
    return yaml.safe_load((stack.DEPLOY / name).read_text(encoding="utf-8"))


class Manifests:
    def __init__(self, check: checks.Checks, binary: str):
        self.check = check
        self.binary = binary

    # -- compose --------------------------------------------------------------

    def compose(self) -> None:
        compose = read("docker-compose.yml")
        services = compose["services"]
        for name, service in services.items():
            self.hardened(name, service)
            for secret in service.get("secrets", []):
                self.check.that(secret in compose["secrets"],
                                f"{name}: secret {secret} is declared")
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                is_there = (source in compose["volumes"]
                            or (stack.DEPLOY / source).exists())
                self.check.that(is_there, f"{name}: {source} is there")
            for network in service["networks"]:
                self.check.that(network in compose["networks"],
                                f"{name}: network {network}")
            for other, how in service.get("depends_on", {}).items():
                self.check.that("healthcheck" in services[other]
                                and how == {"condition": "service_healthy"},
                                f"{name} waits until {other} is healthy")
        outside = {name: service["ports"] for name, service in services.items()
                   if any(not str(port).startswith("127.0.0.1:")
                          for port in service.get("ports", []))}
        self.check.equal(list(outside), ["nginx"], "open to the outside")
        self.check.that(compose["networks"]["data"]["internal"], "data is inside")
        self.check.equal(list(services["redis"]["networks"]), ["data"], "redis")
        self.gateways(services)

    def hardened(self, name: str, service: dict) -> None:
        wanted = {"read_only": True, "cap_drop": ["ALL"],
                  "security_opt": ["no-new-privileges:true"],
                  "restart": "unless-stopped"}
        seen = {key: service.get(key) for key in wanted}
        self.check.equal(seen, wanted, f"{name} is hardened")
        self.check.that("latest" not in service["image"].replace(
            "{TAG:-latest}", ""), f"{name}: the image has a version")
        self.check.that(not any(
            re.search("(SECRET|KEY|TOKEN|PASSWORD)$", key)
            for key in stack.environment_of(service)),
            f"{name}: secrets come from files")

    def gateways(self, services: dict) -> None:
        nodes = [services[name] for name in services if "ws-gateway" in name]
        self.check.equal(len(nodes), 2, "gateways")
        for node in nodes:
            environment = stack.environment_of(node)
            self.check.that(seconds(node["stop_grace_period"]) > seconds(
                environment["WS_SHUTDOWN_TIMEOUT"]), "it may drain")
            self.check.that(node["ulimits"]["nofile"]["hard"] >= 65536, "files")
            self.known(environment)

    def known(self, environment: dict) -> None:
        """The program knows all these names and takes their values."""
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([stack.DEPLOY / "make-secrets", folder], check=True,
                           stdout=subprocess.DEVNULL)
            ours = {key: re.sub("/run/secrets(/ws-gateway)?", folder, value)
                    for key, value in environment.items()}
            done = subprocess.run([self.binary, "check-config"], env=ours,
                                  capture_output=True, text=True)
        said = done.stdout + done.stderr
        self.check.equal(done.returncode, 0, f"check-config: {said}")
        self.check.that("unknown" not in said.lower(), f"names: {said}")

    # -- Dockerfile -----------------------------------------------------------

    def container(self) -> None:
        text = (stack.DEPLOY / "Dockerfile").read_text(encoding="utf-8")
        run = text.split(" AS run\n")[1]
        for line in ("USER 10001:10001", "EXPOSE 8001 8090",
                     "STOPSIGNAL SIGTERM",
                     'ENTRYPOINT ["/usr/local/bin/ws-gateway"]',
                     'CMD ["/usr/local/bin/ws-gateway", "healthcheck"]'):
            self.check.that(line in run, f"the run stage has {line}")
        self.check.that("install-packages build" not in run, "no compiler")
        packages = (stack.DEPLOY / "install-packages").read_text(
            encoding="utf-8")
        runtime = re.search("runtime='([^']*)'", packages)[1].split()
        for library, package in self.libraries():
            self.check.that(package in runtime or self.comes_with(
                package, runtime), f"{library} is of {package}: not in runtime")

    def libraries(self) -> list:
        """What the program is linked to itself, and of which package."""
        output = subprocess.run(["objdump", "-p", self.binary], check=True,
                                capture_output=True, text=True).stdout
        names = re.findall(r"NEEDED +(lib(?!asan|ubsan)\S+)", output)
        found = []
        for name in names:
            owner = subprocess.run(
                ["dpkg-query", "-S", f"*/{name}"], capture_output=True,
                text=True).stdout.split(":")[0]
            found.append((name, owner or "nobody"))
        self.check.that(len(found) > 8, f"libraries: {found}")
        return found

    @staticmethod
    def comes_with(package: str, others: list) -> bool:
        """libc6 and libgcc-s1 come with everything."""
        depends = subprocess.run(
            ["dpkg-query", "-W", "-f", "${Depends},", *others], check=True,
            capture_output=True, text=True).stdout
        return package in re.findall(r"[\w.+-]+", depends)

    # -- Kubernetes -----------------------------------------------------------

    def kubernetes(self) -> None:
        kustomization = read("kubernetes/kustomization.yaml")
        files = sorted(path.name for path in
                       (stack.DEPLOY / "kubernetes").glob("*.yaml"))
        self.check.equal(sorted(kustomization["resources"]),
                         [name for name in files
                          if name != "kustomization.yaml"], "resources")
        kinds = {}
        for name in kustomization["resources"]:
            document = read(f"kubernetes/{name}")
            kinds[document["kind"]] = document
        self.deployment(kinds)
        for kind in ("Service", "PodDisruptionBudget", "NetworkPolicy"):
            spec = kinds[kind]["spec"]
            selector = (spec.get("podSelector") or spec["selector"])
            labels = kinds["Deployment"]["spec"]["template"]["metadata"]["labels"]
            self.check.equal(selector.get("matchLabels", selector), labels,
                             f"{kind} selects the pods")
        autoscaler = kinds["HorizontalPodAutoscaler"]["spec"]
        self.check.equal(autoscaler["metrics"][0]["pods"]["metric"]["name"],
                         "wsgw_connections", "autoscaler")
        self.check.that(autoscaler["minReplicas"] >= 2, "two nodes at least")
        secrets = kustomization["secretGenerator"][0]["files"]
        self.check.equal(secrets, [f"secrets/{name}" for name in SECRET_NAMES],
                         "secrets")
        self.kustomized()

    def deployment(self, kinds: dict) -> None:
        spec = kinds["Deployment"]["spec"]
        pod = spec["template"]["spec"]
        container, = pod["containers"]
        lines = (stack.DEPLOY / "kubernetes/configuration.env").read_text(
            encoding="utf-8").split()
        environment = dict(line.split("=", 1) for line in lines)
        self.known(environment)
        rolling = spec["strategy"]["rollingUpdate"]
        self.check.equal((rolling["maxUnavailable"], rolling["maxSurge"]),
                         (0, 1), "rolling update")
        self.check.that(pod["terminationGracePeriodSeconds"] > seconds(
            environment["WS_SHUTDOWN_TIMEOUT"]), "it may drain")
        for probe, path in (("livenessProbe", "/live"),
                            ("readinessProbe", "/ready"),
                            ("startupProbe", "/live")):
            self.check.equal(container[probe]["httpGet"],
                             {"path": path, "port": "http"}, probe)
        self.check.equal(pod["securityContext"]["runAsUser"], 10001, "user")
        self.check.equal(container["securityContext"], {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]}}, "container's rights")
        ports = {port["name"]: port["containerPort"]
                 for port in container["ports"]}
        self.check.equal(ports, {"http": 8001, "duels": 8090}, "ports")

    def kustomized(self) -> None:
        """What kubectl makes of it, where it is installed."""
        if not shutil.which("kubectl"):
            print("kubectl is not here: kustomize was not run")
            return
        with tempfile.TemporaryDirectory() as folder:
            copy = os.path.join(folder, "kubernetes")
            shutil.copytree(stack.DEPLOY / "kubernetes", copy,
                            ignore=shutil.ignore_patterns("secrets"))
            subprocess.run([stack.DEPLOY / "make-secrets", f"{copy}/secrets"],
                           check=True, stdout=subprocess.DEVNULL)
            done = subprocess.run(["kubectl", "kustomize", copy],
                                  capture_output=True, text=True)
        self.check.equal(done.returncode, 0, f"kustomize: {done.stderr}")
        documents = list(yaml.safe_load_all(done.stdout))
        self.check.equal(len(documents), 9, "documents")
        text = json.dumps(documents)
        named = re.findall(r'"(?:secretName|name)": "(ws-gateway-[a-z0-9]{10})"',
                           text)
        self.check.equal(len(set(named)), 2, "generated names")
        self.check.equal(len(named), 4, "each is made and used")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gateway", required=True)
    options = parser.parse_args()
    check = checks.Checks()
    manifests = Manifests(check, options.gateway)
    manifests.compose()
    manifests.container()
    manifests.kubernetes()
    return check.verdict()


if __name__ == "__main__":
    sys.exit(main())
