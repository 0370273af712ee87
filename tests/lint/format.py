"""Proves that every C++ source is as clang-format leaves it.

usage: format.py SOURCE_ROOT CLANG_FORMAT; prints the files that are not.
"""
import pathlib
import subprocess
import sys


def is_formatted(clang_format, path):
    done = subprocess.run([clang_format, path], capture_output=True,
                          check=True)
    return done.stdout == path.read_bytes()


def main():
    root, clang_format = pathlib.Path(sys.argv[1]), sys.argv[2]
    sources = sorted(path for folder in ("protocol", "transport", "actors",
                                         "tests")
                     for path in (root / folder).rglob("*.[ch]pp"))
    found = [str(path.relative_to(root)) for path in sources
             if not is_formatted(clang_format, path)]
    print("\n".join(found) or f"{len(sources)} files are formatted")
    return 1 if found or len(sources) < 40 else 0


if __name__ == "__main__":
    sys.exit(main())
