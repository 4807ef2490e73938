import { sha256 } from '../../src/kernel/system-sha256.ts';
import { renderPipeline } from '../../src/pipelines/domain/render.ts';
import type { Template } from '../../src/pipelines/domain/template.ts';
import { TEMPLATES } from '../../src/pipelines/domain/templates.ts';

/** Every template as it is without parameters, by each way to sign in at the store. */
export const renderedTemplates = (): readonly {
  readonly title: string;
  readonly text: string;
  readonly template: Template;
}[] =>
  TEMPLATES.flatMap((template) =>
    (['none', 'sigv4'] as const).map((remoteWriteAuth) => {
      const { name, version } = template;
      const outcome = renderPipeline(
        { template: name, parameters: {} },
        { remoteWriteAuth, collectionIntervalSeconds: 60, criticalProcesses: ['postgres'] },
        sha256,
      );
      if (!outcome.accepted) throw new Error(outcome.refusal.message);
      return { title: `${name} ${version}, ${remoteWriteAuth}`, text: outcome.value.yaml, template };
    }),
  );
