package stacks

import (
	"maps"
	"slices"
	"strings"
)

const (
	suffixKey       = "environmentSuffix"
	environmentsKey = "environments"
	suffixVariable  = "ENVIRONMENT_SUFFIX"
)

// LoadConfig reads the configuration from the CDK context and the environment. A later source wins over an earlier one:
//
//  1. the stage's defaults (dev, staging or prod; dev's for any other suffix),
//  2. the object environments.<suffix> of cdk.json,
//  3. the variable ENVIRONMENT_SUFFIX, for the suffix alone,
//  4. the other keys of cdk.json and -c key=value.
//
// The error is Mistakes: all that is wrong, and not only the first of it. Without an error the configuration can be
// built as it is.
func LoadConfig(context map[string]any, getenv func(string) string) (Config, error) {
	suffix := suffixOf(context, getenv)
	l := loader{origin: map[string]string{}, mistaken: map[string]bool{}}
	l.defaults(suffix)
	l.environments(context[environmentsKey], suffix)
	if fromVariable := getenv(suffixVariable); fromVariable != "" && context[suffixKey] == nil {
		l.read(&l.config, keyNamed(suffixKey), suffixVariable, fromVariable)
	}
	l.layer(&l.config, "", keys, context)
	l.check()
	if len(l.mistakes) > 0 {
		return Config{}, l.mistakes
	}
	return l.config, nil
}

// suffixOf tells which environment is asked for, before anything is known to be valid.
func suffixOf(context map[string]any, getenv func(string) string) string {
	if suffix, ok := context[suffixKey].(string); ok {
		return suffix
	}
	if suffix := getenv(suffixVariable); suffix != "" {
		return suffix
	}
	return keyNamed(suffixKey).standard
}

// loader gathers a configuration and what is wrong with it.
type loader struct {
	config   Config
	origin   map[string]string // by key: where its value was written, if anywhere
	mistaken map[string]bool   // keys with a mistake: no relation is asked about them
	mistakes Mistakes
}

func (l *loader) defaults(suffix string) {
	for _, k := range keys {
		k.value.read(&l.config, k.defaultOf(suffix))
	}
}

// environments reads the environment that is asked for, and the others too, so that a misspelt key of prod is found
// when dev is synthesized.
func (l *loader) environments(raw any, suffix string) {
	if raw == nil {
		return
	}
	all, ok := raw.(map[string]any)
	if !ok {
		l.mistake(environmentsKey, keyNamed(environmentsKey), raw, "write an object of objects in cdk.json")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		path := environmentsKey + "." + name
		if advice := suffixRule.advice(name); advice != "" {
			l.mistakes = append(l.mistakes, Mistake{"a name in " + environmentsKey, quote(name), suffixRule.accepted, advice})
			path = environmentsKey + "." + quote(name)
		}
		settings, ok := all[name].(map[string]any)
		if !ok && all[name] != nil {
			l.mistake(path, keyNamed(environmentsKey), all[name], "write an object of keys")
		}
		into := &Config{}
		if name == suffix {
			into = &l.config
		}
		l.layer(into, path+".", environmentKeys(), settings)
	}
}

// layer reads one source. Keys with a colon or a slash are the CDK's own.
func (l *loader) layer(into *Config, path string, known []key, source map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(source)) {
		at := slices.IndexFunc(known, func(k key) bool { return k.name == name })
		switch {
		case at >= 0 && source[name] != nil:
			l.read(into, known[at], path+name, source[name])
		case at < 0 && !ownedByCDK(name):
			l.mistakes = append(l.mistakes, Mistake{Key: quote(path + name), Next: didYouMean(name, known)})
		}
	}
}

func (l *loader) read(into *Config, k key, path string, raw any) {
	advice := k.value.read(into, raw)
	if advice != "" {
		l.mistake(path, k, raw, advice)
	}
	if into == &l.config {
		l.origin[k.name] = path
		l.mistaken[k.name] = advice != ""
	}
}

func (l *loader) mistake(path string, k key, received any, advice string) {
	l.mistakes = append(l.mistakes, Mistake{path, quote(received), k.value.accepted(), advice})
}

// check asks each key about its value, and then each relation whose keys are all in order.
func (l *loader) check() {
	for _, k := range keys {
		if l.mistaken[k.name] {
			continue
		}
		for _, found := range k.value.check(l.config) {
			l.mistaken[k.name] = true
			l.mistake(l.path(k.name), k, found.received, found.advice)
		}
	}
	for _, r := range relations {
		if slices.ContainsFunc(r.keys, func(name string) bool { return l.mistaken[name] }) {
			continue
		}
		if advice := r.advice(l.config); advice != "" {
			l.mistakes = append(l.mistakes, l.broken(r, advice))
		}
	}
}

func (l *loader) broken(r relation, advice string) Mistake {
	var paths, received []string
	for _, name := range r.keys {
		paths = append(paths, l.path(name))
		received = append(received, quote(keyNamed(name).value.get(l.config)))
	}
	return Mistake{strings.Join(paths, ", "), strings.Join(received, ", "), r.accepted, advice}
}

func (l *loader) path(name string) string {
	if written := l.origin[name]; written != "" {
		return written
	}
	return name
}

// ownedByCDK recognizes the context that the CDK and its CLI keep for themselves: feature flags, look-ups, and what
// `cdk acknowledge` and `cdk cli-telemetry` write into cdk.context.json.
func ownedByCDK(name string) bool {
	return strings.ContainsAny(name, ":/") || name == "acknowledged-issue-numbers" || name == "cli-telemetry"
}
