import type {JsonObject, Json} from '../json.ts';

/** What an expression may begin with; everything else after `${` is plain text. */
export const roots = ['params', 'pod', 'namespaceObject', 'workload', 'template'] as const;
export type Root = (typeof roots)[number];

export function isRoot(name: string): name is Root {
  return (roots as readonly string[]).includes(name);
}

/** The value of each root. */
export type Values = Readonly<Record<Root, JsonObject>>;

/** What is known of an expression's result when it is compiled; `dyn` is anything. */
export type ResultType = 'string' | 'int' | 'double' | 'bool' | 'list' | 'map' | 'null' | 'dyn';

/** One CEL expression (https://github.com/google/cel-spec), compiled once, evaluated for each pod. */
export interface Expression {
  /** As it is written, without `${` and `}`. */
  readonly text: string;
  /** The roots that it names. */
  readonly roots: ReadonlySet<Root>;
  readonly type: ResultType;
  /** Its value as JSON: an int as a JSON integer. Never throws; bounded in time and in the size of its result. */
  evaluate(values: Values): Evaluation;
}

/** `steps`: what it cost, at most `limits.steps`; whoever evaluates many expressions for one pod can bound their sum. */
export type Evaluation =
  | {readonly kind: 'value'; readonly value: Json; readonly steps: number}
  /** One sentence without a full stop. `isLimit`: it costs too much, so that no other way to ask for the value helps. */
  | {readonly kind: 'failed'; readonly message: string; readonly isLimit: boolean; readonly steps: number};
