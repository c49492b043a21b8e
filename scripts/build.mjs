// Bundles the CLI and the server into dist/: what is published and what the image holds needs no node_modules.
import {chmod, rm} from 'node:fs/promises';
import {build} from 'esbuild';
import {lazyPackages} from './lazy-packages.mjs';

const outdir = 'dist';
await rm(outdir, {recursive: true, force: true});
await build({
  entryPoints: {cli: 'src/cli.ts'},
  outdir,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  // A lazily imported module (the server, the certificate maker) becomes a chunk of its own, so that `preview` never loads it.
  splitting: true,
  plugins: [lazyPackages({'@marcbachmann/cel-js': ['Environment', 'ParseError', 'TypeError'], re2js: ['RE2JS', 'RE2Set']})],
  minify: true,
  keepNames: true,
  legalComments: 'linked',
  // Bundled CommonJS packages call require() for Node's own modules.
  banner: {js: "import {createRequire as __createRequire} from 'node:module';const require=__createRequire(import.meta.url);"},
  logLevel: 'warning',
});
// npm does this when it installs the package; a checkout has nobody else to do it.
await chmod(`${outdir}/cli.js`, 0o755);
