import {charactersPerStep, limits} from './limits.ts';
import {Failure} from './value.ts';

/** What is left of an allowance: of the steps of an evaluation or of a pod, or of a result's size. Whoever counts makes its own. */
export class Budget {
  readonly #allowed: number;
  readonly #exceeded: Failure;
  #left: number;

  constructor(allowed: number, exceeded: Failure) {
    this.#allowed = allowed;
    this.#exceeded = exceeded;
    this.#left = allowed;
  }

  /** Counts what is about to be used. The failure that ends the evaluation when it is more than there is. */
  spend(amount: number): Failure | undefined {
    this.#left -= amount;
    return this.#left < 0 ? this.#exceeded : undefined;
  }

  /** Counts the steps of work on a text of so many UTF-16 code units. */
  read(length: number): Failure | undefined {
    return this.spend(1 + Math.floor(length / charactersPerStep));
  }

  /** Counts the steps of a search: in the worst case, V8 compares the whole part at each place of the text. */
  search(length: number, partLength: number): Failure | undefined {
    return this.spend(1 + Math.floor((length / charactersPerStep) * (1 + partLength / comparedTogether)));
  }

  /** Whether more was counted than there is, so that nothing that costs anything may begin. */
  get isExceeded(): boolean {
    return this.#left < 0;
  }

  /** How much was counted. */
  get spent(): number {
    return this.#allowed - this.#left;
  }
}

/** Characters that are compared in the time in which one is looked at. */
const comparedTogether = 4;

/** The steps of one evaluation. */
export function stepBudget(): Budget {
  return new Budget(limits.steps, tooManySteps);
}

/** The steps of all expressions and parameters for one pod. Each injection makes its own. */
export function podBudget(): Budget {
  return new Budget(limits.podSteps, tooManyTogether);
}

/** The room for one result: one for each value, and one for each character of it. */
export function resultRoom(): Budget {
  return new Budget(limits.result, tooBig);
}

const tooManySteps = new Failure(`it takes more than ${String(limits.steps)} steps on this pod`, true);
const tooManyTogether = new Failure(
  `all that this pod's templates compute takes more than ${String(limits.podSteps)} steps together`,
  true,
);
const tooBig = new Failure(`its result is bigger than ${String(limits.result)} characters`, true);
