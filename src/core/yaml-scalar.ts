/** What a plain or explicitly tagged scalar may turn out to be. */
export type ScalarResult =
  | {readonly kind: 'value'; readonly value: null | boolean | number | string}
  /** An integer that a JavaScript number, and so JSON as most programs read it, cannot hold exactly (RFC 8259, section 6). */
  | {readonly kind: 'inexact'}
  /** Not a number or infinite: JSON has no such value (RFC 8259, section 6). */
  | {readonly kind: 'notFinite'};

/**
 * The value of a plain scalar as Kubernetes reads it: YAML 1.1 as in go.yaml.in/yaml/v2 `resolve.go`, which sigs.k8s.io/yaml
 * uses. `0644` and `0o644` are 420, `yes` and `y` true, `1_000` is 1000, `08` is 8; `12:30:45`, `1e400` and timestamps stay
 * strings. Never throws.
 */
export function resolvePlain(text: string): ScalarResult {
  const first = text.charCodeAt(0);
  const word = text.length <= longestWord ? words.get(text) : undefined;
  if (word !== undefined) return word;
  const isDigit = first >= 0x30 && first <= 0x39;
  if (!isDigit && first !== plus && first !== minus && first !== dot) return {kind: 'value', value: text};
  // Go's ParseFloat, which alone reads what begins with a dot, knows no underscores there.
  const digits = first === dot ? text : text.replaceAll('_', '');
  if (integer.test(digits)) return toInteger(digits);
  if (float.test(digits)) {
    const value = Number(digits);
    if (Number.isFinite(value)) return {kind: 'value', value: value + 0};
  }
  return {kind: 'value', value: text};
}

function toInteger(digits: string): ScalarResult {
  const sign = digits.startsWith('-') ? -1 : 1;
  const unsigned = digits.replace(/^[-+]/, '');
  const value = sign * Number(/^0[0-7]/.test(unsigned) ? `0o${unsigned.slice(1)}` : unsigned);
  return Number.isSafeInteger(value) ? {kind: 'value', value: value + 0} : {kind: 'inexact'};
}

const [plus, minus, dot] = [0x2b, 0x2d, 0x2e];
// strconv.ParseInt with base 0: a leading zero is octal.
const integer = /^[-+]?(?:0[bB][01]+|0[oO][0-7]+|0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/;
// `yamlStyleFloat` of resolve.go.
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

const words: ReadonlyMap<string, ScalarResult> = new Map([
  ...spell(['', '~', 'null', 'Null', 'NULL'], {kind: 'value', value: null}),
  ...spell(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'], {kind: 'value', value: true}),
  ...spell(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'], {kind: 'value', value: false}),
  ...spell(['.nan', '.NaN', '.NAN'], {kind: 'notFinite'}),
  ...['', '+', '-'].flatMap((sign) => spell([`${sign}.inf`, `${sign}.Inf`, `${sign}.INF`], {kind: 'notFinite'})),
]);
const longestWord = 5;

function spell(spellings: readonly string[], result: ScalarResult): [string, ScalarResult][] {
  return spellings.map((spelling) => [spelling, result]);
}
