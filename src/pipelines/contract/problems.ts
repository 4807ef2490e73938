import { type Problems, STATE_CONFLICT } from '../../platform/declare/problem.ts';

export const PIPELINE_PROBLEMS = {
  'pipeline-template-not-found': { status: 404, title: 'No such template', retry: 'after-change' },
  'pipeline-parameter-invalid': {
    status: 422,
    title: 'A parameter of the template is not valid',
    retry: 'after-change',
  },
  'pipeline-name-taken': { status: 409, title: 'Another pipeline has this name', retry: 'after-change' },
  'pipeline-invalid-config': { status: 422, title: 'A collector would not start with it', retry: 'after-change' },
  'pipeline-secret-in-plain-text': {
    status: 422,
    title: 'A secret stands there in plain text',
    retry: 'after-change',
  },
  'pipeline-import-unreadable': { status: 422, title: 'There are no settings to import', retry: 'after-change' },
  'pipeline-revision-not-found': { status: 404, title: 'No such revision', retry: 'after-change' },
  'pipeline-quota-exceeded': { status: 409, title: 'Too many pipelines or revisions', retry: 'after-change' },
  ...STATE_CONFLICT,
  'pipeline-not-deployable': { status: 422, title: 'It cannot be put on a cluster like this', retry: 'after-change' },
  'pipeline-override-invalid': {
    status: 422,
    title: 'What was written over the template is not valid',
    retry: 'after-change',
  },
  'pipeline-not-previewable': {
    status: 422,
    title: 'It cannot be looked ahead at like this',
    retry: 'after-change',
  },
  'pipeline-not-comparable': { status: 422, title: 'These pipelines cannot be compared', retry: 'after-change' },
  'recording-too-large': { status: 422, title: 'The recording is too large', retry: 'after-change' },
} as const satisfies Problems;
