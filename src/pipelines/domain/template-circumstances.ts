import { ADDRESS_ENVIRONMENT } from './frame.ts';
import type { Template } from './template.ts';
import { type ClusterPolicy, STRICTEST_POLICY } from './validation/policy.ts';
import type { Circumstances } from './validation/validate-settings.ts';

/** What holds for templates of ours where an owner has said nothing else: who runs one sets the addresses that it names. */
const TEMPLATE_POLICY: ClusterPolicy = {
  ...STRICTEST_POLICY,
  variables: [...STRICTEST_POLICY.variables, ...Object.values(ADDRESS_ENVIRONMENT)],
  destinationVariables: [...STRICTEST_POLICY.destinationVariables, ...Object.values(ADDRESS_ENVIRONMENT)],
  // what it reads stands in the template, and nobody can write over it
  trustedComponents: [...STRICTEST_POLICY.trustedComponents, 'file_log'],
};

/** How what a template gives is judged: in a build of the collector that has its components. */
export const circumstancesOf = ({
  build,
}: Pick<Template, 'build'>): Required<Pick<Circumstances, 'policy' | 'image'>> => ({
  policy: TEMPLATE_POLICY,
  image: build === 'slim' ? 'ours' : 'contrib',
});
