// The world `kit` of ../wit for componentize-js.
export const values = {
  numbers(a, b, c, d, e, f) { return [a, b, c, d, e, f]; },
  scale(points, by) { return points.map(({ x, y }) => ({ x: x * by, y: y * by })); },
  rename(it, name) { return { ...it, name, tags: [...it.tags, it.name] }; },
  describe(s) {
    switch (s.tag) {
      case 'dot': return 'a dot';
      case 'circle': return `a circle of ${s.val}`;
      case 'polygon': return `a polygon of ${s.val.map((p) => `${p.x}/${p.y}`).join(' ')}`;
      case 'label': return `the label ${JSON.stringify(s.val)}`;
    }
  },
  grow(s) {
    switch (s.tag) {
      case 'dot': return { tag: 'circle', val: 1.5 };
      case 'circle': return { tag: 'polygon', val: [{ x: 0, y: 0 }, { x: Math.trunc(s.val), y: -1 }] };
      case 'polygon': return { tag: 'label', val: `${s.val.length}` };
      case 'label': return { tag: 'dot' };
    }
  },
  mix(a, b) {
    if (a === b) return a;
    const rest = ['red', 'green', 'blue'].filter((c) => c !== a && c !== b);
    return a === 'red' ? undefined : rest[0];
  },
  grant(to, more) { return { read: to.read || more.read, write: to.write || more.write, exec: to.exec || more.exec }; },
  divide(a, b) { if (b === 0) throw `${a} by nothing`; return Math.trunc(a / b); },
  check(text) { if (text === '') throw 'red'; if (text.length > 5) throw 'blue'; },
  nested(v) {
    if (v === undefined || v === null) return [];
    if (v.tag === 'err') return [{ tag: 'err', val: `${v.val[0]} ${v.val[1]}` }];
    return v.val.map((n) => n == null ? { tag: 'err', val: 'none' } : { tag: 'ok', val: n + 1 });
  },
  reverse(text) { return [...text].reverse().join(''); },
  bytes(b) { return b.map((x) => x ^ 255).reverse(); },
  total(n) { let t = 0n; for (let i = 1n; i <= BigInt(n); i++) t += i; return t; },
  say(text) { console.log(text); },
};

class Shelf {
  constructor(name) { this.name = name; this.items = []; }
  put(it) { this.items.push(it); return this.items.length; }
  names() { return this.items.map((i) => `${this.name}.${i.name}`); }
  static merge(a, b) { const s = new Shelf(`${a.name}+${b.name}`); s.items = [...a.items, ...b.items]; return s; }
}
export const shelves = { Shelf, largest(of) { let best; for (const s of of) if (best === undefined || s.items.length > best.items.length) best = s; return best?.name; } };
export async function reachOut() { return `status ${(await fetch('http://localhost:9/')).status}`; }
