// Package database gives the application its own users in the database, and rotates their passwords.
//
// There are two users, so that one always stays valid: rotation changes the password of the one that is not current.
// They are members of a role that cannot log in and that owns what both use. The application is never the master.
package database

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"payment-processor/lambda/deployment"

	"github.com/aws/aws-lambda-go/cfn"
)

// Properties are those of Custom::ApplicationCredentials, under these names in the template.
type Properties struct {
	SecretArn       string // of the application's credentials, whose keys the resource sets
	MasterSecretArn string // of the cluster's master user; empty: an external database, whose operator makes the user
	Host            string
	Port            string // a number; CloudFormation passes everything as text
	Database        string
	Username        string // the first of the two users; the other is this and "_clone". Not used without MasterSecretArn
}

// Attribute is the name of the answer, "host:port/database", for Fn::GetAtt. It is no secret: a task definition that
// carries it becomes another revision, and so a release, when the database is another one.
const Attribute = "Address"

// Timeout is the credentials function's. An Aurora cluster that has paused may take a minute to answer.
const Timeout = 5 * time.Minute

// RotationTimeout is the rotation function's, for each of the four steps.
const RotationTimeout = 2 * time.Minute

// The rotation function's environment.
const (
	EnvMasterSecret = "MASTER_SECRET_ARN"
	EnvHost         = "DATABASE_HOST"    // the cluster's writer: the master's credentials are shown to no other host
	EnvRelease      = "RELEASE_FUNCTION" // name or ARN of RotationRelease; invoked asynchronously
)

func (p Properties) validate() error {
	required := map[string]string{
		"SecretArn": p.SecretArn, "Host": p.Host, "Port": p.Port, "Database": p.Database,
	}
	if p.MasterSecretArn != "" {
		required["Username"] = p.Username
	}
	if err := deployment.Required(required); err != nil {
		return err
	}
	if _, err := strconv.ParseUint(p.Port, 10, 16); err != nil {
		return fmt.Errorf("property Port is %q, want a TCP port", p.Port)
	}
	return nil
}

func properties(raw map[string]any) (Properties, error) {
	var p Properties
	encoded, err := json.Marshal(raw)
	if err == nil {
		err = json.Unmarshal(encoded, &p)
	}
	if err != nil {
		return p, fmt.Errorf("decode the resource's properties: %w", err)
	}
	return p, p.validate()
}

func (p Properties) address() string { return p.Host + ":" + p.Port + "/" + p.Database }

// clone is the other user's name, as AWS's own rotation functions spell it.
const clone = "_clone"

// other is the user that rotation changes to.
func other(username string) string {
	if base, is := strings.CutSuffix(username, clone); is {
		return base
	}
	return username + clone
}

// Event is a request of CloudFormation.
type Event = cfn.Event
