package stacks

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// modes are one environment with each kind of database.
func modes(t *testing.T, suffix string) map[string]*environment {
	return map[string]*environment{
		"created": synthesized(t, suffix), "in a group": synthesized(t, suffix, inGroup),
		"in a network": synthesized(t, suffix, inNetwork), "with a secret": synthesized(t, suffix, withSecret),
	}
}

// A stack that leaves the app is left alone by cdk deploy --all, and so is its database, as long as nobody takes away
// what it imports: CloudFormation would refuse, half-way through the switch.
func TestSwitchingLeavesTheDatabaseAlone(t *testing.T) {
	for _, suffix := range []string{"dev", "prod"} {
		all := modes(t, suffix)
		imported := 0
		visit(all["created"].Templates["database"], "", func(_ string, value any) {
			name, ok := asObject(value)["Fn::ImportValue"]
			if !ok {
				return
			}
			imported++
			for mode, e := range all {
				if e.exports()[literal(name)] == "" {
					t.Errorf("%s, %s: nobody exports %v, which the database that is left behind imports", suffix, mode, name)
				}
			}
		})
		if imported == 0 {
			t.Error("the database imports nothing: the check reads the template wrongly")
		}
		for mode, e := range all {
			if found := len(e.resources("AWS::RDS::DBCluster")); (found == 1) != (mode == "created") {
				t.Errorf("%s, %s: %d clusters", suffix, mode, found)
			}
			for _, section := range []string{"Resources", "Outputs"} {
				if !reflect.DeepEqual(e.Templates["network"][section], all["created"].Templates["network"][section]) {
					t.Errorf("%s, %s: the network's %s change with the database", suffix, mode, section)
				}
			}
		}
	}
}

// A secret that is replaced collides with its own name, and one whose template changes gets a new password.
func TestSwitchingKeepsTheSecret(t *testing.T) {
	for _, suffix := range []string{"dev", "prod"} {
		all := modes(t, suffix)
		want := all["created"].only(t, "AWS::SecretsManager::Secret")
		for mode, e := range all {
			got := e.only(t, "AWS::SecretsManager::Secret")
			if got.ID != want.ID || got.Stack != want.Stack || !reflect.DeepEqual(got.Body, want.Body) {
				t.Errorf("%s, %s: the secret is %v", suffix, mode, got.Body)
			}
		}
		const frozen = `{"database":"payments","dbname":"payments","engine":"postgres","host":"database.invalid","port":5432,"username":"payment_processor"}`
		if template := asObject(want.Properties["GenerateSecretString"])["SecretStringTemplate"]; template != frozen {
			t.Errorf("%s: the frozen template is %v, which would overwrite what rotation has set", suffix, template)
		}
	}
}

// Stacks deploy one after the other: what a stack that comes later imports cannot be taken away by an earlier one.
func TestSwitchingTakesNoExportAwayThatIsInUse(t *testing.T) {
	all := modes(t, "dev")
	for from, before := range all {
		for to, after := range all {
			for _, user := range []string{"platform", "observability"} {
				visit(before.Templates[user], "", func(path string, value any) {
					name, ok := asObject(value)["Fn::ImportValue"].(string)
					if ok && after.exports()[name] == "" && !strings.HasPrefix(name, "payment-processor-database-") { // that stack is left alone
						t.Errorf("from %s to %s: %s %s still imports %s", from, to, user, path, name)
					}
				})
			}
		}
	}
}

