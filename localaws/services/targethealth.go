package services

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// longestForm is more than any request for target health.
const longestForm = 1 << 20

// TargetHealth stands between Elastic Load Balancing and its clients: it answers DescribeTargetHealth for the target
// groups of our services, whose targets are the model's tasks.
func (m *Model) TargetHealth(balancer http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestForm))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		form, _ := url.ParseQuery(string(body)) // what is no form asks for nothing
		if form.Get("Action") != "DescribeTargetHealth" {
			balancer.ServeHTTP(w, r)
			return
		}
		targets, ours := m.Targets(form.Get("TargetGroupArn"))
		if !ours {
			balancer.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		_ = xml.NewEncoder(w).Encode(health(targets, form)) // a client that has gone needs no answer
	})
}

type described struct {
	ID     string `xml:"Target>Id"`
	Port   int32  `xml:"Target>Port"`
	Zone   string `xml:"Target>AvailabilityZone,omitempty"`
	State  string `xml:"TargetHealth>State"`
	Reason string `xml:"TargetHealth>Reason,omitempty"`
}

type healthAnswer struct {
	XMLName      xml.Name    `xml:"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/ DescribeTargetHealthResponse"`
	Descriptions []described `xml:"DescribeTargetHealthResult>TargetHealthDescriptions>member"`
}

// health is of all targets, or of those that the form names: one that is not there is unused.
func health(targets []Target, form url.Values) healthAnswer {
	var answer healthAnswer
	known := map[string]described{}
	for _, t := range targets {
		known[t.Address] = described{t.Address, t.Port, t.Zone, t.State, t.Reason}
		answer.Descriptions = append(answer.Descriptions, known[t.Address])
	}
	for i := 1; form.Has(fmt.Sprintf("Targets.member.%d.Id", i)); i++ {
		if i == 1 {
			answer.Descriptions = nil
		}
		id := form.Get(fmt.Sprintf("Targets.member.%d.Id", i))
		one, there := known[id]
		if !there {
			port, _ := strconv.ParseInt(form.Get(fmt.Sprintf("Targets.member.%d.Port", i)), 10, 32) // 0: none was named
			one = described{ID: id, Port: int32(port), State: "unused", Reason: "Target.NotRegistered"}
		}
		answer.Descriptions = append(answer.Descriptions, one)
	}
	return answer
}
