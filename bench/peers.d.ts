/** What the cases use of the peers: enough to check our own code without their packages. */

declare module '@atproto/crypto' {
  export class P256Keypair {
    static create(): Promise<P256Keypair>;
    did(): string;
  }
}

declare module '@atproto/repo' {
  import type { P256Keypair } from '@atproto/crypto';
  export const WriteOpAction: { Create: 'create' };
  export class MemoryBlockstore {
    applyCommit(commit: CommitData): Promise<void>;
  }
  export interface CommitData {
    cid: unknown;
  }
  export class Repo {
    static formatInitCommit(
      storage: MemoryBlockstore,
      did: string,
      keypair: P256Keypair,
      writes: { action: 'create'; collection: string; rkey: string; record: object }[],
    ): Promise<CommitData>;
  }
  export function getFullRepo(storage: MemoryBlockstore, commit: unknown): AsyncIterable<Uint8Array>;
  export function verifyRecords(car: Uint8Array, did: string, signingKey: string): Promise<{ record: object }[]>;
  export function verifyRepoCar(car: Uint8Array, did: string, signingKey: string): Promise<{ creates: object[] }>;
}

declare module 'ssb-keys' {
  interface Keys {
    id: string;
  }
  const ssbKeys: { generate(curve: 'ed25519', seed: Buffer): Keys };
  export default ssbKeys;
}

declare module 'ssb-validate' {
  interface State {
    validated: number;
    queue: { value: object }[];
  }
  const validate: {
    initial(): State;
    appendNew(state: State, hmac: null, keys: unknown, content: object, timestamp: number): State;
    append(state: State, hmac: null, message: object): State;
  };
  export default validate;
}

declare module 'nostr-wasm' {
  export interface Nostr {
    verifyEvent(event: object): void;
  }
  export function initNostrWasm(): Promise<Nostr>;
}

declare module 'nostr-tools/wasm' {
  import type { Nostr } from 'nostr-wasm';
  import type { EventTemplate, NostrEvent } from 'nostr-tools/pure';
  export function setNostrWasm(wasm: Nostr): void;
  export function finalizeEvent(template: EventTemplate, secret: Uint8Array): NostrEvent;
  export function verifyEvent(event: NostrEvent): boolean;
}

declare module 'nostr-tools/pure' {
  export interface EventTemplate {
    kind: number;
    created_at: number;
    tags: string[][];
    content: string;
  }
  export type NostrEvent = EventTemplate & { id: string; pubkey: string; sig: string };
  export function verifyEvent(event: NostrEvent): boolean;
}
