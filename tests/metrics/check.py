#!/usr/bin/python3
"""Holds /metrics, dashboard, alert rules and documents to each other, on a
real hub with traffic, by promtool and a real Prometheus.

usage: check.py --gateway PROGRAM [--write] [--seconds N]
--write puts the table of metrics into docs/operations.md; --seconds lets
Prometheus look on for so long.
"""
import argparse
import asyncio
import difflib
import json
import pathlib
import re
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
for neighbour in ("model", "deploy"):
    sys.path.append(str(ROOT / "tests" / neighbour))

import checks  # noqa: E402
import yaml  # noqa: E402
import expected  # noqa: E402
import families  # noqa: E402
import observer  # noqa: E402
import servers  # noqa: E402
import traffic  # noqa: E402

PROMETHEUS = ROOT / "deploy/prometheus"
DASHBOARD = ROOT / "deploy/grafana/dashboards/ws-gateway.json"
DOCUMENT = ROOT / "docs/operations.md"
BEGIN = "<!-- tests/metrics/check.py --write -->\n"
END = "<!-- end of metrics -->"
SETTINGS = {"WEBSOCKET_PORT": "0",
            "WEBSOCKET_TICKET_SECRET": "metrics-secret-of-duel-tickets-06",
            "WS_OUTBOX_BYTES": "64KiB", "WS_AUDIT_INTERVAL": "5s"}


def check_tools(check, text):
    """What promtool says to the files, and to what the hub serves."""
    for words in (["config", PROMETHEUS / "prometheus.yml"],
                  ["rules", PROMETHEUS / "alerts.yml"]):
        done = traffic.output_of(["promtool", "check", *words])
        check.equal(done.returncode, 0, f"promtool: {done.stdout}{done.stderr}")
    done = traffic.output_of(["promtool", "test", "rules",
                              PROMETHEUS / "alerts_test.yml"])
    check.equal(done.returncode, 0, f"promtool: {done.stdout}{done.stderr}")
    done = traffic.subprocess.run(["promtool", "check", "metrics"], input=text,
                                  capture_output=True, text=True, check=False)
    check.equal((done.returncode, done.stderr), (0, ""), "promtool metrics")
    done = traffic.output_of([ROOT / "deploy/grafana/make-dashboard",
                              "--check"])
    check.equal(done.returncode, 0, done.stdout)


def queries():
    """All that the dashboard and the rules ask."""
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    for panel in board["panels"]:
        yield from (each["expr"] for each in panel.get("targets", []))
    rules = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text("utf-8"))
    for group in rules["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


def check_names(check, found):
    for name, labels in (expected.MINIMUM | expected.REFERENCE).items():
        check.that(name in found, f"there is no {name}")
        if name in found and found[name].samples:
            check.equal(sorted(found[name].labels()), sorted(labels),
                        f"labels of {name}")
    for name, family in found.items():
        check.that(bool(family.help), f"{name} has no help")
        check.that(family.kind in ("counter", "gauge", "histogram", "untyped"),
                   f"{name} is a {family.kind!r}")
    for query in queries():
        for name in families.names_in(query):
            real = families.family_name(name, found)
            check.that(real in found, f"there is no {name} for {query}")


def check_labels(check, text, found):
    for number in (traffic.DIALOG, traffic.USER, traffic.MESSAGE,
                   traffic.DUEL):
        check.that(str(number) not in text, f"{number} is in a metric")
    for name, family in found.items():
        check.that(len(family.samples) < 1000, f"{name} has too many samples")
        for labels, _ in family.samples:
            for label, value in labels.items():
                is_number = bool(re.fullmatch(r"[0-9a-f]*[0-9][0-9a-f]*",
                                              value))
                check.that(not is_number
                           or label in ("code", "shard", "le", "commit"),
                           f"{name}: {label}={value} may be an id")


def check_movement(check, found):
    for name, labels in expected.MOVED:
        check.that(name in found and found[name].total(**labels) > 0,
                   f"the traffic has not moved {name} {labels}")


def documented(found):
    rows = ["| metric | type | what |\n", "| --- | --- | --- |\n"]
    for name in sorted(found):
        family = found[name]
        labels = family.labels() or expected.LABELS_OF_RARE.get(name, [])
        shown = "{" + ",".join(sorted(labels)) + "}" if labels else ""
        rows.append(f"| `{name}{shown}` | {family.kind} | {family.help} |\n")
    return "".join(rows)


def check_documents(check, found, writes):
    head, rest = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)
    written, tail = rest.split(END, 1)
    table = documented(found)
    if writes:
        DOCUMENT.write_text(head + BEGIN + table + END + tail,
                            encoding="utf-8")
    else:
        for line in difflib.unified_diff(written.splitlines(),
                                         table.splitlines(), "document",
                                         "/metrics", lineterm="", n=0):
            check.that(False, f"table of metrics: {line}")
    alerts = re.findall(r"- alert: (\w+)", (PROMETHEUS / "alerts.yml")
                        .read_text(encoding="utf-8"))
    check.equal(sorted(re.findall(r"^\| `(WsGateway\w+)`", tail, re.M)),
                sorted(alerts), "the table of alerts")
    check.that("\n### Alerts\n" in tail, "the runbook's section is gone")


def check_dashboard(check, watcher):
    watcher.wait()
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    for query in watcher.dead_panels(board):
        check.that(False, f"dead panel {query}")
    for rule in watcher.rules():
        check.equal(rule["health"], "ok", rule["name"])
        if rule["state"] == "firing":
            print(f"firing: {rule['name']}")


def metrics_of(hub):
    with urllib.request.urlopen(f"http://127.0.0.1:{hub.port}/metrics",
                                timeout=10) as answer:
        return answer.read().decode()


async def watch(options, folder, check):
    store = servers.redis_server(folder, False)
    hub = servers.gateway(options.gateway, folder, 0, store, SETTINGS)
    watcher = observer.Observer(folder, PROMETHEUS, [hub])
    await store.start()
    await hub.start()
    await watcher.server.start()
    try:
        load = traffic.Traffic(
            hub, store, lambda *words: servers.mint(options.gateway, *words),
            servers.SECRETS["WS_PUBLISH_TOKEN"])
        stays = await load.run(1)
        end = time.monotonic() + options.seconds
        while time.monotonic() < end:
            await load.publish(10)
            await load.come_back()
        text = metrics_of(hub)
        await asyncio.to_thread(check_dashboard, check, watcher)
        for each in stays:
            each.cancel()
        return text
    finally:
        await watcher.server.terminate()
        await hub.terminate()
        await store.kill()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gateway", required=True)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--seconds", type=float, default=6)
    options = parser.parse_args()
    check = checks.Checks()
    with tempfile.TemporaryDirectory() as folder:
        text = asyncio.run(watch(options, pathlib.Path(folder), check))
    found = families.parse(text)
    check_tools(check, text)
    check_names(check, found)
    check_labels(check, text, found)
    check_movement(check, found)
    check_documents(check, found, options.write)
    return check.verdict()


if __name__ == "__main__":
    sys.exit(main())
