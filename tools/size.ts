/**
 * `npm run size`: octets of what the HTML file brings along beside its news: the engine, which knows no language, and
 * the words of its own. Fails above the budget for an engine with Persian words.
 */
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { engineScript } from '@pappus/reader';
import { listOf, wordsFor } from '@pappus/reader/words';

/** The aim is 30 KB; decision 016 says what stands in the way. */
const BUDGET_BYTES = 34 * 1024;

const engine = await engineScript();

const brotli = measure('engine', engine);
const withWords = measure('engine with Persian words', `${engine}\n${JSON.stringify(listOf(wordsFor('fa')))}`);
process.stdout.write(`words ${withWords - brotli} B; ${BUDGET_BYTES - withWords} B of ${BUDGET_BYTES} B are left\n`);
if (withWords > BUDGET_BYTES) {
  process.stderr.write('The engine is over its budget. See what the last change pulled in.\n');
  process.exitCode = 1;
}

function measure(name: string, text: string): number {
  const bytes = Buffer.from(text);
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  process.stdout.write(
    `${name}: ${bytes.length} B, gzip ${gzipSync(bytes, { level: 9 }).length} B, brotli ${brotli} B\n`,
  );
  return brotli;
}
