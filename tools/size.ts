/** `npm run size`: octets of the HTML file's engine; fails above the budget. */
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { engineScript } from '@pappus/reader';

const BUDGET_BYTES = 30 * 1024;

const script = Buffer.from(await engineScript());
const brotli = brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
process.stdout.write(
  `engine: ${script.length} B, gzip ${gzipSync(script, { level: 9 }).length} B, brotli ${brotli} B of ${BUDGET_BYTES} B\n`,
);
if (brotli > BUDGET_BYTES) {
  process.stderr.write('The engine is over its budget. See what the last change pulled in.\n');
  process.exitCode = 1;
}
