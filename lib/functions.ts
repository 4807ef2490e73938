import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import type { FunctionManifest } from '../src/platform/declare/function.ts';

/** A function as the stacks see it: what it wants, and the folder with its bundled code. */
export interface FunctionUnit {
  readonly manifest: FunctionManifest;
  readonly codeFolder: string;
}

/**
 * Every function below `functionsFolder`, bundled into `outputFolder`. One run of esbuild for all of them takes about
 * a second; a run for each, as NodejsFunction does it, takes that long per function.
 */
export const bundledFunctions = async (
  functionsFolder: string,
  outputFolder: string,
): Promise<readonly FunctionUnit[]> => {
  const manifests = await readManifests(functionsFolder);
  mkdirSync(outputFolder, { recursive: true });
  if (manifests.length > 0)
    bundle(
      manifests.map(({ name }) => name),
      functionsFolder,
      outputFolder,
    );
  return manifests.map((manifest) => ({ manifest, codeFolder: join(outputFolder, manifest.name) }));
};

/** The manifests alone, sorted by name; a folder's name is the name of its function. */
export const readManifests = async (functionsFolder: string): Promise<readonly FunctionManifest[]> => {
  const folders = readdirSync(functionsFolder)
    .filter((name) => existsSync(join(functionsFolder, name, 'manifest.ts')))
    .sort();
  return Promise.all(
    folders.map(async (name) => {
      const { manifest } = (await import(pathToFileURL(join(functionsFolder, name, 'manifest.ts')).href)) as {
        readonly manifest: FunctionManifest;
      };
      if (manifest.name !== name) throw new Error(`functions/${name} calls itself ${manifest.name}; they must agree`);
      return manifest;
    }),
  );
};

const bundle = (names: readonly string[], functionsFolder: string, outputFolder: string): void => {
  buildSync({
    entryPoints: names.map((name) => ({ in: join(functionsFolder, name, 'handler.ts'), out: join(name, 'index') })),
    outdir: outputFolder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minify: true,
    mainFields: ['module', 'main'],
    // what came as CommonJS calls require for node's own modules
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    legalComments: 'none',
    logLevel: 'error',
  });
};
