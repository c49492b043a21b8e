/** The value itself, with every object in it frozen, the values of its maps included. For fresh trees: it does not stop at frozen ones. */
export function frozen<T extends object>(value: T): T {
  for (const item of value instanceof Map ? value.values() : Object.values(value))
    if (typeof item === 'object' && item !== null) frozen(item as object);
  return Object.freeze(value);
}
