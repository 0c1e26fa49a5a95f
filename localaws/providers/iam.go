package providers

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"payment-processor/localaws/resource"
)

// IAM makes roles and policies.
func IAM(config aws.Config) resource.Registry {
	i := identities{iam.NewFromConfig(config)}
	return resource.Registry{
		"AWS::IAM::Role":              operations{i.createRole, i.updateRole, i.deleteRole},
		"AWS::IAM::Policy":            operations{i.createPolicy, i.updatePolicy, i.deletePolicy},
		"AWS::IAM::ManagedPolicy":     operations{i.createManaged, i.updateManaged, i.deleteManaged},
		"AWS::IAM::InstanceProfile":   operations{i.createProfile, i.updateProfile, i.deleteProfile},
		"AWS::IAM::ServiceLinkedRole": operations{i.createLinked, i.updateLinked, i.deleteLinked},
	}
}

type identities struct{ *iam.Client }

func checkIdentity(document any, kind policyKind) error {
	if fault := malformed(document, kind); fault != "" {
		return refuse("IAM", "MalformedPolicyDocument", fault)
	}
	return nil
}

// checkRole refuses a role with a policy that IAM refuses, before anything is made.
func checkRole(properties map[string]any) error {
	faults := []error{checkIdentity(properties["AssumeRolePolicyDocument"], trustPolicy)}
	for _, policy := range list(properties["Policies"]) {
		faults = append(faults, checkIdentity(object(policy)["PolicyDocument"], identityPolicy))
	}
	return errors.Join(faults...)
}

func (i identities) createRole(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := checkRole(request.Properties); err != nil {
		return resource.Result{}, err
	}
	request.PhysicalID = named(request, "RoleName", 64)
	output, err := call(ctx, i.CreateRole, with(tagged(request), "RoleName", request.PhysicalID))
	if err != nil {
		return resource.Result{}, err
	}
	result := resource.Result{PhysicalID: request.PhysicalID, Attributes: map[string]any{
		"Arn": aws.ToString(output.Role.Arn), "RoleId": aws.ToString(output.Role.RoleId),
	}}
	return result, i.settleRole(ctx, request)
}

func (i identities) updateRole(ctx context.Context, request resource.Request) (resource.Result, error) {
	result := resource.Result{PhysicalID: request.PhysicalID}
	role := map[string]any{"RoleName": request.PhysicalID}
	err := inOrder(
		func() error { return checkRole(request.Properties) },
		func() error {
			output, err := call(ctx, i.GetRole, role)
			if err == nil {
				result.Attributes = map[string]any{"Arn": aws.ToString(output.Role.Arn), "RoleId": aws.ToString(output.Role.RoleId)}
			}
			return err
		},
		changed(request, func() error {
			return run(ctx, i.UpdateAssumeRolePolicy, with(role, "PolicyDocument", request.Properties["AssumeRolePolicyDocument"]))
		}, "AssumeRolePolicyDocument"),
		changed(request, func() error {
			settings := with(role, "Description", text(request.Properties["Description"]))
			if longest := request.Properties["MaxSessionDuration"]; longest != nil {
				settings["MaxSessionDuration"] = longest
			}
			return run(ctx, i.UpdateRole, settings)
		}, "Description", "MaxSessionDuration"),
		changed(request, func() error {
			if boundary := request.Properties["PermissionsBoundary"]; boundary != nil {
				return run(ctx, i.PutRolePermissionsBoundary, with(role, "PermissionsBoundary", boundary))
			}
			return run(ctx, i.DeleteRolePermissionsBoundary, role)
		}, "PermissionsBoundary"),
		func() error { return retag(ctx, request, "RoleName", request.PhysicalID, i.TagRole, i.UntagRole) },
		func() error { return i.settleRole(ctx, request) },
	)
	return result, err
}

