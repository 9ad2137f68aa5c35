import { beforeEach, describe, expect, it } from 'vitest';
import { Refused, type TreePath } from '@pappus/core';
import { Failover } from '../src/failover.ts';
import { MemoryShelf } from '../src/memory.ts';
import { Score } from '../src/score.ts';
import type { ReadLimit, Shelf } from '../src/transport.ts';
import { describeShelf } from './conformance.ts';
import { ManualClock, settled } from './manual-clock.ts';

const PATH = 'edition/1' as TreePath;
const CHECKPOINT = 'checkpoint' as TreePath;
const LIMIT = { bytes: 1_000, signal: new AbortController().signal };

describeShelf('Failover over a broken, an empty and a full shelf', async (files) => {
  const broken: Shelf = { read: () => Promise.reject(new Error('broken')) };
  return { shelf: new Failover([broken, new MemoryShelf(files)]) };
});
describeShelf('Failover that races', async (files) => {
  return { shelf: new Failover([new MemoryShelf(files), new MemoryShelf(files)], { race: 2 }) };
});

let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock();
});

/** A shelf that gives `answer` after `ms`, and counts. */
class TimedShelf implements Shelf {
  asked = 0;
  aborted = 0;
  ms: number;
  answer: number | null | Error;

  constructor(ms: number, answer: number | null | Error) {
    this.ms = ms;
    this.answer = answer;
  }

  async read(_: TreePath, limit: ReadLimit): Promise<Uint8Array | null> {
    this.asked++;
    limit.signal.addEventListener('abort', () => this.aborted++);
    await clock.wait(this.ms, limit.signal);
    if (this.answer instanceof Error) throw this.answer;
    return this.answer === null ? null : Uint8Array.of(this.answer);
  }
}

const failover = (shelves: Shelf[], race = 1) => new Failover(shelves, { clock, race });

/** Reads while the clock runs. */
async function readIn(ms: number, shelf: Failover, path = PATH): Promise<number | null> {
  const reading = shelf.read(path, LIMIT);
  reading.catch(() => {});
  await clock.advance(ms);
  return (await reading)?.[0] ?? null;
}

