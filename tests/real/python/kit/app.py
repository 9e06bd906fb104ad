"""The world `kit` of ../../wit for componentize-py."""
import math
import socket
from componentize_py_types import Err, Ok
import wit_world
from wit_world import exports
from wit_world.exports.values import Color, Item, Point, Shape_Circle, Shape_Dot, Shape_Label, Shape_Polygon


class Values(exports.Values):
    def numbers(self, a, b, c, d, e, f):
        return (a, b, c, d, e, f)

    def scale(self, points, by):
        return [Point(p.x * by, p.y * by) for p in points]

    def rename(self, it, name):
        return Item(name, it.tags + [it.name], it.at, it.weight)

    def describe(self, s):
        match s:
            case Shape_Dot():
                return "a dot"
            case Shape_Circle(value):
                return f"a circle of {value:g}"
            case Shape_Polygon(value):
                return "a polygon of " + " ".join(f"{p.x}/{p.y}" for p in value)
            case Shape_Label(value):
                return f'the label "{value}"'

    def grow(self, s):
        match s:
            case Shape_Dot():
                return Shape_Circle(1.5)
            case Shape_Circle(value):
                return Shape_Polygon([Point(0, 0), Point(math.trunc(value), -1)])
            case Shape_Polygon(value):
                return Shape_Label(str(len(value)))
            case _:
                return Shape_Dot()

    def mix(self, a, b):
        if a == b:
            return a
        return None if a == Color.RED else next(c for c in Color if c not in (a, b))

    def grant(self, to, more):
        return to | more

    def divide(self, a, b):
        if b == 0:
            raise Err(f"{a} by nothing")
        return int(a / b)

    def check(self, text):
        if text == "":
            raise Err(Color.RED)
        if len(text) > 5:
            raise Err(Color.BLUE)

    def nested(self, v):
        if v is None:
            return []
        if isinstance(v, Err):
            return [Err(f"{v.value[0]} {str(v.value[1]).lower()}")]
        return [Err("none") if n is None else Ok(n + 1) for n in v.value]

    def reverse(self, text):
        return text[::-1]

    def bytes(self, b):
        return bytes(x ^ 255 for x in reversed(b))

    def total(self, n):
        return sum(range(1, n + 1))

    def say(self, text):
        print(text)


class Shelves(exports.Shelves):
    def largest(self, of):
        return max(of, key=lambda s: len(s.items)).name if of else None


class WitWorld(wit_world.WitWorld):
    def reach_out(self):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).connect(("127.0.0.1", 9))
        return "connected"
