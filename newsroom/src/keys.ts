/**
 * A newsroom's secrets on disk. Log key and clock key are used at each publishing and lie open in files of
 * mode 0600; root keys are needed only to change the identity, are wrapped by a passphrase, and belong
 * on other media than the newsroom's machine.
 */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decodeBase64, encodeBase64, publicKeyOf } from '@pappus/core';
import { nodeDisk } from '@pappus/transports/node';

const SECRET_BYTES = 32;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** 64 MiB and about a quarter of a second on a desk computer. */
const SCRYPT = { N: 2 ** 16, r: 8, p: 1, maxmem: 128 * 2 ** 20 };
const OPEN_HEADER = 'pappus secret key v1\n';
const WRAPPED_HEADER = 'pappus root key v1, wrapped by a passphrase\n';

/** A message for the user: what happened, what is safe, what to do next. */
export class NewsroomError extends Error {
  override name = 'NewsroomError';
}

/** Writes a new secret; an existing file is never overwritten. The file is durable when this returns. */
export async function writeSecret(path: string, secret: Uint8Array): Promise<void> {
  await writeKeyFile(path, `${OPEN_HEADER}${encodeBase64(secret)}\n`);
}

export async function readSecret(path: string): Promise<Uint8Array> {
  const text = await readKeyFile(path);
  if (!text.startsWith(OPEN_HEADER)) throw new NewsroomError(`${path} is no Pappus key file. Give the right file.`);
  return decodeBase64(text.slice(OPEN_HEADER.length).trim());
}

/** Writes a root key, wrapped: scrypt (RFC 7914), then ChaCha20-Poly1305 (RFC 8439). */
export async function writeRootKey(path: string, secret: Uint8Array, passphrase: string): Promise<void> {
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('chacha20-poly1305', wrappingKey(passphrase, salt), nonce, {
    authTagLength: TAG_BYTES,
  });
  const sealed = Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  const blob = Buffer.concat([salt, nonce, sealed]);
  const name = encodeBase64(publicKeyOf(secret));
  await writeKeyFile(path, `${WRAPPED_HEADER}public ${name}\n${encodeBase64(blob)}\n`);
}

/** @throws NewsroomError for a wrong passphrase or another kind of file. */
export async function readRootKey(path: string, passphrase: string): Promise<Uint8Array> {
  const text = await readKeyFile(path);
  const blob = Buffer.from(text.split('\n')[2] ?? '', 'base64');
  if (!text.startsWith(WRAPPED_HEADER) || blob.length !== SALT_BYTES + NONCE_BYTES + SECRET_BYTES + TAG_BYTES) {
    throw new NewsroomError(`${path} is no root key file. Nothing was changed. Give the file that "pappus init" made.`);
  }
  const nonce = blob.subarray(SALT_BYTES, SALT_BYTES + NONCE_BYTES);
  const sealed = blob.subarray(SALT_BYTES + NONCE_BYTES);
  const key = wrappingKey(passphrase, blob.subarray(0, SALT_BYTES));
  const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(SECRET_BYTES));
  try {
    return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(0, SECRET_BYTES)), decipher.final()]));
  } catch (cause) {
    throw new NewsroomError(`The passphrase does not open ${path}. Nothing was changed. Try again.`, { cause });
  }
}

function wrappingKey(passphrase: string, salt: Uint8Array): Buffer {
  return scryptSync(passphrase.normalize('NFKC'), salt, 32, SCRYPT);
}

async function writeKeyFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await chmod(dirname(path), 0o700);
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await nodeDisk.syncFolder(dirname(path));
  await nodeDisk.syncFolder(dirname(dirname(path)));
}

async function readKeyFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new NewsroomError(`The key file ${path} cannot be read. Bring it back from your copy and try again.`, {
      cause,
    });
  }
}
