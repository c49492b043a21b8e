import type {Budget} from '../budget.ts';
import {Failure} from '../value.ts';

// CEL counts a text by code points, JavaScript by UTF-16 code units. Both are the same where there are no surrogates.
const surrogate = /[\ud800-\udfff]/;

/** How many code points a text has. */
export function pointsIn(text: string, budget: Budget): number | Failure {
  return pointOf(text, text.length, budget);
}

/** The code point's position that begins at a UTF-16 position. */
export function pointOf(text: string, unit: number, budget: Budget): number | Failure {
  const over = budget.read(text.length);
  if (over !== undefined) return over;
  if (!surrogate.test(text)) return unit;
  const wide = budget.spend(unit);
  if (wide !== undefined) return wide;
  let points = 0;
  for (const _ of text.slice(0, unit)) points += 1;
  return points;
}

/** The UTF-16 position at which a code point begins; the text's end for the position after the last one. A failure beyond. */
export function unitOf(text: string, point: bigint, budget: Budget): number | Failure {
  const over = budget.read(text.length);
  if (over !== undefined) return over;
  const outside = new Failure(`there is no position ${String(point)} in a text of ${String(text.length)} characters`);
  if (point < 0n || point > BigInt(text.length)) return outside;
  if (!surrogate.test(text)) return Number(point);
  const wide = budget.spend(text.length);
  if (wide !== undefined) return wide;
  let left = Number(point);
  let unit = 0;
  for (const character of text) {
    if (left === 0) return unit;
    left -= 1;
    unit += character.length;
  }
  return left === 0 ? unit : outside;
}
