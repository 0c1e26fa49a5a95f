package stacks

import (
	"reflect"
	"testing"
)

// A secret of another account is found when the first task does not start, half an hour into the deployment. Where the
// configuration does not say which account it is for, CloudFormation finds it before it makes anything.
func TestNothingIsMadeInAnotherAccountThanTheArns(t *testing.T) {
	rule := object{"AccountOfTheArns": object{"Assertions": []any{object{
		"Assert":            object{"Fn::Equals": []any{object{"Ref": "AWS::AccountId"}, "111122223333"}},
		"AssertDescription": "databaseSecretArn and databaseSecretKeyArn: of account 111122223333, and this is another one; deploy there, or name what is in this account",
	}}}}
	for name, c := range map[string]struct {
		env   *environment
		rules any
	}{
		"a secret":                  {synthesized(t, "dev", withSecret), rule},
		"nothing by an ARN":         {synthesized(t, "dev"), nil},
		"all in the pinned account": {synthesized(t, "dev", withSecret, object{"account": "111122223333"}), nil},
	} {
		for part, template := range c.env.Templates {
			if !reflect.DeepEqual(template["Rules"], c.rules) {
				t.Errorf("%s, %s: rules are %v, want %v", name, part, template["Rules"], c.rules)
			}
		}
	}
}
