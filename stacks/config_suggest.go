package stacks

import "strings"

// didYouMean suggests the known key that was probably meant.
func didYouMean(name string, known []key) string {
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = k.name
	}
	if meant := nearest(name, names); meant != "" {
		return "write " + meant
	}
	return "write one of " + strings.Join(names, ", ")
}

// nearest returns the word that takes the fewest edits to become name, the first of equals, and "" when even that one
// shares less than half of its letters with it.
func nearest(name string, words []string) string {
	best, fewest := "", 0
	for _, word := range words {
		edits := distance(strings.ToLower(name), strings.ToLower(word))
		if 2*edits <= len(word) && (best == "" || edits < fewest) {
			best, fewest = word, edits
		}
	}
	return best
}

// distance counts the insertions, deletions and replacements that turn a into b (Levenshtein).
func distance(a, b string) int {
	previous := make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := range len(a) {
		current := make([]int, len(b)+1)
		current[0] = i + 1
		for j := range len(b) {
			replaced := previous[j]
			if a[i] != b[j] {
				replaced++
			}
			current[j+1] = min(replaced, previous[j+1]+1, current[j]+1)
		}
		previous = current
	}
	return previous[len(b)]
}