// settleRole gives a role the policies that it shall have, and takes away those it had besides.
func (i identities) settleRole(ctx context.Context, request resource.Request) error {
	role := map[string]any{"RoleName": request.PhysicalID}
	now, before := texts(request.Properties["ManagedPolicyArns"]), texts(request.Old["ManagedPolicyArns"])
	return inOrder(
		each(lacking(before, now), func(policy string) error {
			return ifThere(run(ctx, i.DetachRolePolicy, with(role, "PolicyArn", policy)))
		}),
		each(now, func(policy string) error { return run(ctx, i.AttachRolePolicy, with(role, "PolicyArn", policy)) }),
		each(lacking(inline(request.Old), inline(request.Properties)), func(name string) error {
			return ifThere(run(ctx, i.DeleteRolePolicy, with(role, "PolicyName", name)))
		}),
		each(list(request.Properties["Policies"]), func(policy any) error {
			return run(ctx, i.PutRolePolicy, with(object(policy), "RoleName", request.PhysicalID))
		}),
	)
}

func inline(properties map[string]any) []string {
	var names []string
	for _, policy := range list(properties["Policies"]) {
		names = append(names, text(object(policy)["PolicyName"]))
	}
	return names
}

func (i identities) deleteRole(ctx context.Context, request resource.Request) error {
	bare := request
	bare.Old, bare.Properties = request.Properties, nil
	if err := i.settleRole(ctx, bare); err != nil {
		return err
	}
	return run(ctx, i.DeleteRole, map[string]any{"RoleName": request.PhysicalID})
}

func checkPolicyOf(properties map[string]any) error {
	if len(list(properties["Users"]))+len(list(properties["Groups"])) > 0 {
		return refuse("IAM", "UnsupportedOperation", "policies of users and groups are not supported here: only of roles")
	}
	if len(list(properties["Roles"])) == 0 {
		return refuse("IAM", "InvalidRequest", "At least one of [Groups,Roles,Users] must be non-empty.")
	}
	return checkIdentity(properties["PolicyDocument"], identityPolicy)
}

func (i identities) createPolicy(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := checkPolicyOf(request.Properties); err != nil {
		return resource.Result{}, err
	}
	return alone("Id", named(request, "", 128)), i.putPolicies(ctx, request)
}

func (i identities) updatePolicy(ctx context.Context, request resource.Request) (resource.Result, error) {
	return alone("Id", request.PhysicalID), inOrder(
		func() error { return checkPolicyOf(request.Properties) },
		func() error { return i.putPolicies(ctx, request) },
		each(lacking(texts(request.Old["Roles"]), texts(request.Properties["Roles"])), func(role string) error {
			return ifThere(run(ctx, i.DeleteRolePolicy, with(request.Old, "RoleName", role)))
		}),
		changed(request, func() error {
			return i.dropPolicies(ctx, request.Old)
		}, "PolicyName"),
	)
}

func (i identities) putPolicies(ctx context.Context, request resource.Request) error {
	return each(texts(request.Properties["Roles"]), func(role string) error {
		return run(ctx, i.PutRolePolicy, with(request.Properties, "RoleName", role))
	})()
}

func (i identities) dropPolicies(ctx context.Context, properties map[string]any) error {
	return each(texts(properties["Roles"]), func(role string) error {
		return ifThere(run(ctx, i.DeleteRolePolicy, with(properties, "RoleName", role)))
	})()
}

func (i identities) deletePolicy(ctx context.Context, request resource.Request) error {
	return i.dropPolicies(ctx, request.Properties)
}

func (i identities) createLinked(ctx context.Context, request resource.Request) (resource.Result, error) {
	output, err := call(ctx, i.CreateServiceLinkedRole, request.Properties)
	if err != nil {
		return resource.Result{}, err
	}
	return alone("RoleName", aws.ToString(output.Role.RoleName)), nil
}

func (i identities) updateLinked(ctx context.Context, request resource.Request) (resource.Result, error) {
	return alone("RoleName", request.PhysicalID), run(ctx, i.UpdateRole,
		map[string]any{"RoleName": request.PhysicalID, "Description": text(request.Properties["Description"])})
}

func (i identities) deleteLinked(ctx context.Context, request resource.Request) error {
	return run(ctx, i.DeleteServiceLinkedRole, map[string]any{"RoleName": request.PhysicalID})
}
