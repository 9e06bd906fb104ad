"""Which headers of generated bindings are still to be compiled: what lies in many folders is compiled once, and what another one's start proves not at all."""
import hashlib
import pathlib
import re
import threading

INCLUDE = re.compile(r'^#include "([^"]*)"', re.M)
# In C++ only a comment or a string can hold one of these: WASI's releases often differ in nothing else.
VERSION = re.compile(r"\b\d+\.\d+\.\d+[-+.\w]*")


class HeaderSet:
    """Headers that are taken care of, with one compiler and one purpose. Safe to use by several threads."""

    def __init__(self):
        self.seen = set()
        self.lock = threading.Lock()

    def fresh(self, folder, names):
        """Those of `names` whose text, with all that they include, was not seen before; they are from now on."""
        headers = Headers(folder)
        out = []
        with self.lock:
            for name in names:
                key = headers.key(name)
                if key not in self.seen:
                    self.seen.add(key)
                    out.append(name)
        return out

    def to_compile_alone(self, folder, names):
        """Headers of `folder` to compile, each by itself, so that it is shown for all of `names` that they compile alone.

        A header that another one includes first is compiled as if it were alone, and so is one before which nothing comes but what it
        includes itself. So those that include the most are taken first, and show it for others as well.
        """
        headers = Headers(folder)
        out = []
        with self.lock:
            for name in sorted(names, key=lambda n: (-len(headers.order(n)), n)):
                if headers.key(name) in self.seen:
                    continue
                out.append(name)
                before = set()
                for each in headers.order(name):
                    if before <= set(headers.order(each)):
                        self.seen.add(headers.key(each))
                    before.add(each)
        return out


class Headers:
    """The headers of one folder and what they include of each other."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.texts, self.orders = {}, {}

    def text(self, name):
        if name not in self.texts:
            self.texts[name] = (self.folder / name).read_text()
        return self.texts[name]

    def order(self, name):
        """What a compiler that reads this header has read, in the order in which it comes to the ends; the header itself is the last."""
        if name not in self.orders:
            self.orders[name] = [name]  # for one that includes itself
            found = {}
            for included in INCLUDE.findall(self.text(name)):
                # the support header is in front of everything
                if included != "wcomp_guest.h" and (self.folder / included).exists():
                    found |= dict.fromkeys(self.order(included))
            found.pop(name, None)
            self.orders[name] = [*found, name]
        return self.orders[name]

    def key(self, name):
        """Equal for headers whose text and the text of all that they include are equal, up to the versions of packages."""
        whole = "\n".join(f"{each}\n{self.text(each)}" for each in self.order(name))
        return hashlib.sha256(VERSION.sub("V", whole).encode()).hexdigest()
