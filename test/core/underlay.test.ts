import {expect, test} from 'vitest';
import type {JsonObject} from '../../src/core/json.ts';
import {underlay} from '../../src/core/underlay.ts';
import {frozen} from '../helpers/frozen.ts';

// Against a real API server: test/cluster/strategic-merge.test.ts.
const profiles = {appArmorProfile: 'AppArmorProfile', seccompProfile: 'SeccompProfile'};
const local = (name: string): JsonObject => ({type: 'Localhost', localhostProfile: name});

test.each<[string, JsonObject, JsonObject, JsonObject, readonly string[]]>([
  ['another kind', local('a'), {type: 'RuntimeDefault'}, {type: 'RuntimeDefault'}, ['type', 'localhostProfile']],
  ['the kind with a name', {type: 'RuntimeDefault'}, local('b'), local('b'), ['type']],
  ['another name', local('a'), local('b'), local('b'), ['localhostProfile']],
  ['the same kind without a name', local('a'), {type: 'Localhost'}, {localhostProfile: 'a', type: 'Localhost'}, []],
])('of a profile the author’s kind is whole: %s', (_, base, own, expected, kept) => {
  for (const [field, type] of Object.entries(profiles)) {
    expect(underlay(frozen(base), frozen(own), type)).toMatchObject({value: expected, kept});
    const both = underlay(frozen({[field]: base}), frozen({[field]: own}), 'SecurityContext');
    expect(both.value).toEqual({[field]: expected});
    expect(both.kept).toEqual(kept.map((name) => `${field}/${name}`));
  }
});
