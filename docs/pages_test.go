// Package docs holds the tests of README.md and of the pages in docs/: the commands in them exist, with the options they
// are given; the tests, targets and pages they name exist too.
package docs

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// block is a fenced piece of a page.
type block struct {
	Page, Language, Text string
	Line                 int // of its first line of text
}

// pages returns README.md and every page under docs/ by its path from the repository's root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	read := func(path string) {
		text, err := os.ReadFile(filepath.Join("..", path))
		if err != nil {
			t.Fatal(err)
		}
		found[path] = string(text)
	}
	read("README.md")
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".md") {
			read(filepath.Join("docs", path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func blocks(t *testing.T, languages ...string) []block {
	t.Helper()
	var found []block
	all := pages(t)
	for _, page := range slices.Sorted(maps.Keys(all)) {
		var current *block
		for i, line := range strings.Split(all[page], "\n") {
			fence, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
			switch {
			case isFence && current == nil:
				current = &block{Page: page, Language: fence, Line: i + 2}
			case isFence:
				if slices.Contains(languages, current.Language) {
					found = append(found, *current)
				}
				current = nil
			case current != nil:
				current.Text += line + "\n"
			}
		}
		if current != nil {
			t.Errorf("%s:%d: a fence is not closed", page, current.Line)
		}
	}
	return found
}

// A block without a language, or with another name for the shell, would escape the checks of its commands.
func TestBlocksSayTheirLanguage(t *testing.T) {
	for _, b := range blocks(t, "", "bash", "shell", "console", "zsh") {
		t.Errorf("%s:%d: the block's language is %q; commands are sh, anything else text, json, go, mermaid …", b.Page, b.Line, b.Language)
	}
}

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

// A dead link costs the reader who needs the page most.
func TestLinksLeadSomewhere(t *testing.T) {
	for page, text := range pages(t) {
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(match[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join("..", filepath.Dir(page), match[1])); err != nil {
				t.Errorf("%s links to %s: %v", page, match[1], err)
			}
		}
	}
}

var (
	testName     = regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Z]\\w*)`")
	testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w*)\(`)
)

// A page that says "this test prevents it" must name a test that is there.
func TestNamedTestsExist(t *testing.T) {
	exists := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains([]string{".git", "node_modules", "cdk.out", "build"}, entry.Name()) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(path)
		for _, match := range testFunction.FindAllStringSubmatch(string(source), -1) {
			exists[match[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for page, text := range pages(t) {
		for _, match := range testName.FindAllStringSubmatch(text, -1) {
			if !exists[match[1]] {
				t.Errorf("%s names the test %s, which does not exist", page, match[1])
			}
		}
	}
}
