#!/usr/bin/env python3
"""Prints `N passed, N failed` for a meson testlog.json, counting test cases.

A doctest program and node --test report their cases, other programs may print
`N passed, N failed` themselves; whatever reports neither is one case. A program
that dies, hangs or fails without naming a failed case adds one.
"""
import json
import re
import sys

DOCTEST = re.compile(r"\[doctest\] test cases:\s*\d+ \|\s*(\d+) passed"
                     r" \|\s*(\d+) failed")
NODE = re.compile(r"^# pass (\d+)\n# fail (\d+)$", re.M)
PLAIN = re.compile(r"^(\d+) passed, (\d+) failed$", re.M)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def count(test: dict) -> tuple[int, int]:
    output = COLOUR.sub("", test.get("stdout") or "")
    reports = (DOCTEST.findall(output) or NODE.findall(output)
               or PLAIN.findall(output))
    good = test["result"] == "OK"
    if not reports:
        return (1, 0) if good else (0, 1)
    passed = sum(int(report[0]) for report in reports)
    failed = sum(int(report[1]) for report in reports)
    return passed, failed if good else max(failed, 1)


def main() -> int:
    try:
        with open(sys.argv[1], encoding="utf-8") as log:
            tests = [json.loads(line) for line in log]
    except OSError as error:
        print(error, file=sys.stderr)
        tests = []
    counts = [(test["name"], *count(test)) for test in tests]
    for name, _, failed in counts:
        if failed:
            print(f"failed: {name}")
    passed = sum(row[1] for row in counts)
    failed = sum(row[2] for row in counts)
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
