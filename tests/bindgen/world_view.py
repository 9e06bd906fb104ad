"""What a world consists of, from the JSON of `witc json` or `wcomp wit --json`, in a form that can be compared: a dict from the name of an
import or export to its functions and resources, every type written out (its name is no part of it, a resource's interface and name are)."""


class WorldView:
    def __init__(self, graph, world):
        self.graph, self.world, self.memo, self.local = graph, world, {}, {}
        for items in (world["imports"], world["exports"]):
            for key, item in items.items():
                if "interface" in item and graph["interfaces"][item["interface"]["id"]]["name"] is None:
                    self.local[item["interface"]["id"]] = key

    def interface_name(self, number):
        interface = self.graph["interfaces"][number]
        if interface["name"] is None:
            return self.local.get(number, "?")
        package = self.graph["packages"][interface["package"]]["name"]
        name, at, version = package.partition("@")
        return f"{name}/{interface['name']}{at}{version}"

    def part(self, t):
        if t is None or isinstance(t, str):
            return t
        if t not in self.memo:
            self.memo[t] = self.definition(self.graph["types"][t])
        return self.memo[t]

    def definition(self, definition):
        kind = definition["kind"]
        if kind == "resource":
            owner = definition["owner"] or {}
            return ("resource", self.interface_name(owner["interface"]) if "interface" in owner else "", definition["name"])
        what, of = next(iter(kind.items()))
        if what == "type":
            return self.part(of)
        return (what, self.content(what, of))

    def content(self, what, of):
        if what == "record":
            return tuple((f["name"], self.part(f["type"])) for f in of["fields"])
        if what == "variant":
            return tuple((c["name"], self.part(c["type"])) for c in of["cases"])
        if what in ("enum", "flags"):
            return tuple(c["name"] for c in of["cases" if what == "enum" else "flags"])
        if what == "tuple":
            return tuple(self.part(t) for t in of["types"])
        if what == "result":
            return (self.part(of["ok"]), self.part(of["err"]))
        if what == "handle":
            return tuple((k, self.part(v)) for k, v in of.items())
        if what == "map":
            return tuple(self.part(t) for t in (of if isinstance(of, list) else of.values()))
        if isinstance(of, list):  # a list of fixed length
            return (self.part(of[0]), of[1])
        if isinstance(of, dict):
            return tuple((k, v if k in ("size", "length") else self.part(v)) for k, v in of.items())
        return self.part(of)

    def function(self, f):
        return (tuple((p["name"], self.part(p["type"])) for p in f["params"]), self.part(f.get("result")))

    def items(self, direction):
        out = {}
        for key, item in self.world[direction].items():
            if "function" in item:
                out[key] = {"": self.function(item["function"])}
            elif "type" in item:
                definition = self.graph["types"][item["type"]]
                if definition["kind"] == "resource":
                    out[key] = {"": "resource"}
            else:
                number = item["interface"]["id"]
                interface = self.graph["interfaces"][number]
                name = self.interface_name(number) if key.startswith("interface-") else key
                parts = {n: self.function(f) for n, f in interface["functions"].items()}
                parts.update({"resource " + n: "" for n, t in interface["types"].items() if self.graph["types"][t]["kind"] == "resource"})
                if parts:  # an interface of types alone is imported where they are used, or not at all
                    out[name] = parts
        return out


def difference(wanted, found):
    """Texts that say what of one world the other lacks or has otherwise. More imports than wanted are those of the C library."""
    out = []
    for direction in ("imports", "exports"):
        a, b = wanted.items(direction), found.items(direction)
        for name in sorted(a.keys() | b.keys()):
            if name not in b:
                out.append(f"{direction}: `{name}` is missing")
            elif name not in a:
                if direction == "exports" or not name.startswith("wasi:"):
                    out.append(f"{direction}: `{name}` is not in the world")
            else:
                out += [f"{direction}: `{name}` {part or 'itself'}: wanted {a[name].get(part)}, found {b[name].get(part)}"
                        for part in sorted(a[name].keys() | b[name].keys()) if a[name].get(part) != b[name].get(part)]
    return out
