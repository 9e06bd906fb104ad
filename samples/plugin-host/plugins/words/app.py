"""A plugin in Python: words that stand there twice, and words to avoid."""
import re

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.reviewer import Description
from wit_world.imports import host
from wit_world.imports.types import Place_Span, Place_WholeDocument, Refusal_Empty, Remark, Severity, Span

WORD = re.compile(r"\w+")


def spans(number, matches):
    return [Place_Span(Span(number, m.start() + 1, len(m.group()))) for m in matches]


class Reviewer(exports.Reviewer):
    def describe(self):
        return Description("words", "1.2", ["avoid"])

    def review(self, document):
        if not document.lines:
            raise Err(Refusal_Empty())
        setting = host.setting("avoid")
        avoid = re.compile(setting, re.IGNORECASE) if setting else None
        remarks, last, count = [], None, 0
        for number, line in enumerate(document.lines, 1):
            for m in WORD.finditer(line):
                count += 1
                if m.group().lower() == last:
                    remarks.append(Remark(spans(number, [m])[0], Severity.WARNING, f"`{m.group()}` twice"))
                last = m.group().lower()
            if avoid:
                remarks += [Remark(place, Severity.HINT, "a word to avoid") for place in spans(number, avoid.finditer(line))]
        host.log(Severity.HINT, f"{document.name} has {count} words")
        if count == 0:
            remarks.append(Remark(Place_WholeDocument(), Severity.WARNING, "not one word"))
        return remarks
