import type {Budget} from '../budget.ts';
import {itemsOf, type List} from '../collection.ts';
import {limits} from '../limits.ts';
import {Failure, Items, type Outcome} from '../value.ts';
import {method, type Overload} from './overload.ts';

/** The functions that take texts apart and put them together. Source: cel-go's ext/strings.go. */
export const pieces: readonly Overload[] = [
  method('split', ['string', 'string'], 'list<string>', (budget, text, by) => wrapped(split(text, by, -1, budget))),
  method('split', ['string', 'string', 'int'], 'list<string>', (budget, text, by, most) =>
    wrapped(split(text, by, Number(most), budget)),
  ),
  method('replace', ['string', 'string', 'string'], 'string', (budget, text, from, to) => replace(text, from, to, -1, budget)),
  method('replace', ['string', 'string', 'string', 'int'], 'string', (budget, text, from, to, most) =>
    replace(text, from, to, Number(most), budget),
  ),
  method('join', ['list'], 'string', (budget, list) => join(list, '', budget)),
  method('join', ['list', 'string'], 'string', (budget, list, by) => join(list, by, budget)),
];

function join(list: List, by: string, budget: Budget): Outcome {
  const items = itemsOf(list, budget);
  if (items instanceof Failure) return items;
  let length = 0;
  for (const item of items) {
    if (typeof item !== 'string') return new Failure('`join` takes a list of strings only');
    length += item.length + by.length;
  }
  return budget.read(length) ?? items.join(by);
}

/** At most so many replacements; all when it is negative. */
function replace(text: string, from: string, to: string, most: number, budget: Budget): Outcome {
  const parts = from === '' && most !== 0 ? around(text, most, budget) : split(text, from, most < 0 ? most : most + 1, budget);
  if (parts instanceof Failure) return parts;
  return budget.read(text.length + parts.length * to.length) ?? parts.join(to);
}

/** The pieces between which Go puts the new text when there is nothing to look for: before, between and after the characters. */
function around(text: string, most: number, budget: Budget): readonly string[] | Failure {
  const parts = split(text, '', most, budget);
  if (parts instanceof Failure) return parts;
  return ['', ...parts, ...(most < 0 || parts.length < most ? [''] : [])];
}

/** At most so many pieces, the last with all that is left; all pieces when it is negative. */
function split(text: string, by: string, most: number, budget: Budget): readonly string[] | Failure {
  if (most === 0) return [];
  const over = by === '' ? budget.spend(text.length) : budget.search(text.length, by.length);
  if (over !== undefined) return over;
  // More pieces than there are steps can't be paid for: they are not even made.
  const all = by === '' ? Array.from(text) : text.split(by, limits.steps + 1);
  const tooMany = budget.spend(all.length);
  if (tooMany !== undefined) return tooMany;
  if (most < 0 || all.length <= most) return all;
  const first = all.slice(0, most - 1);
  const used = first.reduce((length, piece) => length + piece.length + by.length, 0);
  return [...first, text.slice(used)];
}

function wrapped(parts: readonly string[] | Failure): Outcome {
  return parts instanceof Failure ? parts : new Items(parts);
}
