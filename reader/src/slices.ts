/** Long enough to get on, short enough for a finger. */
export const SLICE_MS = 24;

/**
 * Goes through steps of work, giving way to fingers and drawing in between. `each` ends it with false; `rest` is called
 * before each pause.
 */
export async function inSlices<T>(
  steps: Iterable<T>,
  each: (step: T) => boolean | void,
  rest: () => void = () => {},
): Promise<void> {
  let end = performance.now();
  for (const step of steps) {
    if (each(step) === false) return;
    if (performance.now() < end) continue;
    rest();
    await new Promise((resolve) => setTimeout(resolve));
    end = performance.now() + SLICE_MS;
  }
}
