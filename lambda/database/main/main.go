// Command main is the database's functions: credentials or rotate, whichever the handler setting names.
package main

import (
	"payment-processor/lambda/database"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() { lambda.Start(database.Rotation{}.Handle) }
