import { COLLECTOR_ENVIRONMENT } from '../frame.ts';
import type { Settings } from '../settings-tree.ts';
import type { PipelineNeeds } from '../template.ts';

type Protocol = PipelineNeeds['listens'][number];

/** Ports that the world expects, on the address of the pod only. */
export const PUSH_PORTS: Readonly<Record<Protocol, number>> = { otlp_grpc: 4317, otlp_http: 4318 };

/** The receiver of pushed data. */
export const pushReceiver = (protocols: readonly Protocol[]): Settings => ({
  protocols: Object.fromEntries(
    protocols.map((protocol) => [
      protocol === 'otlp_grpc' ? 'grpc' : 'http',
      { endpoint: `\${env:${COLLECTOR_ENVIRONMENT.podIp}}:${PUSH_PORTS[protocol]}` },
    ]),
  ),
});

export const pushSentence = (protocols: readonly Protocol[]): string =>
  `It takes what is pushed to it: ${protocols.map((each) => `${each === 'otlp_grpc' ? 'OTLP by gRPC' : 'OTLP by HTTP'} on port ${PUSH_PORTS[each]}`).join(', ')}.`;
