package template

import "fmt"

// Errorf is fmt.Errorf for texts that are AWS's, capitals and full stops included: people search for them.
func Errorf(format string, values ...any) error { return fmt.Errorf(format, values...) }
