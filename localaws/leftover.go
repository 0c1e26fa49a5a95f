package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// looks are where something of an environment could be left, with the names of what is there.
var looks = map[string]func(ctx context.Context, config aws.Config) ([]string, error){
	"VPC": func(ctx context.Context, config aws.Config) ([]string, error) {
		pages := ec2.NewDescribeVpcsPaginator(ec2.NewFromConfig(config), &ec2.DescribeVpcsInput{})
		return names(ctx, pages, func(page *ec2.DescribeVpcsOutput, add func(*string)) {
			for _, vpc := range page.Vpcs {
				for _, tag := range vpc.Tags {
					if *tag.Key == "Name" {
						add(tag.Value)
					}
				}
			}
		})
	},
	"load balancer": func(ctx context.Context, config aws.Config) ([]string, error) {
		pages := elasticloadbalancingv2.NewDescribeLoadBalancersPaginator(elasticloadbalancingv2.NewFromConfig(config), &elasticloadbalancingv2.DescribeLoadBalancersInput{})
		return names(ctx, pages, func(page *elasticloadbalancingv2.DescribeLoadBalancersOutput, add func(*string)) {
			for _, balancer := range page.LoadBalancers {
				add(balancer.LoadBalancerName)
			}
		})
	},
	"role": func(ctx context.Context, config aws.Config) ([]string, error) {
		pages := iam.NewListRolesPaginator(iam.NewFromConfig(config), &iam.ListRolesInput{})
		return names(ctx, pages, func(page *iam.ListRolesOutput, add func(*string)) {
			for _, role := range page.Roles {
				add(role.RoleName)
			}
		})
	},
	"bucket": func(ctx context.Context, config aws.Config) ([]string, error) {
		pages := s3.NewListBucketsPaginator(s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true }), &s3.ListBucketsInput{})
		return names(ctx, pages, func(page *s3.ListBucketsOutput, add func(*string)) {
			for _, bucket := range page.Buckets {
				add(bucket.Name)
			}
		})
	},
	"log group": func(ctx context.Context, config aws.Config) ([]string, error) {
		pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(cloudwatchlogs.NewFromConfig(config), &cloudwatchlogs.DescribeLogGroupsInput{})
		return names(ctx, pages, func(page *cloudwatchlogs.DescribeLogGroupsOutput, add func(*string)) {
			for _, group := range page.LogGroups {
				add(group.LogGroupName)
			}
		})
	},
	"key alias": func(ctx context.Context, config aws.Config) ([]string, error) {
		pages := kms.NewListAliasesPaginator(kms.NewFromConfig(config), &kms.ListAliasesInput{})
		return names(ctx, pages, func(page *kms.ListAliasesOutput, add func(*string)) {
			for _, alias := range page.Aliases {
				add(alias.AliasName)
			}
		})
	},
	"secret": func(ctx context.Context, config aws.Config) ([]string, error) {
		pages := secretsmanager.NewListSecretsPaginator(secretsmanager.NewFromConfig(config), &secretsmanager.ListSecretsInput{})
		return names(ctx, pages, func(page *secretsmanager.ListSecretsOutput, add func(*string)) {
			for _, secret := range page.SecretList {
				add(secret.Name)
			}
		})
	},
}

// names are what read adds of every page.
func names[Page, Options any](ctx context.Context, pages interface {
	HasMorePages() bool
	NextPage(ctx context.Context, options ...func(*Options)) (*Page, error)
}, read func(page *Page, add func(name *string)),
) ([]string, error) {
	var all []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		read(page, func(name *string) { all = append(all, *name) })
	}
	return all, nil
}

// leftover fails, naming all of it, if something of the environment is left after it was destroyed.
func leftover(ctx context.Context, o options, out io.Writer) error {
	var left []string
	for kind, look := range looks {
		found, err := look(ctx, settings(o.endpoint()))
		if err != nil {
			return fmt.Errorf("looking for a %s: %w", kind, err)
		}
		for _, name := range found {
			if ofEnvironment(name, o.suffix) {
				left = append(left, kind+" "+name)
			}
		}
	}
	if len(left) > 0 {
		slices.Sort(left)
		return fmt.Errorf("environment %s has left behind:\n  %s", o.suffix, strings.Join(left, "\n  "))
	}
	fmt.Fprintf(out, "environment %s has left no VPC, load balancer, role, bucket, log group, key alias or secret\n", o.suffix)
	return nil
}

// ofEnvironment knows the names that this app and CloudFormation give.
func ofEnvironment(name, suffix string) bool {
	ours := strings.Contains(name, "payment-proc") || strings.Contains(name, "db-credentials") || strings.Contains(name, "aws-waf-logs")
	return ours && slices.Contains(strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '/' || r == '_' }), suffix)
}
