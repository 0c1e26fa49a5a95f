package imagegate

import (
	"errors"
	"io"
	"strings"
	"testing"

	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
)

// `cdk deploy -c imageTag=v2` releases v2.
func TestTagMeansItsDigest(t *testing.T) {
	a := newAccount()
	a.run(repository + "@" + a.push("one", "v1"))
	want := a.push("two", "v2")
	if got := a.answers(t, create("v2")); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A tag that nobody pushed must fail at once, and not as tasks that never start.
func TestMissingTagIsRefused(t *testing.T) {
	a := newAccount()
	for _, tag := range []string{"v1", "v2", "v3", "v4", "v5", "v6"} {
		a.push(tag, tag, "live-000000000000")
	}
	a.images[0].ImagePushedAt = nil
	start := a.clock
	a.refuses(t, create("v9"), `"v9"`, "repository payment-processor-dev", "v6, v5, v4, v3, v2;", "push "+repository+":v9", "leave imageTag away")
	if a.clock != start {
		t.Errorf("failed after %v, want at once", a.clock.Sub(start))
	}
	newAccount().refuses(t, create("v9"), "newest tags are: none")
	a.faults["ListImages"] = []error{denial}
	a.refuses(t, create("v9"), `"v9" is not in repository payment-processor-dev: push`)
}

// An image for the other architecture starts nowhere: "exec format error", for half an hour.
func TestWrongArchitectureIsRefused(t *testing.T) {
	a := newAccount()
	digest := a.push("one", "v1")
	a.platforms[digest] = []string{"linux/arm64", "windows/amd64"}
	a.refuses(t, create("v1"), repository+":v1", "linux/arm64, windows/amd64", "tasks run on linux/amd64", "--platform linux/amd64")
	a.run(repository + "@" + digest)
	a.refuses(t, create(""), "linux/arm64")
	a.platforms[digest] = nil // an old tool's image does not say
	a.answers(t, create("v1"))
	a.faults["Platforms"] = []error{denial, denial, denial, denial, denial, denial}
	a.refuses(t, create("v1"), "read what")
}

// `cdk deploy` without a tag keeps what is live, whoever deployed it and however.
func TestWithoutATagTheLiveImageStays(t *testing.T) {
	a := newAccount()
	one, two := a.push("one", "v1", "latest"), a.push("two", "v2")
	for image, want := range map[string]string{
		repository + "@" + one: one,
		repository + ":v2":     two,
		repository:             one,
	} {
		a.run(image)
		if got := a.answers(t, create("")); got != want {
			t.Errorf("%s is live and %s the answer, want %s", image, got, want)
		}
	}
}

// Replacing a live image by the bootstrap image because it is unknown would take payments offline.
func TestUnknownLiveImageIsNotReplaced(t *testing.T) {
	a := newAccount()
	a.run("docker.io/library/nginx:1")
	a.refuses(t, create(""), "runs docker.io/library/nginx:1", "not in repository payment-processor-dev", "imageTag")
	a.run(repository + "-other@" + digestOf("one"))
	a.refuses(t, create(""), "not in repository")
	a.run(repository + "@" + digestOf("gone"))
	a.refuses(t, create(""), "no longer in its repository")
	gone := properties("", "")
	gone["Container"] = "other"
	a.refuses(t, request("Create", gone, nil), "has no container other")
}

// On an empty account there is no image to start with, so that the first deployment would hang for hours.
func TestFirstDeploymentGetsTheBootstrapImage(t *testing.T) {
	for name, prepare := range map[string]func(*account){
		"nothing":           func(*account) {},
		"no cluster":        func(a *account) { a.faults["DescribeServices"] = []error{&ecstypes.ClusterNotFoundException{}} },
		"a deleted service": func(a *account) { a.run(repository + ":old"); a.status = "INACTIVE" },
		"no task set":       func(a *account) { a.status = "ACTIVE" },
	} {
		a := newAccount()
		prepare(a)
		digest := a.answers(t, create(""))
		if tags := strings.Join(a.tags(digest), " "); tags != "bootstrap-"+short(digest)+" live-"+short(digest) {
			t.Errorf("%s: the bootstrap image is tagged %q", name, tags)
		}
		a.answers(t, create(""))
		if a.calls["Push"] != 1 {
			t.Errorf("%s: pushed %d times, want once: tags are immutable", name, a.calls["Push"])
		}
	}
}

// Two requests may push at the same time; the second finds the tag taken.
func TestPushRace(t *testing.T) {
	a := newAccount()
	a.between = func(operation string) {
		if operation == "Push" {
			a.between = func(string) {}
			if err := a.Push(t.Context(), repository, "bootstrap-0123456789ab", empty.Image); err != nil {
				t.Error(err)
			}
			a.faults["Push"] = []error{invalid}
		}
	}
	a.answers(t, create(""))
}

// Who moves to Graviton before the first release gets a bootstrap image that runs there.
func TestBootstrapImageFollowsTheArchitecture(t *testing.T) {
	a := newAccount()
	old := a.push("bootstrap for amd64", "bootstrap-0123456789ab")
	a.run(repository + "@" + old)
	graviton := properties("", "")
	graviton["Architecture"] = "ARM64"
	if got := a.answers(t, request("Create", graviton, nil)); got == old {
		t.Error("the bootstrap image for the other architecture stays")
	}
}

// Each failing call must name what failed.
func TestErrorsOfResolving(t *testing.T) {
	live := func() *account {
		a := newAccount()
		a.run(repository + "@" + a.push("one", "v1"))
		return a
	}
	for operation, test := range map[string]struct {
		account *account
		tag     string
		want    string
	}{
		"DescribeImages":         {live(), "v1", "look an image up in repository"},
		"DescribeServices":       {live(), "", "look up service"},
		"DescribeTaskDefinition": {live(), "", "read arn:aws:ecs"},
		"Bootstrap":              {newAccount(), "", "assemble the bootstrap image"},
		"Push":                   {newAccount(), "", "push the bootstrap image to " + repository},
	} {
		test.account.faults[operation] = []error{invalid}
		test.account.refuses(t, create(test.tag), test.want, "InvalidParameterException")
	}
	a := live()
	a.faults["DescribeImages"] = []error{invalid}
	a.refuses(t, create(""), "look an image up")
	newAccount().refuses(t, create("an empty answer"), "is not in repository")
	handler := newAccount().handler()
	handler.Bootstrap = func(string) (v1.Image, error) { return damaged{empty.Image}, nil }
	if _, _, err := handler.Handle(t.Context(), create("")); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a damaged bootstrap image gives %v", err)
	}
}

type damaged struct{ v1.Image }

func (damaged) Digest() (v1.Hash, error) { return v1.Hash{}, io.ErrUnexpectedEOF }
