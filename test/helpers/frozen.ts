/** The value, with every object in it frozen, so that a change of it throws. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const inner = value instanceof Map ? [...value.values()] : Object.values(value);
  for (const item of inner) frozen(item);
  return Object.freeze(value);
}
