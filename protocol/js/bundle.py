#!/usr/bin/env python3
"""Joins the modules of src/ to the one module that is shipped.

usage: bundle.py [--check]; writes wsgw.js beside itself, or with --check says
whether it is what src/ gives and exits 1 if not.
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
ENTRY = "index.js"
IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w.]+)";\n', re.M)
EXPORT = re.compile(r"^export (?=(?:async )?(?:class|function|const) )", re.M)
HEAD = """\
// ws-gateway's client: one dialog, every event once and in order. README.md
// beside this file tells how to use it.
// Made of src/*.js by bundle.py: change those.
"""


def in_order(name: str, done: list[str]) -> list[str]:
    """The modules, each behind those that it needs."""
    if name not in done:
        for needed in IMPORT.findall(text_of(name)):
            in_order(needed, done)
        done.append(name)
    return done


def text_of(name: str) -> str:
    return (HERE / "src" / name).read_text(encoding="utf-8")


def bundled() -> str:
    parts = [HEAD]
    for name in in_order(ENTRY, []):
        text = IMPORT.sub("", text_of(name)).lstrip("\n")
        is_entry = name == ENTRY
        parts.append(text if is_entry else EXPORT.sub("", text))
    return "\n".join(parts)


def main() -> int:
    target = HERE / "wsgw.js"
    if "--check" in sys.argv:
        is_fresh = target.read_text(encoding="utf-8") == bundled()
        print("wsgw.js is fresh" if is_fresh else
              "wsgw.js is not what src/ gives: run protocol/js/bundle.py")
        return 0 if is_fresh else 1
    target.write_text(bundled(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
