/** Power cuts, full disks and failing disks, at every call: what was signed arrives, what was not was never there. */
import { execFileSync } from 'node:child_process';
import { mkdir, rm, statfs, truncate, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FolderShelf, type DiskFile } from '@pappus/transports/node';
import { SimulatedDisk, type Failure } from '@pappus/transports/simulated-disk';
import { Newsroom, NewsroomError, type Surroundings } from '../src/index.ts';
import { auditTree, titlesByAsking } from './auditor.ts';
import { PASSPHRASE, createIn, draftOf, inSandbox, paragraph, seededChance, using } from './desk.ts';
import { Ledger, Worker, nextCommand } from './worker.ts';

const OPTIONS = { name: 'The Courier', lang: 'en', rootKeys: 1, threshold: 1, passphrase: PASSPHRASE, mirrors: [] };

function around(disk: SimulatedDisk): Surroundings {
  return { now: () => 1_790_000_000, random: (octets) => new Uint8Array(randomBytes(octets)), disk };
}

/** A disk whose `sync` says yes and does nothing. */
class LyingDisk extends SimulatedDisk {
  override async create(path: string): Promise<DiskFile> {
    return { ...(await super.create(path)), sync: async () => {} };
  }

  override async syncFolder(): Promise<void> {}
}

interface Desk {
  newsroom: Newsroom;
  disk: SimulatedDisk;
  open: () => Promise<Newsroom>;
  shelf: FolderShelf;
}

async function onSimulatedDisk(sandbox: string, disk: SimulatedDisk): Promise<Desk> {
  const folder = join(sandbox, 'courier');
  const newsroom = await Newsroom.create(folder, OPTIONS, around(disk));
  const open = (): Promise<Newsroom> => Newsroom.open(folder, around(disk));
  return { newsroom, disk, open, shelf: new FolderShelf(join(folder, 'tree'), disk) };
}

/** Publishes with a failure at call 1, 2, 3, … until none is met. Gives how many failures there were. */
async function failEverywhere(
  desk: Desk,
  failure: Omit<Failure, 'call'>,
  recover: (seenBefore: readonly string[]) => Promise<void>,
): Promise<number> {
  const expected: string[] = [];
  for (let call = 1; ; call++) {
    const title = `post ${call}`;
    await desk.newsroom.addDrafts([draftOf(title, title)]);
    desk.disk.failAt({ ...failure, call });
    const outcome = await desk.newsroom.publish().catch((error: unknown) => error);
    desk.disk.failAt({ ...failure, call: Infinity });
    expected.push(title);
    if (!(outcome instanceof Error)) return call - 1;
    expect(outcome).toBeInstanceOf(NewsroomError);
    expect(outcome.message).toMatch(/What was signed is safe/);
    await recover(expected.slice(0, -1));
    expect((await auditTree(desk.shelf)).titles).toEqual(expected);
  }
}

describe('the tree', () => {
  test.each([false, true])(
    'a power cut at any call (the disk kept some of what was not synced: %s)',
    (keepsSome) =>
      inSandbox(async (sandbox) => {
        const chance = seededChance(3);
        const desk = await onSimulatedDisk(sandbox, new SimulatedDisk(join(sandbox, 'courier')));
        const cuts = await failEverywhere(desk, { code: 'POWER' }, async (before) => {
          desk.newsroom.close();
          desk.disk.cutPower(() => keepsSome && chance() < 0.5);
          expect(await titlesByAsking(desk.shelf)).toEqual(expect.arrayContaining([...before]));
          desk.newsroom = await desk.open();
        });
        desk.newsroom.close();
        expect(cuts).toBeGreaterThan(20);
        process.stdout.write(`power cuts: ${cuts}\n`);
      }),
    120_000,
  );

  test.each(['EIO', 'ENOSPC'] as const)(
    '%s at any call: the same process goes on when the disk does',
    (code) =>
      inSandbox(async (sandbox) => {
        const desk = await onSimulatedDisk(sandbox, new SimulatedDisk(join(sandbox, 'courier')));
        const faults = await failEverywhere(desk, { code }, async (before) => {
          expect(await titlesByAsking(desk.shelf)).toEqual(expect.arrayContaining([...before]));
          await desk.newsroom.publish();
        });
        desk.newsroom.close();
        expect(faults).toBeGreaterThan(20);
        process.stdout.write(`${code}: ${faults}\n`);
      }),
    120_000,
  );

  test('positive control: a disk that does not sync loses what was published', () =>
    inSandbox(async (sandbox) => {
      const desk = await onSimulatedDisk(sandbox, new LyingDisk(join(sandbox, 'courier')));
      await desk.newsroom.publish();
      await auditTree(desk.shelf);
      desk.newsroom.close();
      desk.disk.cutPower();
      await using(desk.open(), async () => {});
      await expect(auditTree(desk.shelf).then(({ library }) => library.log!.head!.size)).rejects.toThrow();
    }));
});

