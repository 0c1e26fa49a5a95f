package providers

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"payment-processor/localaws/resource"
)

// Route53 makes records in hosted zones.
func Route53(config aws.Config) resource.Registry {
	records := recordSets{route53.NewFromConfig(config)}
	return resource.Registry{
		"AWS::Route53::RecordSet": operations{records.create, records.update, records.remove},
	}
}

type recordSets struct{ *route53.Client }

func (r recordSets) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	return r.change(ctx, request, "CREATE")
}

func (r recordSets) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	return r.change(ctx, request, "UPSERT")
}

func (r recordSets) remove(ctx context.Context, request resource.Request) error {
	_, err := r.change(ctx, request, "DELETE")
	return err
}

func (r recordSets) change(ctx context.Context, request resource.Request, action string) (resource.Result, error) {
	zone, err := r.zone(ctx, request.Properties)
	if err != nil {
		return resource.Result{}, err
	}
	record := with(request.Properties)
	values := []any{}
	for _, value := range flat(request.Properties["ResourceRecords"]) {
		values = append(values, map[string]any{"Value": value})
	}
	record["ResourceRecords"] = values
	if len(values) == 0 {
		delete(record, "ResourceRecords")
	}
	err = run(ctx, r.ChangeResourceRecordSets, map[string]any{"HostedZoneId": zone, "ChangeBatch": map[string]any{
		"Changes": []any{map[string]any{"Action": action, "ResourceRecordSet": record}}}})
	return resource.Result{PhysicalID: text(request.Properties["Name"])}, err
}

// zone is the hosted zone's id, looked up where only its name is given.
func (r recordSets) zone(ctx context.Context, properties map[string]any) (string, error) {
	if id := text(properties["HostedZoneId"]); id != "" {
		return id, nil
	}
	name := text(properties["HostedZoneName"])
	found, err := r.ListHostedZonesByName(ctx, &route53.ListHostedZonesByNameInput{DNSName: &name})
	if err != nil {
		return "", err
	}
	for _, zone := range found.HostedZones {
		if *zone.Name == name {
			return *zone.Id, nil
		}
	}
	return "", said("No hosted zones named %s found", name)
}
