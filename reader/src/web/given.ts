/** Files that another program hands over: by the system's "share", which the worker takes, or by "open with". */

interface LaunchQueue {
  setConsumer(consume: (launch: { files: readonly { getFile(): Promise<File> }[] }) => void): void;
}

/** Calls `take` with each lot that was given to this page, before it was open or since. */
export function onGiven(take: (files: readonly File[]) => void): void {
  const worker = navigator.serviceWorker?.controller;
  if (worker) {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', ({ data }) => (data as File[]).length > 0 && take(data as File[]));
    port1.start();
    worker.postMessage('given', [port2]);
  }
  const { launchQueue } = globalThis as { launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files }) => {
    void Promise.all(files.map((handle) => handle.getFile())).then((all) => all.length > 0 && take(all));
  });
}
