"""Proves that every C++ source is as clang-format leaves it.

usage: format.py SOURCE_ROOT CLANG_FORMAT; prints what clang-format would
change.
"""
import os
import pathlib
import subprocess
import sys


def start_check(clang_format, paths):
    return subprocess.Popen(
        [clang_format, "--dry-run", "-Werror", *map(str, paths)])


def main():
    root, clang_format = pathlib.Path(sys.argv[1]), sys.argv[2]
    sources = sorted(path for folder in ("protocol", "transport", "actors",
                                         "tests")
                     for path in (root / folder).rglob("*.[ch]pp"))
    share = os.cpu_count() or 1
    checks = [start_check(clang_format, sources[first::share])
              for first in range(share)]
    if any([check.wait() for check in checks]) or len(sources) < 40:
        return 1
    print(f"{len(sources)} files are formatted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
