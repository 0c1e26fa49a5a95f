package secretstest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// What Secrets Manager refuses must be refused here: a function that does it would pass its tests and fail on AWS.
func TestRefusals(t *testing.T) {
	m := New()
	token := m.Create("secret", "one")
	other := "another-token-of-enough-characters"
	put := func(id, token, text string) error {
		_, err := m.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: &id, ClientRequestToken: &token, SecretString: &text})
		return err
	}
	move := func(id, to string, from *string) error {
		_, err := m.UpdateSecretVersionStage(t.Context(), &secretsmanager.UpdateSecretVersionStageInput{
			SecretId: &id, VersionStage: new(Current), MoveToVersionId: &to, RemoveFromVersionId: from})
		return err
	}
	_, unread := m.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: new("none")})
	for _, test := range []struct {
		got  error
		want string
	}{
		{unread, "can't find the specified secret"},
		{put("none", token, "two"), "can't find the specified secret"},
		{move("none", token, nil), "can't find the specified secret"},
		{put("secret", "short", "two"), "32-64 characters"},
		{put("secret", token, "two"), "again"},
		{put("secret", token, "one"), "<nil>"},
		{move("secret", other, nil), "remove the stage"},
		{move("secret", other, &token), "can't find the specified secret version"},
		{put("secret", other, "two"), "<nil>"},
	} {
		if got := fmt.Sprint(test.got); !strings.Contains(got, test.want) {
			t.Errorf("got %s, want %q", got, test.want)
		}
	}
	if m.Text("secret", Current) != "two" || m.Text("secret", Previous) != "one" || m.Text("secret", Pending) != "" {
		t.Errorf("the secret is %v", m.All("secret"))
	}
}
