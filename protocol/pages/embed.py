#!/usr/bin/env python3
"""Turns the pages of this folder into the C++ source of protocol/pages.hpp.

Usage: embed.py OUTPUT NAME=PAGE.html …

A page is one file for the browser: `<link rel="stylesheet" href="x.css">` and
`<script type="module" src="x.js"></script>` are replaced by the files they
name; scripts that follow each other become one module. A page without a policy
of its own gets NAME_sources: the part of a Content-Security-Policy that lets
its style and script run, by their hashes, and nothing else. A NAME=MODULE.js is
embedded as it is, with its entity tag as NAME_tag.
"""
import base64
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


def sources(text: str) -> str:
    """`style-src 'sha256-…'; script-src 'sha256-…'` of an inlined page."""
    def hashes(element: str) -> str:
        found = re.findall(f"<{element}(?: [^>]*)?>(.*?)</{element}>", text, re.S)
        digests = (hashlib.sha256(each.encode()).digest() for each in found)
        return " ".join(f"'sha256-{base64.b64encode(each).decode()}'"
                        for each in digests)

    return f"style-src {hashes('style')}; script-src {hashes('script')}"


def function(name: str, expression: str) -> list[str]:
    return ["", f"std::string_view {name}() {{", f"  return {expression};", "}"]


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
        source += function(name, literal(text))
        if path.endswith(".js"):
            tag = hashlib.sha256(text.encode()).hexdigest()[:16]
            source += function(f"{name}_tag", f'"\\"{tag}\\""')
        elif "Content-Security-Policy" not in text:
            source += function(f"{name}_sources", f'"{sources(text)}"')
    source += ["", "} // namespace wsgw::protocol", ""]
    pathlib.Path(output).write_text("\n".join(source), encoding="utf-8")


if __name__ == "__main__":
    main()
