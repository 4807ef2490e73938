export interface NodeProcess {
  /** Name of the Node object: `phoenix-1`, `phoenix-2`… */
  readonly name: string;
  readonly logFile: string;
  /** `own-root`: pods see their mounts only. `shared-root`: this machine does not permit mount namespaces. */
  readonly isolation: 'own-root' | 'shared-root';
}
