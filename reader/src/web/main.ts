/** Starts the app: opens what is kept, asks for the passphrase where there is one, and lists the channels. */
import { useSha256, wasmSha256 } from '@pappus/core';
import { Store } from '../keep/store.ts';
import { App } from './app.ts';

/** Names the worker's script for browsers that ask who may (Trusted Types). */
interface ScriptPolicy {
  createScriptURL(url: string): string;
}
interface PolicyFactory {
  createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy;
}

const WORKER = 'worker.js';

async function start(): Promise<void> {
  const faster = wasmSha256();
  if (faster) useSha256(faster);
  keepAppOffline();
  await new App(document.getElementById('app')!, await Store.open()).start();
}

/** On plain http there is no worker, and the app needs its host each time. */
function keepAppOffline(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory };
  const onlyWorker = (url: string): string => {
    if (url !== WORKER) throw new TypeError('no other script');
    return url;
  };
  const policy = trustedTypes?.createPolicy('app', { createScriptURL: onlyWorker });
  navigator.serviceWorker?.register(policy?.createScriptURL(WORKER) ?? WORKER).catch(() => {}); // works without
}

void start();
