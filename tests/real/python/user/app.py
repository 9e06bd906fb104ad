"""The world `user` of ../../wit for componentize-py."""
from componentize_py_types import Err, Ok
import wit_world
from wit_world.imports import shelves, values
from wit_world.imports.values import Access, Item, Point, Shape_Dot


def item(name):
    return Item(name, [], None, 0.5)


class WitWorld(wit_world.WitWorld):
    def use_all(self, seed):
        out = [str(values.scale([Point(1, -2), Point(seed, 3)], 3))]
        shape = Shape_Dot()
        for _ in range(5):
            out.append(values.describe(shape))
            shape = values.grow(shape)
        try:
            out.append(str(values.divide(7, 0)))
        except Err as e:
            out.append(f"refused: {e.value}")
        out.append(str(Access.EXEC in values.grant(Access.READ, Access.EXEC)))
        out.append(str(values.nested(Ok([1, None, 3]))))
        out.append(values.reverse("añb☃"))
        a, b = shelves.Shelf("a"), shelves.Shelf("b")
        for i in range(seed):
            a.put(item(f"n{i}"))
            if i % 2:
                b.put(item(f"m{i}"))
        out.append(shelves.largest([a, b]))
        a = shelves.Shelf.merge(a, b)
        out.append(",".join(a.names()))
        out.append(f"{shelves.largest([b, a])} {shelves.largest([])}")
        return out
