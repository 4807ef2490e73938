export interface Prometheus {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly remoteWriteUrl: string;
  readonly version: string;
  readonly logFile: string;
}
