/**
 * Bundles packages so that they start when they are first used, not when the program does: the CEL library and the regular
 * expressions take 12 ms to start, and most runs need neither. A dynamic import would do the same, but templates are read synchronously.
 * @param {Readonly<Record<string, readonly string[]>>} packages the classes that are imported from each
 * @returns {import('esbuild').Plugin}
 */
export function lazyPackages(packages) {
  return {
    name: 'lazy-packages',
    setup(build) {
      build.onResolve({filter: /./}, ({path, kind}) =>
        kind === 'import-statement' && Object.hasOwn(packages, path) ? {path, namespace: 'lazy-package'} : undefined,
      );
      build.onLoad({filter: /./, namespace: 'lazy-package'}, ({path}) => ({
        contents: [
          // What is required inside of a function is bundled as a function.
          `const start = () => require(${JSON.stringify(path)});`,
          'const lazily = (name) => new Proxy(function () {}, {',
          '  construct: (_, args) => Reflect.construct(start()[name], args),',
          '  get: (_, key) => Reflect.get(start()[name], key),',
          '});',
          ...(packages[path] ?? []).map((name) => `export const ${name} = lazily(${JSON.stringify(name)});`),
        ].join('\n'),
        resolveDir: import.meta.dirname,
      }));
    },
  };
}
