/** What text-engines.ts runs in every engine, from one classic script: codes texts, decodes them again, takes the time. */
import {
  concatBytes,
  decodeBase64,
  decodeText,
  encodeHex,
  encodeText,
  equalBytes,
  parseLanguagePack,
  prime,
  sha256,
  type TextModel,
} from '@pappus/core';

/** Octets as base64. */
export interface EngineInput {
  /** By name. */
  packs: Record<string, string>;
  texts: { pack: string; layer: string; before: string[] }[];
  /** Text layers of whole articles, and coded with the pack `fa`: a reader decodes and never codes. */
  timed: { layer: string; data: string }[];
}

export interface EngineTask {
  /** How many texts, and after how many the hash is taken as well. None: for the speeds alone. */
  texts: number;
  few: number;
  /** Of which the best counts. */
  runs: number;
}

export interface EngineReport {
  /** SHA-256 of the primed states, by pack. */
  primed: Record<string, string>;
  /** SHA-256 over all coded octets, of the first few texts and of all. */
  few: string;
  all: string;
  codedBytes: number;
  /** Milliseconds. The first time is that of a page just opened, the best comes next. */
  primeFirst: number;
  primeBest: number;
  /** Megabytes of UTF-8 a second. */
  decode: number;
  encode: number;
}

declare const input: EngineInput;

const TEXTS_AT_ONCE = 50;

async function run({ texts, few, runs }: EngineTask): Promise<EngineReport> {
  const models = new Map<string, TextModel>();
  const taken = speeds(models, runs);
  const packs = texts > 0 ? Object.keys(input.packs) : [];
  const primed = packs.map((name) => [name, hashOf(modelOf(name, models).learned)]);
  const coded: Uint8Array[] = [];
  let ofFew = '';
  for (let i = 0; i < texts; i++) {
    coded.push(...code(i, models));
    if (i + 1 === few) ofFew = encodeHex(sha256(concatBytes(...coded)));
    // A page that never stands aside is taken for hung.
    if (i % TEXTS_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  const all = concatBytes(...coded);
  const hashes = { primed: Object.fromEntries(primed), few: ofFew, all: encodeHex(sha256(all)) };
  return { ...hashes, codedBytes: all.length, ...taken };
}

function modelOf(name: string, models: Map<string, TextModel>): TextModel {
  const model = models.get(name) ?? prime(parseLanguagePack(decodeBase64(input.packs[name]!)));
  models.set(name, model);
  return model;
}

function hashOf(learned: Int32Array<ArrayBuffer>): string {
  return encodeHex(sha256(new Uint8Array(learned.buffer)));
}

/** A text by codec 3 and, every second one, by codec 4; both decoded again. */
function code(i: number, models: Map<string, TextModel>): Uint8Array[] {
  const { pack, layer: base64, before } = input.texts[i]!;
  const model = modelOf(pack, models);
  const layer = decodeBase64(base64);
  return (i % 2 === 0 ? [null, before] : [null]).map((first) => {
    const data = encodeText(model, layer, first)!;
    if (!equalBytes(decodeText(model, data, layer.length, first), layer)) throw new Error(`text ${i} is another`);
    return data;
  });
}

type Speeds = Pick<EngineReport, 'primeFirst' | 'primeBest' | 'decode' | 'encode'>;

function speeds(models: Map<string, TextModel>, runs: number): Speeds {
  const items = input.timed.map(({ layer, data }) => ({ layer: decodeBase64(layer), data: decodeBase64(data) }));
  const bytes = items.reduce((sum, { layer }) => sum + layer.length, 0);
  const best = (work: () => void): number => Math.min(...Array.from({ length: runs }, () => timed(work)));
  const primeFirst = timed(() => modelOf('fa', models));
  const model = modelOf('fa', models);
  const primeBest = best(() => prime(model.pack));
  const decodeBest = best(() => items.forEach(({ layer, data }) => decodeText(model, data, layer.length, null)));
  const encodeBest = best(() => items.forEach(({ layer }) => encodeText(model, layer, null)));
  return { primeFirst, primeBest, decode: bytes / 1000 / decodeBest, encode: bytes / 1000 / encodeBest };
}

function timed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

Object.assign(globalThis, { textEngine: { run } });
