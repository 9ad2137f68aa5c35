/**
 * Everything that this origin has kept, as one text in which planted words can be looked for. Stands for itself, so
 * that its source can be sent into a page.
 */
export async function everythingKept(): Promise<string> {
  const texts: string[] = [];
  const take = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result));
      request.addEventListener('error', () => reject(request.error!));
    });
  for (const [key, value] of [...Object.entries(localStorage), ...Object.entries(sessionStorage)])
    texts.push(key, String(value));
  texts.push(document.cookie);
  for (const { name } of await indexedDB.databases()) {
    const database = await take(indexedDB.open(name!));
    for (const store of database.objectStoreNames) {
      const cells = database.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([take(cells.getAllKeys()), take(cells.getAll())]);
      texts.push(JSON.stringify(keys), ...values.map((value) => new TextDecoder().decode(value as Uint8Array)));
    }
    database.close();
  }
  for (const name of 'caches' in globalThis ? await caches.keys() : []) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) texts.push(request.url, await (await cache.match(request))!.text());
  }
  return texts.join('\n').trim();
}
