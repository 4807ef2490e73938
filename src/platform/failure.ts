/** Thrown by adapters when a service behind us fails; says whose fault it is and that asking again can help. */
export class ServiceFailure extends Error {
  override readonly name = 'ServiceFailure';
  readonly code: 'throttled' | 'service-unavailable';
  /** what does not answer, in our words: `the core table`, `the user pool` */
  readonly service: string;

  constructor(code: 'throttled' | 'service-unavailable', service: string, cause: unknown) {
    super(`${service} ${code === 'throttled' ? 'is busy' : 'does not answer'}`, { cause });
    this.code = code;
    this.service = service;
  }
}
