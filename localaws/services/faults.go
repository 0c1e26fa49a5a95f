package services

import (
	"encoding/json"
	"net/http"
	"slices"

	"payment-processor/localaws/wire"
	"payment-processor/simulation/cloud"
)

// Faults are what a rehearsal wants to go wrong. Each happens once, to the next deployment that gets there, except Slow.
type Faults struct {
	Unhealthy bool         `json:"unhealthy"` // the next task set never becomes healthy
	Hook      bool         `json:"hook"`      // the next lifecycle hook fails
	At        cloud.Moment `json:"at"`        // of the next deployment: started, canary or shifted; then an alarm fires
	Alarm     string       `json:"alarm"`     // which; empty: the deployment group's first
	Slow      bool         `json:"slow"`      // everything takes the longest that the model knows
}

// FaultsHandler answers GET, and sets all faults by PUT; DELETE takes them back.
func (m *Model) FaultsHandler(w http.ResponseWriter, r *http.Request) {
	defer m.enter()()
	var wanted Faults
	switch r.Method {
	case http.MethodGet:
		wanted = m.faults
	case http.MethodPut, http.MethodPost:
		decoder := json.NewDecoder(r.Body)
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&wanted); err != nil {
			wire.Refuse(w, refuse("ValidationException", "faults: %v", err))
			return
		}
		if !slices.Contains([]cloud.Moment{"", cloud.Started, cloud.Canary, cloud.Shifted}, wanted.At) {
			wire.Refuse(w, refuse("ValidationException", "at is %q, want started, canary or shifted", wanted.At))
			return
		}
	}
	m.faults = wanted
	wire.Answer(w, http.StatusOK, wanted)
}

// healthy is the model's question at the end of a task set's start.
func (m *Model) healthy(*cloud.Revision) bool {
	healthy := !m.faults.Unhealthy
	m.faults.Unhealthy = false
	return healthy
}
