package stacks

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// between accepts the whole numbers from least to most.
func between(least, most int, what string) rule[int] {
	return rule[int]{
		fmt.Sprintf("%s from %d to %d", what, least, most),
		func(n int) string {
			switch {
			case n < least:
				return fmt.Sprintf("raise it to %d or more", least)
			case n > most:
				return fmt.Sprintf("lower it to %d or less", most)
			}
			return ""
		},
	}
}

// amongNumbers accepts the sorted numbers; it advises the next larger one.
func amongNumbers(numbers ...int) rule[int] {
	return rule[int]{
		"one of " + joined(numbers),
		func(n int) string {
			at, found := slices.BinarySearch(numbers, n)
			if found {
				return ""
			}
			return fmt.Sprintf("write %d", numbers[min(at, len(numbers)-1)])
		},
	}
}

func joined(numbers []int) string {
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ", ")
}

// amongWords accepts the words; it advises the nearest one.
func amongWords(words ...string) rule[string] {
	return rule[string]{
		"one of " + strings.Join(words, ", "),
		func(word string) string {
			if slices.Contains(words, word) {
				return ""
			}
			meant := nearest(word, words)
			if meant == "" {
				meant = words[0]
			}
			return "write " + meant
		},
	}
}

// matching accepts what the pattern matches from end to end.
func matching(accepted, pattern, advice string) rule[string] {
	shape := regexp.MustCompile(`^(?:` + pattern + `)$`)
	return rule[string]{accepted, func(s string) string {
		if shape.MatchString(s) {
			return ""
		}
		return advice
	}}
}

// optional accepts the empty text as well.
func optional(r rule[string]) rule[string] {
	return rule[string]{r.accepted + ", or empty", func(s string) string {
		if s == "" {
			return ""
		}
		return r.advice(s)
	}}
}

// both accepts what two rules accept, and says it in words of its own.
func both(accepted string, first, second func(string) string) rule[string] {
	return rule[string]{accepted, func(s string) string {
		if advice := first(s); advice != "" {
			return advice
		}
		return second(s)
	}}
}

// suffixRule keeps every name within AWS's limits: payment-proc-green-{suffix} has 32 characters at most (Elastic Load
// Balancing, CreateTargetGroup), and a repository's name has no two hyphens in a row (ECR, CreateRepository).
var suffixRule = both(
	"2 to 13 lower-case letters, digits and single hyphens, the first a letter, the last no hyphen",
	matching("", `[a-z][a-z0-9]*(-[a-z0-9]+)*`, "write something like dev, staging, prod or pr-1234").advice,
	func(s string) string {
		switch {
		case len(s) < 2:
			return "write 2 characters or more"
		case len(s) > 13:
			return fmt.Sprintf("it has %d characters, the names of target groups have room for 13: shorten it", len(s))
		}
		return ""
	},
)

// regionPatterns are the shapes of the regions of each partition, as the AWS SDKs' partitions.json has them.
var regionPatterns = []struct {
	partition string
	pattern   *regexp.Regexp
}{
	{"aws", regexp.MustCompile(`^(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$`)},
	{"aws-cn", regexp.MustCompile(`^cn-[a-z]+-\d+$`)},
	{"aws-us-gov", regexp.MustCompile(`^us-gov-[a-z]+-\d+$`)},
	{"aws-eusc", regexp.MustCompile(`^eusc-de-[a-z]+-\d+$`)},
	{"aws-iso", regexp.MustCompile(`^us-iso-[a-z]+-\d+$`)},
	{"aws-iso-b", regexp.MustCompile(`^us-isob-[a-z]+-\d+$`)},
	{"aws-iso-e", regexp.MustCompile(`^eu-isoe-[a-z]+-\d+$`)},
	{"aws-iso-f", regexp.MustCompile(`^us-isof-[a-z]+-\d+$`)},
}

// partitionOf returns the partition of a region, "" of what is no region.
func partitionOf(region string) string {
	for _, p := range regionPatterns {
		if p.pattern.MatchString(region) {
			return p.partition
		}
	}
	return ""
}

var regionRule = rule[string]{"the name of an AWS region", func(region string) string {
	if partitionOf(region) == "" {
		return "write it like us-east-2"
	}
	return ""
}}

var architectureRule = matching("X86_64 or ARM64", `X86_64|ARM64`, "write X86_64 for amd64, ARM64 for aarch64")

// imageTagRule is the grammar of tags in the OCI distribution specification, less the tag that cannot be immutable.
var imageTagRule = both(
	"an image tag of 1 to 128 letters, digits, _, . and -, the first no . or -, and not latest",
	matching("", `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`, "pass the tag alone, without repository, colon or digest").advice,
	func(tag string) string {
		if tag == "latest" {
			return "tag the image with its version or commit: tags in the repository are immutable, latest would stay behind"
		}
		return ""
	},
)

// healthCheckPathRule is HealthCheckPath of Elastic Load Balancing's CreateTargetGroup: a URI path with an optional query.
var healthCheckPathRule = both(
	"a path that starts with / and has 1 to 1024 characters of a URI",
	matching("", `/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*`, "write it like /health, without host, blanks or fragment").advice,
	func(path string) string {
		if len(path) > 1024 {
			return fmt.Sprintf("it has %d characters: shorten it", len(path))
		}
		return ""
	},
)

var domainRule = matching(
	"a domain name in lower case",
	`[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+`,
	"write it like pay.example.com, without scheme, path or final dot",
)

var emailRule = matching(
	"an e-mail address",
	"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})+",
	"write one address like oncall@example.com, without a name or brackets",
)
