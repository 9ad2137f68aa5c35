/** The passphrase of the root keys: from a file, the environment, or a question. Never from a flag. */
import { readFile } from 'node:fs/promises';
import { EXIT, UserError } from './terminal.ts';

const CHARS_MIN = 8;

/** @throws UserError when there is none, or a new one is too short. */
export async function readPassphrase(file: string | undefined, use: 'new' | 'known'): Promise<string> {
  const passphrase = file ? await fromFile(file) : (process.env['PAPPUS_PASSPHRASE'] ?? (await ask(use)));
  if (use === 'new' && [...passphrase].length < CHARS_MIN) {
    throw new UserError(
      `A passphrase has ${CHARS_MIN} characters or more; five words are good. Nothing was changed.`,
      EXIT.usage,
    );
  }
  return passphrase;
}

async function fromFile(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) throw new UserError(`${file} cannot be read. Nothing was changed.`, EXIT.usage);
  return text.split(/\r?\n/)[0]!;
}

async function ask(use: 'new' | 'known'): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new UserError(
      'The root keys need a passphrase. Give --passphrase-file, or set PAPPUS_PASSPHRASE. Nothing was changed.',
      EXIT.usage,
    );
  }
  const { isCancel, password } = await import('@clack/prompts');
  const answer = await password({ message: 'Passphrase of the root keys' });
  if (isCancel(answer)) throw new UserError('Stopped. Nothing was changed.');
  if (use === 'known') return answer;
  const again = await password({ message: 'Once more' });
  if (isCancel(again) || again !== answer)
    throw new UserError('The two differ. Nothing was changed; try again.', EXIT.usage);
  return answer;
}
