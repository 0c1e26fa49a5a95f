package stacks

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func title(widget object) string {
	properties := widget["properties"].(object)
	if title, ok := properties["title"].(string); ok {
		return title
	}
	heading, _, _ := strings.Cut(properties["markdown"].(string), "\n")
	return "About: " + strings.Trim(heading, "# ")
}

// The order is the order in which a person on call asks; a widget more must not push another off its row.
func TestDashboardReadsFromLeftToRight(t *testing.T) {
	for _, env := range observedEnvironments(t) {
		rows := map[float64][]string{}
		right := map[float64]float64{}
		for _, widget := range env.dashboard(t) {
			y := widget["y"].(float64)
			if widget["x"] != right[y] {
				t.Errorf("%s: widget %s stands at column %v of row %v, want %v", env.Config.EnvironmentSuffix, title(widget), widget["x"], y, right[y])
			}
			right[y] += widget["width"].(float64)
			rows[y] = append(rows[y], title(widget))
		}
		cost := []string{"Why tasks stopped", "Load balancer capacity units", "Log ingestion"}
		if env.Config.Network.NatGateways > 0 {
			cost = append(cost, "NAT gateway bytes")
		}
		security := []string{"Requests that the firewall refused", "Whom the firewall refused"}
		if env.Config.Audit.ArchiveLogs {
			security = append(security, "Archive: oldest event not yet in S3")
		}
		want := [][]string{
			{"Traffic", "Errors", "Latency", "Saturation"},
			{"Traffic by group", "Errors by group, connections refused", "Healthy tasks by group", "Tasks"},
		}
		if env.Config.Database.Created() {
			late := "Failed rotations"
			if env.Config.Database.Readers > 0 {
				late = "Replica lag, failed rotations"
			}
			want = append(want, []string{"Database capacity", "Database connections", "Database memory", late})
		}
		want = append(want, []string{"Deployments: task sets, failures", "Latest deployments", "Spot share and interruptions", "Tasks by capacity provider"}, cost, security)
		if heading := []string{"About: Payments, " + env.Config.EnvironmentSuffix, "Alarms"}; !slices.Equal(rows[0], heading) {
			t.Errorf("%s begins with %q, want %q", env.Config.EnvironmentSuffix, rows[0], heading)
		}
		for i, want := range want {
			if y := float64(4 + 6*i); !slices.Equal(rows[y], want) {
				t.Errorf("%s: row %v shows %q, want %q", env.Config.EnvironmentSuffix, y, rows[y], want)
			}
		}
		if got := env.only(t, "AWS::CloudWatch::Dashboard").Properties["DashboardName"]; got != env.Config.names().application() {
			t.Errorf("dashboard is named %v", got)
		}
	}
}

func TestDashboardShowsEveryAlarm(t *testing.T) {
	for _, env := range observedEnvironments(t) {
		var want []string
		for _, alarm := range env.pagingAlarms(t) {
			want = append(want, "arn:aws:cloudwatch:us-east-2:111122223333:alarm:"+alarm["AlarmName"].(string))
		}
		for _, widget := range env.dashboard(t) {
			if widget["type"] != "alarm" {
				continue
			}
			var got []string
			for _, alarm := range widget["properties"].(object)["alarms"].([]any) {
				got = append(got, alarm.(string))
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("alarm widget shows %v, want %v", got, want)
			}
			return
		}
		t.Error("no alarm widget")
	}
}

func TestGraphsShowWhereTheAlarmFires(t *testing.T) {
	want := map[string]float64{"Errors": 1, "Latency": 2, "Saturation": 80, "Healthy tasks by group": 2,
		"Database capacity": 95, "Database connections": 657.6, "Database memory": 858993459.2,
	}
	for _, widget := range synthesized(t, "dev").dashboard(t) {
		properties := widget["properties"].(object)
		annotations, _ := properties["annotations"].(object)
		lines, _ := annotations["horizontal"].([]any)
		at, expected := want[title(widget)]
		if expected != (len(lines) == 1) || expected && lines[0].(object)["value"] != at {
			t.Errorf("%s has the lines %v, want one at %v: %v", title(widget), lines, at, expected)
		}
		if widget["type"] != "metric" {
			continue
		}
		axes := properties["yAxis"].(object)
		for side, axis := range axes {
			if axis.(object)["min"] != 0.0 || axis.(object)["label"] == "" {
				t.Errorf("%s: %s axis is %v, want one from zero with a unit", title(widget), side, axis)
			}
		}
		if _, right := axes["right"]; right != strings.Contains(fmt.Sprint(properties["metrics"]), "yAxis:right") {
			t.Errorf("%s: right axis %v for %v", title(widget), right, properties["metrics"])
		}
	}
}

