// Generate, run in the root of the module, rewrites schema.json from the service specification that comes with the CDK CLI.
package main

import (
	"fmt"
	"os"
)

var exit = os.Exit // replaced in tests

func main() {
	if err := run("node_modules/aws-cdk/db.json.gz", "localaws/schema/schema.json"); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		exit(1)
	}
}

func run(from, to string) error {
	written, err := generate(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, written, 0o644)
}
