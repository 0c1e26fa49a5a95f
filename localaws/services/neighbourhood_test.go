package services

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"

	"payment-processor/simulation/cloud"
)

// neighbourhood is what is beside ECS and CodeDeploy, in memory.
type neighbourhood struct {
	lock      sync.Mutex
	listeners map[string][]cloud.Weight
	groups    []TargetGroup
	alarms    map[string]string
	scaling   map[string]Scaling
	announced []string
	fail      map[string]error
	invoked   func(function string, payload map[string]string) error
}

func (n *neighbourhood) Weights(listener string) ([]cloud.Weight, error) {
	n.lock.Lock()
	defer n.lock.Unlock()
	if weights, known := n.listeners[listener]; known {
		return weights, nil
	}
	return nil, errors.New("no listener " + listener)
}

func (n *neighbourhood) Route(listener string, weights ...cloud.Weight) error {
	n.lock.Lock()
	defer n.lock.Unlock()
	n.listeners[listener] = weights
	return nil
}

func (n *neighbourhood) Subnets(_ context.Context, ids []string) ([]Subnet, error) {
	var all []Subnet
	for i, id := range ids {
		if id == "subnet-none" {
			return nil, errors.New("The subnet ID 'subnet-none' does not exist")
		}
		all = append(all, Subnet{id, fmt.Sprintf("us-east-2%c", 'a'+i), fmt.Sprintf("10.0.%d.0/24", i)})
	}
	return all, nil
}

func (n *neighbourhood) TargetGroups(_ context.Context, arns, names []string) ([]TargetGroup, error) {
	var found []TargetGroup
	for _, g := range n.groups {
		for _, key := range append(arns, names...) {
			if g.Arn == key || g.Name == key {
				found = append(found, g)
			}
		}
	}
	return found, nil
}

func (n *neighbourhood) Alarms(context.Context) (map[string]string, error) {
	n.lock.Lock()
	defer n.lock.Unlock()
	now := map[string]string{}
	maps.Copy(now, n.alarms)
	return now, n.fail["Alarms"]
}

func (n *neighbourhood) SetAlarm(_ context.Context, name, state, _ string) error {
	n.lock.Lock()
	defer n.lock.Unlock()
	n.alarms[name] = state
	return n.fail["SetAlarm"]
}

func (n *neighbourhood) Scaling(_ context.Context, resource string) (Scaling, error) {
	return n.scaling[resource], n.fail["Scaling"]
}

func (n *neighbourhood) Announce(_ context.Context, cluster, service string, there bool) error {
	n.announced = append(n.announced, fmt.Sprint(cluster, "/", service, " ", there))
	return n.fail["Announce"]
}

func (n *neighbourhood) Invoke(_ context.Context, function string, payload any) error {
	encoded, _ := json.Marshal(payload)
	var event map[string]string
	_ = json.Unmarshal(encoded, &event)
	return n.invoked(function, event)
}

func (n *neighbourhood) set(name, state string) {
	n.lock.Lock()
	defer n.lock.Unlock()
	n.alarms[name] = state
}
