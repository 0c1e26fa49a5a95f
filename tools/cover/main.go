// Command cover runs the tests of the whole module and fails unless they reach every statement of it.
// Arguments are handed to go test, for example -race.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const profile = "build/coverage.out"

var exit = os.Exit // replaced in tests

func main() {
	if err := run(os.Args[1:], goTest, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		exit(1)
	}
}

func run(args []string, test func(args []string) error, out io.Writer) error {
	if err := os.MkdirAll(filepath.Dir(profile), 0o750); err != nil {
		return err
	}
	args = append([]string{"test", "-coverpkg=./...", "-coverprofile=" + profile}, args...)
	if err := test(append(args, "./...")); err != nil {
		return err
	}
	file, err := os.Open(profile)
	if err != nil {
		return err
	}
	defer file.Close()
	return check(file, out)
}

func goTest(args []string) error {
	command := exec.CommandContext(context.Background(), "go", args...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	return command.Run()
}

// check names every block of a coverage profile that no test ran.
func check(profile io.Reader, out io.Writer) error {
	blocks, err := parse(profile)
	if err != nil {
		return err
	}
	statements := 0
	packages := map[string]bool{}
	var missed []string
	for _, place := range slices.SortedFunc(maps.Keys(blocks), byLine) {
		block := blocks[place]
		statements += block.statements
		packages[filepath.Dir(place)] = true
		if block.statements > 0 && !block.reached {
			missed = append(missed, place)
		}
	}
	if len(missed) > 0 {
		return fmt.Errorf("coverage is below 100 %%, no test reaches:\n  %s", strings.Join(missed, "\n  "))
	}
	fmt.Fprintf(out, "every one of %d statements in %d packages is covered\n", statements, len(packages))
	return nil
}

type block struct {
	statements int
	reached    bool
}

// parse merges the blocks of a profile: with -coverpkg each test binary writes all of them once.
func parse(profile io.Reader) (map[string]block, error) {
	blocks := map[string]block{}
	lines := bufio.NewScanner(profile)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "mode:") {
			continue
		}
		fields := strings.Fields(lines.Text())
		if len(fields) != 3 {
			return nil, fmt.Errorf("coverage profile line %q: want place, statements and count", lines.Text())
		}
		statements, err := strconv.Atoi(fields[1])
		if err != nil {
			return nil, fmt.Errorf("coverage profile line %q: %w", lines.Text(), err)
		}
		blocks[fields[0]] = block{statements, fields[2] != "0" || blocks[fields[0]].reached}
	}
	return blocks, lines.Err()
}

// byLine orders "file.go:3.5,4.6" by file and line.
func byLine(a, b string) int {
	fileA, lineA := split(a)
	fileB, lineB := split(b)
	if order := strings.Compare(fileA, fileB); order != 0 {
		return order
	}
	return lineA - lineB
}

func split(place string) (file string, line int) {
	file, rest, _ := strings.Cut(place, ":")
	start, _, _ := strings.Cut(rest, ".")
	line, _ = strconv.Atoi(start)
	return file, line
}
