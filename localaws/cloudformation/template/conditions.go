package template

import (
	"maps"
	"slices"
)

// Decide works out the Conditions section.
func (s *Scope) Decide() error {
	s.Conditions = map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(s.Template.Conditions)) {
		if _, err := s.decide(id); err != nil {
			return err
		}
	}
	return nil
}

func (s *Scope) decide(id string) (bool, error) {
	if holds, done := s.Conditions[id]; done {
		return holds, nil
	}
	holds, err := s.holds(s.Template.Conditions[id])
	s.Conditions[id] = holds
	return holds, err
}

func (s *Scope) holds(value any) (bool, error) {
	fields, _ := value.(map[string]any)
	for function, argument := range fields {
		list, _ := argument.([]any)
		switch function {
		case "Condition":
			id, _ := argument.(string)
			return s.decide(id)
		case "Fn::Equals":
			return s.equals(list)
		case "Fn::Not":
			if len(list) == 1 {
				holds, err := s.holds(list[0])
				return !holds, err
			}
		case "Fn::And", "Fn::Or":
			return s.combine(list, function == "Fn::And")
		}
	}
	return false, Errorf("Template format error: Conditions can only be boolean operations on parameters and other conditions")
}

func (s *Scope) equals(pair []any) (bool, error) {
	if len(pair) != 2 {
		return false, Errorf("Template error: every Fn::Equals object requires a list of 2 string parameters.")
	}
	left, err := s.text(pair[0])
	if err != nil {
		return false, err
	}
	right, err := s.text(pair[1])
	return left == right, err
}

func (s *Scope) combine(list []any, all bool) (bool, error) {
	if len(list) < 2 || len(list) > 10 {
		return false, Errorf("Template error: every Fn::And and Fn::Or object requires a list of at least 2 and at most 10 boolean parameters.")
	}
	result := all
	for _, item := range list {
		holds, err := s.holds(item)
		if err != nil {
			return false, err
		}
		if holds != all {
			result = !all
		}
	}
	return result, nil
}

// checkConditions refuses conditions that ask for resources, or for conditions that are not there, or for each other.
func (t *Template) checkConditions() error {
	done := map[string]bool{}
	var visit func(id string, path []string) error
	visit = func(id string, path []string) error {
		if slices.Contains(path, id) {
			return Errorf("Template error: circular dependency between conditions %v", append(path, id))
		}
		for _, reference := range References(t.Conditions[id]) {
			_, isParameter := t.Parameters[reference.ID]
			_, isCondition := t.Conditions[reference.ID]
			switch {
			case reference.Condition && isCondition && !done[reference.ID]:
				if err := visit(reference.ID, append(path, id)); err != nil {
					return err
				}
			case reference.Condition && isCondition, !reference.Condition && (isParameter || pseudo[reference.ID]):
			default:
				return Errorf("Template format error: Unresolved dependencies [%s]. Cannot reference resources in the Conditions block of the template", reference.ID)
			}
		}
		done[id] = true
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(t.Conditions)) {
		if err := visit(id, nil); err != nil {
			return err
		}
	}
	return nil
}

// Active are the resources whose condition holds, in order of their names.
func (s *Scope) Active() []string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(s.Template.Resources)) {
		if s.Holds(s.Template.Resources[id].Condition) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Holds is true for no condition.
func (s *Scope) Holds(condition string) bool { return condition == "" || s.Conditions[condition] }
