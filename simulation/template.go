package simulation

import (
	"errors"
	"fmt"
	"time"

	"payment-processor/lambda/deployment"
	"payment-processor/lambda/imagegate"
	"payment-processor/lambda/livetarget"
	"payment-processor/lambda/release"
	"payment-processor/lambda/tasks"
	"payment-processor/simulation/cloud"

	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
)

// template is what the configuration makes of the stack.
type template struct {
	ImageTag  string
	Task      int // changes with everything else in the task definition
	Listener  int // changes with the listener's properties
	First     int // of a resource on which nothing depends
	Last      int // of a resource that depends on Release
	FailFirst bool
	FailLast  bool
}

type taskProperties struct {
	Image string
	Task  int
}

type listenerProperties struct {
	TargetGroup string
	Fingerprint int
}

type otherProperties struct {
	Version int
	Fails   bool
}

const appSpec = `{"version":0.0,"Resources":[{"TargetService":{"Type":"AWS::ECS::Service","Properties":{"TaskDefinition":%q,` +
	`"LoadBalancerInfo":{"ContainerName":"payment-processor","ContainerPort":8080},"CapacityProviderStrategy":[` +
	`{"CapacityProvider":"FARGATE","Base":2,"Weight":1},{"CapacityProvider":"FARGATE_SPOT","Base":0,"Weight":4}]}}}],` +
	`"Hooks":[{"BeforeAllowTraffic":"hook"}]}`

const hour = time.Hour

// newStack has the resources of the platform stack that a release touches, with the dependencies that it gives them.
func (w *World) newStack() *cloud.Stack {
	type attributes = func(id, name string) string
	stack := w.cloud.CloudFormation.NewStack(stackName, w.plan.Rules,
		&cloud.Resource{ID: "First", Provider: w.native(w.other), Properties: func(t any, _ attributes) any {
			return otherProperties{t.(template).First, t.(template).FailFirst}
		}},
		&cloud.Resource{ID: "ImageGate", Provider: w.imageGate(), Timeout: 5 * time.Minute, Properties: func(t any, _ attributes) any {
			return imagegate.Properties{
				RepositoryName: application, RepositoryURI: repository, ImageTag: t.(template).ImageTag, Architecture: "X86_64",
				Cluster: application, Service: application, Family: application, Container: "payment-processor",
				ParameterPath: "/" + application + "/image", Fingerprint: fmt.Sprint(t.(template).Task),
			}
		}},
		&cloud.Resource{ID: "LiveTargetGroup", Provider: w.liveTargetGroup(), Timeout: hour, Properties: func(t any, _ attributes) any {
			return livetarget.Properties{
				Cluster: application, Service: application, Application: application, DeploymentGroup: application,
				BlueTargetGroup: blue, ListenerFingerprint: fmt.Sprint(t.(template).Listener),
				Parameter: "/" + application + "/live-target-group",
			}
		}},
		&cloud.Resource{ID: "TaskDefinition", DependsOn: []string{"ImageGate"}, Provider: w.native(w.taskDefinition), Retain: true,
			Properties: func(t any, get attributes) any {
				return taskProperties{get("ImageGate", imagegate.Attribute), t.(template).Task}
			}},
		&cloud.Resource{ID: "Listener", DependsOn: []string{"LiveTargetGroup", "TaskDefinition"}, Provider: w.native(w.listener),
			Properties: func(t any, get attributes) any {
				return listenerProperties{get("LiveTargetGroup", livetarget.Attribute), t.(template).Listener}
			}},
		&cloud.Resource{ID: "Service", DependsOn: []string{"Listener", "TaskDefinition"}, Provider: serviceProvider{w}, Properties: func(any, attributes) any {
			return application
		}},
		&cloud.Resource{ID: "Release", DependsOn: []string{"Service", "Listener", "TaskDefinition"}, Provider: w.release(), Timeout: hour,
			Properties: func(t any, get attributes) any {
				task := get("TaskDefinition", "Ref")
				return release.Properties{
					Cluster: application, Service: application, Application: application, DeploymentGroup: application,
					TaskDefinition: task, AppSpec: fmt.Sprintf(appSpec, task), Listener: listenerArn,
					ListenerFingerprint: fmt.Sprint(t.(template).Listener), Parameter: "/" + application + "/release",
					Probe: "probe", Paths: []string{"/health", tasks.ReadyPath},
				}
			}},
		&cloud.Resource{ID: "Last", DependsOn: []string{"Release"}, Provider: w.native(w.other), Properties: func(t any, _ attributes) any {
			return otherProperties{t.(template).Last, t.(template).FailLast}
		}},
	)
	stack.Ended, stack.Changed = w.answered, w.changed
	return stack
}

func (w *World) native(apply func(cloud.Request) (string, error)) cloud.Native {
	return cloud.Native{Cloud: w.cloud, Apply: apply}
}

func (w *World) other(r cloud.Request) (string, error) {
	if p, ok := r.Properties.(otherProperties); ok && p.Fails && r.Type != cloud.Delete {
		return r.Resource, errors.New("some other resource failed")
	}
	return r.Resource, nil
}

func (w *World) taskDefinition(r cloud.Request) (string, error) {
	if r.Type == cloud.Delete {
		w.cloud.ECS.Retire(r.Physical)
		return r.Physical, nil
	}
	p := r.Properties.(taskProperties)
	return w.cloud.ECS.Register(application, p.Image, fmt.Sprint(p.Task)).Arn, nil
}

func (w *World) listener(r cloud.Request) (string, error) {
	switch r.Type {
	case cloud.Create:
		w.cloud.ELB.CreateListener(listenerArn, r.Properties.(listenerProperties).TargetGroup)
	case cloud.Delete:
		w.cloud.ELB.DeleteListener(listenerArn)
	default:
		before := w.cloud.ELB.Listener(listenerArn).Weights()
		actions := cloud.Forward(cloud.Weight{TargetGroup: r.Properties.(listenerProperties).TargetGroup, Weight: 100})
		_, err := w.cloud.ELB.ModifyListener(background, &elbv2.ModifyListenerInput{ListenerArn: new(listenerArn), DefaultActions: actions})
		w.edited(before)
		return listenerArn, err
	}
	return listenerArn, nil
}

// serviceProvider is AWS::ECS::Service: created, deleted and never changed.
type serviceProvider struct{ world *World }

func (s serviceProvider) Provide(r cloud.Request, answer func(cloud.Answer)) {
	w := s.world
	if r.Type == cloud.Delete {
		w.cloud.ECS.DeleteService(func() { answer(cloud.Answer{Physical: application}) })
		return
	}
	w.cloud.After(3*time.Hour, func() {
		answer(cloud.Answer{Physical: application, Err: errors.New("the service did not stabilize")})
	})
	w.cloud.ECS.CreateService(application, application, blue, w.desired, strategy, func() {
		answer(cloud.Answer{Physical: application})
	})
}

const patience = deployment.TotalTimeout
