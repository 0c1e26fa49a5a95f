// Package providers makes AWS resources as CloudFormation does, one file a service, through SDK clients whose endpoint is
// the gateway. Property names and an SDK's member names are alike, so that shape copies most of them.
package providers
