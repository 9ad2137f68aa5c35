/** kill -9 at random moments of a newsroom's commands: nothing acknowledged is lost, nothing is signed twice. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Newsroom } from '../src/index.ts';
import { auditTree } from './auditor.ts';
import { copyFolder, createIn, inSandbox, seededChance, using } from './desk.ts';
import { Ledger, Worker, nextCommand } from './worker.ts';

const KILLS = 200;
/** A newsroom serves for so many kills: small trees are audited quickly. */
const KILLS_EACH = 20;
const SEED = 20_261_121;

/** How long each kind of command takes, as seen so far. */
class Pace {
  readonly #ms = new Map<string, number>([['rotate', 500]]);

  of(command: string): number {
    return this.#ms.get(command.split(' ')[0]!) ?? 60;
  }

  learn(command: string, ms: number): void {
    this.#ms.set(command.split(' ')[0]!, this.of(command) * 0.7 + ms * 0.3);
  }
}

test(`${KILLS} kills at random moments lose nothing and fork nothing`, { timeout: 300_000 }, () =>
  inSandbox(async (sandbox) => {
    const started = performance.now();
    await using(createIn(join(sandbox, 'new')), async () => {});
    const chance = seededChance(SEED);
    const pace = new Pace();
    const folderOf = (kill: number): string => join(sandbox, `courier-${Math.floor(kill / KILLS_EACH)}`);
    const stateOf = (kill: number): string => join(sandbox, `state-${Math.floor(kill / KILLS_EACH)}`);
    const start = (kill: number): Worker => {
      return new Worker(folderOf(kill), { XDG_STATE_HOME: stateOf(kill), NODE_COMPILE_CACHE: join(sandbox, 'cache') });
    };
    const count = { kills: 0, inTheMiddle: 0, finishedLater: 0, acknowledged: 0, lost: 0, forks: 0, slowestOpenMs: 0 };
    let ledger = new Ledger();
    let next = start(0);
    for (let kill = 0; kill < KILLS; kill++) {
      if (kill % KILLS_EACH === 0) {
        await copyFolder(join(sandbox, 'new'), folderOf(kill));
        ledger = new Ledger();
      }
      process.env['XDG_STATE_HOME'] = stateOf(kill);
      const worker = next;
      await worker.until('ready');
      next = start(kill + 1);
      for (let serial = 0; ; serial++) {
        const command = nextCommand(ledger, chance, kill * 10 + serial);
        const isLast = serial >= 2 || chance() < 0.6 || command.startsWith('rotate');
        ledger.begin(command);
        const sent = performance.now();
        worker.send(command);
        await worker.until(`begin ${command}`);
        if (isLast) {
          const delay = chance() * 1.15 * pace.of(command);
          await new Promise((resolve) => setTimeout(resolve, delay));
          await worker.kill();
        } else {
          await worker.until(`done ${command}`);
          pace.learn(command, performance.now() - sent);
        }
        const done = worker.lines.find((line) => line.startsWith(`done ${command}`));
        if (done) ledger.acknowledge(done);
        if (!isLast) continue;
        count.kills++;
        if (!done) count.inTheMiddle++;
        if (done) pace.learn(command, pace.of(command) * 0.95);
        else if (command.startsWith('rotate')) pace.learn(command, pace.of(command) * 1.02);
        break;
      }
      await inspect(folderOf(kill), ledger, count);
    }
    await next.kill();
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stdout.write(`kills: ${JSON.stringify({ ...count, seconds })}\n`);
    expect(count).toMatchObject({ kills: KILLS, lost: 0, forks: 0 });
    expect(count.inTheMiddle).toBeGreaterThan(KILLS / 3);
    expect(count.slowestOpenMs).toBeLessThan(5_000);
  }),
);

/** Opens what was killed, with no hand work, and has it audited. */
async function inspect(
  folder: string,
  ledger: Ledger,
  count: { lost: number; acknowledged: number; forks: number; finishedLater: number; slowestOpenMs: number },
): Promise<void> {
  const before = performance.now();
  await using(Newsroom.open(folder), async (newsroom) => {
    count.slowestOpenMs = Math.max(count.slowestOpenMs, Math.round(performance.now() - before));
    ledger.notary.seeStore(newsroom);
    const { posts } = await auditTree(newsroom.treeFolder, ledger.notary);
    const lost = ledger.lostAmong(posts);
    expect(lost).toEqual([]);
    count.lost += lost.length;
    count.forks += ledger.notary.forks.length;
    count.acknowledged += ledger.acknowledged.size;
    expect((await newsroom.addDrafts([])).added).toBe(0);
  });
}
