package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

const (
	// liveTagPrefix begins the tags that ImageGate gives to what runs.
	liveTagPrefix = "live-"
	// keptImages is how many of the newest images stay, beside whatever an ACTIVE task definition names.
	keptImages = 10
	// unreachableImageCount is above ECR's quota of images in a repository, so that the rule expires nothing. It protects
	// all the same: an image that a rule's tags match is not expired by a rule of lower priority.
	// https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
	unreachableImageCount = 100_000
)

// newImageRepository defines where pipelines push the payment processor's images. Production keeps it.
func newImageRepository(scope constructs.Construct, config Config) awsecr.Repository {
	images := awsecr.NewRepository(scope, new("Images"), &awsecr.RepositoryProps{
		RepositoryName:     new(config.names().application()),
		ImageScanOnPush:    new(true),
		ImageTagMutability: awsecr.TagMutability_IMMUTABLE,
		Encryption:         awsecr.RepositoryEncryption_KMS(),
		EncryptionKey: awskms.NewKey(scope, new("ImagesKey"), &awskms.KeyProps{
			Description:       jsii.Sprintf("Images of %s", config.names().application()),
			EnableKeyRotation: new(true),
			RemovalPolicy:     config.keptInProduction(),
		}),
		RemovalPolicy: config.keptInProduction(),
		LifecycleRules: &[]*awsecr.LifecycleRule{
			{
				Description:   new("What runs never expires"),
				RulePriority:  jsii.Number(1),
				TagStatus:     awsecr.TagStatus_TAGGED,
				TagPrefixList: jsii.Strings(liveTagPrefix),
				MaxImageCount: jsii.Number(unreachableImageCount),
			},
			{
				Description:   jsii.Sprintf("The last %d stay in any case", keptImages),
				RulePriority:  jsii.Number(2),
				TagStatus:     awsecr.TagStatus_ANY,
				MaxImageCount: jsii.Number(keptImages),
			},
		},
	})
	// Where the repository is deleted at all, the bootstrap image is in it. The L2 takes this only with another policy.
	images.Node().DefaultChild().(awsecr.CfnRepository).SetEmptyOnDelete(new(true))
	return images
}
