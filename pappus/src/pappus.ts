#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { NewsroomError } from '@pappus/newsroom';
import { addAdopt } from './commands/adopt.ts';
import { addApp } from './commands/app.ts';
import { addCarry } from './commands/carry.ts';
import { addCorrect } from './commands/correct.ts';
import { addDns } from './commands/dns.ts';
import { addExport } from './commands/export.ts';
import { addImport } from './commands/import.ts';
import { addInit } from './commands/init.ts';
import { addMirror } from './commands/mirror.ts';
import { addPublish } from './commands/publish.ts';
import { addRead } from './commands/read.ts';
import { addReceive } from './commands/receive.ts';
import { addRotate } from './commands/rotate.ts';
import { addVerify } from './commands/verify.ts';
import { addWithdraw } from './commands/withdraw.ts';
import { EXIT, UserError, note } from './terminal.ts';

const program = new Command('pappus')
  .description(
    'Publish once; readers get the same verified news although their internet is filtered, watched or cut off.',
  )
  .version('0.1.0')
  .exitOverride()
  .showHelpAfterError('(pappus <command> --help shows an example)');

for (const add of [
  addInit,
  addImport,
  addPublish,
  addCorrect,
  addWithdraw,
  addRotate,
  addAdopt,
  addExport,
  addReceive,
  addVerify,
  addRead,
  addMirror,
  addCarry,
  addApp,
  addDns,
]) {
  add(program);
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.good);
  throw error;
});

/** Tells the user what happened; gives the exit code. A stack trace is for our own bugs, and only when asked for. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.good : EXIT.usage;
  if (error instanceof UserError) {
    note(error.message);
    return error.exitCode;
  }
  if (error instanceof NewsroomError) {
    note(error.message);
    return EXIT.refused;
  }
  const known = explainSystem(error as NodeJS.ErrnoException);
  note(
    known ??
      `This is a bug in Pappus: ${(error as Error).message}. Nothing that was published is lost. Please report it.`,
  );
  if (process.env['PAPPUS_DEBUG']) note(String((error as Error).stack));
  return EXIT.refused;
}

const SYSTEM_SENTENCES: Record<string, string> = {
  ENOSPC: 'The disk is full. What was published before is safe. Make room and run the same command again.',
  EIO: 'The disk gave an error. What was published before is safe. Check the disk and run the same command again.',
  EACCES: 'This program may not read or write there. Nothing was changed. Check the permissions.',
  EROFS: 'The disk is read-only. Nothing was changed. Choose another place.',
  ERR_SQLITE_ERROR:
    'The newsroom\u2019s store could not be written: the disk is full or another program is using it. What was published before is safe. Try again.',
};

function explainSystem(error: NodeJS.ErrnoException): string | null {
  const sentence = SYSTEM_SENTENCES[error.code ?? ''];
  return sentence ? `${sentence} (${error.message})` : null;
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}
