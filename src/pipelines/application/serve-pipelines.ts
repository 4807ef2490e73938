import { accept } from '../../kernel/outcome.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import { implement, type ServedRoute } from '../../platform/http/implement.ts';
import { pipelineRoutes } from '../contract/routes.ts';
import { renderPipeline } from '../domain/render.ts';
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
      const { criticalProcesses, collectionIntervalSeconds, remoteWriteAuth, ...choice } = body;
      const rendered = renderPipeline(
        choice,
        { criticalProcesses, collectionIntervalSeconds, remoteWriteAuth },
        sha256,
      );
      return rendered.accepted ? accept({ body: rendered.value }) : rendered;
    },
  });
