import type { Problems } from '../../platform/declare/problem.ts';

export const PIPELINE_PROBLEMS = {
  'pipeline-template-not-found': { status: 404, title: 'No such template', retry: 'after-change' },
  'pipeline-parameter-invalid': {
    status: 422,
    title: 'A parameter of the template is not valid',
    retry: 'after-change',
  },
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
