package main

import (
	"encoding/xml"
	"net/http"

	"payment-processor/localaws/gateway"
	"payment-processor/localaws/services"
)

// targetHealth answers for the tasks of services, which the model starts and ends; other targets are moto's.
func targetHealth(targets func(group string) ([]services.Target, bool), moto http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if gateway.Operation(r) != "DescribeTargetHealth" || r.ParseForm() != nil {
			moto.ServeHTTP(w, r)
			return
		}
		tasks, ours := targets(r.Form.Get("TargetGroupArn"))
		if !ours {
			moto.ServeHTTP(w, r)
			return
		}
		answer := healthResponse{}
		for _, task := range tasks {
			answer.Members = append(answer.Members, healthMember{
				ID: task.Address, Port: task.Port, Zone: task.Zone, HealthPort: task.Port, State: task.State, Reason: task.Reason,
			})
		}
		w.Header().Set("Content-Type", "text/xml")
		_ = xml.NewEncoder(w).Encode(answer) // a client that has gone needs no answer
	})
}

type healthResponse struct {
	XMLName xml.Name       `xml:"DescribeTargetHealthResponse"`
	Members []healthMember `xml:"DescribeTargetHealthResult>TargetHealthDescriptions>member"`
}

type healthMember struct {
	ID         string `xml:"Target>Id"`
	Port       int32  `xml:"Target>Port"`
	Zone       string `xml:"Target>AvailabilityZone"`
	HealthPort int32  `xml:"HealthCheckPort"`
	State      string `xml:"TargetHealth>State"`
	Reason     string `xml:"TargetHealth>Reason,omitempty"`
}
