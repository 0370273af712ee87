"""Counts what was right and says what was not."""


class Checks:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def that(self, is_so: bool, what: str) -> None:
        if is_so:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED: {what}", flush=True)

    def equal(self, seen, wanted, what: str) -> None:
        self.that(seen == wanted, f"{what}: {seen!r} instead of {wanted!r}")

    def are_clean(self) -> bool:
        return self.passed > 0 and self.failed == 0

    def verdict(self) -> int:
        """Prints the last line of a test and returns its exit code."""
        print(f"{self.passed} passed, {self.failed} failed")
        return 0 if self.are_clean() else 1
