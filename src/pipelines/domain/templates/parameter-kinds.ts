import type { TemplateParameter } from '../template.ts';

interface Bounds {
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly unit: string | null;
}

const nothing = { unit: null, minimum: null, maximum: null, validValues: null } as const;

export const whole = (name: string, description: string, bounds: Bounds): TemplateParameter => ({
  ...nothing,
  name,
  type: 'integer',
  description,
  ...bounds,
});

export const decimal = (name: string, description: string, bounds: Bounds): TemplateParameter => ({
  ...whole(name, description, bounds),
  type: 'number',
});

export const flag = (name: string, description: string, usual: boolean): TemplateParameter => ({
  ...nothing,
  name,
  type: 'boolean',
  description,
  default: usual,
});

/** Names: of executables, or of attributes and metrics, which are made of the same letters. */
export const names = (name: string, description: string, usual: readonly string[] = []): TemplateParameter => ({
  ...nothing,
  name,
  type: 'string_list',
  description,
  default: [...usual],
});

export const oneOf = (
  name: string,
  description: string,
  validValues: readonly string[],
  usual: string,
): TemplateParameter => ({
  ...nothing,
  name,
  type: 'string',
  description,
  default: usual,
  validValues: [...validValues],
});

export const someOf = (
  name: string,
  description: string,
  validValues: readonly string[],
  usual: readonly string[],
): TemplateParameter => ({ ...names(name, description, usual), validValues: [...validValues] });

// ── parameters that several templates have, with the same meaning in each

export const cpuThreshold = (usual: number): TemplateParameter =>
  decimal(
    'cpu_threshold_ratio',
    'kept from this share of the CPU of the whole node; 0.01 is 1 % of all cores together',
    {
      unit: 'share of the node',
      default: usual,
      minimum: 0.0001,
      maximum: 1,
    },
  );

export const memoryThreshold = (usual: number): TemplateParameter =>
  whole('memory_threshold_bytes', 'kept from this much resident memory', {
    unit: 'bytes',
    default: usual,
    minimum: 1_048_576,
    maximum: 1_099_511_627_776,
  });
