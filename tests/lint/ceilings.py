"""Proves the ceilings of the style guide: files at most 300 lines, functions
at most 60, README at most 120, no word that names a drawer.

usage: ceilings.py SOURCE_ROOT [CTAGS]; prints violations, exits 1 if any.
"""
import json
import pathlib
import subprocess
import sys

FOLDERS = ("protocol", "transport", "actors", "tests")
FILE_LINES = 300
FUNCTION_LINES = 60
DOCUMENT_LINES = {"README.md": 120, "meson.build": 60, "actors/main.cpp": 120,
                  "protocol/js/README.md": 120}
BUNDLE = "protocol/js/wsgw.js"  # made of protocol/js/src
DRAWERS = {"manager", "helper", "helpers", "util", "utils", "common", "misc",
           "base", "impl"}


def line_count(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def long_files(root, sources):
    limits = [(path, FILE_LINES) for path in sources]
    limits += [(root / name, limit) for name, limit in DOCUMENT_LINES.items()
               if (root / name).exists()]
    for path, limit in limits:
        if line_count(path) > limit:
            yield f"{path.relative_to(root)}: {line_count(path)} > {limit} lines"


def functions(ctags, sources):
    tests = [word for macro in ("TEST_CASE(text)", "TEST_CASE_FIXTURE(f,text)")
             for word in ("-D", macro + "=void test_case()")]
    command = [ctags, "--output-format=json", "--fields=+neK", "--kinds-c++=f",
               "--language-force=C++", *tests, "-f", "-", *map(str, sources)]
    output = subprocess.run(command, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in output.stdout.splitlines()]


def long_functions(root, ctags, sources):
    found = functions(ctags, sources)
    if len(found) < 100:
        yield f"{ctags} found only {len(found)} functions"
    for tag in found:
        lines = tag.get("end", tag["line"]) - tag["line"] + 1
        if lines > FUNCTION_LINES:
            name = pathlib.Path(tag["path"]).relative_to(root)
            yield (f"{name}:{tag['line']}: {tag['name']} has {lines} > "
                   f"{FUNCTION_LINES} lines")


def drawers(root, sources):
    for path in sources:
        if DRAWERS & set(path.stem.split("_")):
            yield f"{path.relative_to(root)}: a name that says no role"


def main():
    root = pathlib.Path(sys.argv[1])
    sources = sorted(p for folder in FOLDERS
                     for p in (root / folder).rglob("*.[ch]pp"))
    scripts = sorted(p for folder in FOLDERS
                     for suffix in ("js", "mjs")
                     for p in (root / folder).rglob(f"*.{suffix}")
                     if p.relative_to(root).as_posix() != BUNDLE)
    found = [*long_files(root, sources + scripts),
             *drawers(root, sources + scripts)]
    if len(sys.argv) > 2:
        found += long_functions(root, sys.argv[2], sources)
    print("\n".join(found) or "all below the ceilings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
