import type {Json} from '../json.ts';

/**
 * A resource quantity as nano units (`"500m"` is 500_000_000n), exactly. Decimal (`k`), binary (`Ki`) and exponent (`1e3`)
 * forms, as strings or as JSON numbers; what is finer than nano is rounded away from zero, and binary forms are capped at
 * 2^63-1. Undefined for anything else, and for texts or exponents beyond all use. Never throws.
 * Source: apimachinery's pkg/api/resource/quantity.go, ParseQuantity.
 */
export function parseQuantity(value: Json | undefined): bigint | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.length > maxLength) return undefined;
  const [, sign, whole = '', fraction = '', suffix = ''] = /^([+-]?)(\d*)(?:\.(\d*))?([a-zA-Z]*|[eE][+-]?\d+)$/.exec(text) ?? [];
  if (sign === undefined || whole + fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  const size = scaled(digits, fraction.length, suffix);
  return size === undefined ? undefined : sign === '-' ? -size : size;
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`; undefined when one of them is no quantity. */
export function compareQuantities(a: Json | undefined, b: Json | undefined): -1 | 0 | 1 | undefined {
  const [left, right] = [parseQuantity(a), parseQuantity(b)];
  if (left === undefined || right === undefined) return undefined;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The sum in nano units; what is no quantity counts as nothing. */
export function sumQuantities(values: readonly (Json | undefined)[]): bigint {
  return values.reduce<bigint>((sum, value) => sum + (parseQuantity(value) ?? 0n), 0n);
}

/**
 * Whether two quantities are the same to the API, which rounds a container's resources up to whole milli units.
 * Two texts that are no quantities are the same only when they are equal. Source: SetDefaults_ResourceList in
 * Kubernetes' pkg/apis/core/v1/defaults.go.
 */
export function sameQuantity(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  const [left, right] = [parseQuantity(a), parseQuantity(b)];
  return left !== undefined && right !== undefined && divideUp(left, nanoPerMilli) === divideUp(right, nanoPerMilli);
}

const maxLength = 64;
const maxExponent = 64;
const nanoPerMilli = 1_000_000n;
const maxBinary = (2n ** 63n - 1n) * 10n ** 9n;

// Source: apimachinery's pkg/api/resource/suffix.go, newSuffixer.
const decimalExponents: ReadonlyMap<string, number> = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);
const binaryExponents: ReadonlyMap<string, bigint> = new Map([
  ['Ki', 10n],
  ['Mi', 20n],
  ['Gi', 30n],
  ['Ti', 40n],
  ['Pi', 50n],
  ['Ei', 60n],
]);

function scaled(digits: bigint, decimals: number, suffix: string): bigint | undefined {
  const binary = binaryExponents.get(suffix);
  if (binary !== undefined) {
    const size = powerOfTen(digits << binary, 9 - decimals);
    return size > maxBinary ? maxBinary : size;
  }
  const exponent = decimalExponents.get(suffix) ?? (/^[eE][+-]?\d+$/.test(suffix) ? Number(suffix.slice(1)) : undefined);
  return exponent === undefined || Math.abs(exponent) > maxExponent ? undefined : powerOfTen(digits, exponent + 9 - decimals);
}

function powerOfTen(digits: bigint, exponent: number): bigint {
  return exponent >= 0 ? digits * 10n ** BigInt(exponent) : divideUp(digits, 10n ** BigInt(-exponent));
}

/** Division that rounds away from zero. */
function divideUp(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  if (quotient * divisor === value) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}
