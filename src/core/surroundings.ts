import {namespaceObjectOf, type Decision, type NamespaceFacts} from './decide.ts';
import {podBudget} from './expression/budget.ts';
import type {JsonObject} from './json.ts';
import type {Surroundings} from './render.ts';

/** What a template looks at for every pod alike, besides the pod. */
export interface PodFacts {
  readonly namespace: NamespaceFacts;
  /** `{kind, name}` of what the pod belongs to; empty for a pod of its own. */
  readonly workload: JsonObject;
}

/** What templates look at for that pod, which is the author's part of it. For one injection: it counts what they compute. */
export function surroundingsOf(author: JsonObject, {sources}: Decision, {namespace, workload}: PodFacts): Surroundings {
  return {pod: author, namespaceObject: namespaceObjectOf(namespace), workload, sources, budget: podBudget()};
}
