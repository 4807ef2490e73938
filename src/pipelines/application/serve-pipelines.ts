import { accept } from '../../kernel/outcome.ts';
import { implement, type ServedRoute } from '../../platform/http/implement.ts';
import { pipelineRoutes } from '../contract/routes.ts';
import { generate } from '../domain/generate.ts';
import { preview } from '../domain/preview/preview.ts';
import { settingsOfSides } from '../domain/preview/sides.ts';
import { checkRecordingSize } from '../domain/recording.ts';
import { renderPipeline, type Sha256 } from '../domain/render.ts';
import { findTemplate, TEMPLATES } from '../domain/templates.ts';

/** Templates and what they give: everything is code, so nothing is read and nothing is stored. */
export const servePipelines = ({ sha256 }: { readonly sha256: Sha256 }): readonly ServedRoute[] =>
  implement(pipelineRoutes, {
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

    generatePipeline: async ({ body }) => {
      const { criticalProcesses, collectionIntervalSeconds, remoteWriteAuth, destinations, place, ...choice } = body;
      const frame = { criticalProcesses, collectionIntervalSeconds, remoteWriteAuth, destinations };
      const generated = generate(choice, frame, place, sha256);
      if (!generated.accepted) return generated;
      const { rendered, objects } = generated.value;
      return accept({ body: { rendered, objects: objects.map((object) => ({ ...object })) } });
    },
  });
