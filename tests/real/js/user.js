// The world `user` of ../wit for componentize-js.
import { scale, describe, grow, divide, grant, nested, reverse } from 'parts:kit/values@0.1.0';
import { Shelf, largest } from 'parts:kit/shelves@0.1.0';

const item = (name) => ({ name, tags: [], at: undefined, weight: 0.5 });

export function useAll(seed) {
  const out = [];
  out.push(JSON.stringify(scale([{ x: 1, y: -2 }, { x: seed, y: 3 }], 3)));
  let shape = { tag: 'dot' };
  for (let i = 0; i < 5; i++, shape = grow(shape)) out.push(describe(shape));
  try { out.push(String(divide(7, 0))); } catch (e) { out.push(`refused: ${e.payload ?? e}`); }
  out.push(String(grant({ read: true, write: false, exec: false }, { read: false, write: false, exec: true }).exec));
  out.push(JSON.stringify(nested({ tag: 'ok', val: [1, undefined, 3] })));
  out.push(reverse('añb☃'));
  let a = new Shelf('a');
  const b = new Shelf('b');
  for (let i = 0; i < seed; i++) { a.put(item(`n${i}`)); if (i % 2) b.put(item(`m${i}`)); }
  out.push(largest([a, b]));
  a = Shelf.merge(a, b);
  out.push(a.names().join());
  out.push(`${largest([b, a])} ${largest([])}`);
  return out;
}
