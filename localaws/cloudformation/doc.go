// Package cloudformation deploys CloudFormation templates on one machine, as AWS does: in the order of their
// dependencies, with events, outputs and exports, and with a real rollback. It answers the query API, so that the CDK
// CLI and every SDK work with it unchanged.
//
// What makes a resource is a resource.Provider; package schema says which changes need another resource.
//
// # Rollback
//
// An update that fails, or is cancelled, brings back what it has touched, dependents first: Update(new → old) for what
// was changed in place, the old physical resource for what was replaced. What was made is deleted at the end. A
// resource that was retained on deletion alone (RetainExceptOnCreate) is deleted when its creation is rolled back.
// Resources that the update has not touched are left alone, even if an attribute of theirs has another value by now.
// These follow the model in simulation/cloud, where AWS's documentation is silent.
//
// # What differs from AWS
//
//   - Transforms, hooks, nested stacks, imports of existing resources, stack sets and drift detection are refused by name.
//   - Properties are checked before anything is made. A change set that fails for that names them in its reason too.
//   - The policy Snapshot deletes: there are no snapshots here.
//   - Rules, CreationPolicy, UpdatePolicy and stack policies have no effect.
//
// # Faults
//
// Server.Faults makes requests to providers fail or wait. Its handler speaks JSON:
//
//	POST   {"stack": "app", "logicalId": "Queue", "operation": "Update", "fail": "Internal failure"}
//	POST   {"logicalId": "Service", "delay": "30s", "phase": "rollback", "always": true}
//	GET    the list, with the hits of each
//	DELETE ?id=1, or all
//
// A fault fires once unless it says always. It fires before the provider is asked, or, with after, when it has done
// its work. Phase is forward or rollback.
package cloudformation
