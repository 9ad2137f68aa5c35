import { describe, expect, it } from 'vitest';
import type { TreePath } from '@pappus/core';
import { MemoryShelf } from '../src/memory.ts';
import { describeShelf } from './conformance.ts';

describeShelf('MemoryShelf', async (files) => ({ shelf: new MemoryShelf(files) }));

describe('MemoryShelf', () => {
  it('refuses to be made of files at no path of a tree', () => {
    expect(() => new MemoryShelf([{ path: '../x' as TreePath, bytes: new Uint8Array() }])).toThrow('path');
  });
});
