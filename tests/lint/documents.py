"""Holds the documents to the code: every path, every metric, every setting.

usage: documents.py SOURCE_ROOT PROGRAM [--write]; prints what is missing and
exits 1 if anything is. --write puts the program's table of settings into
docs/operations.md.
"""
import difflib
import pathlib
import re
import subprocess
import sys

PAGE = re.compile(r'\bpage\{\s*"(/[^"]*)"((?:(?!\bpage\{).)*)', re.S)
TAKES_POST = re.compile(r"\},\s*true\}")
POST = re.compile(r'\bpost_prefix\{\s*"(/[^"]*)"')
SOCKET = re.compile(r'\bendpoint_row\{[^}]*?"(/ws[^"]*)"')
METRIC = re.compile(r'"((?:wsgw|websocket|redis|process)_[a-z_]+)"')
BEGIN = "<!-- ws-gateway print-config --markdown -->\n"
END = "<!-- end -->"


def read(root, name):
    return (root / name).read_text(encoding="utf-8")


def paths(root):
    """The paths of the code, written as the documents write them."""
    pages = PAGE.findall(read(root, "actors/http_api.cpp"))
    posts = POST.findall(read(root, "actors/http_demo.cpp"))
    sockets = SOCKET.findall(read(root, "protocol/route.cpp"))
    found = [f"{'POST' if TAKES_POST.search(rest) else 'GET'} {path}"
             for path, rest in pages]
    found += [f"POST {path}{{id}}/messages" for path in posts]
    found += [path + ("{id}" if path.endswith("/") else "")
              for path in sockets]
    found += [f"GET /sse{path[3:]}{{id}}" for path in sockets
              if path.endswith("/")]
    if min(len(pages) - 14, len(posts) - 3, len(sockets) - 6) < 0:
        raise SystemExit(f"the code's tables are elsewhere: found {found}")
    return found


def is_named(path, text):
    """`GET /health` also counts in a list that says GET once."""
    return re.search(re.escape(path) + r"(?![\w/{-])", text) is not None


def missing_paths(root):
    page = read(root, "protocol/pages/docs.html")
    document = read(root, "docs/protocol.md")
    for path in paths(root):
        for name, text in (("docs.html", page), ("docs/protocol.md", document)):
            if not is_named(path, text):
                yield f"{name} does not name {path}"


def missing_metrics(root):
    sources = [path.read_text() for path in root.glob("actors/metrics*.cpp")]
    metrics = sorted(set(METRIC.findall("".join(sources))))
    if len(metrics) < 30:
        yield f"only {len(metrics)} metrics found in actors/metrics*.cpp"
    document = read(root, "docs/operations.md")
    for name in metrics:
        if not re.search(rf"`{name}[`{{]", document):
            yield f"docs/operations.md does not name {name}"


def settings_table(root, program, write):
    table = subprocess.run([program, "print-config", "--markdown"], env={},
                           check=True, capture_output=True, text=True).stdout
    path = root / "docs/operations.md"
    head, rest = path.read_text(encoding="utf-8").split(BEGIN)
    written, tail = rest.split(END, 1)
    if write:
        path.write_text(head + BEGIN + table + END + tail, encoding="utf-8")
        return []
    return difflib.unified_diff(written.splitlines(), table.splitlines(),
                                "docs/operations.md", "print-config",
                                lineterm="", n=0)


def main():
    root, program = pathlib.Path(sys.argv[1]), sys.argv[2]
    found = [*missing_paths(root), *missing_metrics(root),
             *settings_table(root, program, "--write" in sys.argv)]
    print("\n".join(found) or "the documents know all of it")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
