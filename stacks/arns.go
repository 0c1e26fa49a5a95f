package stacks

import "github.com/aws/aws-cdk-go/awscdk/v2"

// arns spells the ARNs of what has a name of ours. A reference would make the release machinery's roles depend on what
// depends on the machinery.
type arns struct {
	stack awscdk.Stack
	names names
}

func (a arns) slash(service, resource, name string) *string {
	return a.stack.FormatArn(&awscdk.ArnComponents{Service: &service, Resource: &resource, ResourceName: &name})
}

func (a arns) colon(service, resource, name string) *string {
	return a.stack.FormatArn(&awscdk.ArnComponents{
		Service: &service, Resource: &resource, ResourceName: &name, ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
	})
}

func (a arns) service() *string {
	return a.slash("ecs", "service", a.names.application()+"/"+a.names.application())
}

func (a arns) taskSets() *string {
	return a.slash("ecs", "task-set", a.names.application()+"/"+a.names.application()+"/*")
}

func (a arns) taskDefinitions() *string {
	return a.slash("ecs", "task-definition", a.names.application()+":*")
}

func (a arns) codeDeployApplication() *string {
	return a.colon("codedeploy", "application", a.names.application())
}

func (a arns) deploymentGroup() *string {
	return a.colon("codedeploy", "deploymentgroup", a.names.application()+"/"+a.names.application())
}

func (a arns) deploymentConfig(name string) *string {
	return a.colon("codedeploy", "deploymentconfig", name)
}

func (a arns) parameter(what string) *string {
	return a.stack.FormatArn(&awscdk.ArnComponents{
		Service: new("ssm"), Resource: new("parameter" + a.names.parameter(what)), ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
	})
}
