import { CfnOutput, Duration, Fn, RemovalPolicy } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  type DistributionProps,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { handedOn } from '../names.ts';
import type { Stage } from '../stage.ts';
import { StageStack } from './stack.ts';

/**
 * The dashboard and the API on one origin. The files of the dashboard are put into the bucket by docs/deploy.md's two
 * commands: a deployment of stacks never waits for a build of pages.
 */
export class EdgeStack extends StageStack {
  constructor(scope: Construct, stage: Stage) {
    super(scope, 'edge', stage, 'dashboard and API on one origin');
    const logs = this.#bucket('Logs', {
      // CloudFront writes with an access control list
      objectOwnership: ObjectOwnership.OBJECT_WRITER,
      lifecycleRules: [{ expiration: Duration.days(90) }],
    });
    const pages = this.#bucket('Pages', { serverAccessLogsBucket: logs, serverAccessLogsPrefix: 'pages/' });
    const securityHeaders = this.#securityHeaders();

    const edge = new Distribution(this, 'Edge', {
      comment: `Phoenix ${stage.name}`,
      defaultRootObject: 'index.html',
      httpVersion: HttpVersion.HTTP2_AND_3,
      enableLogging: true,
      logBucket: logs,
      ...this.#domain(),
      ...(stage.webAclArn === undefined ? {} : { webAclId: stage.webAclArn }),
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(pages),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        responseHeadersPolicy: securityHeaders,
        functionAssociations: [{ eventType: FunctionEventType.VIEWER_REQUEST, function: this.#pageOfRoute() }],
      },
      additionalBehaviors: {
        '/api/*': {
          origin: new HttpOrigin(
            Fn.join('', [handedOn(this, stage, 'api-id'), `.execute-api.${this.region}.`, this.urlSuffix]),
          ),
          allowedMethods: AllowedMethods.ALLOW_ALL,
          cachePolicy: CachePolicy.CACHING_DISABLED,
          originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
          responseHeadersPolicy: securityHeaders,
          viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        },
      },
    });
    new CfnOutput(this, 'DashboardUrl', { value: `https://${edge.distributionDomainName}` });
    new CfnOutput(this, 'PagesBucket', { value: pages.bucketName });
    new CfnOutput(this, 'DistributionId', { value: edge.distributionId });
  }

  #domain(): Pick<DistributionProps, 'certificate' | 'domainNames' | 'minimumProtocolVersion'> {
    const domain = this.stage.edgeDomain;
    if (domain === undefined) return {};
    return {
      domainNames: [domain.name],
      certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
    };
  }

  #bucket(id: string, more: BucketProps): IBucket {
    // the CDK's classes and its interfaces disagree under exactOptionalPropertyTypes
    return new Bucket(this, id, {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...more,
    }) as IBucket;
  }

  /** A route of the dashboard is a page of ours, not a file: `/experiments/exp-1` is index.html. Errors of the API stay errors. */
  #pageOfRoute(): EdgeFunction {
    return new EdgeFunction(this, 'PageOfRoute', {
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(
        'function handler(event){var r=event.request;if(!/\\.[a-z0-9]+$/i.test(r.uri))r.uri="/index.html";return r}',
      ),
    });
  }

  #securityHeaders(): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, 'SecurityHeaders', {
      securityHeadersBehavior: {
        strictTransportSecurity: { accessControlMaxAge: Duration.days(365), includeSubdomains: true, override: true },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        contentSecurityPolicy: {
          contentSecurityPolicy: `default-src 'self'; connect-src 'self' https://cognito-idp.${this.region}.amazonaws.com https://*.amazoncognito.com; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'`,
          override: true,
        },
      },
    });
  }
}