describe('Failover.read', () => {
  it('asks one shelf while it answers in time', async () => {
    const shelves = [new TimedShelf(100, 1), new TimedShelf(100, 2)];
    expect(await readIn(100, failover(shelves))).toBe(1);
    expect(shelves.map((shelf) => shelf.asked)).toEqual([1, 0]);
  });

  it('asks the next at once when one fails or has nothing', async () => {
    const shelves = [new TimedShelf(10, new Error('down')), new TimedShelf(10, null), new TimedShelf(10, 3)];
    expect(await readIn(30, failover(shelves))).toBe(3);
  });

  it('is null when one has nothing and the others failed or have nothing', async () => {
    expect(await readIn(20, failover([new TimedShelf(10, null), new TimedShelf(10, null)]))).toBeNull();
    expect(await readIn(20, failover([new TimedShelf(10, new Error('down')), new TimedShelf(10, null)]))).toBeNull();
    expect(await readIn(0, failover([]))).toBeNull();
  });

  it('tells every error when all failed, or the refusal among them', async () => {
    const down = new TimedShelf(10, new Error('down'));
    const reading = readIn(20, failover([down, new TimedShelf(10, new Error('lost'))]));
    await expect(reading).rejects.toMatchObject({ errors: [new Error('down'), new Error('lost')] });
    const long = new TimedShelf(10, new Refused('too-large', 'x'));
    await expect(readIn(20, failover([down, long]))).rejects.toMatchObject({ code: 'too-large' });
  });

  it('asks another when the first is late, takes whichever comes first, and stops the rest', async () => {
    const slow = new TimedShelf(60_000, 1);
    const quick = new TimedShelf(100, 2);
    expect(await readIn(1_600, failover([slow, quick]))).toBe(2);
    expect([slow.aborted, quick.asked]).toEqual([1, 1]);
  });

  it('takes the late one after all when the other fails', async () => {
    expect(await readIn(5_000, failover([new TimedShelf(4_000, 1), new TimedShelf(100, new Error('down'))]))).toBe(1);
  });

  it('is sooner impatient with a shelf that has always been quick', async () => {
    const usual = new TimedShelf(20, 1);
    const other = new TimedShelf(20, 2);
    const shelf = failover([usual, other]);
    for (let i = 0; i < 20; i++) await readIn(20, shelf);
    usual.ms = 60_000;
    expect(await readIn(80, shelf)).toBe(2);
  });

  it('learns which shelf is quickest', async () => {
    const shelves = [new TimedShelf(400, 1), new TimedShelf(20, 2)];
    const shelf = failover(shelves, 2);
    await readIn(500, shelf);
    const single = await readIn(20, shelf);
    expect(single).toBe(2);
  });

  it('comes to ask a failing shelf last, and tries it again when some time has passed', async () => {
    const flaky = new TimedShelf(100, 1);
    const steady = new TimedShelf(300, 2);
    const shelf = failover([flaky, steady]);
    await readIn(100, shelf);
    flaky.answer = new Error('down');
    for (let i = 0; i < 10; i++) await readIn(400, shelf);
    const before = flaky.asked;
    expect(before).toBeLessThan(6);
    await readIn(400, shelf);
    expect(flaky.asked).toBe(before);
    flaky.answer = 1;
    await clock.advance(3_600_000);
    expect(await readIn(400, shelf)).toBe(1);
  });

  it('asks as many at once as it may race', async () => {
    const shelves = [new TimedShelf(100, 1), new TimedShelf(50, 2), new TimedShelf(10, 3)];
    expect(await readIn(50, failover(shelves, 2))).toBe(2);
    expect(shelves.map((shelf) => shelf.asked)).toEqual([1, 1, 0]);
  });

  it('learns that a shelf has become slow though it never gets to answer', async () => {
    const usual = new TimedShelf(20, 1);
    const shelf = failover([usual, new TimedShelf(100, 2)]);
    for (let i = 0; i < 20; i++) await readIn(20, shelf);
    usual.ms = 60_000;
    for (let i = 0; i < 40; i++) await readIn(2_000, shelf);
    const before = usual.asked;
    await readIn(2_000, shelf);
    expect(usual.asked).toBe(before);
  });

  it.each([1, 2])('stops %d shelves at the reason of a signal', async (count) => {
    const shelves = [new TimedShelf(100, 1), new TimedShelf(100, 2)].slice(0, count);
    const stop = new AbortController();
    const reading = expect(failover(shelves, 2).read(PATH, { bytes: 10, signal: stop.signal })).rejects.toThrow(
      'enough',
    );
    await settled();
    stop.abort(new Error('enough'));
    await reading;
    expect(shelves.map((shelf) => shelf.aborted)).toEqual(shelves.map(() => 1));
  });

  it('does not wait for a shelf that heeds no signal', async () => {
    const deaf: Shelf = { read: () => new Promise(() => {}) };
    expect(await readIn(2_000, failover([deaf, new TimedShelf(10, 2)]))).toBe(2);
  });
});

