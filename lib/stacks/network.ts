import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { ClusterNetwork } from '../constructs/phoenix-function.ts';
import type { Stage } from '../stage.ts';
import { StageStack } from './stack.ts';

/** Services that workers call; without a NAT gateway they are reached inside the network only. */
const SERVICES = {
  Sts: InterfaceVpcEndpointAwsService.STS,
  Eks: InterfaceVpcEndpointAwsService.EKS,
  Sqs: InterfaceVpcEndpointAwsService.SQS,
  StepFunctions: InterfaceVpcEndpointAwsService.STEP_FUNCTIONS,
  SecretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Prometheus: InterfaceVpcEndpointAwsService.PROMETHEUS_WORKSPACES,
};

/**
 * The private network of what talks to clusters: no way to the internet, endpoints for the services that are called.
 * Clusters are reached by peering or a transit gateway, which whoever owns the network adds.
 */
export class NetworkStack extends StageStack {
  readonly network: ClusterNetwork;

  constructor(scope: Construct, stage: Stage) {
    super(scope, 'network', stage, 'private network of the workers');
    // the CDK's classes and its interfaces disagree under exactOptionalPropertyTypes
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.90.0.0/20'),
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'workers', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 22 }],
      restrictDefaultSecurityGroup: false,
    }) as IVpc;
    vpc.addFlowLog('FlowLog', { destination: FlowLogDestination.toCloudWatchLogs() });
    vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB });

    const securityGroup = new SecurityGroup(this, 'Workers', {
      vpc,
      description: 'workers call out, nobody calls in',
      allowAllOutbound: false,
    });
    // Kubernetes and Prometheus listen on ports of their owners' choice
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.allTcp(), 'clusters, metrics stores and endpoints');
    for (const [name, service] of Object.entries(SERVICES)) {
      const endpoint = vpc.addInterfaceEndpoint(name, { service, open: false });
      endpoint.connections.allowFrom(securityGroup, Port.HTTPS);
    }
    this.network = { vpc, securityGroup };
  }
}