func TestTablesReadTheirLogs(t *testing.T) {
	tables := map[string][]string{
		"Latest deployments": deployments, "Tasks by capacity provider": tasksByProvider, "Why tasks stopped": taskStops,
		"Whom the firewall refused": blockedRequests,
	}
	for _, widget := range synthesized(t, "dev").dashboard(t) {
		if widget["type"] != "log" {
			continue
		}
		log := "/aws/events/payment-processor-dev"
		if title(widget) == "Whom the firewall refused" {
			log = "aws-waf-logs-payment-processor-dev"
		}
		want := "SOURCE '" + log + "' | " + strings.Join(tables[title(widget)], "\n| ")
		if got := widget["properties"].(object)["query"]; got != want {
			t.Errorf("%s asks %v, want %s", title(widget), got, want)
		}
		delete(tables, title(widget))
	}
	if len(tables) > 0 {
		t.Errorf("no table for %v", tables)
	}
}

// The page shows people who have no account what they would see; a stale picture is worse than none.
func TestDashboardPageIsCurrent(t *testing.T) {
	const page = "../docs/dashboard.md"
	got := dashboardPage(synthesized(t, "dev").dashboard(t))
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("docs/dashboard.md is not what is synthesized; run go test ./stacks -update\n%s", got)
	}
}

func dashboardPage(widgets []object) string {
	var page strings.Builder
	page.WriteString("# The dashboard\n\nCloudWatch dashboard `payment-processor-{suffix}`, the last three hours. Drawn from the code by `go test ./stacks -update`.\n\n" +
		"Read the first row of graphs from left to right: what customers feel. Below each stands its cause; then what has\nchanged, and what the bill follows.\n\n```text\n")
	rule := ""
	for i := 0; i < len(widgets); {
		row := []object{}
		for y := widgets[i]["y"]; i < len(widgets) && widgets[i]["y"] == y; i++ {
			row = append(row, widgets[i])
		}
		rule = drawRow(&page, row)
	}
	page.WriteString(rule + "\n```\n\n| graph | shows |\n|---|---|\n")
	for _, widget := range widgets {
		if shown := series(widget); shown != "" {
			fmt.Fprintf(&page, "| %s | %s |\n", title(widget), shown)
		}
	}
	return page.String()
}

// drawRow draws a row's upper edge and its titles, four characters a column, and returns the edge.
func drawRow(page *strings.Builder, row []object) string {
	rule := "+"
	var lines [3]string
	for _, widget := range row {
		width := int(widget["width"].(float64))*4 - 1
		rule += strings.Repeat("-", width) + "+"
		words := strings.Fields(title(widget))
		for i := range lines {
			text := ""
			for len(words) > 0 && len(text)+1+len(words[0]) < width {
				text, words = text+" "+words[0], words[1:]
			}
			lines[i] += fmt.Sprintf("|%-*s", width, text)
		}
	}
	fmt.Fprintf(page, "%s\n%s|\n%s|\n%s|\n", rule, lines[0], lines[1], lines[2])
	return rule
}

// series are the labels of a graph's visible lines, with the unit of the axis.
func series(widget object) string {
	properties := widget["properties"].(object)
	sides := map[string][]string{}
	rows, _ := properties["metrics"].([]any)
	for _, r := range rows {
		list := r.([]any)
		options := list[len(list)-1].(object)
		if options["visible"] == false {
			continue
		}
		side, ok := options["yAxis"].(string)
		if !ok {
			side = "left"
		}
		sides[side] = append(sides[side], options["label"].(string))
	}
	var parts []string
	for _, side := range []string{"left", "right"} {
		if len(sides[side]) > 0 {
			unit := properties["yAxis"].(object)[side].(object)["label"]
			parts = append(parts, fmt.Sprintf("%s (%s)", strings.Join(sides[side], ", "), unit))
		}
	}
	return strings.Join(parts, "; ")
}

// A share of the wrong whole looks as plausible as the right one.
func TestSpotShareIsOfAllFargate(t *testing.T) {
	for _, widget := range synthesized(t, "dev").dashboard(t) {
		if title(widget) != "Spot share and interruptions" {
			continue
		}
		classes, formula := map[string]string{}, ""
		for _, row := range widget["properties"].(object)["metrics"].([]any) {
			list := row.([]any)
			options := list[len(list)-1].(object)
			if expression, ok := options["expression"].(string); ok {
				formula = expression
			}
			if at := slices.Index(list, any("Class")); at >= 0 {
				classes[options["id"].(string)] = list[at+1].(string)
			}
		}
		if formula != "100 * spot / (spot + ondemand)" || classes["spot"] != "Standard/Spot" || classes["ondemand"] != "Standard/OnDemand" {
			t.Errorf("Spot share is %s of %v", formula, classes)
		}
		return
	}
	t.Error("no Spot share on the dashboard")
}