describe('Failover.report', () => {
  it('sends the next read of the path to another shelf, until none is left', async () => {
    const shelf = failover([new TimedShelf(10, 1), new TimedShelf(10, 2)]);
    expect(await readIn(10, shelf)).toBe(1);
    shelf.report(PATH, false);
    expect(await readIn(10, shelf)).toBe(2);
    shelf.report(PATH, false);
    expect(await readIn(10, shelf)).toBeNull();
    await clock.advance(600_000);
    expect(await readIn(10, shelf)).not.toBeNull();
  });

  it('puts a quick liar behind a slow honest shelf for every path', async () => {
    const liar = new TimedShelf(10, 1);
    const honest = new TimedShelf(900, 2);
    const shelf = failover([liar, honest]);
    await readIn(10, shelf);
    shelf.report(PATH, false);
    for (let number = 2; number < 20; number++) {
      expect(await readIn(1_000, shelf, `edition/${number}` as TreePath)).toBe(2);
      shelf.report(`edition/${number}` as TreePath, true);
    }
    expect(liar.asked).toBe(1);
  });

  it('asks a shelf again that has left the one who lied', async () => {
    const [one, other] = [new TimedShelf(10, 1), new TimedShelf(900, 2)];
    const shelf = failover([Object.assign(one, { report: () => true }), other]);
    expect(await readIn(10, shelf)).toBe(1);
    expect(shelf.report(PATH, false)).toBe(true);
    one.answer = 3;
    expect(await readIn(10, shelf)).toBe(3);
  });

  it('means nothing for a path that was not read', () => {
    expect(failover([new TimedShelf(10, 1)]).report(PATH, false)).toBe(false);
  });
});

describe('Failover.readAll', () => {
  const all = async (ms: number, shelf: Failover) => {
    const reading = shelf.readAll(CHECKPOINT, LIMIT);
    reading.catch(() => {});
    await clock.advance(ms);
    return (await reading).map((bytes) => bytes[0]);
  };

  it('gives every different answer of three shelves, once each', async () => {
    const shelves = [5, 6, 5, 7].map((answer) => new TimedShelf(10, answer));
    expect(await all(10, failover(shelves))).toEqual([5, 6]);
    expect(shelves.map((shelf) => shelf.asked)).toEqual([1, 1, 1, 0]);
  });

  it('asks others in place of those that fail or have nothing', async () => {
    const answers = [new Error('down'), null, 6, 7, 8, 9];
    expect(await all(50, failover(answers.map((answer) => new TimedShelf(10, answer))))).toEqual([6, 7, 8]);
  });

  it('waits for a slow second opinion, but not for ever', async () => {
    expect(await all(2_900, failover([new TimedShelf(10, 5), new TimedShelf(2_900, 6)]))).toEqual([5, 6]);
    expect(await all(3_010, failover([new TimedShelf(10, 5), new TimedShelf(60_000, 6)]))).toEqual([5]);
  });

  it('is empty when nobody has it, and throws when all failed', async () => {
    expect(await all(50, failover([new TimedShelf(10, null), new TimedShelf(10, new Error('down'))]))).toEqual([]);
    await expect(all(50, failover([new TimedShelf(10, new Error('down'))]))).rejects.toThrow(AggregateError);
  });

  it('lets a report name the answer that it is about', async () => {
    const [old, fresh] = [new TimedShelf(10, 5), new TimedShelf(10, 6)];
    const shelf = failover([old, fresh]);
    const reading = shelf.readAll(CHECKPOINT, LIMIT);
    await clock.advance(10);
    const answers = await reading;
    shelf.report(
      CHECKPOINT,
      false,
      answers.find((bytes) => bytes[0] === 5),
    );
    expect(await all(10, shelf)).toEqual([6]);
  });
});

describe('Score', () => {
  it('counts a shelf that has nothing as less useful than one that has all', () => {
    const [has, lacks] = [new Score(0), new Score(0)];
    has.answered(10, 10, true);
    lacks.answered(10, 10, false);
    expect(has.cost(10)).toBeLessThan(lacks.cost(10));
  });

  it('counts a slow failure as dearer than a quick one', () => {
    const [slow, quick] = [new Score(0), new Score(0)];
    slow.failed(10_000, 10_000);
    quick.failed(10_000, 10);
    expect(quick.cost(10_000)).toBeLessThan(slow.cost(10_000));
  });

  it('is patient for no less than 50 ms and no more than ten seconds', () => {
    const score = new Score(0);
    score.answered(1, 1, true);
    expect(score.patienceMs()).toBe(50);
    for (let i = 0; i < 50; i++) score.answered(1, 60_000, true);
    expect(score.patienceMs()).toBe(10_000);
  });
});
