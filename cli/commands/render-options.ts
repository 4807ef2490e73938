import type { Command } from 'commander';
import * as z from 'zod';
import { Destination } from '../../src/pipelines/domain/destination.ts';
import { SettingsOverrides, type TemplateName } from '../../src/pipelines/domain/template.ts';
import { readDocument } from '../read-document.ts';
import { readText } from '../read-text.ts';
import { collect, parseParameters } from './parameters.ts';

export interface RenderOptions {
  readonly param: readonly string[];
  readonly critical?: string;
  readonly interval: number;
  readonly override?: string;
  readonly destinations?: string;
}

/** Options of every command that renders a template. */
export const withRenderOptions = (command: Command): Command =>
  command
    .option('--param <name=value>', 'parameter, repeatable', collect, [])
    .option('--critical <names>', 'executables that must stay visible, separated by commas')
    .option('--interval <seconds>', 'collection interval', Number, 60)
    .option('--override <file>', 'settings of processors to merge over those of the template')
    .option('--destinations <file>', 'a list of where it goes beside the measurement store; secrets by name');

/** What these options ask for, in the words of the API. */
export const renderWish = (template: TemplateName, given: RenderOptions) => ({
  template,
  parameters: parseParameters(given.param),
  criticalProcesses: given.critical?.split(',') ?? [],
  collectionIntervalSeconds: given.interval,
  ...(given.override === undefined
    ? {}
    : { overrides: readDocument(SettingsOverrides, readText(given.override), given.override) }),
  ...(given.destinations === undefined
    ? {}
    : { destinations: readDocument(z.array(Destination), readText(given.destinations), given.destinations) }),
});
