import {createPod, type Creation} from './pods.ts';

/** Pods that are created one after another while something else happens. */
export interface PodStream {
  /** Those that were answered so far. */
  readonly creations: readonly Creation[];
  /** Ends it after the one under way. Requests that got no answer at all are in neither list. */
  stop(): Promise<{readonly admitted: readonly Creation[]; readonly refused: readonly Creation[]}>;
}

// A minute and more at the pace of a shared machine.
const mostPods = 20_000;

/** Creates pods `PREFIX-0`, `PREFIX-1`, … that ask for these templates. */
export function createPodsMeanwhile(namespace: string, prefix: string, templates: string): PodStream {
  const creations: Creation[] = [];
  let stopping = false;
  const run = async (): Promise<void> => {
    for (let count = 0; count < mostPods && !stopping; count += 1) {
      creations.push(await createPod(namespace, `${prefix}-${count}`, templates));
    }
  };
  const running = run();
  // Who stops it hears of it.
  running.catch(() => undefined);
  return {
    creations,
    stop: async () => {
      stopping = true;
      await running;
      return {
        admitted: creations.filter(({status}) => status === 201),
        refused: creations.filter(({status}) => status !== 201),
      };
    },
  };
}
