/** Files that are well made, and not what the channel published or may say now. */
import {
  CODEC,
  COSIGNATURE,
  LOG_SIGNATURE,
  concatBytes,
  decodeHex,
  encode,
  encodePack,
  encodeRoot,
  encodeRootBody,
  formatNote,
  publicKeyOf,
  signNote,
  signRoot,
  type Cbor,
  type CborMap,
  type Pack,
  type RefusalCode,
} from '@pappus/core';
import { code as coded } from './vectors-deflate.ts';
import {
  type Case,
  golden,
  second,
  first,
  others,
  file,
  strangers,
  HEADLINES,
  LAYERS,
  named,
  namedFork,
  flipped,
  edited,
  nextRoot,
  rootBody,
  NOTE,
  SMALL_ORDER,
  NOT_CANONICAL,
  MIXED,
} from './vectors-forge.ts';

const key: Case[] = [
  {
    name: 'small-order',
    what: 'A log key that is the identity point.',
    path: 'root/3',
    bytes: nextRoot({ logKey: SMALL_ORDER }),
  },
  {
    name: 'not-canonical',
    what: 'A log key that is not the canonical encoding of its point.',
    path: 'root/3',
    bytes: nextRoot({ logKey: NOT_CANONICAL }),
  },
  {
    name: 'torsion',
    what: 'A log key that is a sound key plus a point of order 8.',
    path: 'root/3',
    bytes: nextRoot({ logKey: decodeHex(MIXED) }),
  },
  {
    name: 'twice',
    what: 'A root key that is listed twice.',
    path: 'root/3',
    bytes: nextRoot({ rootKeys: [0, 1, 1].map((i) => golden.root.rootKeys[i]!) }),
  },
];

const signature: Case[] = [
  { name: 'stranger', what: 'The head of another channel.', path: 'head', bytes: strangers('head') },
  {
    name: 'none',
    what: 'A head without signatures.',
    path: 'head',
    bytes: edited(file('head'), (map) => void map.delete(8)),
  },
  {
    name: 'broken',
    what: 'A log signature with a flipped bit.',
    path: 'head',
    bytes: edited(file('head'), (map) => map.set(8, brokenSignature(map))),
  },
  {
    name: 'time',
    what: 'A cosignature moved to another time.',
    path: 'head',
    bytes: edited(file('head'), (map) => map.set(8, [1_790_999_999, ...(map.get(8) as Cbor[]).slice(1)])),
  },
  {
    name: 'no-clock',
    what: 'A checkpoint without the cosignature.',
    path: 'checkpoint',
    bytes: formatNote({ text: NOTE.text, signatures: NOTE.signatures.slice(0, 1) }),
  },
  {
    name: 'other-key',
    what: 'A checkpoint that a key of another type signed under the same name.',
    path: 'checkpoint',
    bytes: otherKeyType(),
  },
];

function brokenSignature(map: CborMap): Cbor {
  const [time, log, clock] = map.get(8) as [number, Uint8Array, Uint8Array];
  return [time, flipped(log, 40), clock];
}

function otherKeyType(): Uint8Array {
  const { log, clock } = golden.keys;
  const swapped = { ...log, type: COSIGNATURE } as const;
  const plain = { ...clock, type: LOG_SIGNATURE } as const;
  const signatures = [
    signNote(NOTE.text, swapped, golden.logSecret, 1),
    signNote(NOTE.text, plain, golden.clockSecret, null),
  ];
  return formatNote({ text: NOTE.text, signatures });
}

const formerKey: Case[] = [
  {
    name: 'head',
    what: 'A head by the log key of root 1, after root 2 replaced it.',
    path: 'head',
    bytes: second.files.get('head')!,
  },
  { name: 'checkpoint', what: 'The same as a checkpoint.', path: 'checkpoint', bytes: second.files.get('checkpoint')! },
  { name: 'fork', what: 'The same as evidence.', ...namedFork(second.files.get('checkpoint')!) },
];

const channel: Case[] = [
  { name: 'root', what: 'The first root of another channel.', path: 'root/1', bytes: strangers('root/1') },
  {
    name: 'pinned',
    what: 'The first root of a channel that is not the pinned one.',
    tree: null,
    channelId: golden.channelId,
    path: 'root/1',
    bytes: strangers('root/1'),
  },
  {
    name: 'checkpoint',
    what: 'The checkpoint of another channel.',
    path: 'checkpoint',
    bytes: strangers('checkpoint'),
  },
  { name: 'fork', what: 'The same as evidence.', ...namedFork(strangers('checkpoint')) },
];

