package cloudformation

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// Surroundings are the options that AWS clients of a configuration answer: templates in S3, the Parameter Store, and
// dynamic references to either it or Secrets Manager.
func Surroundings(config aws.Config) Options {
	a := surroundings{config}
	return Options{FetchTemplate: a.template, Parameter: a.parameter, Dynamic: a.dynamic}
}

type surroundings struct{ config aws.Config }

// template reads an object by its URL, whether the bucket stands in the host or in the path.
func (a surroundings) template(ctx context.Context, address string) (string, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	bucket, _, hosted := strings.Cut(parsed.Host, ".s3.")
	key := strings.TrimPrefix(parsed.Path, "/")
	if !hosted {
		bucket, key, _ = strings.Cut(key, "/")
	}
	client := s3.NewFromConfig(a.config, func(o *s3.Options) { o.UsePathStyle = true })
	out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return "", err
	}
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body)
	return string(body), err
}

func (a surroundings) parameter(ctx context.Context, region, name string) (string, error) {
	client := ssm.NewFromConfig(a.config, func(o *ssm.Options) { o.Region = region })
	out, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		return "", err
	}
	return *out.Parameter.Value, nil
}

// dynamic answers ssm:name, ssm-secure:name and secretsmanager:id:SecretString:key.
func (a surroundings) dynamic(ctx context.Context, region, service, reference string) (string, error) {
	switch service {
	case "ssm", "ssm-secure":
		return a.parameter(ctx, region, reference)
	case "secretsmanager":
		return a.secret(ctx, region, reference)
	}
	return "", fmt.Errorf("dynamic references to %s are not supported here", service)
}

// secret reads id:SecretString:key:stage:version, all but the id optional; an ARN holds six colons of its own.
func (a surroundings) secret(ctx context.Context, region, reference string) (string, error) {
	parts := strings.Split(reference, ":")
	id := 1
	if parts[0] == "arn" {
		id = min(7, len(parts))
	}
	rest := append(parts[id:], "", "", "", "")
	in := &secretsmanager.GetSecretValueInput{SecretId: aws.String(strings.Join(parts[:id], ":")), VersionStage: optional(rest[2]), VersionId: optional(rest[3])}
	client := secretsmanager.NewFromConfig(a.config, func(o *secretsmanager.Options) { o.Region = region })
	out, err := client.GetSecretValue(ctx, in)
	if err != nil {
		return "", err
	}
	if rest[1] == "" {
		return value(out.SecretString), nil
	}
	var fields map[string]any
	if err := json.Unmarshal([]byte(value(out.SecretString)), &fields); err != nil {
		return "", fmt.Errorf("the secret %s is no JSON", *in.SecretId)
	}
	field, there := fields[rest[1]]
	if !there {
		return "", fmt.Errorf("the secret %s has no key %s", *in.SecretId, rest[1])
	}
	return fmt.Sprint(field), nil
}
