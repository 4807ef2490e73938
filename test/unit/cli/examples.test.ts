import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type * as z from 'zod';
import { makeProgram } from '../../../cli/program.ts';
import { readDocument } from '../../../cli/read-document.ts';
import { renderReference } from '../../../cli/reference.ts';
import { ClusterSettings } from '../../../src/clusters/domain/cluster.ts';
import { ExperimentSettings } from '../../../src/experiments/domain/settings.ts';

const root = join(import.meta.dirname, '../../..');
const read = <S extends z.ZodType>(folder: string, schema: S): readonly z.infer<S>[] =>
  readdirSync(join(root, folder)).map((file) =>
    readDocument(schema, readFileSync(join(root, folder, file), 'utf8'), file),
  );

test('every example file is what the API accepts', () => {
  expect(read('examples/experiments', ExperimentSettings).length).toBeGreaterThan(0);
  expect(read('examples/clusters', ClusterSettings).map(({ access }) => access.kind)).toEqual(['direct', 'eks']);
});

test('the reference of commands is current', async () => {
  await expect(renderReference(makeProgram())).toMatchFileSnapshot(join(root, 'docs/cli.generated.md'));
});
