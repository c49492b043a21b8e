import type {Budget} from '../budget.ts';
import {itemAt, lengthOf, type List} from '../collection.ts';
import {Failure, kindOf, type Outcome, type Value} from '../value.ts';
import {method, type Overload} from './overload.ts';

/** `"%s-%d".format([a, b])` with the verbs %s, %d, %f (%.2f) and %%. Source: cel-go's ext/formatting.go. */
export const formats: readonly Overload[] = [method('format', ['string', 'list'], 'string', format)];

const verbs = /%(?:\.(\d{1,2}))?(.?)/gsu;

function format(budget: Budget, text: string, values: List): Outcome {
  const scan = budget.read(text.length);
  if (scan !== undefined) return scan;
  let result = '';
  let done = 0;
  let used = 0;
  for (const {0: whole, 1: precision, 2: verb = '', index} of text.matchAll(verbs)) {
    const written = verb === '%' ? '%' : write(verb, precision, itemAt(values, used));
    if (written instanceof Failure) return written;
    if (verb !== '%') used += 1;
    const over = budget.read(result.length + index - done + written.length);
    if (over !== undefined) return over;
    result += text.slice(done, index) + written;
    done = index + whole.length;
  }
  if (used < lengthOf(values)) return new Failure('`format` has more values than the text has places');
  return result + text.slice(done);
}

function write(verb: string, precision: string | undefined, value: Value | undefined): string | Failure {
  if (value === undefined) return new Failure('`format` has fewer values than the text has places');
  if (verb === 's' && isPlain(value)) return String(value);
  if (verb === 'd' && typeof value === 'bigint') return String(value);
  if (verb === 'f' && typeof value === 'number') return value.toFixed(precision === undefined ? 6 : Number(precision));
  return new Failure(`\`format\` has no \`%${verb}\` for a ${kindOf(value)}`);
}

function isPlain(value: Value): value is string | bigint | number | boolean | null {
  return value === null || typeof value !== 'object';
}
