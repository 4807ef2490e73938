export interface Emulator {
  /** The value of AWS_ENDPOINT_URL. */
  readonly endpoint: string;
  readonly region: string;
  readonly version: string;
  readonly logFile: string;
  /** Forgets everything: all services, files and function processes. */
  reset(): Promise<void>;
}
