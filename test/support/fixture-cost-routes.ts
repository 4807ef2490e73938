import { memoryOwnPrices } from '../../src/cost/adapters/memory-own-prices.ts';
import { serveCost } from '../../src/cost/application/serve-cost.ts';
import { computeDeduction, everyBill } from '../../src/cost/domain/every-bill.ts';
import { experimentCostOf } from '../../src/cost/domain/experiment-cost.ts';
import { dayOf, makePriced } from '../../src/cost/domain/own-prices.ts';
import { COLLECTOR_COMPUTE, priceBooksAsked } from '../../src/cost/domain/price-books.ts';
import type { Comparison } from '../../src/cost/domain/saving.ts';
import { stated } from '../../src/cost/domain/usage.ts';
import { isListed } from '../../src/experiments/adapters/experiment-store-answers.ts';
import type { ListFilter, SampleReader } from '../../src/experiments/application/ports.ts';
import { serveSpending } from '../../src/experiments/application/serve-spending.ts';
import { experimentCostRoutes } from '../../src/experiments/contract/cost-routes.ts';
import { headlineOf, NOBODY_RUNS_IT } from '../../src/experiments/domain/cost-words.ts';
import { accept, refuse } from '../../src/kernel/outcome.ts';
import { systemIds } from '../../src/kernel/system.ts';
import { implement } from '../../src/platform/http/implement.ts';
import { nothingThere } from './fixture-cluster-routes.ts';
import type { World } from './fixture-world.ts';
import { onSixNodes, SIX_NODES } from './measured-nodes.ts';

/** The routes of cost as they are, over prices in memory; what experiments measured is made up. */
export const servedCosts = (world: World) => {
  const ownPrices = memoryOwnPrices({ clock: world.clock, ids: systemIds });
  return [
    ...serveCost({ ownPrices, clock: world.clock }),
    ...serveSpending({ ...sixNodes(world), ownPrices, clock: world.clock }),
    ...implement(experimentCostRoutes, {
      getCostAnalysis: async ({ caller, params, query }) => {
        const view = world.experiments.get(params.experimentId)?.view;
        if (view === undefined) return nothingThere('such experiment');
        if (view.slotsMeasured < 5) return refuse('usage-not-measured', `usage is known from 5 measured slots on`);
        const nodes = query.fleetNodes ?? view.nodes.length;
        if (nodes !== view.nodes.length) {
          return refuse(
            'fleet-not-known',
            `${view.nodes.length} nodes were measured: what ${nodes} would save is not known; measure more nodes`,
          );
        }
        const day = query.day ?? dayOf(world.clock.now());
        const onDay = makePriced(await ownPrices.list(caller.tenantId), day);
        const comparison = comparisonOf(nodes, query.bytesPerPoint);
        const compute = computeDeduction(onDay(COLLECTOR_COMPUTE), comparison);
        const experiment = experimentCostOf(
          { coreSeconds: 900, memoryMibSeconds: 4e6, samples: 61e6 },
          onDay(COLLECTOR_COMPUTE),
          null,
        );
        const books = priceBooksAsked(query.priceBook);
        if (!books.accepted) return books;
        const isHypothetical = view.id !== 'exp-promote00001';
        return accept({
          body: {
            experimentId: view.id,
            epoch: view.epoch,
            day,
            verdict: view.verdict?.verdict ?? null,
            nodesMeasured: view.nodes.length,
            nodes,
            slots: view.slotsMeasured,
            hypotheticalBaseline: isHypothetical,
            noHeadline: isHypothetical ? NOBODY_RUNS_IT : null,
            comparison,
            wireBytesPerPoint: { baseline: 56.5, candidate: 66.3 },
            compute,
            experiment,
            items: everyBill(books.value.map(onDay), comparison, { compute, experiment: experiment.total }).map(
              (row) => ({
                ...row,
                headline: isHypothetical ? null : headlineOf(row, view.verdict === null),
              }),
            ),
          },
        });
      },
    }),
  ];
};

/** Beside the experiments that are made up: six nodes, of which money over all experiments is told. */
const sixNodes = ({ experiments, clock }: World) => {
  const all = experiments.size === 0 ? [] : (['running', 'awaiting_approval', 'promoted'] as const);
  return {
    experiments: {
      list: async (_tenant: unknown, filter: ListFilter) => ({
        items: all
          .map((state) => onSixNodes(state, {}, clock.now()))
          .filter(({ experiment }) => isListed(experiment, filter)),
        nextKey: null,
      }),
    },
    samples: {
      list: async (...[, , , range]: Parameters<SampleReader['list']>) =>
        SIX_NODES.filter(({ slot }) => slot >= (range?.fromSlot ?? 0)).map((sample) => ({
          ...sample,
          endsAt: clock.now(),
        })),
    },
  };
};

const around = (estimate: number, share: number) => ({
  low: estimate * (1 - share),
  estimate,
  high: estimate * (1 + share),
});

const comparisonOf = (nodes: number, bytesPerPoint: number | undefined): Comparison => ({
  baseline: {
    series: around(42_000, 0.01),
    pointsPerMinute: around(252_000, 0.012),
    hosts: nodes,
    cores: around(0.031, 0.05),
    memoryBytes: around(190e6, 0.02),
    ...stated({ bytesPerPoint }),
  },
  candidate: {
    series: around(6100, 0.02),
    pointsPerMinute: around(36_000, 0.02),
    hosts: nodes,
    cores: around(0.034, 0.05),
    memoryBytes: around(196e6, 0.02),
    ...stated({ bytesPerPoint }),
  },
  change: {
    series: { low: 0.141, estimate: 0.1452, high: 0.15 },
    pointsPerMinute: { low: 0.138, estimate: 0.1429, high: 0.147 },
  },
  rest: {},
});
