import {describe, expect, test} from 'vitest';
import {printYaml} from '../../src/cli/print.ts';
import {parseYaml} from '../../src/core/yaml.ts';

// The values are plain data that each test changes in its own copy.
type Value = ReturnType<typeof JSON.parse>;

const deployment = `# head
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web   # the name
  labels: {app: web}
spec:
  template:
    metadata:
      annotations:
        a/b: "x"  # keep
        # tail
    spec:
      # containers
      containers:
      # web
      - name: web
        image: 'x:1'
        args: ["a", "b"]
        # commented: out
      # - name: debug

      volumes: []  # none
      # end
`;

const inject = (value: Value): void => {
  const pod = value.spec.template.spec;
  Object.assign(pod.containers[0], {volumeMounts: [{name: 'log', mountPath: '/var/log'}]});
  pod.containers.push({name: 'side', image: 'y:2', command: ['sh', '-c', 'a\nb\n'], env: [{name: 'A', value: 'yes'}]});
  pod.volumes.push({name: 'log', emptyDir: {}});
  Object.assign(value.spec.template.metadata.annotations, {'pod-injector.dev/status': '{"v":1}'});
};

const injected = `# head
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web   # the name
  labels: {app: web}
spec:
  template:
    metadata:
      annotations:
        a/b: "x"  # keep
        # tail
        pod-injector.dev/status: '{"v":1}'
    spec:
      # containers
      containers:
      # web
      - name: web
        image: 'x:1'
        args: ["a", "b"]
        # commented: out
        volumeMounts:
        - name: log
          mountPath: /var/log
      - name: side
        image: y:2
        command:
        - sh
        - -c
        - |
          a
          b
        env:
        - name: A
          value: "yes"
      # - name: debug

      volumes:  # none
      - name: log
        emptyDir: {}
      # end
`;

