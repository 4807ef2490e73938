import * as z from 'zod';
import type { Epoch } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import { type CollectorObject, collectorObjects } from './collector-objects.ts';
import { type RenderRefusal, renderPipeline } from './render.ts';
import type { FrameSettings, PipelineChoice, RenderedPipeline } from './template.ts';
import { findTemplate } from './templates.ts';

export type GenerateRefusal = RenderRefusal | Refusal<'pipeline-not-deployable'>;

const HttpAddress = z.url({ protocol: /^https?$/ });

/** Where collectors are to run that belong to no experiment. */
export const CollectorPlace = z.strictObject({
  /** stands in the names of the objects */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,36}[a-z0-9]$/, 'expected lower-case letters, digits and hyphens'),
  clusterName: z.string().min(1).max(63),
  remoteWriteUrl: HttpAddress,
  /** none: every node */
  nodeNames: z.array(z.string().min(1).max(253)).max(500).default([]),
  /** pinned by digest outside of laptops */
  image: z.string().min(1).max(300),
  awsRegion: z.string().optional(),
  serviceAccountName: z.string().optional(),
  /** values of the variables that some templates need as addresses */
  addresses: z.record(z.string(), HttpAddress).default({}),
  /** namespaces whose pods may push data; none: only the collector's own */
  pushedFrom: z.array(z.string().min(1).max(63)).max(50).default([]),
});
export type CollectorPlace = z.infer<typeof CollectorPlace>;

/** Objects that are made by hand have no life of an experiment. */
const NO_EPOCH = 0 as Epoch;

export interface Generated {
  readonly rendered: RenderedPipeline;
  readonly objects: readonly CollectorObject[];
}

/**
 * A template, its parameters and a place as everything that a cluster needs: settings with their digest and what each part
 * does, and the objects around them. The same wish always gives the same bytes.
 */
export const generate = (
  choice: PipelineChoice,
  frame: FrameSettings,
  place: CollectorPlace,
  sha256: Sha256,
): Outcome<Generated, GenerateRefusal> => {
  const rendered = renderPipeline(choice, frame, sha256);
  if (!rendered.accepted) return rendered;
  const { needs } = rendered.value;
  const { template } = choice;
  const found = findTemplate(template, choice.version);
  if (found.accepted && found.value.template.use === 'not_yet')
    return refuse('pipeline-not-deployable', `template ${template} was never run: ${found.value.template.trap}`, {
      template,
    });
  const { name: owner, awsRegion, serviceAccountName, ...where } = place;
  const missing = needs.addresses.filter((name) => where.addresses[name] === undefined);
  if (missing.length > 0) {
    const message = `it sends to the address in ${missing.join(' and ')}, which is not given`;
    return refuse('pipeline-not-deployable', message, { missing }, [
      ...missing.map((name) => ({
        pointer: `/place/addresses/${name}`,
        code: 'address-missing',
        message: 'is missing',
      })),
    ]);
  }
  const objects = collectorObjects({
    ...where,
    ...(awsRegion === undefined ? {} : { awsRegion }),
    ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
    owner,
    epoch: NO_EPOCH,
    variant: 'promoted',
    rendered: rendered.value,
  });
  return accept({ rendered: rendered.value, objects });
};
