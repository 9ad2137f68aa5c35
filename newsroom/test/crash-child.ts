/**
 * Runs commands on a newsroom and says so, until it is killed: `crash-child.ts <folder> <command>…`, or commands as
 * lines on its standard input. Each line that it writes is on its way before the next step begins.
 */
import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { nodeDisk } from '@pappus/transports/node';
import { PASSPHRASE, draftOf } from './desk.ts';
import { Newsroom } from '../src/newsroom.ts';

process.stdout.on('error', () => process.exit());
const [folder, ...commands] = process.argv.slice(2) as [string, ...string[]];

function say(...words: (string | number)[]): void {
  writeSync(1, `${words.join(' ')}\n`);
}

async function run(newsroom: Newsroom, command: string): Promise<number[]> {
  const [what, name] = command.split(' ') as [string, string];
  switch (what) {
    case 'publish':
      // In a language without a pack: priming one would fill most of so short a life.
      await newsroom.addDrafts([{ ...draftOf(name, name, [`The text of ${name}.`]), lang: 'tr' }]);
      return (await newsroom.publish()).posts;
    case 'correct':
      return [await newsroom.correct(Number(name), (before) => ({ ...before, title: `${before.title}+` }))];
    case 'withdraw':
      await newsroom.withdraw(Number(name), 'error', null);
      return [];
    default: {
      const keys = { logKey: name !== 'root', rootKeys: name !== 'log' };
      await newsroom.rotate({
        ...keys,
        lastGoodEdition: null,
        mirrors: null,
        passphrase: PASSPHRASE,
        rootKeyFiles: [],
      });
      return [];
    }
  }
}

/** One command a line: it says when it begins, and what it gave once it has returned. */
async function serve(command: string): Promise<void> {
  say('begin', command);
  const newsroom = await Newsroom.open(folder);
  try {
    const posts = await run(newsroom, command);
    say('done', command, ...posts);
  } finally {
    newsroom.close();
  }
}

/** For the positive control of a power cut: nothing is synced any more. */
function forgetToSync(): void {
  const create = nodeDisk.create.bind(nodeDisk);
  nodeDisk.create = async (path) => ({ ...(await create(path)), sync: async () => {} });
  nodeDisk.syncFolder = async () => {};
  const { prototype } = DatabaseSync;
  const exec: (this: DatabaseSync, sql: string) => void = Reflect.get(prototype, 'exec');
  prototype.exec = function (sql) {
    exec.call(this, sql.replace('synchronous = FULL', 'synchronous = OFF'));
  };
}

if (process.env['PAPPUS_TEST_NO_SYNC']) forgetToSync();
for (const command of commands) await serve(command);
if (commands.length === 0) {
  flushCompileCache(); // a process that is killed writes none, and the next one would compile all again
  say('ready');
  for await (const line of createInterface({ input: process.stdin })) await serve(line);
}
