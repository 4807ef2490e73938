import type { Outcome } from '../../kernel/outcome.ts';
import type { ClusterFailure } from '../application/ports.ts';

/** How a connection proves who we are. Endpoint and CA are settled when it is opened, the token is asked for each call. */
export interface ClusterCredentials {
  readonly endpoint: string;
  readonly caPem: string;
  /** a bearer token, from a cache where that is safe */
  token(): Promise<Outcome<string, ClusterFailure>>;
  /** the cluster refused the token: the next one must be fresh */
  forgetToken(): void;
}
