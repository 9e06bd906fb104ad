"""Results as Markdown: ours in absolute terms, everyone else as a ratio of one run."""
import math


class Table:
    """`rows`: (case, {contender: nanoseconds}). `notes`: lines below the table. `missing`: contender -> why it has no column."""

    def __init__(self, title, text, contenders):
        self.title, self.text, self.contenders = title, text, contenders
        self.rows, self.notes, self.missing, self.bytes = [], [], {}, {}
        self.memory = []  # cases whose figures are bytes of memory

    def add(self, case, times, size=None):
        """`size` in bytes adds a speed."""
        self.rows.append((case, times))
        if size is not None:
            self.bytes[case] = size

    def to_dict(self):
        return vars(self)

    @classmethod
    def from_dict(cls, saved):
        table = cls("", "", [])
        vars(table).update(saved)
        table.rows = [tuple(row) for row in table.rows]
        return table

    def markdown(self, mean=None):
        """`mean`: lines of geometric means, {label: the rows}."""
        others = [c for c in self.contenders if c != "wcomp"]
        lines = [f"## {self.title}", "", self.text, "", "| | wcomp | " + " | ".join(others) + " |" if others else "| | wcomp |"]
        lines.append("|---|" + "---:|" * (1 + len(others)))
        for case, times in self.rows:
            ours = memory(times.get("wcomp")) if case in self.memory else amount(times.get("wcomp"), self.bytes.get(case))
            cells = [ours] + [ratio(times, c) for c in others]
            lines.append(f"| {case} | " + " | ".join(cells) + " |")
        for label, cases in (mean or {}).items():
            lines.append(f"| *{label}* | | " + " | ".join(mean_of(self.rows, c, cases) for c in others) + " |")
        for name, why in self.missing.items():
            lines += ["", f"`{name}` is missing: {why.splitlines()[0]}"]
        for note in self.notes:
            lines += ["", note]
        return "\n".join(lines) + "\n"


def ratio(times, contender):
    if "wcomp" not in times or not times.get(contender):
        return "-"
    return number(times["wcomp"] / times[contender])


def mean_of(rows, contender, cases):
    logs = [math.log(t["wcomp"] / t[contender]) for case, t in rows if case in cases and t.get("wcomp") and t.get(contender)]
    return number(math.exp(sum(logs) / len(logs))) if logs else "-"


def number(x):
    return f"{x:.0f}" if x >= 99.5 else f"{x:.1f}" if x >= 9.95 else f"{x:.2f}"


def memory(size):
    return "-" if size is None else f"{number(size / 2**20)} MiB"


def amount(nanoseconds, size=None):
    if nanoseconds is None:
        return "-"
    for unit, factor in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= factor:
            text = f"{number(nanoseconds / factor)} {unit}"
            break
    else:
        text = f"{number(nanoseconds)} ns"
    return text if size is None else f"{text}, {number(size / nanoseconds * 1e3)} MB/s"
