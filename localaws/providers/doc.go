// Package providers makes AWS resources as CloudFormation does, one file a service, through SDK clients whose endpoint is
// the gateway. Property names and an SDK's member names are alike, so that shape copies most of them.
//
// What moto does not check is refused here, in the words of AWS: names in use, a listener's port twice, alarms that could
// never fire, malformed policies, event patterns and state machines. What moto cannot store:
//
//	CloudWatch::CompositeAlarm           its rule is checked and lost; the alarm is one without a metric, listed among metric alarms
//	ApplicationAutoScaling::ScalingPolicy  tags; an update gives it another ARN, while Ref keeps the first
//	ApplicationAutoScaling::ScalableTarget tags; and moto wants its own ECS to have the service (services.Neighbours.Announce)
//	ECR::Repository                      scan on push, once on, stays on
//	RDS::DBCluster, DBInstance           changes of the exported logs; endpoints are names that nothing answers at
//	SecretsManager::RotationSchedule     nothing, but it calls no function: the gateway does (functions.RotateSecrets)
//	EC2::SecurityGroup                   which interfaces use it: one in use can go
//	EC2::NatGateway                      its address stays associated; it can be released all the same
//	EC2::VPCGatewayAttachment            virtual private gateways: refused
//	IAM::Policy, ManagedPolicy           users and groups: refused; only roles
//	Logs::LogGroup, QueryDefinition      keys that change, saved queries: the gateway keeps them
//	S3::Bucket                           properties other than those of s3.go: refused by name
//	S3::BucketPolicy                     conditions: the gateway keeps policies and nobody enforces them
//	CertificateManager::Certificate      validation: it is issued at once
//	CloudWatch::AnomalyDetector          not made: deploying one fails with the type's name
package providers
