import {formatFault, type Fault} from '../core/errors.ts';
import type {ClusterLog} from './cluster-log.ts';

/** One thing that must be in order, as `/readyz` prints it. */
export interface Condition {
  readonly name: string;
  /** What is missing and what to do; undefined when this process can do its work. */
  problem(): string | undefined;
  /** What is worth saying although it can. */
  note(): string | undefined;
}

/** What stands in the way: reading the cluster, what was found there, or writing to it. */
type Aspect = keyof typeof sentences;

const sentences = {
  read: "the cluster can't be read",
  found: 'what the cluster holds is not good',
  write: "the cluster can't be written",
} as const;

/** Troubles by condition and aspect, each logged when it begins and when it ends. */
export interface Conditions<N extends string> {
  /** The trouble as it is now; undefined when there is none. */
  set(name: N, aspect: Aspect, fault: Fault | undefined): void;
  /**
   * The condition for readiness. `pending` says why this process can't do its work, where it can't; the troubles then say
   * why that is so. A trouble alone makes nobody unready: what works is better than nothing.
   */
  check(name: N, pending: () => string | undefined, note?: () => string | undefined): Condition;
}

/** No troubles yet. */
export function createConditions<N extends string>(log: ClusterLog): Conditions<N> {
  const troubles = new Map<string, Fault>();
  const wordsOf = (name: N): string[] =>
    (Object.keys(sentences) as Aspect[]).flatMap((aspect) => {
      const fault = troubles.get(`${name} ${aspect}`);
      return fault === undefined ? [] : [formatFault(fault)];
    });
  return {
    set(name, aspect, fault) {
      const key = `${name} ${aspect}`;
      // By our own end, which is no trouble.
      if (fault?.code === 'aborted') return;
      const before = troubles.get(key);
      if (fault === undefined) {
        troubles.delete(key);
        if (before !== undefined) log.info({check: name, reason: before.code}, 'mended');
        return;
      }
      troubles.set(key, fault);
      if (before?.code === fault.code && before.message === fault.message) return;
      log.error({check: name, reason: fault.code, fault: formatFault(fault)}, sentences[aspect]);
    },
    check: (name, pending, note = () => undefined) => ({
      name,
      problem() {
        const words = pending();
        return words === undefined ? undefined : [words, ...wordsOf(name)].join('; ');
      },
      note() {
        const words = [note() ?? [], wordsOf(name)].flat();
        return words.length === 0 ? undefined : words.join('; ');
      },
    }),
  };
}
