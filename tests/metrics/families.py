"""Reads Prometheus' text format, and the names that PromQL uses."""
import re

SAMPLE = re.compile(r'^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
NAME = re.compile(r'\b((?:wsgw|websocket|redis|process)_[a-z0-9_]+)\b')
PARTS = ("_bucket", "_sum", "_count")


class Family:
    def __init__(self):
        self.kind = ""
        self.help = ""
        self.samples = []  # (labels, value)

    def labels(self):
        """The names of its labels, in order of appearance, `le` not."""
        found = {name: None for given, _ in self.samples for name in given}
        return [name for name in found if name != "le"]

    def total(self, **wanted):
        return sum(value for given, value in self.samples
                   if wanted.items() <= given.items() and "le" not in given)


def parse(text):
    families = {}
    for line in text.splitlines():
        if line.startswith(("# HELP ", "# TYPE ")):
            _, what, name, rest = (line + " ").split(" ", 3)
            family = families.setdefault(name, Family())
            if what == "HELP":
                family.help = rest.strip()
            else:
                family.kind = rest.strip()
        elif line:
            name, labels, value = SAMPLE.match(line).groups()
            families[family_name(name, families)].samples.append(
                (dict(LABEL.findall(labels or "")), float(value)))
    return families


def family_name(sample, families):
    """A histogram's samples have a word more."""
    for part in PARTS:
        name = sample.removesuffix(part)
        if name != sample and name in families:
            return name
    return sample


def names_in(query):
    """The metrics of a query, without what stands in quotes."""
    return set(NAME.findall(re.sub(r'"[^"]*"', '""', query)))
