import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { implement, type ServedRoute } from '../../platform/http/implement.ts';
import { currentLog } from '../../platform/run.ts';
import { serviceRoutes } from '../contract/service-routes.ts';
import type { Dependency } from './ports.ts';

interface Healthy {
  readonly status: 'healthy';
  readonly checks: { name: string; status: 'healthy' | 'unhealthy' }[];
}

/** Health as it is: what does not answer is named, and why stays in the log. */
export const serveService = ({
  dependencies,
  openApi,
}: {
  readonly dependencies: readonly Dependency[];
  readonly openApi: { readonly openapi: string };
}): readonly ServedRoute[] => {
  const health = async () => {
    const checked = await checkAll(dependencies);
    return checked.accepted ? accept({ body: checked.value }) : checked;
  };
  return implement(serviceRoutes, {
    getLive: async () => accept({ body: { status: 'healthy' } }),
    getReady: health,
    getHealth: health,
    getOpenApi: async () => accept({ body: openApi }),
  });
};

const checkAll = async (
  dependencies: readonly Dependency[],
): Promise<Outcome<Healthy, Refusal<'service-unavailable'>>> => {
  const checks = await Promise.all(
    dependencies.map(async ({ name, probe }) => {
      try {
        await probe();
        return { name, status: 'healthy' as const };
      } catch (error) {
        currentLog().failure('dependency.unhealthy', error, { dependency: name });
        return { name, status: 'unhealthy' as const };
      }
    }),
  );
  const down = checks.filter(({ status }) => status === 'unhealthy').map(({ name }) => name);
  return down.length === 0
    ? accept({ status: 'healthy', checks })
    : refuse('service-unavailable', `${down.join(', ')} does not answer`, { checks });
};
