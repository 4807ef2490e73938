import type * as z from 'zod';
import type { responseOf } from '../../src/client/wire.ts';
import type { clusterRoutes } from '../../src/clusters/contract/routes.ts';
import { COLLECTOR_PRODUCTS, FITNESS_WORDS, missingRules, sourceName } from '../../src/clusters/domain/collector.ts';
import { counted } from '../../src/kernel/words.ts';
import { renderTable } from './table.ts';

type Found = z.infer<ReturnType<typeof responseOf<typeof clusterRoutes, 'listCollectors'>>>;

/** Collectors of a cluster for people: a line each, then why, then what could not be looked at and the rules that help. */
export const renderCollectors = ({ items, missing }: Found): string =>
  [
    items.length === 0
      ? 'no collector was found'
      : renderTable(
          ['id', 'what it is', 'version', 'nodes', 'settings', 'can be'],
          items.map(({ id, product, version, nodes, settingsFrom, fitness }) => [
            id,
            COLLECTOR_PRODUCTS[product],
            version ?? '–',
            String(nodes.length),
            settingsFrom.map(sourceName).join(', ') || '–',
            FITNESS_WORDS[fitness],
          ]),
        ),
    ...items.flatMap(({ id, reasons }) => reasons.map((reason) => `${id}: ${reason}`)),
    ...(missing.length === 0
      ? []
      : [
          `! ${counted(missing.length, 'right is', 'rights are')} missing; a ClusterRole with these rules gives them:`,
          ...missing.map(({ message }) => `    ${message}`),
          missingRules(missing),
        ]),
  ].join('\n');
