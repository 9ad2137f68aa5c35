import type { TreePath } from '@pappus/core';

/**
 * The order of a tree in every container: `checkpoint`, `head`, `root/*`, then all others, each group by
 * code unit. What tells a reader whether the rest is worth having comes first, and the same files always
 * give the same octets.
 */
export function compareTreePaths(a: TreePath, b: TreePath): number {
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0);
}

function rank(path: TreePath): number {
  if (path === 'checkpoint') return 0;
  if (path === 'head') return 1;
  return path.startsWith('root/') ? 2 : 3;
}
