#!/usr/bin/env python3
"""Holds the systemd files to systemd-analyze and to the program.

usage: systemd.py --gateway PROGRAM. Exits 77 (skipped) without
systemd-analyze.
"""
import argparse
import configparser
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "deploy/systemd"
UNIT = "ws-gateway.service"
MOST_EXPOSED = 2.0
SKIPPED = 77


def run(*words, **how):
    return subprocess.run([str(word) for word in words], capture_output=True,
                          text=True, check=False, **how)


def seconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(ms|s|min|m|h|)", text).groups()
    return float(number) * {"ms": 0.001, "s": 1, "": 1, "min": 60, "m": 60,
                            "h": 3600}[unit]


def service_of(path):
    reader = configparser.RawConfigParser(strict=False)
    reader.optionxform = str
    reader.read(path)
    return reader["Service"]


def installed(folder, gateway):
    """The unit with its drop-in as it would run here, with this program."""
    unit = folder / UNIT
    text = (SOURCE / UNIT).read_text()
    unit.write_text(text.replace("/usr/local/bin/ws-gateway", str(gateway)))
    shutil.copytree(SOURCE / (UNIT + ".d"), folder / (UNIT + ".d"))
    return unit


def check_verdict(unit):
    said = run("systemd-analyze", "verify", "--man=no", unit)
    # Units of the machine may be faulty as well; only ours counts.
    ours = [line for line in (said.stdout + said.stderr).splitlines()
            if "ws-gateway" in line or "duels.conf" in line]
    assert not ours, ours


def check_exposure(unit):
    said = run("systemd-analyze", "security", "--offline=true",
               f"--threshold={int(MOST_EXPOSED * 10)}", unit)
    assert said.returncode == 0, said.stdout[-2000:] + said.stderr
    print(said.stdout.strip().splitlines()[-1])


def check_times(gateway):
    """The unit waits longer for the end than the program takes for it."""
    service = service_of(SOURCE / UNIT)
    shown = run(gateway, "print-config", env={}).stdout
    drain = re.search(r"^WS_SHUTDOWN_TIMEOUT=(\S+)", shown, re.M).group(1)
    assert seconds(service["TimeoutStopSec"]) > seconds(drain) + 5
    assert seconds(service["WatchdogSec"]) >= 10
    assert service["Type"] == "notify"
    assert service["RestartPreventExitStatus"] == "78"
    assert int(service["LimitNOFILE"]) >= 1_000_000


def check_settings(gateway, folder):
    """What is shipped is accepted, with the parts that are commented out."""
    text = (SOURCE / "ws-gateway.env").read_text()
    secrets = folder / "secrets"
    secrets.mkdir()
    for name in re.findall(r"secrets/(\w+)", text):
        (secrets / name).write_text(f"the-secret-{name}-of-this-test\n")
    text = text.replace("/etc/ws-gateway/secrets", str(secrets))
    for kind, shown in (("plain", text),
                        ("duels", re.sub(r"(?m)^#(WEBSOCKET_)", r"\1", text))):
        config = folder / f"{kind}.conf"
        config.write_text(shown)
        said = run(gateway, "check-config", "--config", config, env={})
        assert said.returncode == 0, said.stderr
        assert "warning" not in said.stderr, said.stderr
    (folder / "bad.conf").write_text(text + "WS_COMMAND_RATE=many\n")
    said = run(gateway, "check-config", "--config", folder / "bad.conf", env={})
    assert said.returncode == 78, said


def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("--gateway", required=True, type=pathlib.Path)
    gateway = reader.parse_args().gateway.resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check_times(gateway)
        check_settings(gateway, folder)
        if shutil.which("systemd-analyze") is None:
            print("without systemd-analyze the unit is not judged")
            return SKIPPED
        unit = installed(folder, gateway)
        check_verdict(unit)
        check_exposure(unit)
    return 0


if __name__ == "__main__":
    sys.exit(main())
