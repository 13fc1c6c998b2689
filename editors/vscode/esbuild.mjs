// Bundles the extension into dist/, or with --tests the unit tests into out/.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const common = { bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'warning' };
if (process.argv.includes('--tests')) {
  const tests = readdirSync('src', { recursive: true }).filter((f) => f.endsWith('.test.ts'));
  await build({ ...common, entryPoints: tests.map((f) => join('src', f)), outdir: 'out', outbase: 'src', entryNames: '[name]', outExtension: { '.js': '.cjs' } });
} else {
  await build({ ...common, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.js', external: ['vscode'], minify: true });
}
