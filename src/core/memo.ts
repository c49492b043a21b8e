/** Remembers what a pure function came to, for the keys that were asked for last; so it changes nothing but how long that takes. */
export class Memo<T> {
  readonly #values = new Map<string, T>();

  /** The value of the key, made where it is not known. */
  get(key: string, make: () => T): T {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = make();
    if (key.length > maxKeyLength) return value;
    // A Map keeps the order of insertion.
    const [oldest] = this.#values.keys();
    if (this.#values.size >= maxEntries && oldest !== undefined) this.#values.delete(oldest);
    this.#values.set(key, value);
    return value;
  }
}

/**
 * The same function, which remembers what it made of a template's part as long as that lives: templates are frozen and the same for
 * all pods. So that the text of what it makes is made once, too, it is frozen.
 */
export function remembering<Part extends object, T extends object>(make: (part: Part) => T): (part: Part) => T {
  const known = new WeakMap<Part, T>();
  return (part) => {
    if (!Object.isFrozen(part)) return make(part);
    const before = known.get(part);
    if (before !== undefined) return before;
    const value = Object.freeze(make(part));
    known.set(part, value);
    return value;
  };
}

/** Workloads that ask for one template with values of their own, and are reviewed at the same time. */
const maxEntries = 64;

/** In UTF-16 code units: what is longer would fill the memory with what no other pod has. */
const maxKeyLength = 64 * 1024;
