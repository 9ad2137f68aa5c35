/** Long enough to get on, short enough for a finger. */
const SLICE_MS = 24;

/** Gives fingers and drawing their turn when it is time; true when it did. */
export type Pause = () => Promise<boolean>;

/** Called between two steps of work. `rest` comes before each pause. */
export function pauses(rest: () => void = () => {}): Pause {
  let end = performance.now();
  return async () => {
    if (performance.now() < end) return false;
    rest();
    await new Promise((resolve) => setTimeout(resolve));
    end = performance.now() + SLICE_MS;
    return true;
  };
}

/** Goes through steps of work with pauses. `each` ends it with false; `rest` is called before each pause. */
export async function inSlices<T>(
  steps: Iterable<T>,
  each: (step: T) => boolean | void,
  rest?: () => void,
): Promise<void> {
  const pause = pauses(rest);
  for (const step of steps) {
    if (each(step) === false) return;
    await pause();
  }
}
