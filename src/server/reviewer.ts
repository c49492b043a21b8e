import {handleReview, type HandleContext, type Handled} from '../admission/handle.ts';
import {needsOf} from '../admission/needs.ts';
import type {LiveReads} from '../cluster/live-reads.ts';
import type {NamespaceFacts} from '../core/decide.ts';
import type {TemplateEntry, TemplateSnapshot} from '../core/template.ts';
import type {Reviewer} from './app.ts';

/** What reviews are answered from: memory, and where it may lack what was made a moment ago, a read of the API server. */
export interface ReviewSources {
  readonly templates: () => TemplateSnapshot;
  readonly liveTemplates?: LiveReads<TemplateEntry>;
  readonly namespaceOf?: (name: string) => NamespaceFacts | undefined;
  readonly liveNamespaces?: LiveReads<NamespaceFacts>;
  /** Minor version of the API server, which may be upgraded; absent: the newest that is known. */
  readonly serverMinor?: () => number;
}

/** How long a review waits for what must be looked up, all together: the API server itself gives a webhook five seconds. */
const maxWaitMs = 1000;

/** A reviewer over these sources, which answers at once unless something must be looked up first. What can't be found in time counts as not there. */
export function createReviewer(sources: ReviewSources): Reviewer {
  const {liveTemplates, liveNamespaces} = sources;
  const base: HandleContext = {
    get templates() {
      return sources.templates();
    },
    get serverMinor() {
      return sources.serverMinor?.();
    },
    namespaceOf: (name) => sources.namespaceOf?.(name) ?? liveNamespaces?.found(name),
  };
  if (liveTemplates === undefined && liveNamespaces === undefined) return (body) => handleReview(body, base);

  /** The context with what was found, and the reads that would still tell something. */
  const prepare = (body: unknown): {readonly context: HandleContext; readonly reads: readonly Read[]} => {
    let context = base;
    for (;;) {
      const needs = needsOf(body, context);
      if (needs === undefined) return {context, reads: []};
      const found = new Map<string, TemplateEntry>();
      const reads: Read[] = [];
      for (const name of needs.templates) {
        const entry = liveTemplates?.found(name);
        if (entry !== undefined) found.set(name, entry);
        else if (liveTemplates?.wants(name) === true)
          reads.push({key: `template ${name}`, start: () => liveTemplates.read(name)});
      }
      const {namespace} = needs;
      if (namespace !== undefined && liveNamespaces?.wants(namespace) === true) {
        reads.push({key: `namespace ${namespace}`, start: () => liveNamespaces.read(namespace)});
      }
      if (found.size === 0) return {context, reads};
      context = {...context, templates: new Map([...context.templates, ...found])};
    }
  };
  const lookUp = async (body: unknown, first: readonly Read[]): Promise<Handled> => {
    const asked = new Set<string>();
    const deadline = deadlineIn(maxWaitMs);
    let reads = first;
    while (reads.length > 0 && !deadline.isOver()) {
      for (const {key} of reads) asked.add(key);
      await Promise.race([Promise.all(reads.map(({start}) => start())), deadline.over]);
      // What was found may name more: templates on the list of a namespace.
      reads = prepare(body).reads.filter(({key}) => !asked.has(key));
    }
    deadline.cancel();
    return handleReview(body, prepare(body).context);
  };
  return (body) => {
    const {context, reads} = prepare(body);
    return reads.length === 0 ? handleReview(body, context) : lookUp(body, reads);
  };
}

interface Read {
  readonly key: string;
  readonly start: () => Promise<void>;
}

function deadlineIn(ms: number): {readonly over: Promise<void>; isOver(): boolean; cancel(): void} {
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      isOver = true;
      resolve();
    }, ms);
  });
  return {over, isOver: () => isOver, cancel: () => clearTimeout(timer)};
}
