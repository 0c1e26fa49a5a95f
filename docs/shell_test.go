package docs

import (
	"fmt"
	"strings"
)

// command is one simple command of a shell block: its words without quotes, and where it stands.
type command struct {
	Words []string
	Line  int
}

// unknown stands for what only a shell could tell: $VARIABLE and $(command).
const unknown = "\x00"

// parseShell splits a block into simple commands, those inside $(…) included. It knows what our documents use: quotes,
// continuations, comments, pipes, lists, redirections, assignments, if and while; everything else is an error.
func parseShell(block string, firstLine int) ([]command, error) {
	p := &shellParser{text: strings.ReplaceAll(block, "\\\n", " \x01"), line: firstLine}
	err := p.list(0)
	return p.commands, err
}

type shellParser struct {
	text     string
	at, line int
	commands []command
}

var keywords = map[string]bool{"if": true, "then": true, "else": true, "fi": true, "while": true, "until": true, "do": true, "done": true, "!": true}

// list reads commands until the end, or until the bracket that closes them.
func (p *shellParser) list(closing byte) error {
	var words []string
	started := p.line
	flush := func() {
		for len(words) > 0 && (keywords[words[0]] || isAssignment(words[0])) {
			words = words[1:]
		}
		if len(words) > 0 {
			p.commands = append(p.commands, command{words, started})
		}
		words = nil
	}
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case closing != 0 && c == closing:
			p.at++
			flush()
			return nil
		case c == '\x01':
			p.at++
			p.line++
		case c == ' ' || c == '\t':
			p.at++
		case c == '#':
			for p.at < len(p.text) && p.text[p.at] != '\n' {
				p.at++
			}
		case c == '\n' || c == ';' || c == '|' || c == '&':
			p.at++
			flush()
			if c == '\n' {
				p.line++
			}
		case c == '<' || c == '>':
			for p.at < len(p.text) && strings.ContainsRune("<>& ", rune(p.text[p.at])) {
				p.at++
			}
			if _, err := p.word(); err != nil {
				return err
			}
		default:
			if len(words) == 0 {
				started = p.line
			}
			word, err := p.word()
			if err != nil {
				return err
			}
			words = append(words, word)
		}
	}
	flush()
	if closing != 0 {
		return fmt.Errorf("line %d: $( without )", started)
	}
	return nil
}

func isAssignment(word string) bool {
	name, _, found := strings.Cut(word, "=")
	return found && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == ""
}

// word reads one word and takes its quotes off.
func (p *shellParser) word() (string, error) {
	var word strings.Builder
	quote := byte(0)
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case c == '$' && quote != '\'':
			if err := p.expansion(); err != nil {
				return "", err
			}
			word.WriteString(unknown)
		case c == '`' && quote != '\'':
			return "", fmt.Errorf("line %d: write $(…) instead of backquotes", p.line)
		case c == '\\' && quote != '\'':
			p.at++
			word.WriteByte(p.text[p.at])
		case quote == 0 && strings.IndexByte(" \t\n;|&<>)\x01", c) >= 0:
			return word.String(), nil
		case c == '\n':
			p.line++
			word.WriteByte(c)
		default:
			word.WriteByte(c)
		}
	}
	if quote != 0 {
		return "", fmt.Errorf("line %d: a quote is not closed", p.line)
	}
	return word.String(), nil
}

// expansion reads $NAME, ${…} or $(…), and leaves p.at on its last character.
func (p *shellParser) expansion() error {
	rest := p.text[p.at+1:]
	switch {
	case strings.HasPrefix(rest, "("):
		p.at += 2
		err := p.list(')')
		p.at--
		return err
	case strings.HasPrefix(rest, "{"):
		end := strings.IndexByte(rest, '}')
		if end < 0 {
			return fmt.Errorf("line %d: ${ without }", p.line)
		}
		p.at += end + 1
	default:
		for p.at+1 < len(p.text) && (p.text[p.at+1] == '_' || isAlphanumeric(p.text[p.at+1])) {
			p.at++
		}
	}
	return nil
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