/** Runs a program of the system. */
function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: 'pipe' });
}

/** Null: can be done here. Else what stands in the way. */
function obstacleTo(mount: (folder: string) => void): string | null {
  const folder = `/tmp/pappus-mount-${process.pid}`;
  try {
    run('mkdir', '-p', folder);
    mount(folder);
    run('umount', folder);
    return null;
  } catch (error) {
    return ((error as { stderr?: Buffer }).stderr ?? (error as Error).message).toString().trim().split('\n')[0]!;
  } finally {
    run('rm', '-rf', folder, `${folder}.img`);
  }
}

function mountMemory(folder: string): void {
  run('mount', '-t', 'tmpfs', '-o', 'size=8m', 'none', folder);
}

function mountImage(image: string, folder: string): void {
  run('mount', '-o', 'loop', image, folder);
}

function makeImage(image: string): void {
  run('truncate', '-s', '48M', image);
  run('mkfs.ext4', '-q', '-F', image);
}

const noMemoryDisk = obstacleTo(mountMemory);
const skipMemory = noMemoryDisk === null ? '' : ` SKIPPED: run as root where tmpfs can be mounted (${noMemoryDisk})`;

test.skipIf(noMemoryDisk !== null)(
  `a disk that is full, at 40 degrees of fullness, loses nothing${skipMemory}`,
  { timeout: 240_000 },
  () =>
    inSandbox(async (sandbox) => {
      const disk = join(sandbox, 'disk');
      await mkdir(disk);
      mountMemory(disk);
      try {
        process.env['XDG_STATE_HOME'] = join(disk, 'state');
        const folder = join(disk, 'courier');
        await using(createIn(folder), async () => {});
        const titles = new Set<string>();
        let full = 0;
        for (let round = 0; round < 40; round++) {
          await leaveFree(disk, round * 16_384);
          const failed = await publishOn(folder, `post ${round}`).then(
            () => false,
            (error: NodeJS.ErrnoException) => {
              if (!(error instanceof NewsroomError))
                expect(error.code, error.message).toMatch(/^(ERR_SQLITE_ERROR|ENOSPC)$/);
              return true;
            },
          );
          if (failed) full++;
          else titles.add(`post ${round}`);
          await rm(join(disk, 'filler'), { force: true });
          await using(Newsroom.open(folder), (newsroom) => newsroom.publish());
          const audit = await auditTree(join(folder, 'tree'));
          expect([...titles].filter((title) => !audit.titles.includes(title))).toEqual([]);
          expect(new Set(audit.titles).size).toBe(audit.titles.length);
        }
        process.stdout.write(`full disks: ${full} of 40\n`);
        expect(full).toBeGreaterThan(5);
        expect(full).toBeLessThan(40);
      } finally {
        run('umount', '-l', disk);
      }
    }),
);

async function publishOn(folder: string, title: string): Promise<void> {
  const text = paragraph(randomBytes(6_000).toString('base64'));
  await using(Newsroom.open(folder), async (newsroom) => {
    // Noise in a language without a pack: this is about disks, and a text codec takes its time over noise.
    await newsroom.addDrafts([{ ...draftOf(title, title), lang: 'tr', body: [text] }]);
    await newsroom.publish();
  });
}

