import { sha256 } from '../../src/kernel/system-sha256.ts';
import { servePipelines } from '../../src/pipelines/application/serve-pipelines.ts';
import { PIPELINE_PROBLEMS } from '../../src/pipelines/contract/problems.ts';
import { httpEntry } from '../../src/platform/entry.ts';
import { makeRouter } from '../../src/platform/router.ts';
import { gatekeeperOn, tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

export const handler = httpEntry(manifest, ({ core }) =>
  makeRouter({
    service: manifest.name,
    problems: PIPELINE_PROBLEMS,
    gatekeeper: gatekeeperOn(tableNamed(core)),
    served: servePipelines({ sha256 }),
  }),
);