const root: Case[] = [
  {
    name: 'one-signature',
    what: 'Signed by one key of two that are due.',
    path: 'root/3',
    bytes: encodeRoot(rootBody({}), [signRoot(rootBody({}), 0, 0, golden.rootSecrets[0]!)]),
  },
  {
    name: 'same-key-twice',
    what: 'Signed twice by one key.',
    path: 'root/3',
    bytes: encodeRoot(
      rootBody({}),
      [0, 1].map(() => signRoot(rootBody({}), 0, 0, golden.rootSecrets[0]!)),
    ),
  },
  {
    name: 'not-by-predecessor',
    what: 'New root keys that no key of the root before signed.',
    path: 'root/3',
    bytes: ownOnly(),
  },
  {
    name: 'bad-signature',
    what: 'Enough good signatures and a bad one.',
    path: 'root/3',
    bytes: encodeRoot(rootBody({}), [
      ...[0, 1].map((i) => signRoot(rootBody({}), 0, i, golden.rootSecrets[i]!)),
      { set: 0, number: 2, bytes: new Uint8Array(64) },
    ]),
  },
  {
    name: 'previous',
    what: 'Follows another root.',
    path: 'root/3',
    bytes: nextRoot({ previous: new Uint8Array(32) }),
  },
  { name: 'path', what: 'Version 3 at the path of version 4.', path: 'root/4', bytes: nextRoot({}) },
  {
    name: 'other',
    what: 'Another root of a version that is held.',
    path: 'root/2',
    bytes: encodeRoot(encodeRootBody({ ...golden.root, name: 'The Other Lantern' }), []),
  },
  {
    name: 'reset-without-key',
    what: 'resetFrom without a new log key.',
    path: 'root/3',
    bytes: nextRoot({ resetFrom: { size: 13, root: golden.head!.root } }),
  },
  {
    name: 'key-without-reset',
    what: 'A new log key without resetFrom.',
    path: 'root/3',
    bytes: nextRoot({ logKey: publicKeyOf(new Uint8Array(32).fill(9)) }),
  },
];

function ownOnly(): Uint8Array {
  const secrets = [1, 2, 3].map((i) => new Uint8Array(32).fill(i));
  const body = rootBody({ rootKeys: secrets.map(publicKeyOf) });
  return encodeRoot(
    body,
    [0, 1].map((i) => signRoot(body, 0, i, secrets[i]!)),
  );
}

const proof: Case[] = [
  {
    name: 'edition-record',
    what: 'An edition with another salt in its last row.',
    path: 'edition/2',
    without: ['edition/2'],
    bytes: edited(file('edition/2'), otherSalt),
  },
  { name: 'edition-number', what: 'Edition 2 at the path of edition 4.', path: 'edition/4', bytes: file('edition/2') },
  {
    name: 'edition-peaks',
    what: 'An edition with one peak too many.',
    path: 'edition/2',
    without: ['edition/2'],
    bytes: edited(file('edition/2'), (map) => map.set(3, concatBytes(map.get(3) as Uint8Array, new Uint8Array(32)))),
  },
  {
    name: 'tile',
    what: 'A tile with a flipped bit.',
    path: 'tile/0/000.p/13',
    without: ['tile/0/000.p/13'],
    bytes: flipped(file('tile/0/000.p/13'), 100),
  },
];

function otherSalt(map: CborMap): void {
  const rows = (map.get(7) as Cbor[][]).slice();
  const [type, salt, octets, segment] = rows.pop() as [number, Uint8Array, number, number];
  map.set(7, [...rows, [type, flipped(salt, 0), octets, segment]]);
}

const entry: Case[] = [
  { name: 'moved', what: 'Two records in each other’s places.', ...named(encodePack(reordered())) },
  { name: 'other-text', what: 'A record with another title.', ...named(encodePack(retitled())) },
  {
    name: 'bundle',
    what: 'An entry bundle with a flipped bit.',
    path: 'tile/entries/000.p/13',
    without: ['tile/entries/000.p/13'],
    bytes: flipped(file('tile/entries/000.p/13'), 10),
  },
];

function reordered(): Pack {
  const [a, b, ...rest] = HEADLINES.pack.items;
  return { kind: 'headlines', items: [{ ...b!, index: a!.index }, { ...a!, index: b!.index }, ...rest] } as Pack;
}

function retitled(): Pack {
  const items = HEADLINES.pack.items.map((item, i) => {
    return i > 0 ? item : { ...item, ...coded(CODEC.identity, null, encode(new Map([[0, 'Never published']]))) };
  });
  return { kind: 'headlines', items } as Pack;
}

const [LAYER_ITEM] = (LAYERS.pack as Pack & { kind: 'layers' }).items;
const layer: Case[] = [
  {
    name: 'other-text',
    what: 'Another text under the salt of the true one.',
    ...named(
      encodePack({
        kind: 'layers',
        items: [{ ...LAYER_ITEM!, ...coded(CODEC.identity, null, encode(['Never published.'])) }],
      }),
    ),
  },
  {
    name: 'other-salt',
    what: 'The true text under another salt.',
    ...named(encodePack({ kind: 'layers', items: [{ ...LAYER_ITEM!, salt: new Uint8Array(16) }] })),
  },
  {
    name: 'not-named',
    what: 'A second layer of a post that has one.',
    ...named(encodePack({ kind: 'layers', items: [{ ...LAYER_ITEM!, layer: 2 }] })),
  },
];

const older: Case[] = ['head', 'checkpoint'].map((at) => {
  return { name: at, what: 'The state of the edition before.', tree: 'second', path: at, bytes: first.files.get(at)! };
});

const fork: Case[] = ['head', 'checkpoint'].map((at) => {
  return {
    name: at,
    what: 'Another state of the same size, signed by the same keys.',
    path: at,
    bytes: others.files.get(at)!,
  };
});
fork.push({
  name: 'larger-head',
  what: 'A larger state that contradicts the held one.',
  path: 'head',
  bytes: largerFork(),
});

function largerFork(): Uint8Array {
  others.publish({ time: 1_790_260_000, nextBy: null });
  return others.files.get('head')!;
}

/** Files that are well made and untrue. */
export const FORGED: [RefusalCode, Case[]][] = [
  ['key', key],
  ['signature', signature],
  ['former-key', formerKey],
  ['channel', channel],
  ['root', root],
  ['proof', proof],
  ['entry', entry],
  ['layer', layer],
  ['older', older],
  ['fork', fork],
];
