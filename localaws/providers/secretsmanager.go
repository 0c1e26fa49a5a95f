package providers

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"payment-processor/localaws/resource"
)

// SecretsManager makes secrets, their policies, their rotation, and what joins them to a database.
func SecretsManager(config aws.Config) resource.Registry {
	client := secretsmanager.NewFromConfig(config)
	secrets, policies, rotations := secrets{client}, secretPolicies{client}, rotations{client}
	attachments := secretAttachments{client, rds.NewFromConfig(config)}
	return resource.Registry{
		"AWS::SecretsManager::Secret":                 operations{secrets.create, secrets.update, secrets.remove},
		"AWS::SecretsManager::ResourcePolicy":         operations{policies.put, policies.put, policies.remove},
		"AWS::SecretsManager::RotationSchedule":       operations{rotations.put, rotations.put, rotations.remove},
		"AWS::SecretsManager::SecretTargetAttachment": operations{attachments.put, attachments.put, attachments.remove},
	}
}

type secrets struct{ *secretsmanager.Client }

func (s secrets) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	properties, err := s.valued(ctx, with(tagged(request), "Name", named(request, "Name", 512)))
	if err != nil {
		return resource.Result{}, err
	}
	made, err := call(ctx, s.CreateSecret, properties)
	if taken(err) { // moto says no more than that
		err = refuse("Secrets Manager", "ResourceExistsException", "The operation failed because the secret "+text(properties["Name"])+" already exists.")
	}
	if err != nil {
		return resource.Result{}, err
	}
	return secretResult(*made.ARN), nil
}

func secretResult(arn string) resource.Result {
	return resource.Result{PhysicalID: arn, Attributes: map[string]any{"Id": arn}}
}

// valued adds the generated string. A secret of which neither is said gets a generated one too: nothing but a password.
func (s secrets) valued(ctx context.Context, properties map[string]any) (map[string]any, error) {
	_, given := properties["SecretString"]
	generate, generated := properties["GenerateSecretString"].(map[string]any)
	if given && generated {
		return nil, said("You can't specify both SecretString and GenerateSecretString in the same request")
	}
	if given || !generated {
		return properties, nil
	}
	key, template := text(generate["GenerateStringKey"]), text(generate["SecretStringTemplate"])
	if (key == "") != (template == "") {
		return nil, said("You must specify both SecretStringTemplate and GenerateStringKey, or neither")
	}
	document := map[string]any{}
	if key != "" && json.Unmarshal([]byte(template), &document) != nil {
		return nil, said("SecretStringTemplate must be a valid JSON object")
	}
	random, err := call(ctx, s.GetRandomPassword, generate)
	if err != nil {
		return nil, err
	}
	if key == "" {
		return with(properties, "SecretString", *random.RandomPassword), nil
	}
	return with(properties, "SecretString", text(with(document, key, *random.RandomPassword))), nil
}

// update writes a new version only where what makes the value has changed, as AWS does: an operator's value stays else.
func (s secrets) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	properties := with(request.Properties, "SecretId", request.PhysicalID)
	err := inOrder(
		changed(request, func() error {
			valued, err := s.valued(ctx, properties)
			if err != nil {
				return err
			}
			return run(ctx, s.PutSecretValue, valued)
		}, "SecretString", "GenerateSecretString"),
		changed(request, func() error {
			return run(ctx, s.UpdateSecret, map[string]any{"SecretId": request.PhysicalID,
				"Description": request.Properties["Description"], "KmsKeyId": request.Properties["KmsKeyId"]})
		}, "Description", "KmsKeyId"),
		func() error {
			return retag(ctx, request, "SecretId", request.PhysicalID, s.TagResource, s.UntagResource)
		},
	)
	return secretResult(request.PhysicalID), err
}

// remove leaves no time to recover, as CloudFormation does: the name is free at once.
func (s secrets) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, s.DeleteSecret, map[string]any{"SecretId": request.PhysicalID, "ForceDeleteWithoutRecovery": true})
}

type secretPolicies struct{ *secretsmanager.Client }

func (s secretPolicies) put(ctx context.Context, request resource.Request) (resource.Result, error) {
	policy := request.Properties["ResourcePolicy"]
	if err := checkPolicy(policy, "This resource policy contains a syntax error"); err != nil {
		return resource.Result{}, err
	}
	answer, err := call(ctx, s.PutResourcePolicy, request.Properties)
	if err != nil {
		return resource.Result{}, err
	}
	return secretResult(*answer.ARN), nil
}

func (s secretPolicies) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, s.DeleteResourcePolicy, map[string]any{"SecretId": request.PhysicalID})
}

type rotations struct{ *secretsmanager.Client }

func (r rotations) put(ctx context.Context, request resource.Request) (resource.Result, error) {
	immediately, said := request.Properties["RotateImmediatelyOnUpdate"]
	if !said {
		immediately = true
	}
	answer, err := call(ctx, r.RotateSecret, with(request.Properties, "RotateImmediately", immediately))
	if err != nil {
		return resource.Result{}, err
	}
	return secretResult(*answer.ARN), nil
}

// remove finds nothing to cancel where Secrets Manager knows of no function.
func (r rotations) remove(ctx context.Context, request resource.Request) error {
	err := run(ctx, r.CancelRotateSecret, map[string]any{"SecretId": request.PhysicalID})
	if _, none := errors.AsType[*types.InvalidRequestException](err); none {
		return nil
	}
	return err
}