describe('a Deployment that gains a container, a mount, a volume and an annotation', () => {
  test('has them where they belong, and every other byte as it was', () => {
    expect(edit(deployment, inject)).toBe(injected);
  });

  test('comes back byte for byte when they are taken out', () => {
    const [before] = parseYaml(deployment);
    expect(edit(injected, (value: Value) => Object.assign(value, before?.value))).toBe(deployment);
  });

  test.each([
    ['with CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
    ['without a line break at the end', (text: string) => text.trimEnd()],
    ['behind a byte order mark', (text: string) => `\ufeff${text}`],
    ['behind a document start', (text: string) => `---\n${text}`],
  ])('%s too', (_, write) => {
    expect(edit(write(deployment), inject)).toBe(write(injected));
  });
});

test('lists that stand in from their key, and steps of four, are written on as they began', () => {
  expect(
    edit('a:\n    b:\n        c: 1\n    list:\n      - name: x\n', (value: Value) => {
      value.a.list.push({name: 'z', deep: {er: [1]}});
      Object.assign(value.a, {more: {still: ['y1']}});
    }),
  ).toBe(
    'a:\n    b:\n        c: 1\n    list:\n      - name: x\n      - name: z\n        deep:\n            er:\n              - 1\n    more:\n        still:\n          - y1\n',
  );
});

test('an item put in front stands above the comment of the item that was first', () => {
  expect(edit('init:\n# wait for the database\n- name: wait\n', (value: Value) => value.init.unshift({name: 'first'}))).toBe(
    'init:\n- name: first\n# wait for the database\n- name: wait\n',
  );
});

test('an item between two stands above the comment of the second', () => {
  expect(edit('l:\n- name: a\n  # of a\n# of c\n- name: c\n', (value: Value) => value.l.splice(1, 0, {name: 'b'}))).toBe(
    'l:\n- name: a\n  # of a\n- name: b\n# of c\n- name: c\n',
  );
});

test('a key with nothing behind it gets a value, and its comment stays', () => {
  expect(
    edit('volumes:\nb: # none yet\nc: 1\n', (value: Value) => Object.assign(value, {volumes: [{name: 'v'}], b: {k: 1}})),
  ).toBe('volumes:\n- name: v\nb: # none yet\n  k: 1\nc: 1\n');
});

test('comments beside and between what goes stay or go with their lines', () => {
  expect(
    edit('# of a\na: 1 # goes\n# of b\nb: 2\nc:\n- name: x # goes\n  k: v\n# stays\n- name: z\n', (value: Value) => {
      Reflect.deleteProperty(value, 'a');
      value.c.shift();
    }),
  ).toBe('# of a\n# of b\nb: 2\nc:\n# stays\n- name: z\n');
});

test('what loses all it has is empty and not null', () => {
  expect(edit('a:\n- x\nb:\n  c: 1\nd: 2\n', (value: Value) => Object.assign(value, {a: [], b: {}}))).toBe(
    'a: []\nb: {}\nd: 2\n',
  );
});

test('scalars keep their quotes and their comment', () => {
  expect(
    edit('a: \'x\'  # a\nb: "x"\nc: x # c\nd: 0644\ne: |\n  x\n', (value: Value) =>
      Object.assign(value, {a: "it's", b: 'yes', c: 'no', d: 5, e: 'plain'}),
    ),
  ).toBe('a: \'it\'\'s\'  # a\nb: "yes"\nc: "no" # c\nd: 5\ne: plain\n');
});

describe('brackets stay brackets', () => {
  test.each([
    ['{a: 1, b: [x]}', (value: Value) => value.b.push('c, d'), '{a: 1, b: [x, "c, d"]}'],
    ['{ "a" : 1 }', (value: Value) => Object.assign(value, {b: {c: ['y', 1]}}), '{ "a" : 1, b: {c: ["y", 1]} }'],
    ['[{name: a}, {name: b}, {name: c}]', (value: Value) => value.splice(1, 1), '[{name: a}, {name: c}]'],
    ['[{name: a}, {name: b}]', (value: Value) => value.shift(), '[{name: b}]'],
    ['[{name: b}]', (value: Value) => value.unshift({name: 'a'}), '[{name: a}, {name: b}]'],
    [
      '[\n    {name: a},\n    {name: b} # last\n  ]',
      (value: Value) => value.push({name: 'c'}),
      '[\n    {name: a},\n    {name: b},\n    {name: c} # last\n  ]',
    ],
    ['[1, 2]', (value: Value) => value.splice(0, 2, 3, 4), '[3, 4]'],
  ])('%s', (text, change, result) => {
    expect(edit(`# head\nk: ${text}\n# end\n`, (value: Value) => change(value.k))).toBe(`# head\nk: ${result}\n# end\n`);
  });
});

describe('anchors and aliases', () => {
  test('what an alias repeats is written out where it changes', () => {
    expect(
      edit('a: &x\n  p: 1\nb: *x\nc: *x\n', (value: Value) => {
        Object.assign(value, {b: {...value.b, q: 2}});
      }),
    ).toBe('a: &x\n  p: 1\nb:\n  p: 1\n  q: 2\nc: *x\n');
  });

  test('where the anchored part changes and the aliases do not, these are written out', () => {
    expect(
      edit('a: &x # note\n  p: 1\nb: *x\nc:\n  <<: *x\n  q: 2\nd: &y [1]\ne: *y\n', (value: Value) => {
        Object.assign(value, {a: {...value.a, p: 3}});
      }),
    ).toBe('a: &x # note\n  p: 3\nb:\n  p: 1\nc:\n  p: 1\n  q: 2\nd: &y [1]\ne: *y\n');
  });

  test('a field beside a merge key is added without touching the merge', () => {
    expect(edit('a: &x {p: 1}\nc:\n  <<: *x\n  q: 2\n', (value: Value) => Object.assign(value.c, {r: 3}))).toBe(
      'a: &x {p: 1}\nc:\n  <<: *x\n  q: 2\n  r: 3\n',
    );
  });

  test('a merged field that goes takes the merge apart', () => {
    expect(edit('a: &x {p: 1, o: 2}\nc:\n  <<: *x\n  q: 2\n', (value: Value) => Reflect.deleteProperty(value.c, 'p'))).toBe(
      'a: &x {p: 1, o: 2}\nc:\n  o: 2\n  q: 2\n',
    );
  });

  test('an anchor that goes leaves its value to the aliases', () => {
    expect(edit('a: &x [1]\nb: *x\n', (value: Value) => Reflect.deleteProperty(value, 'a'))).toBe('b:\n- 1\n');
  });
});

describe('block scalars', () => {
  test('end where they ended', () => {
    expect(edit('a: |\n  # no comment\n  x\n\n\nb: >-\n  y\n  z\n', (value: Value) => Object.assign(value, {c: 1}))).toBe(
      'a: |\n  # no comment\n  x\n\n\nb: >-\n  y\n  z\nc: 1\n',
    );
    expect(edit('l:\n- name: a\n  s: |\n    x\n\n# next\nk: 1\n', (value: Value) => value.l.push({name: 'b'}))).toBe(
      'l:\n- name: a\n  s: |\n    x\n- name: b\n\n# next\nk: 1\n',
    );
  });

  test('keep the blank lines that they keep', () => {
    expect(edit('l:\n- name: a\n  s: |+\n    x\n\nk: 1\n', (value: Value) => value.l.push({name: 'b'}))).toBe(
      'l:\n- name: a\n  s: |+\n    x\n\n- name: b\nk: 1\n',
    );
  });

  test('that are added do not swallow a comment that stands further in', () => {
    expect(edit('l:\n    # far in\n- b\n', (value: Value) => value.l.unshift('x\ny\n'))).toBe(
      'l:\n- "x\\ny\\n"\n    # far in\n- b\n',
    );
  });
});

test('keys that only quotes make strings are found again', () => {
  expect(edit('\'1\': a\n"on": b\n0x10: c\n', (value: Value) => Object.assign(value, {on: 'B', 16: 'C', 7: 'd'}))).toBe(
    '\'1\': a\n"on": B\n0x10: C\n"7": d\n',
  );
});

test('__proto__ is a field like any other', () => {
  const text = 'a:\n  __proto__: 1\nb: 2\n';
  expect(edit(text, (value: Value) => Object.assign(value, {b: 3}))).toBe('a:\n  __proto__: 1\nb: 3\n');
  expect(
    edit('a:\n  k: 1\n', (value: Value) => Object.defineProperty(value.a, '__proto__', {value: [1], enumerable: true})),
  ).toBe('a:\n  k: 1\n  "__proto__":\n  - 1\n');
});

test('keys written with a question mark, tags and odd places of dashes still give the right value', () => {
  for (const text of [
    '? a\n: 1\n? b\n: - name: x\n',
    '!!map\na: !!str 1\nb:\n- !!map\n  name: x\n',
    'b:\n-\n  # c\n\n  name: x\n',
    '--- # c\nb:\n- name: x\n...\n',
    '{"b": [{"name": "x"}]}',
  ]) {
    const [document] = parseYaml(text);
    const after = structuredClone(document?.value) as Value;
    after.b[0].k = {z: ['v']};
    after.b.push('end');
    after.c = null;
    expect(parseYaml(printYaml(text, document as NonNullable<typeof document>, after))[0]).toMatchObject({
      faults: [],
      value: after,
    });
  }
});

test('a document that is no object is replaced whole, and the comments around it stay', () => {
  const [document] = parseYaml('# head\nplain # note\n# end\n');
  expect(document && printYaml('# head\nplain # note\n# end\n', document, {a: 1})).toBe('# head\na: 1\n# end\n');
});

function edit(text: string, change: (value: Value) => unknown): string {
  const [document] = parseYaml(text);
  expect(document?.faults).toEqual([]);
  const after = structuredClone(document?.value) as Value;
  // What structuredClone gives shares nothing with the document, but an alias's value with its anchor's.
  change(after);
  return printYaml(text, document as NonNullable<typeof document>, after);
}
