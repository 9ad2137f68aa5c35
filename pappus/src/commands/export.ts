import { mkdir, rename, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import {
  byValue,
  heldFiles,
  inFull,
  inOfferOrder,
  treePath,
  withDictionaries,
  type Library,
  type TreeFile,
} from '@pappus/core';
import { htmlFile } from '@pappus/reader';
import { writeZip } from '@pappus/transports';
import { FolderShelf } from '@pappus/transports/node';
import { builtInFiles, gather, newLibrary } from '../gather.ts';
import { openSource } from '../open.ts';
import { reportOn } from '../report.ts';
import { EXIT, UserError, counted, note, parseCount, parseSize, say, sayJson } from '../terminal.ts';

interface Options {
  to: string;
  max?: string;
  since?: string;
  channelId?: string;
  json?: true;
}

/** How a set of tree files becomes one thing to pass on. */
type Make = (library: Library, files: readonly TreeFile[]) => Promise<Uint8Array>;

export function addExport(program: Command): void {
  program
    .command('export')
    .summary('make a file to pass on')
    .description('Verifies a channel and writes it as one HTML file, a ZIP or a folder: what matters most first.')
    .argument('<source>', 'folder, newsroom, library, ZIP, HTML file or URL')
    .requiredOption('--to <target>', 'x.html, x.zip or folder/')
    .option('--max <size>', 'the most that the file may have, for instance 300KB')
    .option('--since <edition>', 'only editions from this number on')
    .option('--channel-id <id>', 'the channel that it must be')
    .option('--json', 'the answer for programs')
    .addHelpText('after', '\nExample:\n  $ pappus export courier --to friday.html --max 300KB\n')
    .action(exportTree);
}

async function exportTree(where: string, { to, max, since, channelId, json }: Options): Promise<void> {
  const bytesMax = max === undefined ? Infinity : parseSize(max);
  const from = since === undefined ? 1 : parseCount(since, 'edition', 1);
  const library = newLibrary(channelId ?? null);
  const source = await openSource(where);
  const verdicts = await gather(library, source).finally(() => source.close());
  const report = reportOn(library, verdicts);
  if (!library.log?.head) throw new UserError(`${where} holds no signed head yet; there is nothing to pass on.`);
  const paths = bytesMax === Infinity ? inFull(library, from) : byValue(library, from);
  const files = heldFiles(library, paths);
  const written = /\.html?$/i.test(to)
    ? await writeFitting(to, library, files, bytesMax, (l, f) => htmlFile(l, withPacks(l, f)))
    : /\.zip$/i.test(to)
      ? await writeFitting(to, library, files, bytesMax, async (l, f) => writeZip(withPacks(l, f)))
      : await writeFolder(
          to,
          library,
          from === 1 && bytesMax === Infinity ? wholeTree(library) : fitting(files, bytesMax),
        );
  if (json) return sayJson({ to, ...written, of: report.posts.length + report.missing.length });
  say(`${to}: ${written.files} of ${counted(files.length, 'file')}, ${written.bytes} bytes.`);
  if (written.files < files.length) note('The newest headlines and texts went first; the rest had no room.');
}

/** For a mirror: with tiles, entries and checkpoint, as other log tools expect them. */
function wholeTree(library: Library): TreeFile[] {
  const checkpoint = library.log!.checkpoint()!;
  const others = [...library.files()].filter((file) => file.path !== 'checkpoint');
  return inOfferOrder([...others, { path: treePath('checkpoint'), bytes: checkpoint }]);
}

/** Neither a page nor an app has language packs of its own: those that are named travel along. */
function withPacks(library: Library, files: readonly TreeFile[]): TreeFile[] {
  return withDictionaries(files, [...builtInFiles(), ...heldFiles(library, library.paths())]);
}

/** As many files as fit, most valuable first: the largest prefix whose result is not over `bytesMax`. */
async function writeFitting(to: string, library: Library, files: readonly TreeFile[], bytesMax: number, make: Make) {
  let fits = bytesMax === Infinity ? files.length : 0;
  for (let low = 1, high = files.length; bytesMax !== Infinity && low <= high;) {
    const middle = (low + high) >> 1;
    const small = (await make(library, files.slice(0, middle))).length <= bytesMax;
    if (small) [fits, low] = [middle, middle + 1];
    else high = middle - 1;
  }
  if (fits < Math.min(2, files.length)) {
    throw new UserError(
      `Not even the head fits into ${bytesMax} bytes. Nothing was written. Give --max more room.`,
      EXIT.usage,
    );
  }
  const bytes = await make(library, files.slice(0, fits));
  await writeDurably(to, bytes);
  return { files: fits, bytes: bytes.length };
}

function fitting(files: readonly TreeFile[], bytesMax: number): TreeFile[] {
  let room = bytesMax;
  const fit: TreeFile[] = [];
  for (const file of files) {
    room -= file.bytes.length;
    if (room < 0) break;
    fit.push(file);
  }
  return fit;
}

async function writeFolder(to: string, _: Library, files: readonly TreeFile[]) {
  await mkdir(to, { recursive: true });
  await new FolderShelf(to).putAll(files);
  return { files: files.length, bytes: files.reduce((sum, file) => sum + file.bytes.length, 0) };
}

/** A reader of the old file sees it whole until the new one is. */
async function writeDurably(to: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const temporary = `${to}.new`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, to);
}
