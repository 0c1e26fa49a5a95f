# What the rules have in common. CloudFormation Validate evaluates them on a template whose references are resolved to
# {"__ref": logical id, "__kind": "resource" or "getatt:Attribute"}, and whose joins to {"__dynamic": "Join:…{ref:Id}…"}.
package payment

import rego.v1

# finding is an error of a rule at a property of a resource.
finding(rule, id, property, message) := make_diag_at(rule, "ERROR", id, property, message)

# typed are the resources of a type, by logical id.
typed(type) := object.get(by_type, type, {})

by_type[type][id] := res if {
	some id, res in input.resources
	type := res.resourceType
}

# refers says that a value refers to the resource, or to an attribute of it.
refers(value, id) if value.__ref == id

refers(value, id) if contains(value.__dynamic, sprintf("{ref:%s}", [id]))

# reference says that a value is one to something of this template, or of another stack.
reference(value) if value.__ref

reference(value) if value.__dynamic

# listed is a value as a list: CloudFormation often takes one thing in place of a list of one.
listed(value) := value if is_array(value)

listed(value) := [value] if not is_array(value)

# text is what is literal in a value.
text(value) := value if is_string(value)

text(value) := trim_prefix(value.__dynamic, "Join:") if is_object(value)

# attribute is the value of a load balancer's or target group's attribute.
attribute(attributes, key) := value if {
	some a in attributes
	a.Key == key
	value := a.Value
}

# production is where a template's resources say so: each stack is tagged.
production if {
	some res in input.resources
	some tag in res.properties.Tags
	tag.Key == "environment"
	tag.Value == "prod"
}

world := {"0.0.0.0/0", "::/0"}

# names are the keys of an object, and none of what is no object.
names(object) := {key | some key, _ in object}
