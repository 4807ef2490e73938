import * as z from 'zod';

/** How a node runs containers; found out once by the launcher. */
export const Isolation = z.enum([
  // a root and a mount namespace of its own
  'mount-namespace',
  // the same for an ordinary user, inside a user namespace
  'user-namespace',
  // not permitted on this machine: containers see the node as it is
  'shared-root',
]);
export type Isolation = z.infer<typeof Isolation>;

/** What the launcher tells a node, in a private file. */
export const KubeletSettings = z.object({
  nodeName: z.string(),
  /** Of this life among those on the machine. Pods get 127.<network>.<node>.2 and up, the node itself .1 */
  networkNumber: z.int().min(1).max(254),
  nodeNumber: z.int().min(1).max(254),
  endpoint: z.string(),
  caPem: z.string(),
  token: z.string(),
  kubernetesVersion: z.string(),
  /** Programs by the repository part of the image, or by the whole image: `otel/opentelemetry-collector-contrib`. */
  images: z.record(z.string(), z.object({ program: z.string() })),
  isolation: Isolation,
  allowedHostPaths: z.array(z.string()),
  /** Containers' roots, volumes and logs. */
  folder: z.string(),
  /** Scrape targets of this node, in the form of Prometheus' file discovery. */
  targetsFile: z.string(),
  leaseSeconds: z.int(),
});
export type KubeletSettings = z.infer<typeof KubeletSettings>;
