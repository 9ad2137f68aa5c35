import { acceptedVectors } from './vectors/golden.ts';
import { refusedCases } from './vectors/refused.ts';
import { Library, inOfferOrder, treePath } from '@pappus/core';
const trees = new Map(acceptedVectors().map((v) => [v.name, inOfferOrder([...v.files].map(([p, bytes]) => ({ path: treePath(p), bytes })))]));
let total = 0;
for (const c of refusedCases()) for (const rev of [false, true]) {
  const lib = new Library({ channelId: c.channelId ?? null });
  const files = (c.tree ? trees.get(c.tree)! : []).filter((f) => !c.without?.includes(f.path));
  for (const { path, bytes } of rev ? files.toReversed() : files) lib.offer(path, bytes);
  if (c.flood) for (let i = c.flood.from; i <= c.flood.to; i++) lib.offer(c.flood.path.replace('#', String(i)), Uint8Array.of(0));
  const o = lib.offer(c.path, c.bytes);
  total += c.bytes.length;
  const code = o.status === 'refused' ? o.code : o.status;
  if (code !== c.code) console.log(rev, c.code, c.name, JSON.stringify(o));
}
console.log(total, refusedCases().length);