async function leaveFree(disk: string, octets: number): Promise<void> {
  const { bavail, bsize } = await statfs(disk);
  const filler = join(disk, 'filler');
  await writeFile(filler, Buffer.alloc(Math.max(0, bavail * bsize - octets)));
  await truncate(filler, Math.max(0, bavail * bsize - octets));
}

const noPowerCut = obstacleTo((folder) => {
  run('xfs_io', '-V');
  makeImage(`${folder}.img`);
  mountImage(`${folder}.img`, folder);
});
const skipPower =
  noPowerCut === null
    ? ''
    : ` SKIPPED: run as root where loop devices exist, with the packages e2fsprogs and xfsprogs (${noPowerCut})`;

describe.skipIf(noPowerCut !== null)(`real power cuts (ext4 forgets what it was not told to sync)${skipPower}`, () => {
  test('20 cuts lose nothing', { timeout: 240_000 }, async () => {
    const { cuts, inTheMiddle, lost } = await cutPower(20, {});
    process.stdout.write(`ext4 power cuts: ${JSON.stringify({ cuts, inTheMiddle, lost })}\n`);
    expect(lost).toEqual([]);
    expect(inTheMiddle).toBeGreaterThan(3);
  });

  test('positive control: without syncs, acknowledged news is lost', { timeout: 240_000 }, async () => {
    const { lost } = await cutPower(3, { PAPPUS_TEST_NO_SYNC: '1' });
    process.stdout.write(`without syncs: ${JSON.stringify(lost)}\n`);
    expect(lost.length).toBeGreaterThan(0);
  });
});

/** Runs commands on a file system that is shut down at a random moment of one of them. */
async function cutPower(
  cuts: number,
  environment: Record<string, string>,
): Promise<{ cuts: number; inTheMiddle: number; lost: string[] }> {
  return inSandbox(async (sandbox) => {
    const [image, disk] = [join(sandbox, 'image'), join(sandbox, 'disk')] as [string, string];
    const state = join(disk, 'state');
    await mkdir(disk);
    makeImage(image);
    mountImage(image, disk);
    const result = { cuts, inTheMiddle: 0, lost: [] as string[] };
    try {
      process.env['XDG_STATE_HOME'] = state;
      await using(createIn(join(disk, 'courier')), async () => {});
      run('sync', '-f', disk);
      const chance = seededChance(5);
      const ledger = new Ledger();
      for (let cut = 0; cut < cuts && result.lost.length === 0; cut++) {
        const worker = new Worker(join(disk, 'courier'), {
          ...environment,
          XDG_STATE_HOME: state,
          NODE_COMPILE_CACHE: join(sandbox, 'cache'),
        });
        if (!(await runUntilCut(worker, disk, ledger, chance, cut))) result.inTheMiddle++;
        run('umount', disk);
        mountImage(image, disk);
        result.lost.push(...(await lostOn(join(disk, 'courier'), ledger)));
      }
      return result;
    } finally {
      run('umount', '-l', disk);
    }
  });
}

/** Whether the last command was acknowledged before the power went. */
async function runUntilCut(
  worker: Worker,
  disk: string,
  ledger: Ledger,
  chance: () => number,
  cut: number,
): Promise<boolean> {
  await worker.until('ready');
  for (let serial = 0; ; serial++) {
    const command = nextCommand(ledger, chance, cut * 10 + serial);
    const isLast = serial === 2;
    ledger.begin(command);
    worker.send(command);
    await worker.until(`begin ${command}`);
    if (isLast) await new Promise((resolve) => setTimeout(resolve, chance() * 120));
    else await worker.until(`done ${command}`);
    if (isLast) {
      run('xfs_io', '-x', '-c', 'shutdown', disk);
      await worker.kill();
    }
    const done = worker.lines.find((line) => line.startsWith(`done ${command}`));
    if (done) ledger.acknowledge(done);
    if (isLast) return done !== undefined;
  }
}

async function lostOn(folder: string, ledger: Ledger): Promise<string[]> {
  try {
    return await using(Newsroom.open(folder), async (newsroom) => {
      ledger.notary.seeStore(newsroom);
      const { posts } = await auditTree(newsroom.treeFolder, ledger.notary);
      return ledger.lostAmong(posts);
    });
  } catch (error) {
    return [(error as Error).message];
  }
}
