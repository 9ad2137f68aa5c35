/** Files that a person picks or another program hands over, as the tree files that are in them. */
import { Refused, maxBytes, type TreeFile } from '@pappus/core';
import { openZip, readHtml } from '@pappus/transports';

/** A phone has a few hundred megabytes for a page, and a page of news is held twice while it is read. */
const GIVEN_BYTES_MAX = 128 * 2 ** 20;
const ZIP_MAGIC = 0x50_4b_03_04;

/** What stands before a damaged place. @throws Refused `too-large`. */
export async function treeFilesOf(file: File): Promise<TreeFile[]> {
  if (file.size > GIVEN_BYTES_MAX) throw new Refused('too-large', 'file');
  const bytes = new Uint8Array(await file.arrayBuffer());
  const files: TreeFile[] = [];
  try {
    for await (const one of isZip(bytes) ? filesOfZip(bytes) : readHtml(bytes)) files.push(one);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
  return files;
}

function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer).getUint32(0) === ZIP_MAGIC;
}

async function* filesOfZip(bytes: Uint8Array): AsyncGenerator<TreeFile> {
  const { signal } = new AbortController();
  const shelf = await openZip(bytes);
  for await (const path of shelf.list(signal)) {
    const read = await shelf.read(path, { bytes: maxBytes(path), signal });
    if (read) yield { path, bytes: read };
  }
}

/** What the system's "share" and "open with" gave to this page: calls `take` with each lot. */
export function onGiven(take: (files: readonly File[]) => void): void {
  const worker = navigator.serviceWorker?.controller;
  if (worker) {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', ({ data }) => (data as File[]).length > 0 && take(data as File[]));
    port1.start();
    worker.postMessage('given', [port2]);
  }
  interface LaunchQueue {
    setConsumer(consume: (launch: { files: readonly { getFile(): Promise<File> }[] }) => void): void;
  }
  const { launchQueue } = globalThis as { launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files }) => {
    void Promise.all(files.map((handle) => handle.getFile())).then((all) => all.length > 0 && take(all));
  });
}
