import type { ClusterId } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { implement, type ServedRoute } from '../../platform/http/implement.ts';
import { within } from '../../platform/http/within.ts';
import { COMPOSE_REFUSALS, pipelineRoutes } from '../contract/routes.ts';
import { diffRevisions } from '../domain/diff.ts';
import { exportPipeline } from '../domain/export.ts';
import { generate } from '../domain/generate.ts';
import { importSettings } from '../domain/import.ts';
import { adoptedSettings } from '../domain/incumbent.ts';
import { type Pipeline, publishedOf } from '../domain/pipeline.ts';
import { preview } from '../domain/preview/preview.ts';
import { settingsOfSides } from '../domain/preview/sides.ts';
import { checkRecordingSize } from '../domain/recording.ts';
import { renderPipeline } from '../domain/render.ts';
import { findTemplate, TEMPLATES } from '../domain/templates.ts';
import { validateSettings } from '../domain/validation/validate-settings.ts';
import { validityOf } from '../domain/validation/validity.ts';
import { makeChangePipeline } from './change-pipeline.ts';
import { type CreatePorts, makeCreatePipeline, type Saved } from './create-pipeline.ts';
import { makeFindPipeline } from './find-pipeline.ts';
import type { FindIncumbent } from './ports.ts';
import { viewOf } from './views.ts';

export interface ServePipelinesPorts extends CreatePorts {
  /** what exported collectors run */
  readonly collectorImage: string;
  readonly findIncumbent: FindIncumbent;
}