// Another database is another revision of the task, and so a release whose hook asks it.
func TestSwitchingReleases(t *testing.T) {
	for mode, e := range modes(t, "dev") {
		label := asObject(asObject(listed(e.only(t, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"])[0])["DockerLabels"])["payment-processor.database"]
		want := any(object{"Fn::GetAtt": []any{"ApplicationCredentials", "Address"}})
		if mode == "with a secret" {
			want = nil
		}
		if !reflect.DeepEqual(label, want) {
			t.Errorf("%s: the task is labelled %v", mode, label)
		}
	}
	fingerprint := func(mode string) any {
		return modes(t, "dev")[mode].only(t, "Custom::ImageGate").Properties["Fingerprint"]
	}
	if fingerprint("created") == fingerprint("in a group") {
		t.Error("ImageGate is not asked what is live when the database changes")
	}
}

// In production nothing that holds data goes without a last snapshot; elsewhere nothing is left behind.
func TestProductionKeepsItsDatabase(t *testing.T) {
	for suffix, want := range map[string]struct {
		policy              string
		protected, deletesB bool
		days                float64
	}{"dev": {"Delete", false, true, 7}, "prod": {"Snapshot", true, false, 35}} {
		e := synthesized(t, suffix)
		cluster := e.only(t, "AWS::RDS::DBCluster")
		p := cluster.Properties
		if cluster.Body["DeletionPolicy"] != want.policy || cluster.Body["UpdateReplacePolicy"] != want.policy ||
			p["DeletionProtection"] != want.protected || p["DeleteAutomatedBackups"] != want.deletesB || p["BackupRetentionPeriod"] != want.days {
			t.Errorf("%s: the database is not kept as it should be: %v %v", suffix, cluster.Body["DeletionPolicy"], p)
		}
		for _, key := range e.resources("AWS::KMS::Key") {
			if kept := key.Body["DeletionPolicy"] == "RetainExceptOnCreate"; key.Stack == "database" && kept != (suffix == "prod") {
				t.Errorf("%s: %v is %v", suffix, key, key.Body["DeletionPolicy"])
			}
		}
	}
}

// EC2 refuses a description with an apostrophe, when the stack is half deployed.
func TestSecurityGroupsAreDescribedAsEC2Allows(t *testing.T) {
	allowed := regexp.MustCompile(`^[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}$`)
	for mode, e := range modes(t, "dev") {
		for _, r := range e.resources("AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress") {
			visit(r.Properties, "", func(path string, value any) {
				if strings.HasSuffix(path, "Description") && !allowed.MatchString(literal(value)) {
					t.Errorf("%s: %v is described as %v", mode, r, value)
				}
			})
		}
	}
}

// tasksReach are the ends of the rules for the database's port out of the tasks' group.
func tasksReach(e *environment, t *testing.T) []string {
	t.Helper()
	tasks := e.securityGroups(e.only(t, "AWS::ECS::Service"))
	var ends []string
	for _, r := range e.resources("AWS::EC2::SecurityGroupEgress") {
		if group, _ := e.reference(r.Stack, r.Properties["GroupId"]); slices.Contains(tasks, group) {
			raw, err := json.Marshal([]any{r.Properties["CidrIp"], e.rendered(t, r.Stack, r.Properties["DestinationSecurityGroupId"]), r.Properties["FromPort"]})
			if err != nil {
				t.Fatal(err)
			}
			ends = append(ends, strings.ReplaceAll(string(raw), `"`, ""))
		}
	}
	return ends
}

func TestTasksReachTheirDatabaseOnly(t *testing.T) {
	for mode, want := range map[string]string{
		"created": "[null,SecurityGroupDD263621.GroupId,5432]", "in a group": "[null,sg-0123456789abcdef0,5432]",
		"in a network": "[192.168.7.0/24,null,6432]", "with a secret": "[null,sg-0123456789abcdef0,5432]",
	} {
		if got := tasksReach(modes(t, "dev")[mode], t); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: tasks reach %v, want %s", mode, got, want)
		}
	}
}

// With a secret of somebody's, ours is nobody's business, and theirs must be readable.
func TestTasksAreGivenTheConfiguredSecret(t *testing.T) {
	for mode, e := range modes(t, "dev") {
		secrets := listed(asObject(listed(e.only(t, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"])[0])["Secrets"])
		for _, s := range secrets {
			from := literal(asObject(s)["ValueFrom"])
			if given := strings.HasPrefix(from, givenSecretArn+":"); given != (mode == "with a secret") || len(secrets) != 5 {
				t.Errorf("%s: tasks read %s", mode, from)
			}
		}
		var readable, decrypts []string
		for _, right := range policyOf(t, e, "TaskExecutionRole") {
			if slices.Contains(right.actions, "secretsmanager:GetSecretValue") {
				readable = append(readable, right.resources...)
			}
			if slices.Contains(right.actions, "kms:Decrypt") {
				decrypts = append(decrypts, right.resources...)
			}
		}
		if mode == "with a secret" && (!slices.Equal(readable, []string{givenSecretArn}) || !slices.Equal(decrypts, []string{givenKeyArn})) {
			t.Errorf("tasks may read %v with %v, want the given secret and its key", readable, decrypts)
		}
		if rotated := len(e.resources("AWS::SecretsManager::RotationSchedule")); (rotated == 1) != (mode == "created") {
			t.Errorf("%s: %d rotations", mode, rotated)
		}
	}
}
