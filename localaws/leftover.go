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
		out, err := ec2.NewFromConfig(config).DescribeVpcs(ctx, &ec2.DescribeVpcsInput{})
		if err != nil {
			return nil, err
		}
		var names []string
		for _, vpc := range out.Vpcs {
			for _, tag := range vpc.Tags {
				if *tag.Key == "Name" {
					names = append(names, *tag.Value)
				}
			}
		}
		return names, nil
	},
	"load balancer": func(ctx context.Context, config aws.Config) ([]string, error) {
		out, err := elasticloadbalancingv2.NewFromConfig(config).DescribeLoadBalancers(ctx, &elasticloadbalancingv2.DescribeLoadBalancersInput{})
		if err != nil {
			return nil, err
		}
		var names []string
		for _, balancer := range out.LoadBalancers {
			names = append(names, *balancer.LoadBalancerName)
		}
		return names, nil
	},
	"role": func(ctx context.Context, config aws.Config) ([]string, error) {
		var names []string
		pages := iam.NewListRolesPaginator(iam.NewFromConfig(config), &iam.ListRolesInput{})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, role := range page.Roles {
				names = append(names, *role.RoleName)
			}
		}
		return names, nil
	},
	"bucket": func(ctx context.Context, config aws.Config) ([]string, error) {
		out, err := s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true }).ListBuckets(ctx, &s3.ListBucketsInput{})
		if err != nil {
			return nil, err
		}
		var names []string
		for _, bucket := range out.Buckets {
			names = append(names, *bucket.Name)
		}
		return names, nil
	},
	"log group": func(ctx context.Context, config aws.Config) ([]string, error) {
		var names []string
		pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(cloudwatchlogs.NewFromConfig(config), &cloudwatchlogs.DescribeLogGroupsInput{})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, group := range page.LogGroups {
				names = append(names, *group.LogGroupName)
			}
		}
		return names, nil
	},
	"key alias": func(ctx context.Context, config aws.Config) ([]string, error) {
		out, err := kms.NewFromConfig(config).ListAliases(ctx, &kms.ListAliasesInput{})
		if err != nil {
			return nil, err
		}
		var names []string
		for _, alias := range out.Aliases {
			names = append(names, *alias.AliasName)
		}
		return names, nil
	},
	"secret": func(ctx context.Context, config aws.Config) ([]string, error) {
		out, err := secretsmanager.NewFromConfig(config).ListSecrets(ctx, &secretsmanager.ListSecretsInput{})
		if err != nil {
			return nil, err
		}
		var names []string
		for _, secret := range out.SecretList {
			names = append(names, *secret.Name)
		}
		return names, nil
	},
}

// leftover fails, naming all of it, if something of the environment is left after it was destroyed.
func leftover(ctx context.Context, o options, out io.Writer) error {
	var left []string
	for kind, look := range looks {
		names, err := look(ctx, settings(o.endpoint()))
		if err != nil {
			return fmt.Errorf("looking for a %s: %w", kind, err)
		}
		for _, name := range names {
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
