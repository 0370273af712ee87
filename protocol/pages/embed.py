#!/usr/bin/env python3
"""Turns the pages of this folder into the C++ source of protocol/pages.hpp.

Usage: embed.py OUTPUT NAME=PAGE.html …

A page is one file for the browser: `<link rel="stylesheet" href="x.css">` and
`<script type="module" src="x.js"></script>` are replaced by the files they
name; scripts that follow each other become one module. A NAME=MODULE.js is
embedded as it is, with its entity tag as NAME_tag.
"""
import hashlib
import pathlib
import re
import sys

LINK = re.compile(r'<link rel="stylesheet" href="([\w.]+)">')
SCRIPT = re.compile(r'<script type="module" src="([\w.]+)"></script>\n')
SCRIPTS = re.compile(f"(?:{SCRIPT.pattern.replace('(', '(?:')})+")


def inlined(page: pathlib.Path) -> str:
    def read(name: str) -> str:
        return (page.parent / name).read_text(encoding="utf-8")

    text = page.read_text(encoding="utf-8")
    text = LINK.sub(lambda m: f"<style>\n{read(m[1])}</style>", text)

    def module(scripts: re.Match) -> str:
        files = [read(name) for name in SCRIPT.findall(scripts[0])]
        return '<script type="module">\n' + "\n".join(files) + "</script>\n"

    return SCRIPTS.sub(module, text)


def literal(text: str) -> str:
    """Adjacent raw strings, each below the 65,536 bytes compilers promise."""
    size = 15000  # characters; at most four bytes each
    parts = [text[i:i + size] for i in range(0, len(text), size)]
    return "\n".join(f'R"page({part})page"' for part in parts)


def main() -> None:
    output, *pages = sys.argv[1:]
    source = ['#include "protocol/pages.hpp"', "", "namespace wsgw::protocol {"]
    for page in pages:
        name, path = page.split("=", 1)
        text = inlined(pathlib.Path(path))
        source += ["", f"std::string_view {name}() {{", "  return",
                   literal(text) + ";", "}"]
        if path.endswith(".js"):
            tag = hashlib.sha256(text.encode()).hexdigest()[:16]
            source += ["", f"std::string_view {name}_tag() {{",
                       f'  return "\\"{tag}\\"";', "}"]
    source += ["", "} // namespace wsgw::protocol", ""]
    pathlib.Path(output).write_text("\n".join(source), encoding="utf-8")


if __name__ == "__main__":
    main()
