import * as z from 'zod';

const Requirements = z.array(
  z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).nullish() }),
);
const PodSpecWithAffinity = z.object({
  affinity: z.object({
    nodeAffinity: z.object({
      requiredDuringSchedulingIgnoredDuringExecution: z.object({
        nodeSelectorTerms: z.array(
          z.object({ matchExpressions: Requirements.nullish(), matchFields: Requirements.nullish() }),
        ),
      }),
    }),
  }),
});

/** Nodes that a pod (or pod template) names itself by required affinity; empty when it leaves the choice to others. */
export const namedNodes = (podSpec: unknown): readonly string[] => {
  const parsed = PodSpecWithAffinity.safeParse(podSpec);
  if (!parsed.success) return [];
  const terms = parsed.data.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
  const names = terms
    .flatMap(({ matchExpressions, matchFields }) => [...(matchExpressions ?? []), ...(matchFields ?? [])])
    .filter(({ key, operator }) => operator === 'In' && (key === 'kubernetes.io/hostname' || key === 'metadata.name'))
    .flatMap(({ values }) => values ?? []);
  return [...new Set(names)];
};

const WithPodTemplate = z.object({ template: z.object({ spec: z.unknown() }) });

/** The same for a workload, through its pod template. */
export const namedNodesOfWorkload = (workloadSpec: unknown): readonly string[] => {
  const parsed = WithPodTemplate.safeParse(workloadSpec);
  return parsed.success ? namedNodes(parsed.data.template.spec) : [];
};
