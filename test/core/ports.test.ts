import {expect, test} from 'vitest';
import type {JsonObject} from '../../src/core/json.ts';
import {create, pod} from '../helpers/objects.ts';
import {snapshot} from '../helpers/templates.ts';
import {faultsOf} from './ambassador-fixtures.ts';

const port = (text: string): string => `ports: [{${text}}]`;
const template = (...ports: readonly string[]): string =>
  `pattern: sidecar\ncontainers:\n${ports.map((one, index) => `- {name: agent${index}, image: a:1, ${port(one)}}`).join('\n')}`;

function verdictOf(text: string, own: JsonObject, more: JsonObject = {}): string {
  const web = {name: 'web', image: 'web:1', ports: [own]};
  return faultsOf(create(pod('agent', {containers: [web], ...more}), snapshot({agent: text})));
}

const host = {hostNetwork: true};

test.each<[string, string, JsonObject, JsonObject, string]>([
  ['one of the author’s', template('containerPort: 90, hostPort: 8080'), {containerPort: 80, hostPort: 8080}, {}, 'TCP//8080'],
  [
    'one of an address',
    template('containerPort: 90, hostPort: 8080, hostIP: 10.0.0.1'),
    {containerPort: 80, hostPort: 8080, hostIP: '10.0.0.1'},
    {},
    'TCP/10.0.0.1/8080',
  ],
  [
    'two of its own',
    template('containerPort: 90, hostPort: 8080', 'containerPort: 91, hostPort: 8080'),
    {containerPort: 80},
    {},
    'TCP//8080',
  ],
  ['two of its own, all of the node', template('containerPort: 90', 'containerPort: 90'), {containerPort: 80}, host, 'TCP//90'],
])('a port of the node that another container has is refused, as the API would: %s', (_, text, own, more, key) => {
  expect(verdictOf(text, own, more)).toMatch(/^portConflict: /);
  expect(verdictOf(text, own, more)).toContain(`has the port ${key} of the node`);
});

test.each<[string, string, JsonObject, JsonObject]>([
  ['by number', template('containerPort: 90, hostPort: 8081'), {containerPort: 80, hostPort: 8080}, {}],
  ['by protocol', template('containerPort: 90, hostPort: 53, protocol: UDP'), {containerPort: 80, hostPort: 53}, {}],
  ['by address', template('containerPort: 90, hostPort: 53, hostIP: 10.0.0.1'), {containerPort: 80, hostPort: 53}, {}],
  ['of the pod alone', template('containerPort: 90', 'containerPort: 90'), {containerPort: 80}, {}],
])('ports apart %s are not', (_, text, own, more) => {
  expect(verdictOf(text, own, more)).toBe('injected');
});
