export interface Cluster {
  /** `https://127.0.0.1:<port>` */
  readonly endpoint: string;
  readonly caPem: string;
  /** May do everything. Only for the launcher and tests. */
  readonly adminToken: string;
  /** User `phoenix`: the rights that a customer would grant, nothing more. */
  readonly phoenixToken: string;
  /** `phoenix-exp` */
  readonly namespace: string;
  readonly kubernetesVersion: string;
  /** For kubectl and for people: a kubeconfig of the administrator, mode 600. */
  readonly kubeconfigFile: string;
}
