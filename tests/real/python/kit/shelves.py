"""Resources of the exported interface `shelves`: componentize-py looks for them in a module of that name."""
import wit_world.exports.shelves


class Shelf(wit_world.exports.shelves.Shelf):
    def __init__(self, name):
        self.name, self.items = name, []

    def put(self, it):
        self.items.append(it)
        return len(self.items)

    def names(self):
        return [f"{self.name}.{i.name}" for i in self.items]

    @classmethod
    def merge(cls, a, b):
        out = Shelf(f"{a.name}+{b.name}")
        out.items = a.items + b.items
        return out
