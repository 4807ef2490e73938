import { Link } from '@tanstack/react-router';
import { pipelineWords, type VariantPipeline } from '../../../src/experiments/domain/settings.ts';

/** What a variant runs, as a link to it. */
export const PipelineLink = ({ pipeline }: { readonly pipeline: VariantPipeline }) =>
  'template' in pipeline ? (
    <Link to="/templates/$name" params={{ name: pipeline.template }}>
      {pipeline.template}
    </Link>
  ) : (
    <Link
      to="/pipelines/$pipelineId"
      params={{ pipelineId: pipeline.pipelineId }}
      search={pipeline.revision === undefined ? {} : { revision: pipeline.revision }}
    >
      {pipelineWords(pipeline)}
    </Link>
  );
