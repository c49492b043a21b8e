import {expect, test} from 'vitest';
import type {Fault} from '../../src/core/errors.ts';
import {readTemplateFile} from '../../src/templates/file-content.ts';
import {combine, type LoadedTemplates} from '../../src/templates/loaded.ts';
import {emptyState, nextState, type TemplateChange} from '../../src/templates/store.ts';

function bare(image: string): string {
  return `pattern: sidecar\ncontainers:\n- {name: a, image: "${image}"}\n`;
}

function loaded(files: Record<string, string>): LoadedTemplates {
  return combine(Object.entries(files).map(([path, text]) => ({path, content: readTemplateFile({path, text, named: false})})));
}

/** `kind name` of each change, with the image that is served. */
function said(changes: readonly TemplateChange[]): string[] {
  return changes.map((change) => (change.kind === 'failed' ? 'failed' : `${change.kind} ${change.name}`));
}

test('templates are loaded, changed and removed', () => {
  const one = nextState(emptyState, loaded({'t/x.yaml': bare('a:1'), 't/z.yaml': bare('a:1')}));
  expect(said(one.changes)).toEqual(['loaded x', 'loaded z']);
  const two = nextState(one.state, loaded({'t/x.yaml': bare('a:2')}));
  expect(said(two.changes)).toEqual(['changed x', 'removed z']);
  expect(two.state.snapshot.get('x')).toMatchObject({kind: 'good', template: {containers: [{image: 'a:2'}]}});
  expect([...one.state.snapshot.keys()]).toEqual(['x', 'z']);
});

test('what did not change is the same snapshot, and says nothing', () => {
  const files = {'t/x.yaml': bare('a:1'), 't/b.yaml': 'pattern: nothing\n'};
  const one = nextState(emptyState, loaded(files));
  const two = nextState(one.state, loaded(files));
  expect(two.changes).toEqual([]);
  expect(two.state.snapshot).toBe(one.state.snapshot);
});

test('a template that breaks goes on with its last good version until it is mended', () => {
  const one = nextState(emptyState, loaded({'t/x.yaml': bare('a:1')}));
  const two = nextState(one.state, loaded({'t/x.yaml': `${bare('a:2')}foo: 1\n`}));
  expect(said(two.changes)).toEqual(['rejected x']);
  expect(two.changes[0]).toMatchObject({faults: [{code: 'unknownKey'}], lastGood: {containers: [{image: 'a:1'}]}});
  expect(two.state.snapshot.get('x')).toMatchObject({kind: 'good', template: {containers: [{image: 'a:1'}]}});
  expect([...two.state.rejected.keys()]).toEqual(['x']);
  const three = nextState(two.state, loaded({'t/x.yaml': `${bare('a:2')}bar: 1\n`}));
  expect(said(three.changes)).toEqual(['rejected x']);
  const four = nextState(three.state, loaded({'t/x.yaml': bare('a:1')}));
  expect(said(four.changes)).toEqual(['changed x']);
  expect(four.state.rejected.size).toBe(0);
});

test('a template that was never good is broken until it is mended', () => {
  const one = nextState(emptyState, loaded({'t/x.yaml': 'pattern: nothing\n'}));
  expect(said(one.changes)).toEqual(['rejected x']);
  expect(one.state.snapshot.get('x')).toMatchObject({kind: 'broken', faults: [{code: 'addsNothing'}, {code: 'unknownPattern'}]});
  const two = nextState(one.state, loaded({'t/x.yaml': bare('a:1')}));
  expect(said(two.changes)).toEqual(['loaded x']);
});

test('templates of a file that does not parse any more stay', () => {
  const configMaps = `kind: ConfigMap\napiVersion: v1\nmetadata: {name: old-initializer}\ndata:\n  config: |\n    containers: [{name: a, image: b}]\n`;
  const one = nextState(emptyState, loaded({'t/x.yaml': configMaps, 't/z.yaml': bare('a:1')}));
  expect(said(one.changes)).toEqual(['loaded old-initializer', 'loaded z']);
  const two = nextState(one.state, loaded({'t/x.yaml': '[', 't/z.yaml': bare('a:1')}));
  expect(two.changes).toMatchObject([
    {kind: 'rejected', name: 'old-initializer', faults: [{code: 'yamlSyntax', source: 't/x.yaml'}]},
  ]);
  expect(two.state.snapshot.get('old-initializer')?.kind).toBe('good');
  const three = nextState(two.state, loaded({'t/x.yaml': '', 't/z.yaml': bare('a:1')}));
  expect(three.changes).toMatchObject([{kind: 'rejected', name: 'old-initializer', faults: [{code: 'emptyFile'}]}]);
  expect(three.state.snapshot.get('old-initializer')?.kind).toBe('good');
});

test('templates of a folder that cannot be read stay', () => {
  const one = nextState(emptyState, loaded({'t/x.yaml': bare('a:1'), 'other/z.yaml': bare('a:1')}));
  const fault: Fault = {code: 'pathMissing', message: 'gone', source: './t'};
  const gone = combine([{path: './t', inside: 't/', content: {found: [], faults: [fault], warnings: [], incomplete: true}}]);
  const two = nextState(one.state, gone);
  expect(said(two.changes)).toEqual(['rejected x', 'removed z']);
  expect([...two.state.snapshot.keys()]).toEqual(['x']);
  expect(said(nextState(two.state, gone).changes)).toEqual([]);
});

test('a fault that belongs to no template is told once', () => {
  const fault: Fault = {code: 'pathMissing', message: 'gone', source: 't'};
  const gone = combine([{path: 't', inside: 't/', content: {found: [], faults: [fault], warnings: [], incomplete: true}}]);
  const one = nextState(emptyState, gone);
  expect(one.changes).toEqual([{kind: 'failed', faults: [fault]}]);
  expect(nextState(one.state, gone).changes).toEqual([]);
});
