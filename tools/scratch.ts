import { acceptedVectors } from './vectors/golden.ts';
import { Library, inOfferOrder, treePath, describeLibrary, postsOf, wantedPaths } from '@pappus/core';
for (const v of acceptedVectors()) {
  const lib = new Library();
  const files = inOfferOrder([...v.files].map(([p, bytes]) => ({ path: treePath(p), bytes })));
  let total = 0;
  for (const { path, bytes } of files) { const o = lib.offer(path, bytes); total += bytes.length; console.log(v.name, path, bytes.length, JSON.stringify(o)); }
  console.log(total, JSON.stringify({ ...describeLibrary(lib)!, evidence: 0 }));
  for (const p of postsOf(lib)) console.log(p.index, p.status, p.replacedBy, p.record?.title, lib.text(p.index)?.length);
  console.log(lib.takeSettled(), lib.needs, wantedPaths(lib));
}
