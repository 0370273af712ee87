"""A real Prometheus that scrapes a hub with the shipped rules."""
import json
import pathlib
import re
import shutil
import time
import urllib.parse
import urllib.request

import servers

# May be empty as long as nothing of the kind has happened.
MAY_BE_EMPTY = ("wsgw_audit_", "wsgw_ticket_refused")


class Observer:
    def __init__(self, folder: pathlib.Path, shipped: pathlib.Path, hubs):
        shutil.copy(shipped / "alerts.yml", folder)
        text = (shipped / "prometheus.yml").read_text(encoding="utf-8")
        text = text.replace("interval: 15s", "interval: 1s")
        for name, hub in zip(("ws-gateway:8001", "ws-gateway-2:8001"), hubs):
            text = re.sub(rf"- {name}$", f"- 127.0.0.1:{hub.port}", text,
                          flags=re.M)
        text = re.sub(r"\n +- ws-gateway[-\d]*:8001$", "", text, flags=re.M)
        (folder / "prometheus.yml").write_text(text, encoding="utf-8")
        self.server = servers.Process(
            ["prometheus", f"--config.file={folder}/prometheus.yml",
             f"--storage.tsdb.path={folder}/data",
             "--web.listen-address=127.0.0.1:{port}"], {},
            folder / "prometheus.log")

    def ask(self, path, **query):
        where = f"http://127.0.0.1:{self.server.port}/api/v1/{path}?"
        with urllib.request.urlopen(where + urllib.parse.urlencode(query),
                                    timeout=10) as answer:
            return json.load(answer)["data"]

    def is_scraping(self):
        try:
            found = self.ask("query", query='up{job="ws-gateway"} == 1')
            return bool(found["result"])
        except OSError:
            return False

    def wait(self, seconds=30):
        end = time.monotonic() + seconds
        while not self.is_scraping():
            if time.monotonic() > end:
                raise RuntimeError("Prometheus scrapes nothing")
            time.sleep(0.2)

    def dead_panels(self, dashboard):
        """Queries of the dashboard without an answer."""
        for panel in dashboard["panels"]:
            for target in panel.get("targets", []):
                query = target["expr"].replace("$instance", ".*")
                query = query.replace("$__rate_interval", "10s")
                found = self.ask("query", query=query)["result"]
                if not found and not any(name in query
                                         for name in MAY_BE_EMPTY):
                    yield f"{panel['title']}: {query}"

    def rules(self):
        return [rule for group in self.ask("rules")["groups"]
                for rule in group["rules"]]