/** Answers every route of templates and pipelines. Templates are code; pipelines are what people made of them. */
export const servePipelines = (ports: ServePipelinesPorts): readonly ServedRoute[] => {
  const { pipelines, sha256, collectorImage, findIncumbent } = ports;
  const create = makeCreatePipeline(ports);
  const change = makeChangePipeline(ports);
  const { find, revisionOf } = makeFindPipeline(ports);

  const answer = (pipeline: Pipeline) => ({
    body: viewOf(pipeline),
    version: pipeline.version,
    location: `/pipelines/${pipeline.id}`,
  });
  const answerSaved = ({ pipeline, revision }: Saved) => ({
    ...answer(pipeline),
    body: { ...viewOf(pipeline), revision },
  });

  return implement(pipelineRoutes, {
    listTemplates: async () => accept({ body: { items: [...TEMPLATES] } }),

    getTemplate: async ({ params }) => {
      const found = findTemplate(params.name);
      return found.accepted ? accept({ body: found.value.template }) : found;
    },

    renderPipeline: async ({ body }) => {
      const { criticalProcesses, collectionIntervalSeconds, remoteWriteAuth, destinations, ...choice } = body;
      const frame = { criticalProcesses, collectionIntervalSeconds, remoteWriteAuth, destinations };
      const rendered = renderPipeline(choice, frame, sha256);
      return rendered.accepted ? accept({ body: rendered.value }) : rendered;
    },

    previewPipelines: async ({ body }) => {
      const { recording, criticalProcesses, collectionIntervalSeconds, hosts, terms, priceBook } = body;
      const size = checkRecordingSize(recording);
      if (!size.accepted) return size;
      const frame = { criticalProcesses, collectionIntervalSeconds, remoteWriteAuth: 'none' } as const;
      const settings = settingsOfSides(body, frame);
      if (!settings.accepted) return settings;
      const found = preview({ recording, ...settings.value, criticalProcesses, hosts, terms, priceBook });
      return found.accepted ? accept({ body: found.value }) : found;
    },

    validatePipeline: async ({ body: { yaml } }) => accept({ body: validityOf(validateSettings(yaml)) }),

    listPipelines: async ({ caller, query: { limit, nextToken, ...filter } }) => {
      const { items, nextKey } = await pipelines.list(caller.tenantId, filter, { limit, afterKey: nextToken });
      return accept({
        body: { items: items.map(viewOf), metadata: { count: items.length, limit, nextToken: nextKey } },
      });
    },

    createPipeline: async ({ body: { origin, note, ...details }, caller, idempotencyKey }) => {
      const created = await create({ details, origin, note, caller, idempotencyKey });
      return created.accepted ? accept(answerSaved(created.value)) : created;
    },

    importPipeline: async ({ body: { text, note, ...details }, caller, idempotencyKey }) => {
      const imported = importSettings(text);
      if (!imported.accepted) return imported;
      const { yaml, notes } = imported.value;
      const created = await create({ details, origin: { kind: 'settings', yaml }, note, caller, idempotencyKey });
      if (!created.accepted) return within(IMPORT_CODES, created);
      const { body, ...rest } = answerSaved(created.value);
      return accept({ ...rest, body: { ...body, notes: [...notes] } });
    },

    adoptCollector: async ({ body: { clusterId, collectorId, note, ...details }, caller, idempotencyKey }) => {
      const found = await findIncumbent(caller.tenantId, clusterId, collectorId);
      if (found === null || found.settings === null) return noIncumbent(clusterId, collectorId);
      const { settings, ...incumbent } = found;
      const adopted = adoptedSettings(settings, incumbent);
      if (!adopted.accepted) return adopted;
      const { yaml, notes } = adopted.value;
      const origin = { kind: 'settings', yaml } as const;
      const created = await create({ details, origin, incumbent, note, caller, idempotencyKey });
      if (!created.accepted) return within(IMPORT_CODES, created);
      const { body, ...rest } = answerSaved(created.value);
      return accept({ ...rest, body: { ...body, notes: [...notes] } });
    },

    getPipeline: async ({ caller, params }) => {
      const found = await find({ tenantId: caller.tenantId, ...params });
      return found.accepted ? accept(answer(found.value)) : found;
    },

    revisePipeline: async ({ caller, params, ifMatch, body }) => {
      const revised = await change.revise({ ...params, ...body, caller, version: ifMatch });
      return within(REVISE_CODES, revised.accepted ? accept(answerSaved(revised.value)) : revised);
    },

    changePipeline: async ({ caller, params, ifMatch, body }) =>
      within(
        CHANGE_CODES,
        answered(answer, await change.changeDetails({ ...params, details: defined(body), caller, version: ifMatch })),
      ),

    deletePipeline: async ({ caller, params, ifMatch }) =>
      within(
        DELETE_CODES,
        answered(() => ({ body: null }), await change.remove({ ...params, caller, version: ifMatch })),
      ),

    publishPipeline: async ({ caller, params, ifMatch, body }) =>
      within(PUBLISH_CODES, answered(answer, await change.publish({ ...params, ...body, caller, version: ifMatch }))),

    deprecatePipeline: async ({ caller, params, ifMatch, body }) =>
      within(STALE_CODES, answered(answer, await change.deprecate({ ...params, ...body, caller, version: ifMatch }))),

    listRevisions: async ({ caller, params, query: { limit, nextToken } }) => {
      const ref = { tenantId: caller.tenantId, ...params };
      const found = await find(ref);
      if (!found.accepted) return found;
      const { items, nextKey } = await pipelines.revisions(ref, { limit, afterKey: nextToken });
      return accept({ body: { items: [...items], metadata: { count: items.length, limit, nextToken: nextKey } } });
    },

    getRevision: async ({ caller, params: { pipelineId, revision } }) => {
      const found = await find({ tenantId: caller.tenantId, pipelineId });
      if (!found.accepted) return found;
      const read = await revisionOf(found.value, revision);
      return read.accepted ? accept({ body: read.value }) : read;
    },

    diffRevisions: async ({ caller, params, query: { from, to } }) => {
      const found = await find({ tenantId: caller.tenantId, ...params });
      if (!found.accepted) return found;
      const before = await revisionOf(found.value, from);
      if (!before.accepted) return before;
      const after = await revisionOf(found.value, to);
      if (!after.accepted) return after;
      const diff = diffRevisions(before.value, after.value);
      return diff.accepted ? accept({ body: diff.value }) : diff;
    },

    exportPipeline: async ({ caller, params, query: { format, revision: wanted, ...where } }) => {
      const found = await find({ tenantId: caller.tenantId, ...params });
      if (!found.accepted) return found;
      const { details, latest, id } = found.value;
      const revision = await revisionOf(found.value, wanted ?? publishedOf(found.value)?.revision ?? latest.number);
      if (!revision.accepted) return revision;
      const wish = { pipelineId: id, name: details.name, revision: revision.value, image: collectorImage, ...where };
      const exported = exportPipeline(wish, format);
      return exported.accepted
        ? accept({ body: { revision: revision.value.number, files: [...exported.value] } })
        : exported;
    },

    generatePipeline: async ({ body }) => {
      const { criticalProcesses, collectionIntervalSeconds, remoteWriteAuth, destinations, place, ...choice } = body;
      const frame = { criticalProcesses, collectionIntervalSeconds, remoteWriteAuth, destinations };
      const generated = generate(choice, frame, place, sha256);
      if (!generated.accepted) return generated;
      const { rendered, objects } = generated.value;
      return accept({ body: { rendered, objects: objects.map((object) => ({ ...object })) } });
    },
  });
};

const answered = <A, R extends Refusal>(
  answer: (pipeline: Pipeline) => A,
  outcome: Outcome<Pipeline, R>,
): Outcome<A, R> => (outcome.accepted ? accept(answer(outcome.value)) : outcome);

/** Fields that were given; the others stay as they are. */
const defined = <T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

const STALE_CODES = ['resource-not-found', 'precondition-failed'] as const;
const DELETE_CODES = [...STALE_CODES, 'state-conflict'] as const;
const CHANGE_CODES = [...STALE_CODES, 'pipeline-name-taken'] as const;
const REVISE_CODES = [...COMPOSE_REFUSALS, ...DELETE_CODES, 'pipeline-quota-exceeded'] as const;
const noIncumbent = (clusterId: ClusterId, collector: string) =>
  refuse(
    'resource-not-found',
    `on ${clusterId} no collector ${collector} was seen whose settings can be read; \`phoenix cluster discover\` looks again`,
    { clusterId, collector },
  );

const IMPORT_CODES = ['pipeline-secret-in-plain-text', 'pipeline-name-taken', 'pipeline-quota-exceeded'] as const;
const PUBLISH_CODES = [...STALE_CODES, 'pipeline-invalid-config', 'pipeline-revision-not-found'] as const;
