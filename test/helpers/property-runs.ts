/** How often and from which seed a law is tried. */
export interface PropertyRuns {
  readonly numRuns: number;
  readonly seed: number;
}

/**
 * The runs of a law: always the same ones, so that a failure is one of the change at hand. A campaign tries `PROPERTY_SCALE`
 * times as many, from `PROPERTY_SEED` on.
 */
export function propertyRuns({numRuns, seed}: PropertyRuns): PropertyRuns {
  const {PROPERTY_SCALE: scale = '1', PROPERTY_SEED: start = String(seed)} = process.env;
  return {numRuns: Math.round(numRuns * Number(scale)), seed: Number(start)};
}
